"""Work that ends with whoever asked for it, and processes that live."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stylegan_core.files.whole_file import part_of
from stylegan_core.processes import ASKER, end_with_asker, lives

WRITES = """
import os, sys, time
from pathlib import Path
from stylegan_core.files.whole_file import beside
from stylegan_core.processes import end_with_asker
end_with_asker()
with beside(Path(sys.argv[1])) as part:
    part.write_bytes(b"half")
    print("begun", os.getpid(), flush=True)
    time.sleep(100)
"""
ASKS = f"""
import os, subprocess, sys, time
subprocess.Popen([sys.executable, *sys.argv[1:]], env={{**os.environ, "{ASKER}": str(os.getpid())}})
time.sleep(100)
"""


@pytest.fixture
def asking() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes, each of which is ended at last."""
    begun: list[subprocess.Popen[bytes]] = []
    yield begun
    for each in begun:
        each.kill()
        each.wait()
        assert each.stdout is not None
        each.stdout.close()


def said(begun: list[subprocess.Popen[bytes]], *words: str) -> tuple[subprocess.Popen[bytes], list[bytes]]:
    """A process, and the words of its first line, or of that of whom it has asked."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    begun.append(process)
    assert process.stdout is not None
    return process, process.stdout.readline().split()


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Kills a process and waits until nobody is left who could say anything for it."""
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.read()
    return True


def test_work_ends_with_the_program_that_asked_and_leaves_nothing(
    asking: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    asker, (begun, process) = said(asking, "-c", ASKS, "-c", WRITES, str(tmp_path / "film.mp4"))
    assert begun == b"begun" and part_of(tmp_path / "film.mp4", int(process)).exists()
    assert ended(asker)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("asked", [(), ("-c", ASKS)], ids=["the command is killed", "its asker is killed"])
def test_a_command_and_its_workers_end(
    asked: tuple[str, ...], asking: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    pytest.importorskip("python_avatars")
    draws = ("-m", "stylegan_core", "data", "avatars", str(tmp_path / "faces"), "--count", "100000", "--workers", "2")
    process, (word, *_) = said(asking, *asked, *draws, "--progress")
    assert word == b"progress"
    assert ended(process)


def test_a_person_is_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ASKER, raising=False)
    end_with_asker()
    assert "follow" not in [thread.name for thread in threading.enumerate()]


def test_processes_live_until_they_have_ended() -> None:
    other = subprocess.Popen([sys.executable, "-c", ""])
    assert lives(os.getpid()) and lives(other.pid)
    other.wait()
    assert not lives(other.pid) and not lives(1 << 70)
