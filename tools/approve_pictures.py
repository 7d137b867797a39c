"""Approves how the window looks now: ``python tools/approve_pictures.py`` writes tests/explorer/pictures anew.

Pictures that still look as approved are left alone; look at the others (``git diff --stat``) before committing them.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEST = "tests/explorer/test_regression.py"


def main() -> int:
    """Runs the comparison, all of it, in the mode that keeps what it sees; returns the exit code."""
    environment = {**os.environ, "REGRESSION": "approve", "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.call([sys.executable, "-m", "pytest", TEST, "-m", ""], cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main())
