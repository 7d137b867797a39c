"""Widgets that are given up leave nothing behind, in the layout or in Python."""

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.boxes import Across, Down, discard
from tests.explorer.layout_items import known_items


def test_what_is_discarded_takes_the_layouts_item_with_it(qtbot: QtBot) -> None:
    """The item's wrapper stayed when Qt deleted it with the widget: a crash when something else lay there."""
    window, old, row = QWidget(), QWidget(), Across()
    qtbot.addWidget(window)
    before = known_items()
    row.addWidget(old)
    Down(window).addLayout(row)  # from here on PySide has a wrapper of the row's item
    assert known_items() == before + 1
    discard(old)
    assert row.count() == 0 and known_items() == before and shiboken6.isValid(old)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not shiboken6.isValid(old) and known_items() == before


def test_what_lies_in_no_layout_is_discarded_too(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    old, alone = QWidget(window), QWidget()
    for each in (old, alone):
        discard(each)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not shiboken6.isValid(old) and not shiboken6.isValid(alone)
