"""Dragging points: handles come nearer to their targets in every kind of network, the same way every time."""

import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from stylegan_core.latents import drag_points as module
from stylegan_core.latents.drag import Dragged, Handle
from stylegan_core.latents.drag_points import drag_points
from stylegan_core.latents.patches import nearest, offsets, patch
from stylegan_core.model import Model, load_model
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, NoiseLayer, Recipe, Vector
from stylegan_core.render import render, renderer_of
from tests.core.networks.small import FAMILY, lively, small

KINDS = ("stylegan1", "stylegan2", "stylegan2-growing", "lucidrains", "stylegan3", "dcgan")
ORIGIN = Recipe(Latent(3), psi=0.6)
HANDLE = Handle.at(0.4, 0.5).aimed(0.55, 0.5)
EYE = Handle.at(0.4, 0.45).aimed(0.4, 0.38)
BOX = Path(__file__).parents[3] / "resources" / "models"


@cache
def model(kind: str = "stylegan1", **changes: object) -> Model:
    plain = {"mapping_layers": 0} if kind == "dcgan" else {}
    return Model(lively(small(architecture=kind, **plain, **changes)), name=kind)


def after(made: Model, steps: int, origin: Recipe = ORIGIN, handles: Sequence[Handle] = (HANDLE,)) -> Dragged:
    """Where a search has come to after so many steps, or at its end."""
    return list(islice(drag_points(renderer_of(made), origin, handles), steps))[-1]


@cache
def trained(name: str) -> Model:
    """A network in the box: in one of random weights nothing moves as a whole."""
    return load_model(BOX / f"{name}.safetensors")


@pytest.mark.parametrize("name", ["avatars-32/avatars-32", "family-32/config-b"])
def test_a_handle_comes_nearer_to_its_target(name: str) -> None:
    found = list(islice(drag_points(renderer_of(trained(name)), ORIGIN, [EYE]), 12))
    assert min(each.left for each in found) < 0.8 * EYE.left


@pytest.mark.parametrize("kind", ["stylegan1", "stylegan2"])
def test_what_channels_bend_is_what_is_dragged(kind: str) -> None:
    made, bent = model(kind), ORIGIN.with_channel(2, 1, 6.0)
    search = module._Search(renderer_of(made), bent, keep=True)
    kept = [each for _, each in zip(search.stages, renderer_of(made).stage_by_stage(bent), strict=False)]
    torch.testing.assert_close(search.reference, kept[-1][1][0])
    assert after(made, 2, bent).recipe.channels == bent.channels


@pytest.mark.parametrize("kind", KINDS)
def test_points_are_dragged_in_the_middle_of_another_picture(kind: str) -> None:
    """As while a strip of a large network is drawn."""
    made, found = model(kind), list[Dragged]()
    expected = after(made, 3)
    renderer = renderer_of(made)
    search = drag_points(renderer, ORIGIN, (HANDLE,))
    stages: list[int] = []

    def step() -> None:
        stages.append(1)
        if len(stages) == 2:
            found.extend(islice(search, 3))  # which draws what lies under the handles, too

    renderer.between = step
    try:
        renderer.render(Recipe(Latent(1)), keep=False)
    finally:
        renderer.between = lambda: None
    assert found[2] == expected


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_is_what_the_recipe_draws(kind: str) -> None:
    made = model(kind)
    here = after(made, 3)
    ws = torch.from_numpy(here.recipe.latent.w.array.copy())[None]  # type: ignore[union-attr]
    drawn = made.synthesis(ws)[0].permute(1, 2, 0)
    pixels = (drawn * 127.5 + 128).clamp(0, 255).to(torch.uint8).numpy().astype(int)
    assert np.abs(pixels - render(made, here.recipe)).max() <= 1
    assert (render(made, here.recipe) != render(made, ORIGIN)).any()


def test_the_same_search_gives_the_same_steps() -> None:
    made = model()
    fresh = Model(made.generator, name="again")
    assert after(made, 4) == after(fresh, 4)


def test_a_search_goes_on_from_where_an_earlier_one_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EAGER", 1e9)  # which begins anew
    renderer = renderer_of(model())
    all_at_once = list(islice(drag_points(renderer, ORIGIN, [HANDLE]), 6))
    first = list(islice(drag_points(renderer, ORIGIN, [HANDLE]), 3))[-1]
    second = list(islice(drag_points(renderer, ORIGIN, first.handles, since=first), 3))[-1]
    assert second.left == pytest.approx(all_at_once[-1].left, abs=1e-6)
    ws, same = (each.recipe.latent.w for each in (second, all_at_once[-1]))
    assert ws is not None
    assert same is not None
    np.testing.assert_allclose(ws.array, same.array, atol=1e-5)


def test_a_target_that_moves_steers_the_search() -> None:
    renderer = renderer_of(trained("avatars-32/avatars-32"))
    first = list(islice(drag_points(renderer, ORIGIN, [EYE]), 3))[-1]
    down = [each.aimed(0.4, 0.52) for each in first.handles]
    found = list(islice(drag_points(renderer, ORIGIN, down, since=first), 12))
    assert min(each.left for each in found) < 0.8 * down[0].left


def test_a_search_that_gets_nowhere_ends_with_the_best_it_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 3)
    seen: list[Dragged] = []
    search = drag_points(renderer_of(model()), ORIGIN, [HANDLE.aimed(1.0, 0.0)])
    while True:
        try:
            seen.append(next(search))
        except StopIteration as end:
            best = end.value
            break
    assert len(seen) < module.MOST
    assert best.left <= min(each.left for each in seen)


def test_a_handle_without_another_target_ends_at_once_where_it_is() -> None:
    found = drag_points(renderer_of(model()), ORIGIN, [Handle.at(0.4, 0.5)])
    with pytest.raises(StopIteration) as end:
        next(found)
    assert end.value.value.handles == (Handle.at(0.4, 0.5),)
    assert (render(model(), end.value.value.recipe) == render(model(), ORIGIN)).all()


def test_truncation_mixes_and_directions_are_in_the_styles_and_the_rest_stays() -> None:
    made = model()
    direction = AppliedDirection(Direction("up", Vector.of(np.ones(made.w_dim))), 0.5)
    noise = (NoiseLayer(seed=3), NoiseLayer(on=False))
    origin = Recipe(
        Latent(3, 0.2), psi=0.6, cutoff=3, mixes=(Mix(Latent(8), 0.5, "coarse"),), directions=(direction,),
        noise=noise, level=made.level, alpha=0.5, unknown='{"x": 1}',
    )  # fmt: skip
    (start,) = renderer_of(made).styles.ws(origin)
    found = after(made, 1, origin).recipe
    assert (found.psi, found.cutoff, found.mixes, found.directions) == (1.0, None, (), ())
    assert (found.noise, found.level, found.alpha, found.unknown) == (noise, made.level, 0.5, '{"x": 1}')
    stored = found.latent.w
    assert stored is not None
    moved = np.abs(stored.array - start.numpy()).max(axis=1)
    assert (moved[: module.ROWS] > 0).all()
    assert (moved[module.ROWS :] == 0).all()


def test_a_network_that_is_still_growing_is_dragged_at_its_level() -> None:
    made = model()
    origin = replace(ORIGIN, level=1, alpha=0.5)
    found = after(made, 3, origin)
    assert (found.recipe.level, found.recipe.alpha) == (1, 0.5)
    assert (render(made, found.recipe) != render(made, origin)).any()
    stored = found.recipe.latent.w
    assert stored is not None
    np.testing.assert_array_equal(stored.array[4:], renderer_of(made).styles.ws(origin)[0, 4:])  # not drawn at 8²


@pytest.mark.parametrize("name", [name for name in FAMILY if "classes" in name])
def test_a_label_stays(name: str) -> None:
    made = Model(lively(FAMILY[name]), name=name)
    found = after(made, 2, replace(ORIGIN, label=1))
    assert found.recipe.label == 1
    if not made.info.capabilities.styles:  # a code has the label's numbers behind its own
        start = renderer_of(made).styles.ws(replace(ORIGIN, label=1))[0].numpy()
        stored = found.recipe.latent.w
        assert stored is not None
        np.testing.assert_array_equal(stored.array[:, made.z_dim :], start[:, made.z_dim :])


def test_clamped_activations_can_be_dragged() -> None:
    made = model("stylegan2", activation_clamp=256.0)
    assert (render(made, after(made, 3).recipe) != render(made, ORIGIN)).any()


def test_nothing_is_left_of_a_search_that_is_dropped() -> None:
    made = model()
    search = drag_points(renderer_of(made), ORIGIN, [HANDLE])
    next(search)
    gc.collect()
    frame = search.gi_frame
    assert frame is not None
    features = weakref.ref(frame.f_locals["features"])
    del frame
    search.close()
    assert features() is None
    assert all(not each.requires_grad for each in made.generator.parameters())


def test_what_is_far_from_the_handle_changes_less_where_it_is_kept() -> None:
    made = model()

    def change(keep: bool) -> float:
        last = list(islice(drag_points(renderer_of(made), ORIGIN, [HANDLE], keep=keep), 8))[-1].recipe
        apart = np.abs(render(made, last).astype(float) - render(made, ORIGIN)).mean(axis=2)
        return float(apart[:, -apart.shape[1] // 4 :].mean())

    assert change(keep=True) < change(keep=False)


def test_a_place_that_was_moved_is_found_again() -> None:
    features = torch.randn(4, 16, 16)
    wanted = patch(features, 0.5, 0.5, offsets(1.0, 1.0, features))
    moved = torch.roll(features, (1, 2), dims=(1, 2))
    assert nearest(moved, wanted, 0.5, 0.5, 2.5, 2) == pytest.approx((0.5 + 2 / 16, 0.5 + 1 / 16))


def test_a_patch_is_bilinear_and_goes_on_beyond_the_edge() -> None:
    features = torch.arange(16.0).view(1, 4, 4)
    one = offsets(0.0, 1.0, features)
    assert float(patch(features, 0.375, 0.125, one)) == 1.0
    assert float(patch(features, 0.5, 0.125, one)) == 1.5
    assert float(patch(features, -1.0, -1.0, one)) == 0.0
