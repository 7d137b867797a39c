"""Whatever starts torch has said before how long its threads stay awake; GNU's OpenMP tells what it heard."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "resources" / "models" / "avatars-64" / "avatars-64.safetensors"
STARTS = {
    "a command": ["-m", "stylegan_core", "render", str(MODEL), "--out", "{out}/face.png", "--seeds", "1"],
    "the renderer": ["-c", "from explorer.renderer.child import torch_backend; torch_backend()"],
}
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere torch brings another OpenMP")


def heard(start: str, out: Path, **said: str) -> str:
    """What OpenMP says of its spin count when torch is loaded."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GOMP_", "OMP_"))}
    command = [sys.executable, *(part.format(out=out) for part in STARTS[start])]
    environment |= {"OMP_DISPLAY_ENV": "VERBOSE", **said}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    (line,) = {line.strip() for line in done.stderr.splitlines() if "GOMP_SPINCOUNT" in line}
    return line.partition("=")[2].strip(" '")


@pytest.mark.parametrize("start", STARTS)
def test_threads_sleep_soon(start: str, tmp_path: Path) -> None:
    assert heard(start, tmp_path) == "2000"


@pytest.mark.slow
def test_who_has_said_otherwise_is_left_alone(tmp_path: Path) -> None:
    assert heard("a command", tmp_path, GOMP_SPINCOUNT="777") == "777"
    assert heard("a command", tmp_path, OMP_WAIT_POLICY="passive") == "0"
