"""Finding channels by attribute: slopes against differences, what is told against drawing, and what is kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from stylegan_core.__main__ import main
from stylegan_core.confidence import of_mean
from stylegan_core.latents import attribute_channels as module
from stylegan_core.latents.attribute_channels import Effort, attribute_search, effect_of, find_by_attribute, in_order
from stylegan_core.latents.attribute_slopes import attribute_slopes
from stylegan_core.latents.channel_effect import ChannelEffect, percent, purity_of
from stylegan_core.latents.measured import measures, measures_of
from stylegan_core.latents.meter import Meter, spreads_of
from stylegan_core.model import Model, save_model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer, render, renderer_of
from stylegan_core.steps import run_through
from tests.core.networks.small import FAMILY, lively, small
from tests.core.test_channels import model

FACE = Recipe(Latent(3), psi=0.6)


@pytest.fixture(autouse=True)
def quickly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A search that need not find the best tries few; what is kept lies nowhere else."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(module, "MUCH", Effort(slopes=2, tried=4, few=2, told=3))
    monkeypatch.setattr(module, "SPREAD_FACES", 6)
    monkeypatch.setattr(module, "LEAST", 0.0)
    monkeypatch.setattr(module, "of_mean", lambda _: 0.0)  # over three faces nearly all may be chance
    yield


def fresh(kind: str = "stylegan2") -> Model:
    return Model(lively(small(architecture=kind)), name=kind)


@pytest.mark.parametrize("kind", ["stylegan1", "stylegan2-growing", "stylegan3"])
def test_slopes_are_what_small_steps_change(kind: str) -> None:
    made, step = model(kind), 0.006
    face = replace(FACE, level=2, alpha=0.4) if kind == "stylegan2-growing" else FACE
    renderer, meter = Renderer(made), Meter()
    found = run_through(attribute_slopes(renderer, [face], meter, dict.fromkeys(meter.names, 2.0)))
    assert found.names == meter.names and found.values.shape == (1, len(meter.names), len(found.places))

    def measured(strength: float, place: tuple[int, int]) -> np.ndarray:
        image = renderer.image(face.with_channel(*place, strength), keep=False)
        factor = made.resolution // image.shape[-1]
        large = image.repeat_interleave(factor, dim=2).repeat_interleave(factor, dim=3)
        seen = measures_of((large.double().clamp(-1, 1) + 1) / 2, smooth=True)
        return np.array([float(seen[name][0]) for name in meter.names])

    for layer in (2, 4):
        place = layer, 1
        expected = (measured(step, place) - measured(-step, place)) / (2 * step) / 2.0
        slopes = found.values[0, :, found.places.index(place)]
        assert slopes == pytest.approx(expected, rel=0.1, abs=0.1 * float(np.abs(expected).max()))


def test_the_measures_that_have_slopes_are_those_that_are_measured() -> None:
    batch = torch.randint(0, 256, (3, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    found, smooth = measures(batch), measures_of(batch.double() / 255, smooth=True)
    assert found.keys() == smooth.keys() == {*Meter().names}
    for name, values in found.items():
        assert smooth[name].numpy() == pytest.approx(values, abs=0.1 if name == "size" else 1e-12)


def test_what_is_told_is_what_drawing_changes() -> None:
    made, meter = fresh(), Meter()
    found = find_by_attribute(made, "brightness", count=2)
    assert found and list(found) == in_order(found) and {each.attribute for each in found} == {"brightness"}
    best, effort = found[0], module.MUCH
    faces = [Recipe(Latent(module.FIRST + effort.slopes + effort.few + at)) for at in range(effort.told)]
    spread = spreads_of([meter(render(made, Recipe(Latent(seed), psi=1.0))) for seed in range(module.SPREAD_FACES)])
    ends = [
        [meter(render(made, face.with_channel(best.layer, best.channel, side * 3.0))) for face in faces]
        for side in (-1, 1)
    ]
    effects = {
        name: np.mean([(up[name] - down[name]) / 6 / spread[name] for down, up in zip(*ends, strict=True)])
        for name in spread
    }
    assert best.effect == pytest.approx(effects["brightness"])
    assert best.purity == pytest.approx(abs(effects["brightness"]) / sum(map(abs, effects.values())))
    assert best.leaked == pytest.approx(effects[best.leak]) and best.faces == 3


def test_what_was_found_is_kept_and_slopes_serve_every_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    made, steps = fresh(), list[tuple[int, int]]()
    found = run_through(attribute_search(renderer_of(made), FACE, "contrast", Meter(), 2), steps.append)
    numbers = [step for step, _ in steps]
    assert numbers == sorted(numbers) and steps[-1][0] <= steps[-1][1] == steps[0][1]
    again = list[tuple[int, int]]()
    other = fresh()  # the same weights in another process
    assert run_through(attribute_search(renderer_of(other), FACE, "contrast", Meter(), 2), again.append) == found
    assert again == []
    monkeypatch.setattr(module, "attribute_slopes", None)
    run_through(attribute_search(renderer_of(made), FACE, "warmth", Meter(), 2))


def test_what_was_kept_and_is_damaged_is_found_again(tmp_path: Path) -> None:
    made = fresh()
    found = find_by_attribute(made, "detail", count=1)
    (kept,) = (tmp_path / "home" / "caches").iterdir()
    kept.write_text("[{}]")
    assert find_by_attribute(made, "detail", count=1) == found and json.loads(kept.read_text())


def test_other_faces_give_purities_as_far_apart_as_is_told() -> None:
    draw, way = np.random.default_rng(4), np.array([0.5, 0.2, -0.1, 0.05])
    found = np.array([purity_of(way + 0.3 * draw.standard_normal((24, 4)), 0) for _ in range(100)])
    assert found[:, 1].mean() == pytest.approx(1.96 * found[:, 0].std(ddof=1), rel=0.25)
    assert purity_of(way[None], 0)[1] == np.inf  # one face says nothing of others
    assert [percent(0.412, half) for half in (0.063, None, np.inf)] == ["41 ± 6 %", "41 %", "41 %"]


def test_purity_is_the_part_of_what_was_asked_for() -> None:
    slopes = np.array([[0.4, -0.1, 0.0], [0.2, -0.1, 0.2]])
    found = effect_of(3, 7, "b", ("a", "b", "c"), slopes)
    near = pytest.approx
    assert found == ChannelEffect(3, 7, "b", near(-0.1), near(0.0), near(0.2), "a", near(0.3), 2, 3.0, near(0.0))
    assert found.words == "b −0.10 per σ, leaks most into a +0.30"
    assert effect_of(0, 0, "a", ("a",), np.zeros((2, 1))).purity == 0.0


def test_what_may_be_chance_over_the_faces_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "of_mean", of_mean)
    slopes = np.array([[0.4, -0.1], [0.2, -0.1]])
    told = [effect_of(3, 7, name, ("a", "b"), slopes) for name in ("a", "b")]
    assert [each.confidence for each in told] == [pytest.approx(12.7062 * 0.1), pytest.approx(0.0)]
    monkeypatch.setattr(module, "of_mean", lambda _: 0.0)
    every = find_by_attribute(fresh(), "brightness", count=4)
    monkeypatch.setattr(module, "of_mean", lambda _: 1e9)
    assert every and find_by_attribute(fresh(), "brightness", count=3) == ()


def test_what_cannot_be_found_is_said() -> None:
    with pytest.raises(ValueError, match="no attribute 'charm'; there are brightness"):
        find_by_attribute(fresh(), "charm")
    with pytest.raises(ValueError, match="has no styles"):
        find_by_attribute(Model(lively(FAMILY["dcgan"])), "brightness")


def test_the_command_prints_what_is_found_by_attribute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "small.safetensors"
    save_model(file, fresh())
    asked = ["channels", str(file), "--attribute", "brightness", "--count", "2"]
    assert main([*asked, "--json"]) == 0
    found = [ChannelEffect(**each) for each in json.loads(capsys.readouterr().out)]
    assert main(asked) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"--channel {found[0].layer}:{found[0].channel}=3") and found[0].words in first
    for wrong in (["--seed", "3"], ["--psi", "0.5"], ["--faces", "2"]):
        assert main([*asked, *wrong]) == 2
    assert main(["channels", str(file), "--at", "0.1,0.2,0.5,0.7", "--judge", str(file)]) == 2
