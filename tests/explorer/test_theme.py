"""Another theme: every colour changes, seen or hidden, and the style sheet is not parsed again."""

import re

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme


def colour_in(widget: QWidget) -> str:
    """The colour just inside the corner of a widget."""
    return widget.grab().toImage().pixelColor(2, 2).name()


def test_a_switch_colours_what_is_seen_at_once_and_what_is_hidden_soon(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "dark")
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    seen, hidden, words = QFrame(), QFrame(), QLabel("words")
    words.setProperty("role", "muted")
    for each in (seen, hidden):
        each.setObjectName("header")
        each.setFixedSize(20, 20)
    for part in (seen, hidden, words):
        column.addWidget(part)
    hidden.hide()
    page.show()
    assert (colour_in(seen), colour_in(hidden)) == (theme.DARK.panel, theme.DARK.panel)
    sheet = qapp.styleSheet()
    theme.apply(qapp, "light")
    assert colour_in(seen) == theme.LIGHT.panel
    assert words.palette().color(words.foregroundRole()).name() == theme.LIGHT.muted
    qtbot.waitUntil(lambda: colour_in(hidden) == theme.LIGHT.panel)
    assert qapp.styleSheet() == sheet
    theme.apply(qapp, "dark")
    assert colour_in(seen) == theme.DARK.panel


@pytest.mark.parametrize("kind", [QWidget, QFrame, QPushButton])
def test_every_widget_hears_of_another_theme(qapp: QApplication, qtbot: QtBot, kind: type[QWidget]) -> None:
    theme.apply(qapp, "dark")
    heard: list[str] = []

    class Listener(kind):  # type: ignore[misc, valid-type]
        def changeEvent(self, event: QEvent) -> None:
            if event.type() == QEvent.Type.PaletteChange:
                heard.append(theme.current().name)
            super().changeEvent(event)

    page = QWidget()
    qtbot.addWidget(page)
    QVBoxLayout(page).addWidget(Listener())
    page.show()
    heard.clear()
    theme.apply(qapp, "light")
    assert heard and set(heard) == {"light"}
    theme.apply(qapp, "dark")


def test_no_colour_stands_in_the_style_sheet() -> None:
    sheet = (theme.RESOURCES / "style.qss").read_text(encoding="utf-8")
    assert not re.findall(r"[^\n{]*:[^;]*#[0-9a-fA-F]{3}[^;]*", sheet)
