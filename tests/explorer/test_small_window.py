"""Small windows: at no size is anything cut off, beyond its window or out of reach, in any workspace or dialog."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QCheckBox, QLabel, QPushButton, QSizePolicy, QWidget

from explorer.controls.scrolling import ScrollPage, ScrollSideways
from explorer.controls.yielding import ElidedLabel
from explorer.main_window import SMALLEST, TWO_COLUMNS
from tests.explorer import scenes
from tests.explorer.scenes import Stage

LAPTOP, TILE, PROJECTOR, LEAST = (1093, 614), (960, 1080), (800, 600), SMALLEST.toTuple()
SMALL, BETWEEN = (LEAST,), (LAPTOP, TILE, PROJECTOR)
DIALOG = (620, 420)  # on the least of screens
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems draw letters another way")


@pytest.fixture
def stage(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    scenes.still(monkeypatch, tmp_path)
    runs = tmp_path / "written"
    scenes.write_runs(runs)
    made = Stage(qapp, tmp_path, runs)
    yield made
    made.close()
    monkeypatch.undo()
    time.tzset()


def lay_out() -> None:
    """What has got another size is laid out, then what holds it."""
    for _ in range(6):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QApplication.processEvents()


def faults(window: QWidget) -> list[str]:
    """What is cut off, each in a few words."""
    found = []
    for each in window.findChildren(QWidget):
        if each.isVisible() and each.window() is window and each.width() and not each.visibleRegion().isEmpty():
            found += [f"{_name(each)}: {why}" for why in (*_beyond(each), *_cut(each))]
    return found


def _name(widget: QWidget) -> str:
    said = widget.accessibleName() or getattr(widget, "text", str)()
    return f"{type(widget).__name__} {said!r} in {type(widget.parentWidget()).__name__}"


def _beyond(widget: QWidget) -> Iterator[str]:
    """Whether it reaches beyond what it lies in, where that does not scroll."""
    parent = widget.parentWidget()
    area = parent.parentWidget()
    across = down = False
    if isinstance(area, QAbstractScrollArea) and area.viewport() is parent:
        across = area.horizontalScrollBar().maximum() > 0 and (
            area.horizontalScrollBar().isVisible() or isinstance(area, ScrollSideways)
        )
        down = area.verticalScrollBar().maximum() > 0
    inside, room = widget.geometry(), parent.rect()
    if not across and (inside.left() < -1 or inside.right() > room.right() + 1):
        yield f"{inside.left()} to {inside.right()} of {room.width()} pixels across"
    if not down and (inside.top() < -1 or inside.bottom() > room.bottom() + 1):
        yield f"{inside.top()} to {inside.bottom()} of {room.height()} pixels down"


def _cut(widget: QWidget) -> Iterator[str]:
    """Whether words are cut."""
    if isinstance(widget, ElidedLabel) or widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored:
        return
    if isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
        if widget.height() < widget.heightForWidth(widget.width()) - 1:
            yield f"{widget.height()} pixels high, {widget.heightForWidth(widget.width())} needed"
    elif isinstance(widget, QLabel | QPushButton | QCheckBox) and widget.width() < widget.minimumSizeHint().width() - 1:
        yield f"{widget.width()} pixels wide, {widget.minimumSizeHint().width()} needed"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("sizes", [SMALL, pytest.param(BETWEEN, marks=pytest.mark.slow)])
def test_nothing_is_cut_off_at_any_size(stage: Stage, sizes: tuple[tuple[int, int], ...]) -> None:
    """Below 1080 pixels the window did not fit: its page was wider than the screen."""
    window = stage.explorer.window
    stage.look("dark", 1280, 720)
    found = []
    for act in (scenes.explore, scenes.film, scenes.train, scenes.lab):
        for scene, _ in act(stage):
            for size in sizes:
                window.resize(*size)
                lay_out()
                assert window.size().toTuple() == size
                found += [f"{scene} {size}: {each}" for each in faults(window)]
            window.resize(1280, 720)
            lay_out()
    assert not found, "\n".join(found)


def test_a_run_is_watched_without_scrolling_sideways(stage: Stage) -> None:
    """In the smallest window 28 pixels of the page were beyond its right edge, and a bar lay below it."""
    stage.look("dark", *LEAST)
    for scene, _ in scenes.train(stage):
        if scene in ("train-fading", "train-died"):
            lay_out()
            areas = stage.explorer.train.findChildren(ScrollPage)
            assert areas and not any(area.horizontalScrollBar().isVisible() for area in areas), scene


@pytest.mark.timeout(600)
def test_nothing_is_cut_off_in_dialogs_on_a_small_screen(stage: Stage) -> None:
    stage.look("dark", 1280, 720)
    stage.wait(lambda: stage.explorer.session.info is not None)
    stage.settle()
    found = []
    for scene, dialog in scenes.dialogs(stage):
        assert isinstance(dialog, QWidget)
        dialog.resize(*DIALOG)
        lay_out()
        wide, high = dialog.size().toTuple()
        found += [f"{scene}: {each}" for each in faults(dialog)]
        found += [f"{scene} is {wide}×{high}"] if wide > DIALOG[0] or high > DIALOG[1] else []
    assert not found, "\n".join(found)


def test_columns_share_a_side_and_come_back(stage: Stage) -> None:
    explorer = stage.explorer
    page = explorer.window.pages.widget(0)
    stage.look("dark", *PROJECTOR)
    lay_out()
    assert page.shares and page.right.isVisible() and not page.left.isVisible()
    width = page.middle.width()
    page.left.switch.chosen.emit(0)
    assert page.middle.width() == width == page.left.x()  # the picture stays where it is, at once
    assert page.left.isVisible() and not page.right.isVisible()
    assert page.left.x() > page.middle.x()
    page.bring(explorer.channels)
    assert page.right.isVisible() and page.right.switch.index == 1
    found = [each for each in explorer.every_place() if each.text() == "Latent"]
    found[0].trigger()  # the palette goes to a panel in the column that is hidden
    assert page.left.isVisible() and explorer.latent.isVisible()
    stage.look("dark", TWO_COLUMNS, 720)
    lay_out()
    assert page.left.isVisible() and page.right.isVisible() and page.left.x() < page.middle.x() < page.right.x()
    assert not page.left.switch.isVisible()
    assert QRect(QPoint(), page.size()).contains(page.right.geometry())
