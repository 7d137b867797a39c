"""Garbage: what Qt owns dies in the window's thread, whichever thread allocates."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from explorer.garbage import Garbage, collect_due


class Knot(QObject):
    """A QObject that only the collector can free."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


@pytest.fixture
def garbage(qtbot: QtBot) -> Iterator[Garbage]:
    made = Garbage()
    made.take_over()
    yield made
    made.close()


def work_elsewhere() -> list[list[int]]:
    """Allocates in another thread far more than any threshold, and keeps it."""
    made: list[list[int]] = []
    thread = threading.Thread(target=lambda: made.extend([number] for number in range(200_000)))
    thread.start()
    thread.join()
    return made


def test_another_thread_destroys_nothing_of_qt(garbage: Garbage) -> None:
    gc.collect()
    died_in: list[int] = []
    weakref.finalize(Knot(), lambda: died_in.append(threading.get_ident()))
    work_elsewhere()
    assert died_in == []
    collect_due()
    gc.collect()
    assert died_in == [threading.get_ident()]


def test_it_is_collected_by_and_by(garbage: Garbage, qtbot: QtBot) -> None:
    died: list[bool] = []
    weakref.finalize(Knot(), lambda: died.append(True))
    kept = work_elsewhere()
    qtbot.waitUntil(lambda: bool(died))
    assert kept


@pytest.mark.parametrize("python", [True, False])
def test_whoever_collected_before_collects_again_afterwards(qtbot: QtBot, python: bool) -> None:
    """With two windows, or where tests collect, Python began while threads of the closed one still allocated."""
    (gc.enable if python else gc.disable)()
    try:
        garbage = Garbage()
        garbage.take_over()
        assert not gc.isenabled()
        garbage.close()
        assert gc.isenabled() is python
    finally:
        gc.disable()  # as everywhere in these tests
