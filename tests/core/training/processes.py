"""What other processes do in the tests: those of a team, as torchrun starts them, and those that are killed."""

import multiprocessing
import os
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from stylegan_core.schedule import phase_at
from stylegan_core.training.config import TrainingConfig, changed, preset
from stylegan_core.training.distributed import join
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.loop import Loop
from stylegan_core.training.parts import places_of
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper

FORKS = multiprocessing.get_context("forkserver")
# Torch's optimizers import the compiler when the first one is made: 2.5 s, once for all that are forked.
FORKS.set_forkserver_preload([__name__, "torch.distributed", "torch._dynamo"])
HALF = ("growth.batch=16", "settle_steps=2")  # half as many steps
OFTEN = (*HALF, "snapshot_kimg=0.016")
BATCH = 24
CONFIG = changed(preset("tiny"), [f"growth.batch={BATCH}", "r1_interval=1", "ada.target=0.6"])
PATIENCE = 90


def together(world: int, work: Callable[..., None], *arguments: object) -> None:
    """Runs ``work(*arguments)`` in ``world`` processes that find each other; fails if one of them does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    team = [FORKS.Process(target=_one, args=(rank, world, port, work, arguments), daemon=True) for rank in range(world)]
    for process in team:
        process.start()
    for process in team:
        process.join(PATIENCE)
        process.kill()
    assert [process.exitcode for process in team] == [0] * world


def _one(rank: int, world: int, port: int, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    work(*arguments)


def step_in_float64(folder: Path, settings: tuple[str, ...]) -> None:
    """One step of the whole batch in float64; writes what the optimisers got and what was measured, by rank."""
    Tensor.float = Tensor.double  # type: ignore[method-assign,assignment]
    team = join()
    config: TrainingConfig = changed(CONFIG, settings)
    state = TrainingState.fresh(config, torch.device("cpu"))
    for network in (state.generator, state.discriminator, state.average):
        network.double()
    state.counters.ada_p = 0.5
    found: dict[str, Tensor] = {}
    for name, optimizer in (("g", state.adam_g), ("d", state.adam_d)):
        optimizer.step = lambda name=name, o=optimizer: found.update(_gradients(name, len(found), o))  # type: ignore[method-assign]
    phase = phase_at(0.11, config.growth)
    shape = (BATCH, 3, phase.resolution, phase.resolution)
    reals = torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 2 - 1
    mine = reals[places_of(BATCH, config.network.mbstd_group, team.rank, team.world)]
    stepper, numbers = Stepper(state, torch.float64, team=team), StepNumbers()
    stepper.discriminator_half(mine, None, phase, numbers)
    stepper.generator_half(None, BATCH, phase, numbers)
    for name in ("loss_d", "loss_g", "d_real", "d_fake", "r1"):
        found[name] = getattr(numbers, name).reshape(1)
    found["w_avg"] = state.generator.w_avg
    found["ada"] = torch.tensor([state.counters.ada_signs, state.counters.ada_images])
    save_file(
        {name: tensor.double().contiguous() for name, tensor in found.items()}, folder / f"{team.rank}.safetensors"
    )
    team.leave()


def _gradients(name: str, number: int, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    return {f"{name}.{number}.{i}": p.grad.clone() for i, p in enumerate(parameters) if p.grad is not None}


def lose_a_run(run: Path, pictures: Path, settings: tuple[str, ...], lost_at: int) -> None:
    """Trains until the folder is deleted at an image: the first process says so, the others end without a word."""
    original = Loop.step

    def step(loop: Loop) -> None:
        if loop.state.counters.img >= lost_at and loop.team.leads:
            shutil.rmtree(run, ignore_errors=True)
        original(loop)

    Loop.step = step  # type: ignore[method-assign]
    launched = Launch(Wish(run, "tiny", str(pictures), settings))
    if not launched.team.leads:
        assert not launched.train()
        return
    try:
        launched.train()
    except OSError as error:
        assert str(error) == f"{run} was deleted while it was trained: the training ends."
    else:
        raise AssertionError("It trained on.")


def lose_a_process(run: Path, pictures: Path, settings: tuple[str, ...], lost_at: int) -> None:
    """Trains until the second process is killed at an image, which ends the first one with a sentence."""
    original = Loop.step

    def step(loop: Loop) -> None:
        if loop.state.counters.img >= lost_at and not loop.team.leads:
            os._exit(0)
        original(loop)

    Loop.step = step  # type: ignore[method-assign]
    launched = Launch(Wish(run, "tiny", str(pictures), settings))
    try:
        launched.train()
    except OSError as error:
        assert str(error).startswith("Another process of this run ended or cannot be reached, its own output says why;")
    else:
        raise AssertionError("It trained on.")


def train_a_run(run: Path, pictures: Path, settings: tuple[str, ...], stop_at: int) -> None:
    """Trains to the end, or until somebody asks the first process to stop at an image."""
    original = Loop.step

    def step(loop: Loop) -> None:
        if loop.state.counters.img >= stop_at and loop.team.leads:
            loop.run.request("stop")
        original(loop)

    Loop.step = step  # type: ignore[method-assign]
    Launch(Wish(run, "tiny", str(pictures), settings)).train()


def train_often(run: Path, pictures: Path) -> None:
    """What a killed process was doing: the same command, from the start or from its newest checkpoint."""
    Launch(Wish(run, "tiny", str(pictures), OFTEN)).train()


def train_and_die_at_a_sync(run: Path, pictures: Path, number: int) -> None:
    """The same command, killed inside the ``number``-th time that a file is synced to disk."""
    original, calls = os.fsync, 0

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        original(descriptor)

    os.fsync = fsync
    train_often(run, pictures)
