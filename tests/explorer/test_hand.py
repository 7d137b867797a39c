"""The hand in front of a window leaves nothing running."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.explorer.hand import end_work_in


def test_work_that_outlives_its_window_is_ended_and_no_other(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    mine, other = (subprocess.Popen([*sleep, str(tmp_path / each / "runs")]) for each in ("home", "home-2"))
    end_work_in(tmp_path / "home")
    assert mine.wait(60) == -signal.SIGKILL
    assert other.poll() is None
    other.kill()
    other.wait(60)
