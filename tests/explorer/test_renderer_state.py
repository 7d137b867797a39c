"""What the footer says of the renderer."""

from pytestqt.qtbot import QtBot

from explorer.controls.dot import StateDot
from explorer.dialogs import sheet_dialog
from explorer.documents import importing
from explorer.engine import Engine
from explorer.renderer_state import RendererState, words
from tests.explorer.fake_backend import FakeBackend


def test_what_takes_long_is_said_by_its_name(qtbot: QtBot) -> None:
    dot, engine = StateDot(), Engine(FakeBackend)
    qtbot.addWidget(dot)
    state = RendererState(engine, dot, dot)
    engine.idle_changed.emit(False)
    engine.begun.emit("truncation.strip")
    assert dot.word == "drawing" and state._long.isActive()
    state._long.timeout.emit()
    assert dot.word == "drawing the truncation strip"
    engine.begun.emit("lab.sweep")
    assert dot.word == "drawing the truncation strip"  # until it is known that this takes long, too
    engine.idle_changed.emit(True)
    assert dot.word == "ready" and not state._long.isActive()


def test_owners_have_words() -> None:
    assert words("mixing.matrix.cells") == "drawing the mixing matrix"
    assert words("lab.channels") == "drawing the channels"
    assert words("save 1234567") == "drawing the picture to save"
    assert words(sheet_dialog.OWNER) == "drawing the contact sheet"  # minutes of it were only "drawing"
    assert words(importing.OWNER) == "converting the file"
    assert words("") == words("nobody.knows") == "drawing"
