"""What is to be done in the next turn of the event loop, where a widget may be gone by then."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def soon(whose: QObject, do: Callable[[], object]) -> None:
    """Does something once the present turn is over, unless the object whose deed it is has been deleted by then.

    Never after 0 ms: where the object dies first, PySide keeps for ever what it was to call, and all that this knows.
    """
    QTimer.singleShot(1, whose, do)
