"""Another theme: every colour changes, seen or hidden, and the style sheet is not parsed again."""

import re

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.buttons import chip
from explorer.train.pill import TINT, TONES
from explorer.train.timeline import mixed

GROUNDS = {  # of each token, those that words in its colour stand on
    "text": ("window", "panel", "raised", "hover", "line", "well"),
    "muted": ("window", "panel", "raised", "hover", "well"),
    "accent": ("window", "panel", "raised"),
    "coarse": ("window", "panel", "raised", "hover"),
    "middle": ("window", "panel", "raised", "hover"),
    "fine": ("window", "panel", "raised", "hover"),
    "good": ("window", "panel", "raised"),
    "warning": ("window", "panel", "raised"),
    "bad": ("window", "panel", "raised", "hover"),
    "on_accent": ("accent", "coarse", "middle", "fine"),
}
LEAST = 4.5  # WCAG 2, 1.4.3


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


def test_the_theme_that_is_there_already_is_not_put_on_again(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, "dark")
    qtbot.waitUntil(theme.is_everywhere)  # what the test before left behind
    heard: list[QEvent.Type] = []

    class Ear(QFrame):
        def changeEvent(self, event: QEvent) -> None:
            heard.append(event.type())

    seen, hidden = Ear(), Ear()
    for each in (seen, hidden):
        qtbot.addWidget(each)
    seen.show()
    heard.clear()
    theme.apply(qapp, "dark")
    assert heard == [] and theme.is_everywhere()


def test_no_colour_stands_in_the_style_sheet() -> None:
    sheet = (theme.RESOURCES / "style.qss").read_text(encoding="utf-8")
    assert not re.findall(r"[^\n{]*:[^;]*#[0-9a-fA-F]{3}[^;]*", sheet)


def luminance(colour: QColor) -> float:
    """The relative luminance of WCAG 2."""
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in colour.getRgbF()[:3]]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def contrast(one: QColor, other: QColor) -> float:
    """From 1 for equal colours to 21 for black and white."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_largest_contrast() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=lambda each: each.name)
def test_every_word_can_be_read_on_every_ground(tokens: theme.Theme) -> None:
    """Words in the light theme's amber, teal and green had 3.0 to 4.0."""
    found = {
        (token, ground): contrast(tokens.colour(token), tokens.colour(ground))
        for token, grounds in GROUNDS.items()
        for ground in grounds
    }
    assert {pair: round(value, 2) for pair, value in found.items() if value < LEAST} == {}


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_state_of_a_run_can_be_read_on_its_pill(qapp: QApplication, name: str) -> None:
    tokens = theme.apply(qapp, name)
    for token in {*TONES.values(), "muted"}:
        colour = tokens.colour(token)
        assert contrast(colour, mixed(colour, "window", TINT)) >= LEAST, token
    theme.apply(qapp, "dark")


def box_colours(widget: QWidget, left: int, middle: int) -> set[str]:
    """The colours in the middle of a box that begins at ``left``, round about the height ``middle``."""
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(left + 3, left + 13) for y in range(middle - 5, middle + 5)}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_tick_can_be_read_on_its_box(qapp: QApplication, qtbot: QtBot, name: str) -> None:
    """It was dark on blue in the light theme, with a contrast of 3.1; what cannot be changed shows so, too."""
    theme.apply(qapp, "dark" if name == "light" else "light")
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    ticked, still, items = QCheckBox("on"), QCheckBox("on, and not to be changed"), QListWidget()
    item = QListWidgetItem("an item", items)
    item.setCheckState(Qt.CheckState.Checked)
    still.setEnabled(False)
    for box in (ticked, still):
        box.setChecked(True)
    for part in (ticked, still, items):
        column.addWidget(part)
    page.show()
    tokens = theme.apply(qapp, name)
    row = items.visualItemRect(item)
    for colours in (
        box_colours(ticked, 0, ticked.height() // 2),
        box_colours(items.viewport(), row.left() + 8, row.center().y()),
    ):
        assert {tokens.accent, tokens.on_accent} <= colours
    assert {tokens.raised, tokens.dim} <= box_colours(still, 0, still.height() // 2)
    theme.apply(qapp, "dark")


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_can_be_chosen_opens_below_and_has_the_colours_of_the_window(
    qapp: QApplication, qtbot: QtBot, name: str
) -> None:
    """It was a menu over the box, as long as the screen, in the accent, and half of its frame was missing."""
    tokens = theme.apply(qapp, name)
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems([f"choice {at}" for at in range(40)])
    box.setCurrentIndex(1)
    box.show()
    box.showPopup()
    view = box.view()
    row = view.visualRect(view.currentIndex())
    assert view.viewport().grab().toImage().pixelColor(row.right() - 12, row.center().y()).name() == tokens.hover
    assert view.height() < 12 * row.height() and view.mapToGlobal(QPoint()).y() >= box.mapToGlobal(QPoint()).y()
    box.hidePopup()
    theme.apply(qapp, "dark")


def test_a_chip_that_was_clicked_does_not_look_as_one_that_is_on(qtbot: QtBot) -> None:
    """After a click "none" was framed like a switch that is on, also where every layer had its noise again."""
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    clicked, on = chip("none", "Clicked."), chip("none", "On.", checkable=True)
    for each in (clicked, on):
        row.addWidget(each)
    on.setChecked(True)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    clicked.setFocus(Qt.FocusReason.MouseFocusReason)
    frames = [each.grab().toImage().pixelColor(each.width() // 2, 0).name() for each in (clicked, on)]
    assert frames == [theme.current().colour("muted").name(), theme.current().colour("accent").name()]
