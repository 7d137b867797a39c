"""What the footer says of the renderer: ready, drawing, and what it is that takes long."""

from PySide6.QtCore import QObject, QTimer

from explorer.controls.dot import StateDot
from explorer.engine import Engine

LONG = 1000  # milliseconds after which it is said what is drawn: of what is shorter nobody could read it
DRAWING = "drawing"
WORDS = {
    "channels.find": "looking for channels",
    "channels.preview": "drawing a channel's faces",
    "convert": "converting the file",
    "copy": "drawing the picture to copy",
    "directions": "computing directions",
    "directions.preview": "drawing a direction's faces",
    "directions.sorting": "drawing faces to sort",
    "drag": "dragging the points",
    "film": "drawing the film's pictures",
    "history": "drawing the history's pictures",
    "lab.channel": "drawing the channel",
    "lab.channels": "drawing the channels",
    "lab.entanglement": "measuring the entanglement",
    "lab.layers": "inspecting the layers",
    "lab.sheet": "drawing the channels",
    "lab.sweep": "drawing the sweep",
    "lab.table": "inspecting the layers",
    "latent": "drawing the pad's faces",
    "mixing.matrix": "drawing the mixing matrix",
    "mixing.matrix.export": "drawing the matrix to save",
    "mixing.sources": "drawing the faces to mix with",
    "noise.draws": "drawing the noise's four draws",
    "noise.map": "drawing the noise's map",
    "pin": "drawing the picture to compare with",
    "save": "drawing the picture to save",
    "sheet": "drawing the contact sheet",
    "truncation": "drawing the truncation strip",
    "vary": "drawing the children",
}  # by owner of a job, or by how it begins


class RendererState(QObject):
    """Shows on ``dot`` what an engine is at."""

    def __init__(self, engine: Engine, dot: StateDot, parent: QObject) -> None:
        super().__init__(parent)
        self._dot, self._owner = dot, ""
        self._long = QTimer(self, singleShot=True, interval=LONG)
        self._long.timeout.connect(lambda: dot.say(words(self._owner), "accent"))
        engine.idle_changed.connect(self._change)
        engine.begun.connect(self._begin)

    def _change(self, idle: bool) -> None:
        self._long.stop()
        self._dot.say("ready" if idle else DRAWING, "good" if idle else "accent")

    def _begin(self, owner: str) -> None:
        """What was said before stays until it is known that this takes long, too."""
        self._owner = owner
        self._long.start()


def words(owner: str) -> str:
    """What is drawn for an owner: "drawing the truncation strip"; "drawing" for the picture and the unknown."""
    owner = owner.partition(" ")[0]  # behind it, a picture to save has a number
    while owner and owner not in WORDS:
        owner = owner.rpartition(".")[0]
    return WORDS.get(owner, DRAWING)
