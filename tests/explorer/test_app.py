"""The whole window over a backend that draws flat colours: opening, undo, A/B, saving, errors, restarts."""

import gc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.thumbnails import Thumbnail
from explorer.dialogs.sheet_dialog import SheetDialog
from explorer.explore.latent.panel import LatentPanel
from explorer.explore.mixing.panel import FOREIGN, MixingPanel
from explorer.jobs import Sheet
from explorer.picture.compare import Mode
from explorer.problem import Problem
from explorer.settings import settings_file
from explorer.train.workspace import TrainWorkspace
from stylegan_core.latents.library import Entry, Library
from stylegan_core.pictures.picture import save_picture
from stylegan_core.recipe import Direction, Latent, Mix, Recipe, Vector
from tests.explorer.fake_backend import FakeBackend, info
from tests.explorer.whole_window import Make, drawn, finish, model_file


def test_the_first_window_is_no_larger_than_its_screen(start: Make) -> None:
    window = start().window
    room = window.screen().availableSize().expandedTo(window.minimumSize())
    assert window.width() <= room.width() and window.height() <= room.height()


def test_nothing_of_qt_is_collected_in_another_thread_while_the_window_lives(start: Make) -> None:
    gc.enable()  # as outside of these tests, whose own collecting conftest.py does
    try:
        explorer = start()
        assert not gc.isenabled()
        finish(explorer)
        assert gc.isenabled()
    finally:
        gc.disable()


def test_a_slow_first_picture_is_said_to_be_drawn(start: Make, qtbot: QtBot) -> None:
    backend = FakeBackend()
    backend.gate.clear()
    explorer = start(backend=backend)
    try:
        qtbot.waitUntil(lambda: explorer.session.info is not None)
        assert "Drawing the first picture …" in [each.text() for each in explorer.picture.empty.findChildren(QLabel)]
    finally:
        backend.gate.set()


def test_a_picture_is_mixed_in_or_the_window_says_why_not(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    bad, good = window_home / "bad.png", window_home / "good.png"
    bad.write_bytes(b"no picture")
    save_picture(good, np.zeros((4, 4, 3), np.uint8), Recipe(Latent(12)), info(), "cpu", threads=1)
    row = next(panel for panel in explorer.panels if isinstance(panel, MixingPanel)).rows["coarse"]
    row.picture_chosen.emit(str(bad))
    qtbot.waitUntil(lambda: str(bad) in explorer.window.banner.sentence)
    assert explorer.session.recipe.mixes == ()
    row.picture_chosen.emit(str(good))
    qtbot.waitUntil(lambda: explorer.session.recipe.mixes == (Mix(Latent(12), 1.0, "coarse"),))


def test_a_locked_face_stays_where_it_is_under_the_hand(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QToolTip, "showText", lambda *_: None)
    explorer = start()
    drawn(explorer, qtbot)
    latent = next(panel for panel in explorer.panels if isinstance(panel, LatentPanel))
    for locked in (True, False):
        before = explorer.session.recipe.latent
        latent.lock.setChecked(locked)
        middle = explorer.picture.picture_rect().center().toPoint()
        qtbot.mousePress(explorer.picture, Qt.MouseButton.LeftButton, pos=middle)
        for step in (30, 60):
            qtbot.mouseMove(explorer.picture, middle + QPoint(step, 0))
        qtbot.mouseRelease(explorer.picture, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
        assert (explorer.session.recipe.latent == before) == locked


def test_settings_that_somebody_has_spoilt_do_not_prevent_the_start(
    start: Make, qtbot: QtBot, window_home: Path
) -> None:
    for spoilt in ('{"geometry": "größe \\ud800", "models": {"a": 5}, "recent": [null]}', "[" * 100_000):
        settings_file().parent.mkdir(parents=True, exist_ok=True)
        settings_file().write_text(spoilt, encoding="utf-8")
        explorer = start()
        drawn(explorer, qtbot)
        finish(explorer)


def test_a_name_with_an_ampersand_is_shown_with_it(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start(model_file(window_home, "cats & dogs"))
    drawn(explorer, qtbot)
    assert explorer.window.model_button.text() == "cats && dogs ▾"
    menu = explorer.menus.models()
    menu.aboutToShow.emit()
    assert "cats && dogs" in [entry.text() for entry in menu.actions()]


def test_an_edit_is_drawn_and_undo_brings_the_old_picture(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    before = explorer.picture.image
    explorer.session.edit(psi=0.1)
    assert explorer.picture.stale
    explorer.session.commit()
    drawn(explorer, qtbot)
    assert explorer.picture.image != before
    explorer.actions["undo"].trigger()
    drawn(explorer, qtbot)
    assert explorer.session.recipe == Recipe()
    assert explorer.picture.image == before
    assert not explorer.actions["undo"].isEnabled()


def test_holding_b_shows_the_picture_before_the_last_change(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    first = explorer.picture.image
    explorer.session.apply(Recipe(psi=0.1))
    drawn(explorer, qtbot)
    second = explorer.picture.image
    qtbot.keyPress(explorer.window, Qt.Key.Key_B)
    assert explorer.picture.image == first
    qtbot.keyRelease(explorer.window, Qt.Key.Key_B)
    assert explorer.picture.image == second
    assert explorer.session.recipe == Recipe(psi=0.1)


def test_the_wipe_pins_the_picture_before_the_change(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    first = explorer.picture.image
    explorer.actions["wipe"].trigger()
    assert explorer.picture.wipe.mode is Mode.OFF  # nothing to compare with yet
    explorer.session.apply(Recipe(psi=0.1))
    drawn(explorer, qtbot)
    explorer.actions["wipe"].trigger()
    assert explorer.picture.wipe.pinned == first
    view, box = explorer.picture, explorer.picture.picture_rect()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    qtbot.mouseMove(view, QPoint(round(box.left() + box.width() / 4), round(box.center().y())))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert abs(view.wipe.line - 0.25) < 0.01
    assert explorer.session.recipe == Recipe(psi=0.1)  # the line was dragged, not the latent
    explorer.actions["difference"].trigger()
    assert view.wipe.mode is Mode.DIFFERENCE
    view.grab()
    explorer.actions["difference"].trigger()
    assert view.wipe.mode is Mode.OFF


def test_dragging_the_picture_moves_the_latent_in_one_step(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    view = explorer.picture
    middle = view.picture_rect().center().toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 6):
        qtbot.mouseMove(view, middle + QPoint(20 * step, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 0))
    expected = round(-2.0 * 100 / view.picture_rect().width(), 3)
    assert explorer.session.recipe.latent == Latent(0, x=expected)
    explorer.session.undo()
    assert explorer.session.recipe == Recipe()


def test_a_gesture_that_rested_before_it_ended_has_its_picture_too(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.edit(psi=0.1)
    drawn(explorer, qtbot)
    explorer.session.commit()
    assert not any(thumbnail.empty for thumbnail in explorer.history.findChildren(Thumbnail))


def test_a_contact_sheet_asks_for_other_seeds_with_the_same_changes(
    start: Make, qtbot: QtBot, window_home: Path
) -> None:
    backend = FakeBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.3))
    explorer.actions["sheet"].trigger()
    dialog = explorer.window.findChild(SheetDialog)
    assert isinstance(dialog, SheetDialog)
    dialog.count.setValue(3)
    dialog.draw_to(str(window_home / "sheet.pdf"))
    qtbot.waitUntil(lambda: any(isinstance(job, Sheet) for job in backend.jobs))
    (sheet,) = (job for job in backend.jobs if isinstance(job, Sheet))
    assert [recipe.latent.seed for recipe in sheet.recipes] == [0, 1, 2]
    assert {recipe.psi for recipe in sheet.recipes} == {0.3}
    dialog.reject()


def test_what_training_has_to_tell_is_said_also_in_explore(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.train.said.emit(Problem("Saved the time-lapse as face.gif."), "good")
    banner = explorer.window.banner
    assert banner.isVisible() and banner.sentence == "Saved the time-lapse as face.gif."
    assert banner.property("tone") == "good"


def test_closing_asks_before_it_gives_up_what_is_not_finished(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time-lapse, a copy or avatars half made went without a word."""
    half_made = ["the time-lapse face.gif (3 of 9)", "the copy of faces"]
    monkeypatch.setattr(TrainWorkspace, "unfinished", property(lambda _: half_made))
    explorer = start()
    drawn(explorer, qtbot)
    window, banner = explorer.window, explorer.window.banner
    assert not window.close() and window.isVisible()
    assert banner.sentence == (
        "Closing the window now gives up the time-lapse face.gif (3 of 9) and the copy of faces."
    )
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not banner.isVisible()
    assert not window.close() and window.isVisible(), "a question that was put away is asked again"
    (anyway,) = [each for each in banner.findChildren(QPushButton) if each.text() == "Close anyway"]
    qtbot.mouseClick(anyway, Qt.MouseButton.LeftButton)
    assert not window.isVisible()


def test_closing_twice_is_an_answer(start: Make, qtbot: QtBot) -> None:
    window = start().window
    words = ["the copy of faces"]
    window.unfinished = lambda: words
    assert not window.close()
    words[0] = "the copy of faces, somewhat later"
    assert window.close() and not window.isVisible()


def test_the_hints_of_the_first_start_come_once(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    assert explorer.hint.isVisible()
    for _ in range(3):
        assert explorer.hint.isVisible()
        qtbot.mouseClick(explorer.hint._next, Qt.MouseButton.LeftButton)
    assert not explorer.hint.isVisible()
    finish(explorer)
    again = start()
    drawn(again, qtbot)
    assert not again.hint.isVisible()


def test_a_click_in_the_history_is_a_step_that_can_be_undone(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.1))
    drawn(explorer, qtbot)
    thumbnails = explorer.history.findChildren(Thumbnail)
    oldest = max(thumbnails, key=lambda thumbnail: thumbnail.x())
    oldest.click()
    assert explorer.session.recipe == Recipe()
    explorer.session.undo()
    assert explorer.session.recipe == Recipe(psi=0.1)


def test_a_face_of_another_network_on_a_mixing_row_is_a_sentence_at_the_top(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    mixing = next(panel for panel in explorer.panels if isinstance(panel, MixingPanel))
    mixing.set_source("fine", Latent(w=Vector.of([0.0] * 16)))
    assert explorer.session.recipe == Recipe() and explorer.window.banner.sentence == FOREIGN


def test_a_recipe_that_cannot_be_drawn_is_not_drawing_for_ever(start: Make, qtbot: QtBot) -> None:
    backend = FakeBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    pill = explorer.picture._pills.precision
    backend.broken = ValueError("A stored w has 8 numbers a layer, but this model takes 16.")
    explorer.session.apply(Recipe(psi=0.1))
    qtbot.waitUntil(lambda: pill.text == "cannot be drawn")
    assert pill.toolTip() == explorer.window.banner.sentence == str(backend.broken)
    backend.broken = None
    explorer.session.apply(Recipe(psi=0.2))
    drawn(explorer, qtbot)
    assert pill.text == "exact · float32"


def test_the_theme_is_switched_and_remembered(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    explorer.actions["theme"].trigger()
    assert theme.current() is theme.LIGHT
    finish(explorer)
    again = start()
    assert again.actions["theme"].isChecked()
    again.actions["theme"].trigger()
    assert theme.current() is theme.DARK


def test_the_palette_finds_a_command_by_some_of_its_letters(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.1))
    explorer.actions["commands"].trigger()
    box = explorer.window.palette_box
    qtbot.keyClicks(box._line, "und")
    qtbot.keyClick(box._line, Qt.Key.Key_Return)
    assert explorer.session.recipe == Recipe()
    assert not box.isVisible()


def test_the_palette_gives_the_keyboard_back(start: Make, qtbot: QtBot) -> None:
    """It went to the list of models, which the next Space opened, from wherever somebody had been."""
    explorer = start()
    drawn(explorer, qtbot)
    explorer.hint.dismiss()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorer.window)
    box, pad = explorer.window.palette_box, explorer.latent.pad
    pad.setFocus()
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        explorer.actions["commands"].trigger()
        qtbot.keyClicks(box._line, "new face")
        qtbot.keyClick(box._line, key)
        assert not box.isVisible()
        assert QApplication.focusWidget() is pad
    explorer.actions["commands"].trigger()
    explorer.picture.setFocus()  # as a click beside it does
    assert not box.isVisible()
    assert QApplication.focusWidget() is explorer.picture


def test_a_message_gives_the_keyboard_back(start: Make, qtbot: QtBot) -> None:
    """A click on what it offers left the keyboard at the list of models, with a frame around it."""
    explorer = start()
    drawn(explorer, qtbot)
    explorer.hint.dismiss()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorer.window)
    pad = explorer.latent.pad
    pad.setFocus()
    banner = explorer.window.banner
    banner.say(Problem("The picture is taken out."), "good", "Bring it back", lambda: None)
    qtbot.mouseClick(banner._cure, Qt.MouseButton.LeftButton)
    assert banner.isHidden()
    assert QApplication.focusWidget() is pad


def test_the_palette_goes_to_sliders_and_panels(start: Make, qtbot: QtBot) -> None:
    """Whoever typed the name of a slider had an empty box without a word."""
    explorer = start()
    drawn(explorer, qtbot)
    explorer.window.show_workspace(2)
    explorer.truncation.section.set_open(False)
    box = explorer.window.palette_box

    def find(text: str) -> list[str]:
        explorer.actions["commands"].trigger()
        qtbot.keyClicks(box._line, text)
        return [box._list.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(box._list.count())]

    assert find("walk")[0].startswith("Walk")
    assert find("mean face") == ["Mean face", "psi"]  # the one is called so, the other's meaning is said so
    assert find("noise")[0].startswith("Noise")
    assert find("zebra") == [None] and "Nothing is called so" in box._list.item(0).text()
    qtbot.keyClick(box._line, Qt.Key.Key_Return)
    assert box.isVisible()
    assert find("psi")[0] == "psi"
    qtbot.keyClick(box._line, Qt.Key.Key_Return)
    assert not box.isVisible() and explorer.truncation.section.is_open
    assert explorer.window.pages.currentIndex() == 0
    assert explorer.truncation.psi.track.hasFocus()


def test_every_control_in_the_window_has_a_name_and_a_tooltip(start: Make, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QLineEdit, QScrollBar

    explorer = start()
    drawn(explorer, qtbot)
    explorer.lab_pages.make()
    nameless = [
        (type(widget).__name__, widget.parent())
        for kind in (QAbstractButton, QAbstractSlider, QLineEdit)
        for widget in explorer.window.findChildren(kind)
        if not isinstance(widget, QScrollBar)
        and not widget.objectName().startswith("qt_")
        and not (widget.accessibleName() or getattr(widget, "text", str)()).partition(",")[0]
    ]
    assert not nameless


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_the_picture_keeps_its_room_at_every_size(start: Make, qtbot: QtBot, size: tuple[int, int]) -> None:
    explorer = start()
    explorer.window.resize(*size)
    drawn(explorer, qtbot)
    qtbot.wait(20)
    box = explorer.picture.picture_rect()
    assert box.width() >= 520
    assert box.width() == box.height()
    assert box.width() % 64 == 0  # pixel by pixel


def test_a_high_window_shows_every_direction_that_has_a_name(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    panel = explorer.directions
    assert panel.info is not None
    qtbot.waitUntil(lambda: not panel.finder.search.owners)  # its sentence would come in the place of the import's
    axes = np.random.RandomState(1).randn(12, panel.info.w_dim)
    kept = tuple(Entry(Direction(f"Mine {n}", Vector.of(axis)), "sorting", n) for n, axis in enumerate(axes))
    Library("f" * 64, "other", kept).save(window_home / "mine.json")

    def rows(width: int, height: int) -> int:
        explorer.window.resize(width, height)
        qtbot.waitUntil(lambda: explorer.window.size().toTuple() == (width, height))
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not panel.list.growing)
        return len(panel.rows)

    panel.shelf.found["pca"] = tuple(replace(entry, source="pca") for entry in kept[:4])
    panel.import_library(window_home / "mine.json")
    qtbot.waitUntil(lambda: bool(panel.shelf.library.entries))  # read beside the window's thread
    assert rows(1280, 720) == 8
    assert rows(1280, 1020) == 12  # and none of those that have only a number
    assert rows(1280, 720) == 8
    panel.more.click()
    assert rows(1280, 720) == rows(1280, 1020) == 16
    panel.fewer.click()
    assert rows(1280, 720) == 8
