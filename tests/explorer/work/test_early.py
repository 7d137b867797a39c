"""Modules that are imported before they are wanted, in steps: whole in the end, and never half."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.work import early
from explorer.work.early import Early, statements
from tests.explorer.fake_backend import WEIGHTS

ROOT = Path(__file__).parents[3]

PARTS = '''
from .part import VALUE

DOUBLE = 2 * VALUE


def late():
    """Says it."""
    return DOUBLE + EVEN


EVEN = 1
'''

WHOLE = """
import sys, threading
strange = []

def hear(event, arguments):
    if event == "import" and threading.current_thread() is not threading.main_thread():
        strange.append(arguments[0])

sys.addaudithook(hear)
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
from explorer.app import Explorer
from tests.explorer.fake_backend import FakeBackend
explorer = Explorer(app, FakeBackend)
app.aboutToQuit.connect(explorer.close)
explorer.start(sys.argv[1])
clock = QTimer(interval=10)
clock.timeout.connect(lambda: "explorer.train.monitor" in sys.modules and explorer.window.close_anyway())
clock.start()
app.exec()
print([each for each in strange if each.partition(".")[0] in ("PySide6", "pyqtgraph", "explorer")])
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a package that can be imported and is not yet."""
    folder = tmp_path / "slowly_imported"
    folder.mkdir()
    (folder / "__init__.py").write_text(PARTS)
    (folder / "part.py").write_text("VALUE = 3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder.name
    forget(folder.name)


def forget(package: str) -> None:
    for each in [each for each in sys.modules if each.startswith(package)]:
        del sys.modules[each]


def test_a_package_is_imported_statement_by_statement_as_by_import(package: str) -> None:
    assert len(list(statements(package))) == 4
    stepwise = importlib.import_module(package)
    assert (stepwise.late(), stepwise.late.__doc__, stepwise.late.__module__) == (7, "Says it.", package)
    assert list(statements(package)) == []
    forget(package)
    plain = importlib.import_module(package)
    assert plain is not stepwise
    assert {*vars(plain)} == {*vars(stepwise)}


def test_a_module_of_a_package_is_found_in_it(package: str) -> None:
    name = f"{package}.part"
    list(statements(name))
    assert importlib.import_module(package).part is sys.modules[name]


def test_what_is_given_up_is_imported_anew(package: str) -> None:
    half = statements(package)
    next(half)
    half.close()
    assert not [each for each in sys.modules if each.startswith(package)]
    assert importlib.import_module(package).late() == 7


def test_what_cannot_be_imported_leaves_nothing_behind(tmp_path: Path, package: str) -> None:
    (tmp_path / package / "part.py").write_text("raise ImportError\n")
    with pytest.raises(ImportError):
        list(statements(package))
    assert package not in sys.modules
    with pytest.raises(ImportError):
        list(statements("no_such_module"))


def test_a_window_makes_no_type_of_qt_in_another_thread(tmp_path: Path) -> None:
    """About one start in a hundred died, where the monitor's modules were imported in a thread."""
    (tmp_path / "drawn.safetensors").write_bytes(WEIGHTS)
    environment = {**os.environ, "STYLEGAN_EXPLORER_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", WHOLE, str(tmp_path / "drawn.safetensors")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_it_ends_by_itself_or_at_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setattr(early, "MONITOR", package)
    made = Early()
    made.begin()
    qtbot.waitUntil(lambda: not made._timer.isActive() and package in sys.modules, timeout=60_000)
    del sys.modules[package]
    at_once = Early()
    at_once.finish()
    assert sys.modules[package].late() == 7
    made.close()
    at_once.close()


def test_a_window_does_not_end_where_it_fails(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(early, "MONITOR", "no_such_module")
    Early().finish()
    assert "no_such_module" in caplog.text
