"""The tests of the core can be collected where neither PySide6 nor pytest-qt is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
for name in ("PySide6", "shiboken6", "pyqtgraph", "superqt", "explorer"):
    sys.modules[name] = None  # importing it raises ImportError
import pytest
quick = ["--assert=plain", "-p", "no:pytest-qt", "-p", "no:cacheprovider"]
sys.exit(pytest.main(["tests/core", "--collect-only", "-q", *quick]))
"""


def test_core_tests_are_collected_without_qt() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
