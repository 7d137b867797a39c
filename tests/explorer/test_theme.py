"""Another theme: every colour changes, seen or hidden, and the style sheet is not parsed again."""

import re

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
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
    words, title, plain = QLabel("words"), QLabel("title"), QLabel("plain")
    seen, hidden, scene, text = QFrame(), QFrame(), pg.PlotWidget(background=None), QPlainTextEdit()
    scene.setObjectName("well")
    words.setProperty("role", "muted")
    title.setProperty("role", "title")
    for each in (seen, hidden):
        each.setObjectName("header")
        each.setFixedSize(20, 20)
    for part in (seen, hidden, words, title, plain, scene, text):
        column.addWidget(part)
    hidden.hide()
    page.show()
    page.grab()
    assert (colour_in(seen), colour_in(hidden)) == (theme.DARK.panel, theme.DARK.panel)
    sheet = qapp.styleSheet()
    theme.apply(qapp, "light")
    assert colour_in(seen) == theme.LIGHT.panel
    colours = [label.palette().color(label.foregroundRole()).name() for label in (words, title, plain)]
    assert colours == [theme.LIGHT.muted, theme.LIGHT.text, theme.LIGHT.text]
    edges = [each.grab().toImage().pixelColor(each.width() - 6, 8).name() for each in (scene, text)]
    assert edges == [theme.LIGHT.well, theme.LIGHT.raised]
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
