"""A card is written in the fonts of the window, whatever the system has."""

from pathlib import Path

from PySide6.QtGui import QFont, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.dialogs.about_dialog import Page


def test_code_on_a_card_is_in_the_font_for_numbers(qtbot: QtBot, qapp: QApplication) -> None:
    page = Page(Path())
    qtbot.addWidget(page)
    table, block = "| preset | `avatars-64` |\n|---|---|\n", "```\npython -m tools\n```\n"
    page.show_markdown(f"Drawn by `data avatars`:\n\n{table}\n{block}")

    def font_of(words: str) -> QFont:
        found: QTextCursor = page.document().find(words)
        assert not found.isNull()
        return found.charFormat().font()

    for code in ("data avatars", "avatars-64", "python -m tools"):
        assert font_of(code).families() == theme.mono().families()
    assert font_of("Drawn by").families() != theme.mono().families()
