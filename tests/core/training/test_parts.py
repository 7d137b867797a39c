"""Batches in parts: in float64 the step is the joined batch's, and running out of memory only makes parts smaller."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylegan_core import memory
from stylegan_core.run.events import Alert
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.schedule import Phase, phase_at
from stylegan_core.training.config import changed, preset
from stylegan_core.training.parts import Part, places_of, split
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.training.conftest import BRIEF, Train
from tests.core.training.final import final_state
from tests.core.training.one_step import gradients

WHOLE = changed(preset("tiny"), ["growth.batch=24", "r1_interval=1", "ada.target=0.6"])
FADING = phase_at(0.11, WHOLE.growth)


@cache
def of_the_whole(*settings: str) -> tuple[list[dict[str, Tensor]], StepNumbers, TrainingState]:
    """The gradients of the batch that is not parted, computed once for all that are compared with them."""
    with pytest.MonkeyPatch.context() as patch:
        return gradients(changed(WHOLE, settings), FADING, patch)


@pytest.mark.parametrize("size", [4, pytest.param(8, marks=pytest.mark.slow), 20])
@pytest.mark.parametrize(
    "settings",
    [(), ("r1_groups=4",), ("objective.path_length=2", "objective.lazy_steps=true", "objective.r2=1")],
    ids=["v1", "few", "v2"],
)
def test_parts_give_the_gradients_of_the_joined_batch(
    size: int, settings: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    joined, expected, whole = of_the_whole(*settings)
    parts, numbers, state = gradients(changed(WHOLE, [*settings, f"micro_batch={size}"]), FADING, monkeypatch)
    assert len(joined) == len(parts) == (4 if len(settings) > 1 else 2)
    for one, other in zip(joined, parts, strict=True):
        assert one.keys() == other.keys()
        for name, gradient in one.items():
            torch.testing.assert_close(other[name], gradient, rtol=1e-10, atol=1e-10)
    for name in ("loss_d", "loss_g", "d_real", "d_fake", "r1"):
        torch.testing.assert_close(
            getattr(numbers, name).double(), getattr(expected, name).double(), rtol=1e-6, atol=1e-6
        )
    torch.testing.assert_close(state.generator.w_avg, whole.generator.w_avg, rtol=1e-12, atol=1e-12)
    assert state.counters.path_mean == pytest.approx(whole.counters.path_mean, rel=1e-6)
    assert state.counters.ada_signs == whole.counters.ada_signs


@pytest.mark.parametrize("world", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [0, 4, 8])
def test_processes_share_a_batch_without_gap_or_overlap(world: int, size: int) -> None:
    shares = [places_of(40, 4, rank, world) for rank in range(world)]
    assert sorted(place for share in shares for place in share) == list(range(40))
    for rank, share in enumerate(shares):
        parts = list(split(40, size, 4, rank, world))
        assert sorted(place for part in parts for place in part.places) == sorted(share)
        assert all([share[row] for row in part.rows] == part.places for part in parts)
        assert sum(part.share for part in parts) == pytest.approx(len(share) / 40)
        for part in parts:
            assert {place % 10 for place in part.places} == {
                place % 10 for place in part.places[: len(part.places) // 4]
            }


@pytest.mark.parametrize("world", [1, 2, 3])
@pytest.mark.parametrize("size", [0, 4, 8])
def test_the_first_groups_of_a_batch_are_the_same_pictures_however_many_share_it(world: int, size: int) -> None:
    parts = [part for rank in range(world) for part in split(40, size, 4, rank, world, first=7)]
    assert sorted(place for part in parts for place in part.places) == [p for p in range(40) if p % 10 < 7]
    assert sum(part.share for part in parts) == pytest.approx(1)
    for rank in range(world):
        mine = places_of(40, 4, rank, world)
        assert all([mine[row] for row in part.rows] == part.places for part in split(40, size, 4, rank, world, 7))
    assert [part.places for part in split(8, 0, 4, first=9)] == [part.places for part in split(8, 0, 4)]


@pytest.mark.parametrize("group", [1, 4])
@pytest.mark.parametrize("size", [0, 8])
def test_a_part_is_cut_out_without_an_index_that_a_recording_on_a_gpu_would_have_to_copy(
    group: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> Tensor:
        raise RuntimeError("An index is copied to the GPU.")

    mine = torch.randn(20, 3, 4, 4)
    parts = list(split(40, size, group, rank=1, world=2, first=33 if group == 1 else 7))
    assert parts
    expected = [mine[part.rows] for part in parts]
    monkeypatch.setattr(Tensor, "__getitem__", refused)
    found = [part.of(mine) for part in parts]
    monkeypatch.undo()
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


def test_r1_of_every_group_is_r1_of_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    riding, expected, _ = of_the_whole()
    apart, numbers, _ = gradients(changed(WHOLE, ["r1_groups=6"]), FADING, monkeypatch)
    for one, other in zip(riding, apart, strict=True):
        for name, gradient in one.items():
            torch.testing.assert_close(other[name], gradient, rtol=1e-9, atol=1e-10)
    torch.testing.assert_close(numbers.r1, expected.r1)


def test_fewer_groups_than_processes_are_refused() -> None:
    with pytest.raises(ValueError, match="2 groups of 4"):
        places_of(8, 4, 0, 3)


def test_what_is_out_of_memory_and_what_is_not() -> None:
    assert memory.out_of_memory(MemoryError())
    assert memory.out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(RuntimeError) as refused:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert memory.out_of_memory(refused.value)
    windows = "alloc_cpu.cpp:72] data. DefaultCPUAllocator: not enough memory: you tried to allocate 26214400 bytes."
    for said in (windows, *(f"CUDA error: {name}_STATUS_ALLOC_FAILED when calling" for name in ("CUBLAS", "CUDNN"))):
        assert memory.out_of_memory(RuntimeError(said))
    assert not memory.out_of_memory(RuntimeError("shapes do not fit"))
    assert [memory.smaller(images, 4) for images in (32, 12, 8, 4)] == [16, 4, 4, 0]


def short_of_memory(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Scores of more than ``most`` pictures do not fit."""
    original = Stepper._scores

    def scores(stepper: Stepper, images: Tensor, *rest: object) -> Tensor:
        if len(images) > most:
            torch.empty(1 << 60, dtype=torch.uint8)
        return original(stepper, images, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Stepper, "_scores", scores)


def test_out_of_memory_halves_the_parts_and_goes_on(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    short_of_memory(monkeypatch, 4)
    run = train(*BRIEF)
    alerts = [event for event in EventReader(run).poll() if isinstance(event, Alert)]
    assert [alert.code for alert in alerts] == ["memory", "memory"]
    assert "4 at a time" in alerts[-1].text
    counters, _ = final_state(run)
    assert (counters["micro_batch"], counters["img"]) == (4, 80)


def test_a_failed_attempt_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    joined, _, whole = of_the_whole()
    short_of_memory(monkeypatch, 12)
    parts, _, state = gradients(WHOLE, FADING, monkeypatch)
    assert state.counters.micro_batch == 12
    for one, other in zip(joined, parts, strict=True):
        for name, gradient in one.items():
            torch.testing.assert_close(other[name], gradient, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(state.generator.w_avg, whole.generator.w_avg, rtol=1e-12, atol=1e-12)


def test_path_lengths_that_first_fit_in_parts_have_the_mean_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    config = changed(WHOLE, ["objective.path_length=2", "objective.path_interval=1", "r1_interval=16"])
    joined, _, whole = gradients(config, FADING, monkeypatch)
    original = Stepper._path_lengths

    def short(stepper: Stepper, labels: Tensor | None, part: Part, phase: Phase) -> Tensor:
        if len(part.places) > 4:
            raise MemoryError
        return original(stepper, labels, part, phase)

    monkeypatch.setattr(Stepper, "_path_lengths", short)
    parts, _, state = gradients(config, FADING, monkeypatch)
    assert state.counters.micro_batch == 3
    assert state.counters.path_mean == pytest.approx(whole.counters.path_mean, rel=1e-9)
    for name, gradient in joined[-1].items():
        torch.testing.assert_close(parts[-1][name], gradient, rtol=1e-10, atol=1e-9)  # some are zero but for rounding


def test_where_not_even_a_group_fits_it_says_so(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    short_of_memory(monkeypatch, 3)
    with pytest.raises(ValueError, match="too small for 4 images"):
        train()


LIMITED = """
import resource, sys, torch
from pathlib import Path
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
torch.set_num_threads(1)
original = Stepper._scores
def scores(stepper, images, *rest):
    held = torch.empty(len(images), 256 << 20, dtype=torch.uint8)  # as if a picture needed 256 MiB
    return original(stepper, images, *rest)
Stepper._scores = scores
size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (3 << 30), resource.RLIM_INFINITY))
Launch(Wish(Path(sys.argv[1]), "tiny", sys.argv[2], ("growth.batch=32",))).train()
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="address space is limited on Linux only")
def test_a_real_limit_of_the_address_space(tmp_path: Path, pictures: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "run"), str(pictures)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    run = RunDir(tmp_path / "run")
    alerts = [event.code for event in EventReader(run).poll() if isinstance(event, Alert)]
    assert alerts and set(alerts) == {"memory"}
    assert final_state(run)[0]["micro_batch"] in (4, 8)
