"""A screen that is unplugged, or gets another size, leaves no window where nobody sees it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.on_screen import OnScreen, bring_back
from explorer.main_window import MainWindow
from explorer.present.stage import Stage

AWAY = QRect(5000, 300, 600, 400)  # where a second screen was


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    yield made


def unplug(widget: QWidget) -> None:
    """What Qt tells a window whose screen is gone: it belongs to another one, and lies where it lay."""
    widget.setGeometry(AWAY)
    widget.windowHandle().screenChanged.emit(widget.screen())


def test_a_window_on_a_screen_that_is_gone_is_brought_back(window: MainWindow, qtbot: QtBot) -> None:
    """It stayed where the projector had been, and could not be seen."""
    unplug(window)
    qtbot.waitUntil(lambda: window.pos() == window.screen().availableGeometry().topLeft())


def test_a_window_that_is_seen_in_part_stays_where_somebody_put_it(window: MainWindow) -> None:
    window.move(QPoint(-60, 40))
    bring_back(window)
    assert window.pos() == QPoint(-60, 40)


def test_the_stage_fills_the_screen_that_is_left(window: MainWindow, qtbot: QtBot) -> None:
    """The picture went out with the projector, and the stage took the keys unseen."""
    stage, picture = Stage(window), QWidget()
    stage.open(picture, "a face")
    unplug(stage)
    qtbot.waitUntil(lambda: stage.geometry() == stage.screen().geometry())
    stage.setGeometry(QRect(0, 0, 80, 60))  # and where the screen gets another size
    stage.screen().geometryChanged.emit(stage.screen().geometry())
    assert stage.geometry() == stage.screen().geometry() and picture.size() == stage.size()
    stage.close_down()
    stage.setGeometry(AWAY)
    stage.screen().geometryChanged.emit(stage.screen().geometry())
    assert stage.geometry() == AWAY  # nobody sees it


def test_whoever_listens_hears_of_the_screen_that_the_window_is_on_now(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    heard: list[int] = []
    OnScreen(window, lambda: heard.append(1))
    window.windowHandle().screenChanged.emit(window.screen())
    qtbot.waitUntil(lambda: heard == [1])
    window.screen().geometryChanged.emit(window.screen().geometry())
    assert heard == [1, 1]
