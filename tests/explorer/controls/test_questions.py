"""Questions look like the rest of the window: what goes on is in the accent, and says what it does."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QFileDialog, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.questions import ask_for_name, ask_for_seed, ask_to_save

QUESTIONS: dict[str, Callable[[QWidget], None]] = {
    "Name it": lambda parent: ask_for_name(parent, "Name of the picture", "Ana", print),
    "Take it": lambda parent: ask_for_seed(parent, 3, print),
    "Save": lambda parent: ask_to_save(parent, "Save the film", "film.gif", "GIF (*.gif)", print),
}


def yellow(folder: QToolButton) -> int:
    """How many pixels of a folder are seen."""
    image = folder.grab().toImage()
    colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return sum(30 <= each.hue() <= 60 and each.saturation() > 80 for each in colours)


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("words", QUESTIONS)
def test_what_goes_on_is_seen_at_once(qapp: QApplication, qtbot: QtBot, words: str) -> None:
    """It looked like *Cancel* beside it, and Qt's own icons were crushed to a few pixels."""
    tokens = theme.apply(qapp, "light")
    page = QWidget()
    qtbot.addWidget(page)
    page.show()
    QUESTIONS[words](page)
    (dialog,) = page.findChildren(QDialog)
    (box,) = dialog.findChildren(QDialogButtonBox)
    goes_on = next(each for each in box.buttons() if box.buttonRole(each) == QDialogButtonBox.ButtonRole.AcceptRole)
    assert goes_on.text().replace("&", "") == words
    assert goes_on.grab().toImage().pixelColor(6, goes_on.height() // 2).name() == tokens.accent
    if isinstance(dialog, QFileDialog):
        assert yellow(dialog.findChild(QToolButton, "newFolderButton")) > 40  # pixels; there were 16
    dialog.reject()
    theme.apply(qapp, "dark")
