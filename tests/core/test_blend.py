"""Networks between two: every tensor where it belongs, both ends exact, what cannot blend refused in one sentence."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from stylegan_core.__main__ import main
from stylegan_core.blend import Build, blend, check_alike, kinship, may_blend, resolution_of
from stylegan_core.blend_amounts import Amounts, agreement
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.families import FAMILIES
from stylegan_core.networks.generator import build_generator
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import render

CONFIG = NetworkConfig(
    resolution=32, z_dim=16, w_dim=16, mapping_layers=2, mapping_width=16, fmap_base=512, fmap_max=16
)


def network(seed: int, name: str = "some", config: NetworkConfig = CONFIG) -> Model:
    """A network of random weights, noise strengths and mean among them."""
    generator = build_generator(config)
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in generator.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(torch.randn(tensor.shape, generator=draw))
    return Model(generator, name=name)


def drawn_from(model: Model, seed: int, share: float) -> Model:
    """A network that went on from another: its weights and a little of others."""
    other = network(seed, "child", model.config)
    with torch.no_grad():
        for name, tensor in other.generator.state_dict().items():
            if tensor.is_floating_point():
                tensor.mul_(share).add_(model.generator.state_dict()[name])
    return Model(other.generator, name="child")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_tensor_belongs_to_a_resolution(family: str) -> None:
    """Maps of noise have its side; what has none has the parts of its layer."""
    styles = family != "dcgan"
    config = replace(CONFIG, architecture=family, mapping_layers=2 if styles else 0)
    tensors = build_generator(config).state_dict()
    of = {key: resolution_of(key, config) for key in tensors}
    for key, tensor in tensors.items():
        if key.endswith(".noise"):
            assert of[key] == tensor.shape[-1]
        assert (of[key] is None) == key.startswith(("mapping.", "w_avg"))
    found = sorted({at for at in of.values() if at})
    assert found[0] == 4
    assert found[-1] == 32
    pictures = [at for key, at in of.items() if key.startswith("synthesis.to_rgb") and key.endswith("conv.weight")]
    assert pictures == sorted(pictures)
    if family == "stylegan3":
        layers = [of[f"synthesis.layers.{number}.weight"] for number in range(15)]
        assert tuple(layers) == config.layer_resolutions[1:]


def test_each_part_is_taken_from_where_it_is_asked_for() -> None:
    first, second = network(1), network(2)
    made = blend(first, second, Amounts(coarse=1, middle=0.25)).generator.state_dict()
    for key, tensor in made.items():
        one, other = first.generator.state_dict()[key], second.generator.state_dict()[key]
        at = resolution_of(key, CONFIG)
        share = {None: 0.0, 4: 1.0, 8: 1.0, 16: 0.25, 32: 0.0}[at]
        if key.endswith(".noise"):
            share = 0.0
        assert torch.allclose(tensor, one + share * (other - one), atol=1e-5), key
        if share in (0, 1):
            assert torch.equal(tensor, other if share else one), key


def test_both_ends_draw_their_own_network() -> None:
    first, second = network(1, "one"), network(2, "two")
    recipe = Recipe(Latent(seed=3))
    alone = blend(first, second, Amounts())
    assert alone.info.hash == first.info.hash
    with torch.no_grad():  # the maps of noise are the first's
        for key, tensor in second.generator.state_dict().items():
            if key.endswith(".noise"):
                tensor.copy_(first.generator.state_dict()[key])
    assert (render(blend(first, second, Amounts(1, 1, 1, 1)), recipe) == render(second, recipe)).all()
    assert "one" in alone.info.origin
    assert "two" in alone.info.origin


def test_the_first_network_stays_as_it_was() -> None:
    first, second = network(1), network(2)
    before = first.info.hash
    blend(first, second, Amounts(1, 1, 1, 1))
    assert Model(first.generator).info.hash == before


def test_kinship_tells_a_child_from_a_stranger() -> None:
    first = network(1)
    assert kinship(first, first) == pytest.approx(1)
    assert kinship(first, drawn_from(first, 2, 0.5)) == pytest.approx(0.9, abs=0.02)
    assert abs(kinship(first, network(3))) < 0.05


def test_what_cannot_blend_is_refused_in_one_sentence() -> None:
    first = network(1, "one")
    with pytest.raises(ValueError, match="architecture is stylegan1 in one and lucidrains in the other"):
        check_alike(first, network(1, "two", replace(CONFIG, architecture="lucidrains")))
    with pytest.raises(ValueError, match="resolution is 32 in one and 16"):
        blend(first, network(1, "two", replace(CONFIG, resolution=16)), Amounts())
    with pytest.raises(ValueError, match="different widths"):
        check_alike(first, network(1, "two", replace(CONFIG, fmap_max=8)))
    with pytest.raises(ValueError, match="not grown as far"):
        check_alike(first, Model(network(1).generator, level=2))
    with pytest.raises(ValueError, match="from -1 to 2 of a model, not nan of its fine part"):
        Amounts(fine=float("nan"))
    check_alike(first, network(2, "two", replace(CONFIG, mbstd_group=8)))  # the discriminator's alone


def test_a_file_says_without_being_read_whole_whether_it_may_blend(tmp_path: Path) -> None:
    own = Build.of(network(1))
    for name, model, may in (
        ("same", network(2), True),
        ("wide", network(2, config=replace(CONFIG, fmap_max=8)), False),
        ("kind", network(2, config=replace(CONFIG, noise=False)), False),
        ("young", Model(network(2).generator, level=2), False),
        ("critic", network(2, config=replace(CONFIG, mbstd_group=8)), True),
    ):
        path = tmp_path / f"{name}.safetensors"
        save_model(path, model)
        assert may_blend(own, path) is may, name
    (tmp_path / "torn.safetensors").write_bytes((tmp_path / "wide.safetensors").read_bytes()[:500])
    (tmp_path / "foreign.pkl").write_bytes(pickle.dumps([1]))
    for unknown in ("torn.safetensors", "foreign.pkl", "gone"):  # whoever chooses one of these hears what it is
        assert may_blend(own, tmp_path / unknown)


def test_amounts_in_words() -> None:
    assert str(Amounts(coarse=1, fine=0.3)) == "coarse 100 %, fine 30 %"
    assert str(Amounts()) == "nothing"


def test_agreement_is_rounded_down() -> None:
    """The command said 100 % where the window said 99."""
    assert [agreement(kin) for kin in (1.0, 0.9987, 0.3, -0.1)] == ["100 %", "99 %", "30 %", "0 %"]


def test_a_blend_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = network(1, "one")
    for name, model in (("one", first), ("two", drawn_from(first, 2, 0.5)), ("stranger", network(3))):
        save_model(tmp_path / f"{name}.safetensors", model)
    one, two, stranger, out = (str(tmp_path / f"{name}.safetensors") for name in ("one", "two", "stranger", "out"))
    assert main(["blend", one, two, out, "--coarse", "1", "--fine", "0.5"]) == 0
    said = capsys.readouterr()
    assert "coarse 100 %, fine 50 %" in said.out
    assert said.err == ""
    assert load_model(out).info.name == "out"
    assert main(["blend", one, two, out]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["blend", one, stranger, out, "--fine", "1", "--overwrite"]) == 0
    assert "expect no pictures between them" in capsys.readouterr().err
    assert main(["blend", one, two, str(tmp_path / "out.pkl")]) == 2
