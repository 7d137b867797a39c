"""The dialog of the contact sheet: its numbers can be read."""

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.sheet_dialog import SheetDialog
from stylegan_core.recipe import Latent, Recipe


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_numbers_can_be_read(qapp: QApplication, qtbot: QtBot, name: str) -> None:
    theme.apply(qapp, name)
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SheetDialog(Recipe(Latent(48213)), "faces", "", window)
    dialog.show()
    qtbot.waitExposed(dialog)
    for field in (dialog.first, dialog.count, dialog.columns):
        line = field.lineEdit()
        assert line.width() > line.fontMetrics().horizontalAdvance(line.text()) + 14
