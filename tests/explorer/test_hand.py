"""The hand in front of a window leaves nothing running, and says where one is that does not end."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.explorer import hand as module
from tests.explorer.hand import Hand, end_work_in


def test_work_that_outlives_its_window_is_ended_and_no_other(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    mine, other = (subprocess.Popen([*sleep, str(tmp_path / each / "runs")]) for each in ("home", "home-2"))
    end_work_in(tmp_path / "home")
    assert mine.wait(60) == -signal.SIGKILL
    assert other.poll() is None
    other.kill()
    other.wait(60)


def test_a_window_that_does_not_end_says_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = tmp_path / "stuck.py"
    stuck.write_text("import faulthandler, time\nfaulthandler.enable()\nprint(1, flush=True)\ntime.sleep(600)\n")
    monkeypatch.setattr(module, "DRIVEN", stuck)
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    with Hand("", tmp_path / "home") as hand:
        assert hand.ask("ready") == 1
        with pytest.raises(pytest.fail.Exception, match=r'does not end(.|\n)*stuck\.py", line 4'):
            hand.close()
