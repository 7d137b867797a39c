"""Every panel, page and dialog looks as it did when a person approved it: ``python tools/approve_pictures.py``."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from explorer import theme
from explorer.documents import documents
from tests.explorer import regression, scenes
from tests.explorer.scenes import Stage

SMALL, LARGE = (1280, 720), (1920, 1080)
LOOKS = [  # by default each theme and each size once
    ("dark", SMALL),
    ("light", LARGE),
    pytest.param("dark", LARGE, marks=pytest.mark.slow),
    pytest.param("light", SMALL, marks=pytest.mark.slow),
]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems draw letters another way")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs to look at, written once."""
    folder = tmp_path_factory.mktemp("runs")
    scenes.write_runs(folder)
    return folder


@pytest.fixture
def stage(qapp: QApplication, tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    scenes.still(monkeypatch, tmp_path)
    made = Stage(qapp, tmp_path, runs)
    yield made
    made.close()
    monkeypatch.undo()
    time.tzset()


@pytest.mark.timeout(900)  # 3 s of a core, but tests may have to share it with others
@pytest.mark.parametrize(("name", "size"), LOOKS, ids=lambda value: value if isinstance(value, str) else str(value[0]))
def test_everything_looks_as_approved(stage: Stage, name: str, size: tuple[int, int]) -> None:
    stage.look(name, *size)
    acts: list[Callable[[Stage], scenes.Scene]] = [scenes.explore, scenes.train]
    acts += [scenes.panels, scenes.messages, scenes.dialogs] if size == SMALL else []
    acts += [scenes.lab, scenes.film, scenes.present]
    said = []
    for act in acts:  # the large window shows every panel unfolded, and dialogs do not know its size
        for scene, seen in act(stage):
            said.append(regression.judge(f"{name}-{size[0]}/{scene}", scenes.shot(seen)))
    found = [each for each in said if each]
    assert not found, f"see {regression.FOUND}:\n" + "\n".join(found)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_window_without_a_model_looks_as_approved(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    scenes.still(monkeypatch, tmp_path)
    monkeypatch.setattr(documents, "bundled_models", list)
    stage = Stage(qapp, tmp_path, tmp_path)
    stage.look(name, *SMALL)
    window = stage.explorer.window
    stage.wait(lambda: not stage.panels["Latent"].isEnabled() and bool(window.device.text()))
    stage.wait(lambda: window.state.word == "ready")
    stage.pump(20)  # the footer makes room for the words
    stage.wait(theme.is_everywhere)
    found = [regression.judge(f"{name}-1280/{scene}", scenes.shot(seen)) for scene, seen in scenes.nothing(stage)]
    stage.close()
    assert not any(found), found


def letters(text: str, colour: str = "#98a1b3", left: int = 4) -> np.ndarray:
    """A small label on a panel, drawn with the project's own font."""
    picture = QImage(160, 40, QImage.Format.Format_RGB888)
    picture.fill(QColor("#1b1e25"))
    painter = QPainter(picture)
    painter.setFont(theme.sans(theme.LABEL))
    painter.setPen(QColor(colour))
    painter.drawText(left, 24, text)
    painter.end()
    return scenes.shot(picture)


def test_letters_drawn_a_little_bolder_pass(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    approved = letters("sharp enough")
    bolder = (255 * (approved / 255) ** 0.85).astype(np.uint8)
    softer = np.asarray(Image.fromarray(approved).filter(ImageFilter.GaussianBlur(0.35)))
    assert regression.difference(approved, regression.coarse(approved)) == ""
    assert regression.difference(approved, bolder) == ""
    assert regression.difference(approved, softer) == ""


@pytest.mark.parametrize(
    "seen",
    [
        lambda: letters("sharp enoug"),
        lambda: letters("sharp enoug…"),
        lambda: letters("sharp enough", left=6),
        lambda: letters("sharp enough", colour="#626b7d"),
        lambda: letters(""),
        lambda: letters("sharp enough")[:36],
    ],
    ids=["clipped", "shortened", "moved", "paler", "missing", "smaller"],
)
def test_what_a_person_would_see_fails(qapp: QApplication, seen: Callable[[], np.ndarray]) -> None:
    theme.apply(qapp, "dark")
    assert regression.difference(letters("sharp enough"), seen())


def test_a_missing_picture_and_a_moved_control_of_the_window_fail(stage: Stage, tmp_path: Path) -> None:
    panel = stage.panels["Truncation"]
    stage.look("dark", *SMALL)
    stage.settle()
    before = scenes.shot(panel)
    assert regression.difference(before, scenes.shot(panel)) == ""
    panel.strip.thumbnails[2].show_pixmap(None)
    assert regression.difference(before, scenes.shot(panel))
    stage.settle()
    panel.strip.clear()
    panel.strip.move(panel.strip.x() + 3, panel.strip.y())
    assert regression.difference(before, scenes.shot(panel))
