"""A menu does one thing, however often it is clicked before it is gone."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.pop_up import pop_up


@pytest.mark.qt_log_ignore("This plugin does not support", "Mouse event .* not accepted")
def test_a_double_click_chooses_once(qtbot: QtBot) -> None:
    """The second one removed a picture of the history that the first had removed."""
    page = QWidget()
    qtbot.addWidget(page)
    page.show()
    chosen: list[str] = []
    menu = pop_up(page, QPoint(20, 20), ("Remove", lambda: chosen.append("removed"), True))
    place = menu.actionGeometry(menu.actions()[0]).center()
    for _ in range(2):
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert chosen == ["removed"]
