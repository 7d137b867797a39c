"""Imports what the first monitor needs before it is wanted, a little at a time, in the window's thread.

In another thread, where this was done at first, about one start in a hundred ended in a crash. PySide keeps what it
knows of its types in a table without a lock, and reads it without Python's lock whenever Qt asks an object of ours for
its ``metaObject()``. Whatever makes a type beside that (the first use of a class of Qt, a class derived from one)
may just then move the table.
"""

import ast
import importlib.util
import logging
import sys
import time
from collections.abc import Generator
from importlib.abc import InspectLoader
from types import CodeType

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer

log = logging.getLogger(__name__)

PACKAGE, MONITOR = "pyqtgraph", "explorer.train.monitor"
BEFORE = ("importlib.metadata", "PySide6.QtTest", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets")  # the package's own
TURN_MS = 20  # milliseconds from one turn to the next
MOST = 0.004  # seconds after which a turn begins nothing more


class Early(QObject):
    """Ends by itself; whoever wants the modules at once calls :meth:`finish` before importing them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = steps()
        self._timer = QTimer(self, interval=TURN_MS)
        self._timer.timeout.connect(self._turn)

    def begin(self) -> None:
        """Does a little in each turn of the event loop from now on."""
        self._timer.start()

    def finish(self) -> None:
        """Does all that is left, now."""
        self._go_on(float("inf"))

    def close(self) -> None:
        """Gives up what is left; who imports it later begins anew."""
        self._timer.stop()
        self._steps.close()

    def _turn(self) -> None:
        self._go_on(time.perf_counter() + MOST)

    def _go_on(self, until: float) -> None:
        try:
            for _ in self._steps:
                if time.perf_counter() > until:
                    return
        except (ImportError, OSError) as error:
            log.warning("%s was not imported early: %s", PACKAGE, error)
        self._timer.stop()


def steps() -> Generator[None, None, None]:
    """All of it in steps of some milliseconds; closed in the middle, no module is left half imported."""
    for qt in (QtCore, QtGui, QtWidgets):
        for name in dir(qt):
            getattr(qt, name)  # PySide makes a type when it is first asked for
            yield
    for module in BEFORE:
        importlib.import_module(module)
        yield
    for module in (PACKAGE, MONITOR):
        yield from statements(module)


def statements(name: str) -> Generator[None, None, None]:
    """Imports a module by one of its statements after the other.

    A package that imports hundreds of modules takes 0.1 s in one piece. Raises ImportError or OSError as ``import``.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    source = spec.loader.get_source(name) if spec and isinstance(spec.loader, InspectLoader) else None
    if spec is None or source is None:
        importlib.import_module(name)
        return
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        for statement in ast.parse(source).body:
            _Statement(statement, str(spec.origin)).exec_module(module)
            yield
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    except BaseException:
        for each in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[each]
        raise


class _Statement(InspectLoader):
    """Loads one statement of a module as if it were all there is."""

    def __init__(self, statement: ast.stmt, path: str) -> None:
        self._module, self._path = ast.Module([statement], []), path

    def get_code(self, _fullname: str) -> CodeType:
        return self.source_to_code(self._module, self._path)

    def get_source(self, _fullname: str) -> str:
        return ast.unparse(self._module)
