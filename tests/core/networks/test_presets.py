"""Every preset, made small: one training step moves all it should, and the saved network draws the same picture."""

import math
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from stylegan_core.model import load_model, save_model
from stylegan_core.recipe import Recipe
from stylegan_core.render import Pixels, render
from stylegan_core.schedule import Phase, phases
from stylegan_core.training.config import PRESETS, TrainingConfig, changed, preset
from stylegan_core.training.family import FAMILY
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper

SIZES = ("fmap_max=16", "z_dim=16", "w_dim=16", "mapping_width=16")
TRADITIONAL = ("config-a", "config-b")
PLAIN = ("dcgan-32", "wgan-gp-32", "sn-dcgan-32")


@cache
def small(name: str) -> TrainingConfig:
    """The preset with 16 channels and codes of 16, on eight pictures at a time."""
    config = preset(name)
    network = config.to_dict()["network"] | {key: int(value) for key, value in (size.split("=") for size in SIZES)}
    network["fmap_base"] = max(128, network["resolution"])
    data = config.to_dict() | {"network": network}
    return changed(TrainingConfig.from_dict(data), ["growth.batch=8"])


def phase_of(config: TrainingConfig) -> Phase:
    """Half way through the first fade, or the only phase."""
    every = phases(config.growth)
    if len(every) == 1:
        return every[0]
    first = every[1]
    return Phase(1, "fade", first.level, 0.5, first.begin_kimg, first.end_kimg, 8, first.rate, first.lod)


def stepped(
    config: TrainingConfig, phase: Phase, labels: Tensor | None = None, dtype: torch.dtype = torch.float32
) -> tuple[TrainingState, StepNumbers]:
    state = TrainingState.fresh(config, torch.device("cpu"))
    state.set_rate(0.001)
    stepper, numbers = Stepper(state, dtype), StepNumbers()
    reals = torch.rand(8, 3, phase.resolution, phase.resolution, generator=torch.Generator().manual_seed(1)) * 2 - 1
    stepper.discriminator_half(reals, labels, phase, numbers)
    stepper.generator_half(labels, 8, phase, numbers)
    return state, numbers


@cache
def after_a_step(name: str) -> tuple[TrainingState, StepNumbers]:
    """The small preset after one step in float32, without labels; no test trains it further."""
    return stepped(small(name), phase_of(small(name)))


def unmoved(now: nn.Module, before: nn.Module) -> set[str]:
    pairs = zip(now.named_parameters(), before.parameters(), strict=True)
    return {name for (name, new), old in pairs if torch.equal(new, old)}


def asleep(names: set[str], phase: Phase, layers_at_4: int) -> set[str]:
    """Those of the names that belong to levels the phase does not use."""
    found = set()
    for name in names:
        parts = name.removeprefix("synthesis.").split(".")
        number = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else -1
        level = {"layers": (number + 2 - layers_at_4) // 2, "blocks": number + 1}.get(parts[0], phase.level)
        rgb = parts[0] in ("to_rgb", "from_rgb") and number >= 0 and number not in (phase.level, phase.level - 1)
        if rgb or level > phase.level:
            found.add(name)
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_one_step_moves_everything_that_is_awake(name: str) -> None:
    config = small(name)
    phase = phase_of(config)
    state, numbers = after_a_step(name)
    fresh = TrainingState.fresh(config, torch.device("cpu"))
    assert not numbers.skipped
    assert numbers.loss_d is not None and numbers.loss_g is not None
    assert math.isfinite(float(numbers.loss_d)) and math.isfinite(float(numbers.loss_g))
    assert (numbers.r1 is not None) == (config.gamma > 0)
    assert (state.counters.path_mean > 0) == (config.objective.path_length > 0)
    layers_at_4 = config.network.family.noise_at_4
    for now, before in ((state.generator, fresh.generator), (state.discriminator, fresh.discriminator)):
        every = {parameter for parameter, _ in now.named_parameters()}
        expected = asleep(every, phase, layers_at_4) if config.network.family.growing else set()
        # Where the loss is linear in the scores, as much pulls the last bias up as down.
        linear = {"last.bias"} if config.objective.loss in ("wgan", "hinge") else set()
        assert unmoved(now, before) - linear == expected - linear


@pytest.mark.parametrize("name", PRESETS)
def test_the_saved_network_draws_the_same_picture(name: str, tmp_path: Path) -> None:
    config = small(name)
    phase = phase_of(config)
    state, _ = after_a_step(name)
    state.update_average(0.0)
    save_model(tmp_path / "one.safetensors", state.average, level=phase.level, alpha=phase.alpha)
    one = load_model(tmp_path / "one.safetensors")
    save_model(tmp_path / "two.safetensors", one)
    pictures: list[Pixels] = [render(m, Recipe()) for m in (one, load_model(tmp_path / "two.safetensors"))]
    assert (pictures[0] == pictures[1]).all()
    assert pictures[0].shape == (config.network.resolution, config.network.resolution, 3)
    assert (one.level, one.alpha) == (phase.level, phase.alpha)
    assert pictures[0].std() > 0


@pytest.mark.parametrize("name", FAMILY)
def test_a_step_in_bfloat16_is_nearly_the_one_in_float32(name: str) -> None:
    config = small(name)
    (_, fast), (_, exact) = stepped(config, phase_of(config), dtype=torch.bfloat16), after_a_step(name)
    assert not fast.skipped
    assert fast.loss_d is not None and exact.loss_d is not None
    assert fast.loss_g is not None and exact.loss_g is not None
    assert float(fast.loss_d) == pytest.approx(float(exact.loss_d), rel=0.05, abs=0.05)
    assert float(fast.loss_g) == pytest.approx(float(exact.loss_g), rel=0.05, abs=0.05)


@pytest.mark.parametrize("name", FAMILY)
def test_labels_reach_both_networks(name: str) -> None:
    config = small(name)
    data = config.to_dict() | {"network": config.network.with_classes(("boot", "shirt")).to_dict()}
    config = TrainingConfig.from_dict(data)
    state, numbers = stepped(config, phase_of(config), torch.eye(2)[[0, 1] * 4])
    assert not numbers.skipped
    z = torch.randn(1, 16)
    boot, shirt = (state.average.mapping(z, torch.eye(2)[[index]]) for index in (0, 1))
    assert not torch.allclose(boot, shirt)
    image = torch.randn(8, 3, *[phase_of(config).resolution] * 2)
    scores = [state.discriminator.eval()(image, torch.eye(2)[[index] * 8], phase_of(config).level) for index in (0, 1)]
    assert not torch.allclose(scores[0], scores[1])


def test_preset_of_each_configuration() -> None:
    for name in FAMILY:
        network = preset(name).network
        assert network.has_styles == (name not in (*TRADITIONAL, *PLAIN))
        assert network.family.growing == name.startswith(("config-", "stylegan2-b", "stylegan2-c", "stylegan2-d"))


def test_settings_that_mean_nothing_are_refused() -> None:
    for name, setting, why in (
        ("dcgan-32", "gamma=1", "Batch norm ties the pictures"),
        ("dcgan-32", "style_mixing=0.5", "nothing to mix"),
        ("config-b", "objective.path_length=2", "nothing to mix"),
        ("stylegan2-32", "network.noise=false", "noise is no choice in a StyleGAN2"),
        ("stylegan2-32", "network.instance_norm=false", "instance_norm is no choice in a StyleGAN2"),
        ("stylegan2-b-32", "network.const_input=false", "const_input is no choice in a StyleGAN2, growing"),
        ("stylegan2-32", "network.d_norm=batch", "in a DCGAN also"),
        ("avatars-32", "network.label_input=separate", "label_input is no choice in a StyleGAN v1"),
        ("avatars-32", "network.mbstd_group=0", "mbstd_group lies between 1"),
        ("avatars-32", "objective.loss=cross", "objective.loss is one of"),
        ("avatars-32", "objective.drift=0.1", "keeps the scores of the loss wgan"),
    ):
        with pytest.raises(ValueError, match=why):
            changed(preset(name), [setting])
    config = preset("avatars-32").to_dict()
    plain = preset("stylegan2-32").to_dict()["network"]
    with pytest.raises(ValueError, match="A StyleGAN2 does not grow"):
        TrainingConfig.from_dict(config | {"network": plain})
