"""render: held against the literal implementation, cached equals uncached, and the order a recipe promises."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stylegan_core.model import Model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, NoiseLayer, Recipe, Vector
from stylegan_core.render import Renderer, render, to_pixels
from stylegan_core.styles import Styles, z_of_seed
from tests.core import literal

WIDTH = 16


def _model(resolution: int = 32, classes: tuple[str, ...] = ()) -> Model:
    torch.manual_seed(3)
    sizes = {"z_dim": WIDTH, "w_dim": WIDTH, "mapping_width": WIDTH, "mapping_layers": 3}
    generator = Generator(NetworkConfig(resolution, fmap_base=256, fmap_max=24, classes=classes, **sizes))
    for name, parameter in generator.named_parameters():
        if name.endswith(("bias", "noise_strength")):
            parameter.data.normal_(std=0.3)
    generator.w_avg.normal_()
    return Model(generator, name="random")


@pytest.fixture(scope="module")
def model() -> Model:
    return _model()


def _distance(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("resolution", [4, 8, 32, 128])
def test_exact_pictures_are_the_literal_ones(resolution: int) -> None:
    model = _model(resolution)
    image = literal.draw(model.generator, torch.from_numpy(z_of_seed(5, WIDTH)), 0.6)
    expected = (image[0] * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
    assert _distance(render(model, Recipe(latent=Latent(5), psi=0.6)), expected) <= 2


def test_drafts_look_like_the_exact_picture(model: Model) -> None:
    exact, draft = render(model, Recipe()).astype(float), render(model, Recipe(), "draft").astype(float)
    assert np.abs(exact - draft).mean() < 4


@pytest.mark.parametrize(("level", "alpha"), [(0, None), (2, 0.0), (2, 0.3), (3, 1.0), (3, 0.5)])
def test_a_growing_network_is_drawn_as_synthesis_draws_it(model: Model, level: int, alpha: float | None) -> None:
    recipe = Recipe(level=level, alpha=alpha)
    image = model.synthesis(Styles(model).ws(recipe), "const", level, alpha)
    expected = (image[0] * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
    pixels = render(model, recipe)
    assert pixels.shape == (32, 32, 3)
    assert _distance(pixels, expected) <= 2


changes = st.sampled_from(
    [
        {"psi": 0.2},
        {"psi_bands": (1.0, 0.5, 0.0)},
        {"cutoff": 4},
        {"latent": Latent(9)},
        {"latent": Latent(1, x=0.5, y=0.25)},
        {"mixes": (Mix(Latent(4), 0.7, band="fine"),)},
        {"mixes": (Mix(Latent(4), 1.0, first=2, last=3),)},
        {"noise": Recipe().with_noise(7, seed=3).noise},
        {"noise": Recipe().with_noise(1, on=False).noise},
        {"level": 2, "alpha": 0.4},
        {"level": None, "alpha": None},
        {"directions": (AppliedDirection(Direction("d", Vector.of(np.ones(WIDTH))), 2.0, 4, 5),)},
    ]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(changes, st.sampled_from(["exact", "draft"]), st.booleans()), min_size=1, max_size=6))
def test_a_cached_draw_equals_an_uncached_one(steps: list[tuple[dict[str, object], str, bool]]) -> None:
    model = SHARED
    renderer, recipe = Renderer(model), Recipe()
    for change, precision, keep in steps:
        recipe = replace(recipe, **change)  # type: ignore[arg-type]
        drawn = renderer.render(recipe, precision, keep=keep)
        assert (drawn == Renderer(model).render(recipe, precision)).all()


SHARED = _model()


class _Enough(Exception):
    pass


def _after(count: int, then: Callable[[], object]) -> Callable[[], None]:
    """What does ``then`` once, before stage ``count``."""
    left = [count]

    def between() -> None:
        left[0] -= 1
        if left[0] == -1:
            then()

    return between


def _give_up() -> None:
    raise _Enough


def test_a_picture_is_given_up_between_two_stages_and_goes_on_where_it_was(model: Model) -> None:
    renderer, whole = Renderer(model), Renderer(model).render(Recipe())
    renderer.between = _after(3, _give_up)
    with pytest.raises(_Enough):
        renderer.render(Recipe())
    stages: list[int] = []
    renderer.between = lambda: stages.append(1)
    assert (renderer.render(Recipe()) == whole).all()
    assert len(stages) == len(renderer.stages(Recipe())) - 3


def test_a_picture_beside_goes_on_where_it_was_given_up_too_but_not_once_another_is_begun(model: Model) -> None:
    """A strip that is asked anew begins with the picture that the older one was at."""
    renderer, whole = Renderer(model), Renderer(model).render(Recipe())
    other = renderer.render(Recipe(Latent(5)))
    count = len(renderer.stages(Recipe()))
    for begun in (None, Recipe(Latent(6))):
        renderer.between = _after(3, _give_up)
        with pytest.raises(_Enough):
            renderer.render(Recipe(), keep=False)
        stages: list[int] = []
        renderer.between = lambda stages=stages: stages.append(1)
        assert (
            renderer.render(Recipe(Latent(5))) == other
        ).all() and not stages  # the one on screen is not in question
        if begun is not None:
            renderer.render(begun, keep=False)
            stages.clear()
        assert (renderer.render(Recipe(), keep=False) == whole).all()
        assert len(stages) == (count if begun is not None else count - 3)


def test_what_is_done_in_the_middle_of_a_picture_may_want_slopes(model: Model) -> None:
    renderer, slopes = Renderer(model), list[float]()

    def slope() -> None:
        at = torch.ones((), requires_grad=True)
        slopes.append(float(torch.autograd.grad(3 * at, at)[0]))

    for keep in (False, True):
        renderer.between = _after(4, slope)
        renderer.render(Recipe(), keep=keep)
        renderer.between = _after(2, slope)
        list(renderer.stage_by_stage(Recipe(Latent(9))))
    assert slopes == [3.0] * 4


@pytest.mark.parametrize("keep", [False, True])
def test_another_picture_is_drawn_in_the_middle_of_one(model: Model, keep: bool) -> None:
    first, second = Recipe(), Recipe(latent=Latent(7), psi=0.9)
    expected = [render(model, each) for each in (first, second)]
    renderer, made = Renderer(model), list[np.ndarray]()
    renderer.between = _after(4, lambda: made.append(renderer.render(second)))
    assert (renderer.render(first, keep=keep) == expected[0]).all()
    assert (made[0] == expected[1]).all()
    assert (renderer.render(second) == expected[1]).all()


def test_psi_zero_is_the_mean_face_and_psi_one_changes_nothing(model: Model) -> None:
    styles = Styles(model)
    assert torch.equal(styles.ws(Recipe(psi=0.0))[0], model.w_avg.expand(8, -1))
    assert torch.equal(styles.ws(Recipe(psi=1.0))[0], styles.latent(Latent(0), None))
    assert (render(model, Recipe(psi=0)) == render(model, Recipe(latent=Latent(77), psi=0))).all()


def test_cutoff_leaves_the_layers_from_it_on_untouched(model: Model) -> None:
    ws = Styles(model).ws(Recipe(psi=0.0, cutoff=3))[0]
    assert torch.equal(ws[:3], model.w_avg.expand(3, -1))
    assert torch.equal(ws[3:], Styles(model).latent(Latent(0), None)[3:])


def test_directions_act_at_full_strength_whatever_psi_and_mixing_are(model: Model) -> None:
    vector = Vector.of(np.arange(WIDTH, dtype=np.float32))
    applied = AppliedDirection(Direction("d", vector, sigma=2.0), 1.5, 2, 5)
    for recipe in (Recipe(), Recipe(psi=0.1), Recipe(mixes=(Mix(Latent(8), 1.0, band="middle"),))):
        with_it = Styles(model).ws(replace(recipe, directions=(applied,)))[0]
        moved = with_it - Styles(model).ws(recipe)[0]
        torch.testing.assert_close(moved[2:6], torch.from_numpy(3.0 * vector.array).expand(4, -1), atol=1e-4, rtol=0)
        assert not moved[:2].any() and not moved[6:].any()


def test_mixing_takes_the_band_from_the_other_latent(model: Model) -> None:
    styles = Styles(model)
    ws = styles.ws(Recipe(psi=1.0, mixes=(Mix(Latent(9), 1.0, band="middle"),)))[0]
    assert torch.equal(ws[4:6], styles.latent(Latent(9), None)[4:6])
    assert torch.equal(ws[:4], styles.latent(Latent(0), None)[:4])


def test_styles_are_mixed_truncated_and_pushed_in_this_order(model: Model) -> None:
    """Written out in float64: mixes by their weight, psi of each band below the cutoff, then directions."""
    styles = Styles(model)
    push = AppliedDirection(Direction("d", Vector.of(np.linspace(-1, 1, WIDTH)), sigma=0.5), 3.0, 1, 6)
    mixes = (Mix(Latent(8), 0.4, band="middle"), Mix(Latent(9), 0.7, first=5, last=6))
    recipe = Recipe(Latent(7), psi_bands=(0.2, 0.5, 0.9), cutoff=7, mixes=mixes, directions=(push,))
    own, one, other = (styles.latent(Latent(seed), None).double() for seed in (7, 8, 9))
    ws = own.clone()
    ws[4:6] += 0.4 * (one - ws)[4:6]
    ws[5:7] += 0.7 * (other - ws)[5:7]
    psi = torch.tensor([0.2, 0.2, 0.2, 0.2, 0.5, 0.5, 0.9, 1.0], dtype=torch.float64)[:, None]
    ws = model.w_avg + psi * (ws - model.w_avg)
    ws[1:7] += 1.5 * torch.from_numpy(push.direction.vector.array.copy())
    torch.testing.assert_close(styles.ws(recipe)[0].double(), ws, rtol=0, atol=1e-5)


def test_a_stored_w_draws_the_same_face_as_its_seed(model: Model) -> None:
    w = Styles(model).latent(Latent(12), None)
    for stored in (w[0], w):
        recipe = Recipe(latent=Latent(w=Vector.of(stored.numpy())))
        assert (render(model, recipe) == render(model, Recipe(latent=Latent(12)))).all()


def test_layers_beyond_the_network_are_ignored(model: Model) -> None:
    far = Recipe(cutoff=40, mixes=(Mix(Latent(3), 1.0, first=30, last=33),)).with_noise(25, on=False)
    assert (render(model, far) == render(model, Recipe())).all()
    assert (render(model, Recipe(level=12)) == render(model, Recipe())).all()


def test_vectors_of_another_width_are_one_sentence(model: Model) -> None:
    with pytest.raises(ValueError, match="another model"):
        render(model, Recipe(directions=(AppliedDirection(Direction("d", Vector.of([1.0])), 1.0),)))
    with pytest.raises(ValueError, match="takes 16"):
        render(model, Recipe(latent=Latent(w=Vector.of([1.0, 2.0]))))


def test_seeded_noise_is_the_same_again_and_differs_by_seed_and_layer(model: Model) -> None:
    draws = [render(model, Recipe().with_noise(layer, seed=seed)) for layer, seed in ((6, 1), (6, 1), (6, 2), (7, 1))]
    assert (draws[0] == draws[1]).all()
    assert (draws[0] != draws[2]).any()
    assert (draws[0] != draws[3]).any()


def test_what_a_seed_draws_is_the_same_for_ever(model: Model) -> None:
    """Saved pictures rely on it: z as NVIDIA's scripts draw it, noise keyed by seed and layer."""
    assert np.array_equal(z_of_seed(5, 40), np.random.RandomState(5).randn(1, 40).astype(np.float32))
    for seed, layer in ((0, 0), (1, 3), (2**32 - 1, 7)):
        side = model.info.noise_resolutions[layer]
        expected = torch.randn(1, 1, side, side, generator=torch.Generator().manual_seed(256 * seed + layer))
        found = Styles(model).noise_map(layer, NoiseLayer(strength=0.5, seed=seed))
        assert found is not None and torch.equal(found, 0.5 * expected)


def test_the_strength_of_a_layers_noise_multiplies_the_stored_map(model: Model) -> None:
    stored = model.generator.synthesis.noise_map(3)
    half = Styles(model).noise_map(3, NoiseLayer(strength=0.5))
    assert half is not None and torch.equal(half, 0.5 * stored)
    assert (
        Styles(model).noise_map(3, NoiseLayer(on=False)) is Styles(model).noise_map(3, NoiseLayer(strength=0)) is None
    )


def test_values_become_bytes_as_in_the_official_code() -> None:
    """floor(127.5·x + 128), saturating: whole levels just reached, just missed, and beyond both ends."""
    values = torch.tensor([-1.1, -1.0, -0.999, 0.0, -0.001, 0.99, 1.0, 1.1, 72.4 / 127.5, 72.6 / 127.5])
    pixels = to_pixels(values.expand(1, 3, 10, 10), 20)
    assert pixels[0, ::2, 0].tolist() == [0, 0, 0, 128, 127, 254, 255, 255, 200, 200]
    assert pixels.shape == (20, 20, 3) and (pixels[:, 1::2] == pixels[:, ::2]).all()


def test_a_class_draws_another_face_and_a_missing_one_the_first() -> None:
    model = _model(8, ("boot", "shirt"))
    boot, shirt, none, beyond = (render(model, Recipe(label=label)) for label in (0, 1, None, 7))
    assert (boot != shirt).any()
    assert (none == boot).all() and (beyond == boot).all()


def test_only_the_two_precisions_exist(model: Model) -> None:
    with pytest.raises(ValueError, match="exact"):
        render(model, Recipe(), "fine")
