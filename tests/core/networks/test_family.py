"""Every network of the family behind one Model: drawn, saved, loaded, and saying what it can do."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from stylegan_core.info import REASONS
from stylegan_core.model import Model, load_discriminator, load_model, save_model
from stylegan_core.networks.generator import build_discriminator
from stylegan_core.recipe import Latent, Mix, Recipe
from stylegan_core.render import Pixels, Renderer, render
from stylegan_core.styles import Styles
from tests.core.networks.small import FAMILY, lively, small

RECIPES = {
    "default": Recipe(),
    "another": Recipe(latent=Latent(seed=9), psi=0.3, cutoff=4, label=1),
    "mixed": Recipe(mixes=(Mix(source=Latent(seed=4), first=3, last=None),)),
    "noisy": Recipe().with_noise(3, seed=5).with_noise(1, on=False),
    "half": Recipe(level=2, alpha=0.4),
}


@cache
def model(name: str) -> Model:
    return Model(lively(FAMILY[name]), name=name)


def synthesised(name: str, recipe: Recipe) -> Pixels:
    """The picture by the plain network, without any of the fast path's preparations."""
    made = model(name)
    styles = Styles(made)
    maps = [styles.noise_map(layer, recipe.noise_layer(layer)) for layer in range(made.num_noise_layers)]
    level, alpha = (recipe.level, recipe.alpha) if made.info.capabilities.growing else (None, None)
    image = made.synthesis(styles.ws(recipe), maps, level, alpha)[0]
    found: Pixels = (image * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
    return found


def distance(one: Pixels, other: Pixels) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize("name", FAMILY)
def test_render_is_synthesis(name: str) -> None:
    renderer = Renderer(model(name))
    for which, recipe in RECIPES.items():
        drawn = renderer.render(recipe)
        assert drawn.shape == (32, 32, 3)
        assert distance(drawn, synthesised(name, recipe)) <= 2, which
        assert (drawn == Renderer(model(name)).render(recipe)).all(), which


@pytest.mark.parametrize("name", FAMILY)
def test_pictures_depend_on_what_they_should(name: str) -> None:
    made, plain = model(name), render(model(name), Recipe())
    can = made.info.capabilities
    assert plain.std() > 1
    assert distance(plain, render(made, Recipe(latent=Latent(seed=1)))) > 0
    assert (distance(plain, render(made, Recipe(psi=0.2))) > 0) == can.truncation
    assert (distance(plain, render(made, RECIPES["mixed"])) > 0) == can.mixing
    assert (distance(plain, render(made, RECIPES["noisy"])) > 0) == can.noise
    assert (distance(plain, render(made, RECIPES["half"])) > 0) == can.growing
    assert (distance(plain, render(made, Recipe(label=1))) > 0) == bool(made.classes)


@pytest.mark.parametrize("name", FAMILY)
def test_drafts_look_like_the_exact_picture(name: str) -> None:
    exact, draft = render(model(name), Recipe()).astype(float), render(model(name), Recipe(), "draft").astype(float)
    assert np.abs(exact - draft).mean() < 4


@pytest.mark.parametrize("name", FAMILY)
def test_saved_and_loaded_it_draws_and_scores_the_same(name: str, tmp_path: Path) -> None:
    made, judge = model(name), build_discriminator(FAMILY[name]).eval()
    save_model(tmp_path / "it.safetensors", made, discriminator=judge)
    again, its_judge = load_model(tmp_path / "it.safetensors"), load_discriminator(tmp_path / "it.safetensors")
    assert its_judge is not None
    assert again.info == replace(made.info, name="it")
    assert (render(again, RECIPES["another"]) == render(made, RECIPES["another"])).all()
    image, labels = torch.randn(4, 3, 32, 32), torch.eye(2)[[0, 1, 0, 1]] if made.classes else None
    with torch.no_grad():
        assert torch.allclose(its_judge.eval()(image, labels), judge(image, labels), atol=1e-6)


CAN = {  # styles, noise, mixing, growing, truncation; none can be moved
    "a": (False, False, False, True, False),
    "b": (False, False, False, True, False),
    "c": (True, False, True, True, True),
    "d": (True, False, True, True, True),
    "e": (True, True, True, True, True),
    "f": (True, True, True, True, True),
    "stylegan2-growing": (True, True, True, True, True),
    "stylegan2": (True, True, True, False, True),
    "dcgan": (False, False, False, False, False),
}


@pytest.mark.parametrize("name", CAN)
def test_capabilities_and_their_reasons(name: str) -> None:
    info = model(name).info
    names = ("styles", "noise", "mixing", "growing", "truncation")
    assert tuple(getattr(info.capabilities, one) for one in names) == CAN[name]
    assert info.why_not("transform") == REASONS["transform"]
    for one, can in zip(names, CAN[name], strict=True):
        assert info.why_not(one) == ("" if can else REASONS[one])


def test_names_of_the_networks() -> None:
    names = {"a": "Progressive GAN", "c": "StyleGAN v1, configuration C", "f": "StyleGAN v1", "dcgan": "DCGAN"}
    names |= {"stylegan2": "StyleGAN2", "stylegan2-growing": "StyleGAN2, growing"}
    assert {name: model(name).info.architecture for name in names} == names


def test_facts_of_networks_without_styles() -> None:
    for name in ("a", "b", "dcgan"):
        made = model(name)
        assert (made.num_layers, made.num_noise_layers) == (1, 0)
        assert not made.w_avg.any()
    z = torch.randn(2, 16)
    assert torch.equal(model("dcgan").mapping(z), z)


def test_noise_layers() -> None:
    assert model("f").info.noise_resolutions == (4, 4, 8, 8, 16, 16, 32, 32)
    assert model("stylegan2").info.noise_resolutions == (4, 8, 8, 16, 16, 32, 32)
    assert model("stylegan2").num_layers == 8
    assert small(resolution=1024, fmap_base=512).num_noise_layers == 18
    assert small(resolution=1024, fmap_base=512, architecture="stylegan2").num_noise_layers == 17


def test_a_network_that_does_not_grow_says_so() -> None:
    made = model("stylegan2")
    with pytest.raises(ValueError, match="A StyleGAN2 does not grow: it draws at level 3 and alpha 1 only"):
        made.synthesis(torch.zeros(1, 8, 16), level=1)
    with pytest.raises(ValueError, match="does not grow"):
        build_discriminator(made.config)(torch.zeros(4, 3, 8, 8), level=1)
