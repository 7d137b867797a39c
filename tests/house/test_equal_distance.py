"""The comparison of a literal training with the trainer's own: both are asked for alike, and compute the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_discriminator, build_generator
from stylegan_core.training.config import changed, preset
from stylegan_core.training.launch import Wish
from tools import equal_distance


def test_written_out_the_networks_compute_the_same_without_our_convolutions(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    network = NetworkConfig(32, z_dim=16, w_dim=16, mapping_width=16, fmap_base=256, fmap_max=16)
    generator, judge, ws = build_generator(network), build_discriminator(network), torch.randn(4, 1, 16)

    def computed() -> tuple[torch.Tensor, torch.Tensor]:
        picture = generator.synthesis(ws)
        return picture, judge(picture)

    ours = computed()
    monkeypatch.setattr("stylegan_core.networks.layers.convolve", lambda *_, **__: pytest.fail("not written out"))
    with pytest.raises(pytest.fail.Exception):
        computed()
    with equal_distance.written_out():
        theirs = computed()
    for mine, literal in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, literal, rtol=1e-3, atol=1e-3)


def test_both_are_asked_for_alike(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = {}

    class Launch:
        def __init__(self, wish: Wish) -> None:
            asked[wish.run.name] = changed(preset(wish.preset), wish.settings)

        def stop(self) -> None:
            """Nothing runs."""

        def train(self) -> bool:
            return False

    monkeypatch.setattr(equal_distance, "Launch", Launch)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    for only in ("fast", "literal"):
        arguments = ["equal_distance", str(tmp_path), "--data", "pictures", "--kimg", "20", "--only", only]
        monkeypatch.setattr(sys, "argv", [*arguments, "--set", "network.fmap_max=32", "--set", "critic.weight=0"])
        assert equal_distance.main() == 1
    fast, literal = asked["fast"], asked["literal"]
    assert fast.network == literal.network and fast.network.fmap_max == 32
    last = fast.growth.levels[-1]
    assert fast.growth == literal.growth and last.fade_kimg + last.stable_kimg == 20
    assert (literal.precision, literal.r1_interval, literal.r1_groups) == ("float32", 1, 0)
    assert (fast.critic.weight, literal.critic.weight, fast.r1_groups) == (0, 0, 1)
