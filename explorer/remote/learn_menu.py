"""Right-click on a control: learn remote control."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.pop_up import pop_up

WORDS = "Learn remote control…"


class LearnMenu(QObject):
    """Takes right-clicks that no control of some parts of the window has taken.

    ``addresses`` names the controls a widget changes, ``learn`` has one of them learnt.
    """

    def __init__(
        self,
        parts: Sequence[QWidget],
        addresses: Callable[[QWidget], Sequence[str]],
        learn: Callable[[str], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._addresses, self._learn = addresses, learn
        for part in parts:
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ContextMenu or not isinstance(event, QContextMenuEvent):
            return False
        assert isinstance(watched, QWidget)
        widget = watched.childAt(watched.mapFromGlobal(event.globalPos()))
        while widget is not None and widget is not watched:
            if found := self._addresses(widget):
                axes = [f" ({each.rpartition('/')[2]})" if len(found) > 1 else "" for each in found]
                choices = [
                    (WORDS + axis, partial(self._learn, each), True) for axis, each in zip(axes, found, strict=True)
                ]
                pop_up(watched, event.globalPos(), *choices)
                return True
            widget = widget.parentWidget()
        return False
