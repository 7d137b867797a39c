"""StyleGAN3 files: pickles and state dicts of T and R, with labels, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.formats.card import read_card
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.importing import import_file
from stylegan_core.model import load_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator
from stylegan_core.networks.stylegan3 import limits_of
from tests.core.formats.corpus import ada_pickle
from tests.core.networks.literal3 import Schedule
from tests.core.networks.small import lively, small

State = dict[str, Tensor]


def network(**changes: object) -> Generator:
    sizes = {"fmap_base": 40, "fmap_max": 6, "label_input": "separate", "activation_clamp": 256.0}
    return lively(small(architecture="stylegan3", **{**sizes, **changes}))


def written(generator: Generator) -> State:
    """A network under NVIDIA's names, with scipy's filters."""
    config, plan = generator.config, Schedule(generator.config.resolution)
    limits = limits_of(config)
    names = [f"L{at}_{limit.size}_{limit.channels}" for at, limit in enumerate(limits)]
    state: State = {"mapping.w_avg": generator.w_avg.clone()}
    for name, tensor in generator.state_dict().items():
        part = name.replace("mapping.layers.", "mapping.fc").replace("mapping.label_dense", "mapping.embed")
        if name.startswith("synthesis.layers."):
            index, _, rest = name.removeprefix("synthesis.layers.").partition(".")
            part = f"synthesis.{names[int(index)]}.{rest}"
            tensor = tensor + 1 if rest == "affine.bias" else tensor
        if name != "w_avg":
            state[part] = tensor.clone()
    for at, name in enumerate(names):
        for part, taps in zip(("up", "down"), plan.filters(at, rotation=config.rotation), strict=False):
            if isinstance(taps, np.ndarray):
                state[f"synthesis.{name}.{part}_filter"] = torch.from_numpy(taps.astype(np.float32))
    return state


@pytest.mark.parametrize("changes", [{}, {"rotation": True, "classes": ("class 0", "class 1")}, {"resolution": 64}])
def test_the_same_network_comes_out(tmp_path: Path, changes: dict[str, object]) -> None:
    made = network(**changes)
    state = written(made)
    options = {"z_dim": 16, "output_scale": 0.25, "synthesis_kwargs": {"num_layers": 14}}
    (tmp_path / "pickle").write_bytes(
        ada_pickle({"G": state, "D": {"b4.conv.bias": torch.zeros(2)}, "G_ema": state}, **options)
    )
    torch.save({"G_ema": {f"module.{name}": tensor for name, tensor in state.items()}}, tmp_path / "dict")
    for file in ("pickle", "dict"):
        model = load_model(tmp_path / file)
        assert channels(model.config) == channels(made.config)
        for name, tensor in made.state_dict().items():
            torch.testing.assert_close(model.generator.state_dict()[name], tensor, atol=1e-6, rtol=0)
        assert model.info.architecture == ("StyleGAN3-R" if "rotation" in changes else "StyleGAN3-T")
        ws = torch.randn(1, 16, 16)
        torch.testing.assert_close(model.synthesis(ws), made.synthesis(ws), atol=1e-5, rtol=0)
    found = import_file(tmp_path / "pickle")
    assert found.discriminator is None and "drawn here, not trained" in " ".join(found.model.info.notes)


def channels(config: NetworkConfig) -> tuple[object, ...]:
    limits = [(limit.size, limit.channels) for limit in limits_of(config)]
    return (config.z_dim, config.w_dim, config.rotation, config.activation_clamp, config.classes, limits)


@pytest.mark.parametrize(("base", "most"), [(16384, 512), (32768, 1024), (4096, 512), (3000, 64)])
def test_channels_give_back_the_number_that_made_them(base: int, most: int) -> None:
    from stylegan_core.formats.stylegan3 import _base

    for resolution in (64, 256, 1024):
        made = NetworkConfig(resolution, "stylegan3", fmap_base=base, fmap_max=most)
        found = _base([limit.channels for limit in limits_of(made)[:-1]], resolution)
        again = NetworkConfig(resolution, "stylegan3", fmap_base=found, fmap_max=most)
        assert limits_of(again) == limits_of(made)


def without(name: str) -> Callable[[State], State]:
    return lambda state: {key: value for key, value in state.items() if name not in key}


def other_filter(state: State) -> State:
    name = next(key for key in state if key.endswith("down_filter"))
    return {**state, name: torch.ones_like(state[name]) / state[name].numel()}


def renamed(state: State) -> State:
    return {key.replace("L3_36_", "L3_52_"): value for key, value in state.items()}


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (without("L14_"), {}, "has 14 layers where StyleGAN3 has 15"),
        (without("L3_36_6.magnitude"), {}, "lacks 'synthesis.L3_36_6.magnitude_ema'"),
        (without("input.phases"), {}, "lacks 'synthesis.input.phases'"),
        (other_filter, {}, "has other filters than StyleGAN3's T and R"),
        (renamed, {}, "its layer L3_52_6 would be L3_36_6 in StyleGAN3"),
        (dict, {"output_scale": 1.0}, "scales its pictures by another number"),
        (dict, {"conv_clamp": -1}, "but not at a sensible value"),
    ],
)
def test_what_it_is_not_is_said(
    tmp_path: Path, change: Callable[[State], State], options: dict[str, object], reason: str
) -> None:
    (tmp_path / "file").write_bytes(ada_pickle({"G_ema": change(written(network()))}, **options))
    with pytest.raises(RefusedFile, match=reason):
        read_card(tmp_path / "file")


def test_a_file_that_says_nothing_of_it_cuts_at_256(tmp_path: Path) -> None:
    for options, clamp in (({}, 256.0), ({"conv_clamp": None}, 0.0), ({"conv_clamp": 4}, 4.0)):
        (tmp_path / "file").write_bytes(ada_pickle({"G_ema": written(network())}, **options))
        assert load_model(tmp_path / "file").config.activation_clamp == clamp
