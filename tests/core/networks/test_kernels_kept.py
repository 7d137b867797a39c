"""What numba keeps of the compiled passes: taken up again, and done without where it cannot be read or written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CODE = """
import torch
from stylegan_core.networks.fused import fused_passes, lrelu
from stylegan_core.networks import kernels
x = torch.linspace(-1, 1, 512).reshape(1, 8, 8, 8).contiguous(memory_format=torch.channels_last)
print(kernels.are_kept())
with fused_passes(), torch.no_grad():
    assert torch.equal(lrelu(x), torch.nn.functional.leaky_relu(x, 0.2))
"""


THREADS = """
import torch
from stylegan_core.networks.fused import fused_passes, lrelu
x = torch.randn(4, 8, 8, 8).contiguous(memory_format=torch.channels_last)
for threads in (1, 2, 1):
    torch.set_num_threads(threads)
    with fused_passes(), torch.no_grad():
        lrelu(x)
        assert torch.get_num_threads() == threads
    assert torch.get_num_threads() == threads
"""


def compute(folder: Path) -> str:
    settings = {"NUMBA_CACHE_DIR": str(folder), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return finish(CODE, settings)


def finish(code: str, settings: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.timeout(300)
def test_what_is_kept_may_be_damaged_or_in_the_way(tmp_path: Path) -> None:
    assert compute(tmp_path) == "False"
    files = sorted(tmp_path.rglob("kernels.masked-*.nb*"))
    assert [file.suffix for file in files] == [".nbc", ".nbi"]
    next(file for file in files if file.suffix == ".nbi").with_name("kernels.finish-1.py311.nbi").touch()
    assert compute(tmp_path) == "True"
    for file in files:
        file.write_bytes(file.read_bytes()[:100])
        compute(tmp_path)
    for file in files:
        file.unlink(missing_ok=True)
        file.mkdir()
    compute(tmp_path)


@pytest.mark.timeout(300)
def test_torch_keeps_its_number_of_threads(tmp_path: Path) -> None:
    for number in ("3", "1"):  # of numba's, which may have torch's pool and sets it up for all of its own
        finish(THREADS, {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_NUM_THREADS": number, "PYTHONPATH": str(ROOT)})
