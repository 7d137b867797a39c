"""The command palette: the words of a command are there as soon as it is seen, wherever one scrolls to."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.palette import SEEN, CommandPalette

COUNT = 90


def seen(box: CommandPalette) -> list[str]:
    """The names of the commands that are seen, from above; empty where one has no words."""
    area, found = box._list.viewport(), []
    for y in range(2, area.height(), 10):
        if (item := box._list.itemAt(QPoint(20, y))) is not None:
            row = box._list.itemWidget(item)
            found.append(row.findChildren(QLabel)[0].text() if isinstance(row, QWidget) else "")
    return list(dict.fromkeys(found))


def test_every_command_has_its_words_when_it_is_seen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    box = CommandPalette(window)
    window.show()
    box.ask([QAction(f"Command {at:02}", window) for at in range(COUNT)])
    qtbot.waitUntil(lambda: box._list.viewport().height() > 300)
    first = seen(box)
    assert first[:2] == ["Command 00", "Command 01"] and "" not in first and len(first) <= SEEN
    words = [box._list.itemWidget(box._list.item(at)) for at in range(COUNT)]
    assert sum(each is not None for each in words) <= SEEN  # those that nobody sees cost nothing
    qtbot.keyClick(box._line, Qt.Key.Key_Up)  # to the last one
    qtbot.waitUntil(lambda: "Command 89" in seen(box))
    assert "" not in seen(box)
    box._list.verticalScrollBar().setValue(40)
    assert seen(box)[0] == "Command 40" and "" not in seen(box)
    qtbot.keyClicks(box._line, "7")
    qtbot.waitUntil(lambda: seen(box)[0] == "Command 07")
    assert "" not in seen(box) and "Command 37" in seen(box)
