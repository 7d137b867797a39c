"""The comparison of a literal training with the trainer's own: both are asked for alike, and compute the same."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
import torch

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_discriminator, build_generator
from stylegan_core.schedule import phase_at
from stylegan_core.training.config import changed, preset
from stylegan_core.training.launch import Wish
from tests.core.training.one_step import gradients
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


@pytest.mark.parametrize("kimg", [11.0, 40.0], ids=["fading", "stable"])
def test_a_whole_step_has_the_gradients_of_the_literal_one(kimg: float, monkeypatch: pytest.MonkeyPatch) -> None:
    small = ("critic.weight=0", "r1_groups=0", "network.fmap_max=16", "growth.batch=8", "precision=float32")
    config = changed(preset("avatars-32"), small)
    phase = phase_at(kimg, config.growth)
    assert phase.resolution == 32 and (phase.alpha < 1) == (kimg == 11)
    ours, numbers, _ = gradients(config, phase, monkeypatch)
    with equal_distance.written_out():
        theirs, expected, _ = gradients(config, phase, monkeypatch)
    assert len(ours) == len(theirs) == 2
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for name, gradient in other.items():
            torch.testing.assert_close(one[name], gradient, rtol=1e-9, atol=1e-12)
    assert float(expected.r1 or 0) > 0
    torch.testing.assert_close(numbers.r1, expected.r1)


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
        arguments = [
            "equal_distance",
            str(tmp_path),
            "--data",
            "pictures",
            "--kimg",
            "20",
            "--only",
            only,
            "--seeds",
            "3",
        ]
        monkeypatch.setattr(sys, "argv", [*arguments, "--set", "network.fmap_max=32", "--set", "critic.weight=0"])
        assert equal_distance.main() == 1
    fast, literal = asked["fast"], asked["literal"]
    assert fast.network == literal.network and fast.network.fmap_max == 32 and fast.seed == literal.seed == 3
    last = fast.growth.levels[-1]
    assert fast.growth == literal.growth and last.fade_kimg + last.stable_kimg == 20
    assert (literal.precision, literal.r1_interval, literal.r1_groups) == ("float32", 1, 0)
    assert (fast.critic.weight, literal.critic.weight, fast.r1_groups) == (0, 0, 1)


def test_the_ratio_is_of_the_last_three_that_both_measured() -> None:
    fast, literal = (
        {1.0: 900.0, 2.0: 300.0, 3.0: 280.0, 4.0: 260.0, 5.0: 1.0},
        dict.fromkeys((1.0, 2.0, 3.0, 4.0), 300.0),
    )
    assert equal_distance.ratio(fast, literal) == pytest.approx(280 / 300)


def test_the_interval_is_that_of_two_one_sided_tests() -> None:
    middle, low, high = equal_distance.interval([math.exp(one) for one in (-0.03, 0.01, 0.02, 0.04)])
    # mean 0.01, deviation 0.0294 (n − 1), and Student's t with 3 degrees of freedom is 2.353 at 95 %.
    assert (math.log(middle), math.log(low), math.log(high)) == pytest.approx((0.01, -0.0247, 0.0447), abs=1e-4)


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ((1.01, 0.99, 1.02, 0.99), 0),  # all alike
        ((1.2, 0.8, 1.15, 0.87), 1),  # alike in the mean, but too far apart to say so
        ((1.1, 1.09, 1.11, 1.1), 1),  # surely worse
        ((1.0,), 1),  # one seed shows nothing
    ],
)
def test_equality_is_said_only_where_the_seeds_show_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shares: tuple[float, ...], code: int
) -> None:
    def told(run: Path) -> dict[float, float]:
        share = shares[int(run.parent.name.removeprefix("seed-"))] if run.name == "fast" else 1.0
        return dict.fromkeys((20.0, 40.0, 60.0), 400 * share)

    monkeypatch.setattr(equal_distance, "measured", told)
    assert equal_distance.compare(Path("runs"), range(len(shares))) == code
    said = capsys.readouterr().out
    assert said.count("The last 3:") == len(shares) and f"{shares[0] - 1:+.1%}" in said
