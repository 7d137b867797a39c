"""The Explore page shares its width: the picture first, and what it cannot use to the sliders."""

import time

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.main_window import LEFT_WIDTH, RIGHT_WIDTH, ROOMY, ExplorePage, MainWindow


@pytest.mark.parametrize(
    ("width", "height", "right"),
    [
        (1280, 640, RIGHT_WIDTH),  # a small window: as designed
        (1720, 1000, 1720 - LEFT_WIDTH - 1000),
        (1920, 1000, ROOMY),
        (3840, 2080, ROOMY),  # the picture grows there, panels do not
        (1920, 1400, RIGHT_WIDTH),  # a high page, whose picture needs the width
    ],
)
def test_the_right_column_takes_what_the_picture_leaves_free(qtbot: QtBot, width: int, height: int, right: int) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    page = ExplorePage([], [QWidget()], QWidget(), QWidget(), window)
    page.resize(width, height)
    window.show()
    assert page.right.width() == right


def test_an_old_history_is_told_in_hours(qtbot: QtBot) -> None:
    """After an afternoon it was "autosaved 217 min ago"."""
    window = MainWindow()
    qtbot.addWidget(window)
    window.show_saved(time.time())
    assert window.saved.text() == "autosaved just now"
    window.show_saved(time.time() - 13_020)
    assert window.saved.text() == "autosaved 3 h 37 min ago"
