"""Other stylegan2-ada-pytorch files: labels, cut activations, single networks, odd discriminators."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.importing import import_file
from stylegan_core.model import Model, load_model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import render
from tests.core.formats import literal
from tests.core.formats.corpus import ada_pickle, ada_state
from tests.core.formats.literal import Styled, he


def opened(path: Path, state: dict[str, Tensor], **init: object) -> Model:
    path.write_bytes(ada_pickle({"G_ema": state}, **init))
    return load_model(path)


def layer(state: dict[str, Tensor], name: str, *, up: bool = False) -> Styled:
    weight = state[name + "weight"] * he(state[name + "weight"][0].numel(), 1)
    noise = state[name + "noise_const"] * state[name + "noise_strength"] if name + "noise_const" in state else None
    affine = (state[name + "affine.weight"] * he(2, 1), state[name + "affine.bias"])
    return Styled(weight.flip(2, 3) if up else weight, affine, state[name + "bias"], noise, up)


def picture(state: dict[str, Tensor], ws: Tensor, limit: float) -> Tensor:
    x, image = state["synthesis.b4.const"].expand(len(ws), -1, -1, -1), None
    for index, name in enumerate(("b4.conv1.", "b8.conv0.", "b8.conv1.")):
        x = layer(state, "synthesis." + name, up=index == 1).draw(x, ws[:, index]).clamp(-limit, limit)
        if index % 2 == 0:
            rgb = layer(state, f"synthesis.b{4 << (index // 2)}.torgb.").rgb(x, ws[:, index + 1]).clamp(-limit, limit)
            image = rgb if image is None else literal.rgb_up(image) + rgb
    assert image is not None
    return image


@pytest.mark.parametrize("limit", [0.0, 0.5])
def test_cut_activations(tmp_path: Path, limit: float) -> None:
    """A real file cuts at 256; here the limit is low enough to show."""
    state = ada_state()
    init = {"conv_clamp": limit} if limit else {}
    module = {"G_ema": state}
    (tmp_path / "file").write_bytes(ada_pickle(module, z_dim=2, synthesis_kwargs=init))
    model, ws = load_model(tmp_path / "file"), torch.randn(2, 4, 2, generator=torch.Generator().manual_seed(1))
    expected = picture(state, ws, limit or 1e9)
    torch.testing.assert_close(model.synthesis(ws), expected, atol=1e-5, rtol=1e-5)
    assert (picture(state, ws, 0.5) - picture(state, ws, 1e9)).abs().max() > 0.1
    pixels = torch.from_numpy(render(model, Recipe(latent=Latent(seed=1), psi=1.0)).copy()).permute(2, 0, 1).float()
    z = torch.from_numpy(np.random.RandomState(1).randn(1, 2).astype(np.float32))
    drawn = picture(state, model.mapping(z)[:, None].expand(-1, 4, -1), limit or 1e9)[0]
    assert (pixels - (drawn * 127.5 + 128).clamp(0, 255).floor()).abs().max() <= 1


def test_labels(tmp_path: Path) -> None:
    state = ada_state()
    random = torch.Generator().manual_seed(2)
    state["mapping.embed.weight"] = torch.randn(2, 3, generator=random)
    state["mapping.embed.bias"] = torch.randn(2, generator=random)
    state["mapping.fc0.weight"] = torch.randn(2, 5, generator=random) * 100
    model = opened(tmp_path / "file", state)
    assert (model.z_dim, len(model.classes)) == (3, 3)
    z, one_hot = torch.randn(3, 3), torch.eye(3)
    embedded = one_hot @ (state["mapping.embed.weight"].T * he(3, 1)) + state["mapping.embed.bias"]
    code = torch.cat([literal.unit(z), literal.unit(embedded)], dim=1)
    dense = [(state["mapping.fc0.weight"] * he(5, 1) * 0.01, state["mapping.fc0.bias"] * 0.01)]
    torch.testing.assert_close(model.mapping(z, one_hot), literal.mapping2(dense, code), atol=1e-5, rtol=0)


def test_an_odd_discriminator_is_left_out_and_said(tmp_path: Path) -> None:
    judge = {"b4.conv.weight": torch.zeros(2, 3, 3, 3), "mapping.fc0.weight": torch.zeros(2, 2)}
    (tmp_path / "file").write_bytes(ada_pickle({"D": judge, "G_ema": ada_state()}))
    found = import_file(tmp_path / "file")
    assert found.discriminator is None and any("mapped label" in note for note in found.model.info.notes)


def test_a_discriminator_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(ada_pickle({"D": {"b4.conv.weight": torch.zeros(2, 3, 3, 3)}}))
    with pytest.raises(ValueError, match="no whole StyleGAN2 generator"):
        load_model(tmp_path / "file")


def test_another_filter_is_refused(tmp_path: Path) -> None:
    state = ada_state() | {"synthesis.b8.resample_filter": torch.ones(4, 4) / 16}
    with pytest.raises(ValueError, match="another filter"):
        opened(tmp_path / "file", state)
