"""Drawing with all cores while another program keeps one of them busy, with OpenMP's own patience and with ours."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

import pytest

from stylegan_core.cores import all_cores
from stylegan_core.openmp import SPINS

BUSY = "while True: pass"
DRAWING = """
import statistics, sys, time, torch
torch.set_num_threads(int(sys.argv[1]))
from stylegan_core.model import Model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer
renderer, times = Renderer(Model(build_generator(NetworkConfig(256)))), []
for seed in range(9):
    begin = time.perf_counter()
    renderer.render(Recipe(latent=Latent(seed)), "draft")
    times.append(time.perf_counter() - begin)
print(1000 * statistics.median(times[2:]))
"""
pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere torch brings another OpenMP"),
    pytest.mark.skipif(all_cores() < 2, reason="one core has no threads to wait for"),
]


@pytest.fixture
def busy() -> Iterator[None]:
    """Another program that never rests."""
    program = subprocess.Popen([sys.executable, "-c", BUSY])
    yield
    program.kill()
    program.wait()


def drawn_in(spins: str | None) -> float:
    """Milliseconds a picture."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GOMP_", "OMP_"))}
    environment |= {"GOMP_SPINCOUNT": spins} if spins else {}
    command = [sys.executable, "-c", DRAWING, str(all_cores())]
    return float(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)


def compared(capsys: pytest.CaptureFixture[str], where: str) -> tuple[float, float]:
    found = [(drawn_in(None), drawn_in(SPINS)) for _ in range(3)]
    before, now = (statistics.median(column) for column in zip(*found, strict=True))
    with capsys.disabled():
        print(f"\n256², {all_cores()} threads, {where}: {before:.1f} ms with OpenMP's own, {now:.1f} ms with {SPINS}")
    return before, now


@pytest.mark.usefixtures("busy")
def test_beside_a_busy_program_it_draws_faster(capsys: pytest.CaptureFixture[str]) -> None:
    before, now = compared(capsys, "one core busy")
    assert now < before / 1.4


def test_alone_it_loses_little(capsys: pytest.CaptureFixture[str]) -> None:
    before, now = compared(capsys, "nothing else running")
    assert now < before * 1.2
