"""A picture that is saved or copied and takes long says so, and is there in the end."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.documents.saving import Size
from tests.explorer.fake_backend import FakeBackend
from tests.explorer.whole_window import Make, drawn


def save(explorer: Explorer, folder: Path) -> None:
    explorer.documents.saving.save(str(folder / "face.png"), Size())


def copy(explorer: Explorer, _folder: Path) -> None:
    explorer.clipboard.copy_picture()


@pytest.mark.parametrize(
    ("ask", "first", "last"), [(save, "then saved as", "Saved "), (copy, "then put on the clipboard", "its recipe too")]
)
def test_a_picture_that_takes_long_is_said_to_be_drawn(
    start: Make, qtbot: QtBot, tmp_path: Path, ask: Callable[[Explorer, Path], None], first: str, last: str
) -> None:
    backend = FakeBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    backend.gate.clear()
    backend.begun.clear()
    explorer.session.edit(psi=0.4)
    qtbot.waitUntil(backend.begun.is_set)  # or what is asked for next would come first, at once
    ask(explorer, tmp_path)
    qtbot.waitUntil(lambda: first in explorer.window.banner.sentence)
    backend.gate.set()
    qtbot.waitUntil(lambda: last in explorer.window.banner.sentence)
    assert not explorer.documents.saving._late._soon.isActive()
    assert not explorer.clipboard._late._soon.isActive()
