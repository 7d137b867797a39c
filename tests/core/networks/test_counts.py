"""How many numbers each network holds (spec-core 10 and 3.2), counted on torch's meta device."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.configurations import CONFIGURATIONS, configured
from stylegan_core.networks.generator import build_discriminator, build_generator

MAPPING = 2_101_248
SIZES = [  # resolution, generator, discriminator, noise elements, style layers
    (8, 11_295_750, 11_283_457, 160, 4),
    (16, 17_068_553, 16_005_121, 672, 6),
    (32, 22_841_356, 20_726_785, 2_720, 8),
    (64, 25_137_935, 22_498_049, 10_912, 10),
    (128, 25_843_858, 22_941_313, 43_680, 12),
    (256, 26_086_229, 23_052_353, 174_752, 14),
    (512, 26_179_768, 23_080_225, 699_040, 16),
    (1024, 26_219_627, 23_087_249, 2_796_192, 18),
]


def count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(("resolution", "generator", "discriminator", "noise", "layers"), SIZES)
def test_stylegan1_at_every_size(resolution: int, generator: int, discriminator: int, noise: int, layers: int) -> None:
    config = NetworkConfig(resolution=resolution)
    with torch.device("meta"):
        made, judge = build_generator(config), build_discriminator(config)
    assert count(made) == generator
    assert count(made.mapping) == MAPPING
    assert count(made.synthesis) == generator - MAPPING
    assert count(judge) == discriminator
    assert sum(b.numel() for name, b in made.named_buffers() if name.endswith("noise")) == noise
    assert sum(side * side for side in config.noise_resolutions) == noise
    assert config.num_layers == layers


def test_mapping_depth() -> None:
    for depth, expected in {0: 24_118_379, 1: 24_381_035, 2: 24_643_691}.items():
        with torch.device("meta"):
            assert count(build_generator(NetworkConfig(mapping_layers=depth))) == expected


def test_traditional_network_with_eight_mapping_layers() -> None:
    config = configured("b")
    with torch.device("meta"):
        made = build_generator(NetworkConfig.from_dict({**config.to_dict(), "mapping_layers": 8}))
    assert count(made) == 25_180_363


@pytest.mark.parametrize("name", [name for name, row in CONFIGURATIONS.items() if row.parameters[0]])
def test_configurations(name: str) -> None:
    with torch.device("meta"):
        found = count(build_generator(configured(name))), count(build_discriminator(configured(name)))
    assert found == CONFIGURATIONS[name].parameters


def test_configurations_of_table_1() -> None:
    expected = {"a": 23_079_115, "b": 23_079_115, "c": 30_400_651, "d": 26_214_539, "e": 26_219_627, "f": 26_219_627}
    assert {name: CONFIGURATIONS[name].parameters[0] for name in expected} == expected


def test_stylegan2_at_256() -> None:
    config = NetworkConfig(256, "stylegan2", fmap_base=16384)
    with torch.device("meta"):
        assert count(build_generator(config)) == 30_034_338
        assert count(build_discriminator(config)) == 28_864_129


def test_dcgan_of_64() -> None:
    channels = [100, 1024, 512, 256, 128, 3]
    weights = sum(16 * one * other for one, other in pairwise(channels))
    config = configured("dcgan", resolution=64, z_dim=100, fmap_base=2048, fmap_max=1024)
    with torch.device("meta"):
        made, judge = build_generator(config), build_discriminator(config)
    assert count(made) == weights + 2 * sum(channels[1:-1])  # a batch norm has two numbers a channel
    widths = [3, 128, 256, 512, 1024, 1]
    assert count(judge) == sum(16 * a * b for a, b in pairwise(widths)) + 128 + 2 * (256 + 512 + 1024)


def test_unknown_configuration_is_refused() -> None:
    with pytest.raises(ValueError, match="no configuration 'z'"):
        configured("z")


def test_published_channels() -> None:
    config = NetworkConfig()
    assert [config.channels(level) for level in range(9)] == [512, 512, 512, 512, 256, 128, 64, 32, 16]
