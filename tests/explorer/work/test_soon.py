"""What is done soon is done, and who dies before is let go."""

import gc
import weakref

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from explorer.work.soon import soon


class Heard(QObject):
    """Counts how often it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def call(self) -> None:
        self.calls += 1


def test_it_is_done_in_a_later_turn(qtbot: QtBot) -> None:
    heard = Heard()
    soon(heard, heard.call)
    assert heard.calls == 0
    qtbot.waitUntil(lambda: heard.calls == 1)


def test_what_dies_before_is_not_kept(qtbot: QtBot) -> None:
    """After 0 ms PySide kept the bound method, and with it the object and all that this knew."""
    heard = Heard()
    kept = weakref.ref(heard)
    soon(heard, heard.call)
    heard.deleteLater()
    del heard
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert kept() is None
