"""Growing: what a network draws between two resolutions, and that nothing jumps (spec-core 10: 7–11)."""

import pytest
import torch
from torch import Tensor

from stylegan_core.networks import layers as ops
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.networks.generator import Generator, build_discriminator, build_generator
from stylegan_core.networks.synthesis import Synthesis, SynthesisNetwork
from stylegan_core.schedule import official_growth, phase_at, phases
from stylegan_core.training.losses import fade_reals
from tests.core.networks.small import lively, small

LEVELS = range(4)


def styles(generator: Generator, number: int = 2) -> Tensor:
    z = torch.randn(number, generator.config.z_dim, generator=torch.Generator().manual_seed(5))
    w: Tensor = generator.mapping(z)
    return w[:, None].expand(-1, generator.config.num_layers, -1)


def judge() -> Discriminator:
    torch.manual_seed(0)
    return build_discriminator(small()).requires_grad_(False)


def test_fade_blends_the_pictures() -> None:
    generator = lively(small())
    ws, synthesis = styles(generator), generator.synthesis
    grown = synthesis.grow(ws, "const", 3, 0.7)
    assert grown.old is not None
    expected = 0.7 * grown.new + 0.3 * grown.old
    assert torch.allclose(synthesis(ws, level=3, alpha=0.7), expected, atol=1e-6)
    assert torch.equal(grown.old, ops.upsample(synthesis(ws, level=2, alpha=1.0, native=True)))
    assert (grown.new - grown.old).abs().max() > 0.1


@pytest.mark.parametrize("level", LEVELS)
def test_a_lower_level_is_the_smaller_network_enlarged(level: int) -> None:
    big = lively(small())
    little = build_generator(small(resolution=4 << level))
    little.load_state_dict({name: big.state_dict()[name] for name in little.state_dict()})
    ws = styles(big)
    with torch.no_grad():
        expected = little.synthesis(ws[:, : little.config.num_layers])
    found = big.synthesis(ws, level=level, alpha=1.0)
    assert found.shape == (2, 3, 32, 32)
    assert torch.allclose(found, ops.upsample(expected, 8 >> level), atol=1e-6)


@pytest.mark.parametrize("level", LEVELS[1:])
def test_no_fade_jumps_at_either_end(level: int) -> None:
    generator = lively(small())
    ws, synthesis = styles(generator), generator.synthesis
    below, above = synthesis(ws, level=level - 1), synthesis(ws, level=level)
    assert torch.allclose(synthesis(ws, level=level, alpha=0.0), below, atol=1e-6)
    assert torch.allclose(synthesis(ws, level=level, alpha=1 - 1e-6), above, atol=1e-4)
    assert (above - below).abs().max() > 0.1


@pytest.mark.parametrize("level", LEVELS[1:])
def test_no_score_jumps_at_either_end(level: int) -> None:
    network = judge()
    image = torch.randn(4, 3, 4 << level, 4 << level, generator=torch.Generator().manual_seed(1))
    below, above = network(ops.downsample(image), level=level - 1), network(image, level=level)
    assert torch.allclose(network(image, level=level, alpha=0.0), below, atol=1e-5)
    assert torch.allclose(network(image, level=level, alpha=1 - 1e-6), above, atol=1e-4)
    assert (above - below).abs().max() > 1e-3


@pytest.mark.parametrize("level", LEVELS)
def test_scores_at_a_lower_level_are_those_of_the_smaller_network(level: int) -> None:
    big = judge()
    little = build_discriminator(small(resolution=4 << level)).requires_grad_(False)
    little.load_state_dict({name: big.state_dict()[name] for name in little.state_dict()})
    image = torch.randn(4, 3, 4 << level, 4 << level, generator=torch.Generator().manual_seed(1))
    assert torch.equal(big(image, level=level), little(image))


@pytest.mark.parametrize("group", [1, 4])
def test_scores_depend_on_the_rest_of_the_batch_only_through_the_minibatch_deviation(group: int) -> None:
    torch.manual_seed(0)
    network = build_discriminator(small(mbstd_group=group)).requires_grad_(False)
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    others = torch.cat([images[:1], 3 * images[1:]])
    assert torch.allclose(network(images)[0], network(others)[0], atol=1e-5) == (group == 1)


def linear_structure(synthesis: SynthesisNetwork, ws: Tensor, lod: float) -> Tensor:
    """The official code's "linear" structure: every stage runs, and clipped lerps on lod choose among the pictures."""
    assert isinstance(synthesis, Synthesis)
    top = synthesis.config.levels - 1
    x: Tensor | None = None
    image: Tensor | None = None
    for level in range(top + 1):
        for index in (2 * level, 2 * level + 1):
            x = synthesis.layers[index](x, ws[:, index], synthesis.noise_map(index), torch.float32)
        own = synthesis.to_rgb[level](x)
        weight = min(max(lod - (top - level), 0.0), 1.0)
        image = own if image is None else torch.lerp(own, ops.upsample(image), weight)
    assert image is not None
    return image


@pytest.mark.parametrize("lod", [0.0, 0.3, 1.0, 1.6, 2.0, 2.9])
def test_growing_is_the_linear_structure(lod: float) -> None:
    generator = lively(small())
    ws = styles(generator)
    level, alpha = 3 - int(lod), 1 - (lod - int(lod))
    found = generator.synthesis(ws, level=level, alpha=alpha)
    assert torch.allclose(found, linear_structure(generator.synthesis, ws, lod), atol=1e-5)


@pytest.mark.parametrize("alpha", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("level", LEVELS)
def test_scores_have_one_shape_at_any_growth(level: int, alpha: float) -> None:
    image = lively(small()).synthesis(styles(lively(small())), level=level, alpha=alpha, native=True)
    assert judge()(image, level=level, alpha=alpha).shape == (2, 1)


def test_pictures_of_the_wrong_size_are_refused() -> None:
    with pytest.raises(ValueError, match="Level 2 takes pictures of 16², not of 32²"):
        judge()(torch.zeros(2, 3, 32, 32), level=2)


def test_reals_fade_with_the_network() -> None:
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    coarse = ops.upsample(ops.downsample(x))
    assert torch.equal(fade_reals(x, 1.0), x)
    assert torch.allclose(fade_reals(x, 0.0), coarse)
    assert torch.allclose(fade_reals(x, 0.3), 0.3 * x + 0.7 * coarse, atol=1e-6)
    assert torch.allclose(fade_reals(x, 0.3).mean((2, 3)), x.mean((2, 3)), atol=1e-6)


def test_official_schedule() -> None:
    growth = official_growth(1024, 25_000, batch={8: 256, 16: 128}, rate={1024: 0.003}, else_batch=32)
    expected = {0: 7, 600: 7, 900: 6.5, 1200: 6, 1800: 6, 1801: 6 - 1 / 600, 7800: 1, 8100: 0.5, 8400: 0, 25_000: 0}
    for kimg, lod in expected.items():
        assert phase_at(kimg, growth).lod == pytest.approx(lod, abs=1e-9), kimg
    assert [phase_at(kimg, growth).resolution for kimg in (0, 900, 1801, 7500, 8100)] == [8, 16, 32, 512, 1024]
    assert phase_at(601, growth).batch == 128
    assert phase_at(8100, growth).rate == 0.003
    assert len(phases(growth)) == 15  # one reset of Adam at the start of each, step 0 included


@pytest.mark.parametrize(("resolution", "starts", "stable"), [(64, 3000, 3600), (256, 5400, 6000), (512, 6600, 7200)])
def test_full_resolution_comes_when_it_should(resolution: int, starts: int, stable: int) -> None:
    found = phases(official_growth(resolution, 25_000))
    assert (found[-2].begin_kimg, found[-1].begin_kimg) == (starts, stable)
