"""The whole window over a backend that draws flat colours, and a home of its own for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer import bundled, main_window
from explorer.app import Explorer
from explorer.renderer.rendering import Backend
from tests.explorer.fake_backend import WEIGHTS, FakeBackend

Make = Callable[..., Explorer]


@pytest.fixture
def window_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own, and one model in the box."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path / "home"))
    box = tmp_path / "box" / "boxed"
    box.mkdir(parents=True)
    (box / "boxed.safetensors").write_bytes(WEIGHTS)
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path / "box")
    # Both columns are seen, however small the screen of tests is.
    monkeypatch.setattr(main_window, "SMALLEST", QSize(main_window.TWO_COLUMNS, 600))
    return tmp_path


@pytest.fixture
def start(window_home: Path, qtbot: QtBot) -> Iterator[Make]:
    """Starts windows and closes them again; a backend that must begin in its own thread is made there by ``make``."""
    made: list[Explorer] = []

    def begin(
        argument: str = "", backend: Backend | None = None, make: Callable[[], Backend] = FakeBackend
    ) -> Explorer:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        explorer = Explorer(app, lambda: backend or make())
        made.append(explorer)
        explorer.start(argument)
        return explorer

    yield begin
    for explorer in made:
        if not explorer.closed:
            finish(explorer)


def finish(explorer: Explorer) -> None:
    """Closes a window as its user would."""
    explorer.window.close()
    explorer.close()
    explorer.window.deleteLater()
    explorer.deleteLater()  # it belongs to the application, which outlives the test


def drawn(explorer: Explorer, qtbot: QtBot) -> None:
    """Waits until the picture is the exact one of the session's recipe."""

    def fresh() -> bool:
        frame = explorer.picture.frame
        return frame is not None and frame.precision == "exact" and frame.recipe == explorer.session.recipe

    qtbot.waitUntil(fresh)


def drop(explorer: Explorer, path: Path) -> None:
    """Drops a file on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    explorer.window.dropEvent(event)


def with_a_picture(start: Make, qtbot: QtBot, backend: FakeBackend) -> Explorer:
    """A window that is in front, with its picture drawn and its hint dismissed."""
    made = start(backend=backend)
    drawn(made, qtbot)
    made.hint.dismiss()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made.window)
    return made


def model_file(home: Path, name: str) -> str:
    """A file the fake backend takes for a model."""
    path = home / f"{name}.safetensors"
    path.write_bytes(WEIGHTS)
    return str(path)
