"""The streams of a command: a reader that leaves, a full disk, a closed one, letters that it lacks."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stylegan_core.cli.streams import SEEN_ENOUGH, Aside

MODELS = Path(__file__).parents[2] / "resources" / "models"
FULL = Path("/dev/full")  # takes nothing: every write to it fails with ENOSPC
unix = pytest.mark.skipif(os.name == "nt", reason="redirections of a Unix shell")


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell makes of a line, in which $CORE is the command line of this project."""
    core = f"{sys.executable} -m stylegan_core"
    env = {**os.environ, "CORE": core, **environment}
    env.pop("PYTHONUNBUFFERED", None)  # with it errors come at once, without it at the end
    return subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, timeout=500, check=False)


@unix
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough_is_not_complained_of(unbuffered: str) -> None:
    done = shell(f"{{ PYTHONUNBUFFERED={unbuffered} $CORE; echo $? >&2; }} | true")
    assert done.stderr.split() == [str(SEEN_ENOUGH)]


@unix
def test_help_that_nobody_reads_is_not_complained_of() -> None:
    done = shell("{ $CORE info --help; echo $? >&2; } | true")
    assert done.stderr.split() == [str(SEEN_ENOUGH)]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_does_not_fit_the_disk_is_one_sentence(unbuffered: str) -> None:
    done = shell(f"PYTHONUNBUFFERED={unbuffered} $CORE > /dev/full")
    assert (done.returncode, done.stderr) == (
        2, "The output cannot be written (No space left on device): write it elsewhere.\n",
    )  # fmt: skip


@unix
def test_closed_streams_are_written_to_in_vain() -> None:
    assert (shell("$CORE >&-").returncode, shell("$CORE >&-").stderr) == (0, "")
    assert shell("$CORE nonsense 2>&-").returncode == 2


@unix
def test_letters_that_a_stream_lacks_become_numbers(tmp_path: Path) -> None:
    (tmp_path / "наука.safetensors").symlink_to(next(MODELS.glob("*/*.safetensors")))
    done = shell(f"$CORE info {tmp_path}/*.safetensors", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and r"/\u043d\u0430" in done.stdout


@unix
def test_what_nobody_hears_does_not_end_the_work() -> None:
    read, write = os.pipe()
    os.close(read)
    with Aside(io.FileIO(write, "w"), "utf-8", line_buffering=True) as said:
        print("kimg 1", file=said)
        said.flush()
