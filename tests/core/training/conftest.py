"""Small runs to test the trainer with: a folder of pictures and a configuration that takes under a second."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from stylegan_core.rundir import RunDir
from stylegan_core.training import samples
from stylegan_core.training.launch import Launch, Wish

Train = Callable[..., RunDir]
QUICK = ("settle_steps=0", "growth.batch=16")  # two steps a phase, and as many images as ever
BRIEF = (*QUICK, "growth.fade_kimg=0.016", "growth.stable_kimg=0.016")  # one step a phase, 80 images


@pytest.fixture(scope="session", autouse=True)
def few_samples() -> Iterator[None]:
    """Runs draw twelve fixed latents, in two parts as ever, not 32: those took half the time of a run with many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "grid_shape", lambda _: (4, 3))
        yield


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve small pictures of coloured squares."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(12):
        draw = np.random.RandomState(number)
        pixels = np.zeros((16, 16, 3), np.uint8) + draw.randint(0, 256, 3, dtype=np.uint8)
        pixels[4:12, 4:12] = draw.randint(0, 256, 3)
        Image.fromarray(pixels).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture
def train(tmp_path: Path, pictures: Path) -> Train:
    """train(*settings, name="run", init="") runs the preset tiny in this process and returns its run directory."""

    def start(*settings: str, name: str = "run", init: str = "") -> RunDir:
        torch.set_num_threads(1)
        wish = Wish(tmp_path / name, "tiny", str(pictures), settings, init)
        Launch(wish).train()
        return RunDir(tmp_path / name)

    return start


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Callable[..., Path]:
    """The folder of a finished run of these settings, which is never written to again."""
    found: dict[tuple[str, ...], Path] = {}

    def once(*settings: str) -> Path:
        if settings not in found:
            run = tmp_path_factory.mktemp("finished") / "run"
            Launch(Wish(run, "tiny", str(pictures), settings)).train()
            found[settings] = run
        return found[settings]

    return once


@pytest.fixture
def finished(tmp_path: Path, trained_once: Callable[..., Path]) -> Train:
    """finished(*settings, name="run"): as ``train``, but a copy of a run that is trained once for all who ask.

    For what looks at a finished run, goes on with it, or is compared with one that nothing disturbed. It is asked for
    before anything of the trainer is patched.
    """

    def copy(*settings: str, name: str = "run") -> RunDir:
        torch.set_num_threads(1)
        return RunDir(shutil.copytree(trained_once(*settings), tmp_path / name))

    return copy
