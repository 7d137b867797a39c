"""Rows that yield: parts go in their order as the room does, and come back; words that are cut can be read."""

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.actions import make_actions
from explorer.controls.header import LONG, Header
from explorer.controls.yielding import ElidedLabel, YieldingRow, hides
from explorer.main_window import SMALLEST, WORKSPACE_TIPS, WORKSPACES


def test_parts_go_in_their_order_and_come_back(qtbot: QtBot) -> None:
    host = QWidget()  # a window is never smaller than its layout
    qtbot.addWidget(host)
    row = YieldingRow(host)
    parts = [QLabel(words) for words in ("the first to go", "the second", "stays")]
    row.row.setSpacing(8)
    row.row.add(*parts)
    row.yield_by(hides(parts[0]), hides(parts[1]))
    whole = row.sizeHint().width()
    host.show()
    for width, gone in ((whole, 0), (whole - 1, 1), (parts[2].sizeHint().width(), 2), (whole - 1, 1), (whole, 0)):
        row.resize(width, 30)
        assert [each.isVisible() for each in parts] == [False] * gone + [True] * (3 - gone)
        assert row.sizeHint().width() == whole and row.taken == gone
    assert row.minimumSizeHint().width() <= parts[2].sizeHint().width()


def test_a_part_with_more_words_pushes_another_away(qtbot: QtBot) -> None:
    host = QWidget()  # a window is never smaller than its layout
    qtbot.addWidget(host)
    row = YieldingRow(host)
    gone, grows = QLabel("goes"), QLabel("short")
    row.row.add(gone, grows)
    row.yield_by(hides(gone))
    row.resize(row.sizeHint().width(), 30)
    host.show()
    assert gone.isVisible()
    grows.setText("quite a few more words")
    qtbot.waitUntil(lambda: not gone.isVisible())


def test_a_long_name_is_cut_and_the_tooltip_has_all_of_it(qtbot: QtBot) -> None:
    """It made the window wider than the screen."""
    host = QWidget()
    qtbot.addWidget(host)
    header = Header(("Explore", "Train", "Lab"), ("", "", ""), host)
    actions = [QAction(words, header) for words in ("Undo", "Redo", "Commands", "Present", "Save")]
    header.add_actions(actions[:3], actions[3], actions[4])
    host.show()
    name = "a network & its name, which is longer than any screen " * 4
    header.resize(900, 48)
    header.show_model(name)
    button = header.model_button
    assert button.fontMetrics().horizontalAdvance(button.text()) <= LONG + 40 and "…" in button.text()
    assert "longer than any screen" in button.toolTip() and button.accessibleName() == f"Model {name}"
    assert header.minimumSizeHint().width() < 900
    header.show_model("short")
    assert button.text() == "short ▾" and "\n" not in button.toolTip()


def test_the_smallest_header_has_room_for_its_words_whatever_the_model_is_called(
    qapp: QApplication, qtbot: QtBot
) -> None:
    """Of a checkpoint's name so much was shown that "Explore" lost a part of its first letter."""
    theme.apply(qapp, "dark")
    window = QMainWindow()
    qtbot.addWidget(window)
    header, made = Header(WORKSPACES, WORKSPACE_TIPS), make_actions(window)
    header.add_actions([made[key] for key in ("undo", "redo", "commands")], made["present"], made["save"])
    window.setCentralWidget(header)
    window.setFixedSize(SMALLEST.width(), 48)
    window.show()
    for name in ("avatars-64", "00001-avatars-32 10 kimg", "00012-stylegan2-ada-64 1234 kimg"):
        header.show_model(name)
        QApplication.processEvents()
        assert all(each.width() >= each.sizeHint().width() for each in header.findChildren(QPushButton)), name


@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # of windows without a screen
def test_words_that_are_cut_are_in_the_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("StyleGAN v1 · 64×64 · 10 layers")
    qtbot.addWidget(label)
    label.show()
    label.resize(label.sizeHint())
    assert label.shown == label.text()
    label.resize(80, 20)
    assert label.shown.endswith("…") and label.minimumSizeHint().width() < 80
    QApplication.sendEvent(label, QHelpEvent(QEvent.Type.ToolTip, QPoint(2, 2), label.mapToGlobal(QPoint(2, 2))))
    assert QToolTip.text() == label.text() and not label.toolTip()
    QToolTip.hideText()
