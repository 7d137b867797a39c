"""Moving and turning the picture of a StyleGAN3, as NVIDIA defines it and with all detail, wherever recipes go."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.__main__ import main
from stylegan_core.device import draft_dtype
from stylegan_core.film.film import Film, Key
from stylegan_core.film.filming import draw, timeline
from stylegan_core.info import REASONS
from stylegan_core.lab.sweep_plan import Sweep, knobs
from stylegan_core.latents.drag import Handle
from stylegan_core.latents.drag_points import drag_points
from stylegan_core.model import Model, save_model
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import Latent, Recipe, Transform
from stylegan_core.render import PRECISIONS, Renderer, render, renderer_of
from tests.core.networks import literal3
from tests.core.networks.small import FAMILY, lively
from tests.core.networks.test_stylegan3 import calmed, config, decibels, generator, styles

STILL = Recipe(Latent(3), psi=0.8)
OWN = torch.tensor([[0.9, 0.3, 0.1], [-0.3, 1.1, 0.05], [0.0, 0.0, 1.0]])  # what a file may say of its own


@cache
def model(rotation: bool, resolution: int = 64) -> Model:
    """A network that moves and turns its features by itself, as w and its file say."""
    made = calmed(lively(config(resolution=resolution, rotation=rotation)))
    made.synthesis.get_submodule("input").get_buffer("transform").copy_(OWN)
    return Model(made)


def seen(turns: bool, **changes: float) -> Tensor:
    """The exact picture [3, 64, 64] of a T or an R with a transform."""
    image = Renderer(model(turns)).image(STILL.with_transform(**changes))
    return image[0].double()


@pytest.mark.parametrize("rotation", [False, True])
def test_the_picture_is_that_of_the_arithmetic_written_out(rotation: bool) -> None:
    made, ws, transform = generator(rotation), styles(), (0.15, -0.3, 25.0)
    state = {name: tensor.double() for name, tensor in made.synthesis.state_dict().items()}
    picture, found = literal3.picture(state, 32, ws[0].double(), rotation=rotation, transform=transform)
    still, _ = literal3.picture(state, 32, ws[0].double(), rotation=rotation)
    synthesis = made.synthesis.double()
    features = synthesis.get_submodule("input")(ws[:, 0].double(), torch.from_numpy(Transform(*transform).inverse))
    made.float()
    torch.testing.assert_close(features, found[0], atol=1e-9, rtol=0)
    renderer = Renderer(Model(made))
    renderer.styles.ws = lambda _: ws  # type: ignore[method-assign]
    drawn = renderer.image(STILL.with_transform(x=0.15, y=-0.3, rotation=25.0))
    torch.testing.assert_close(drawn.double(), picture, atol=1e-4, rtol=0)
    assert (drawn - still).abs().max() > 0.05


@pytest.mark.parametrize("rotation", [False, True])
def test_the_picture_moves_to_the_right_and_down_by_so_many_pixels(rotation: bool) -> None:
    still, moved = seen(rotation), seen(rotation, x=8 / 64, y=4 / 64)
    assert decibels(moved[:, 4:, 8:], still[:, :-4, :-8]) > 65 > decibels(moved, still)
    twice = seen(rotation, x=16 / 64, y=-4 / 64)
    assert decibels(twice[:, :-8, 8:], moved[:, 8:, :-8]) > 65


def test_only_r_turns_with_all_its_detail_and_anticlockwise() -> None:
    found = {rotation: (seen(rotation), seen(rotation, rotation=90.0)) for rotation in (False, True)}
    against = {rotation: decibels(turned, torch.rot90(still, 1, (1, 2))) for rotation, (still, turned) in found.items()}
    assert against[True] > 65 and against[False] < 45


def test_the_picture_turns_about_its_middle_wherever_it_was_moved() -> None:
    turned, moved = seen(True, rotation=90.0), seen(True, x=8 / 64, rotation=90.0)
    assert decibels(moved[:, :, 8:], turned[:, :, :-8]) > 65


def test_what_networks_can() -> None:
    for rotation in (False, True):
        info = model(rotation).info
        assert info.why_not("transform") == "" and info.why_not("rotation") == ("" if rotation else REASONS["rotation"])


@pytest.mark.parametrize("precision", PRECISIONS)
def test_it_is_drawn_anew_where_the_transform_changed_and_only_there(precision: str) -> None:
    kept = Renderer(model(False, 32))
    rows = [STILL, STILL.with_transform(x=0.2), STILL.with_transform(x=0.2, rotation=10), STILL]
    for recipe in rows:
        fresh = Renderer(model(False, 32)).render(recipe, precision)
        assert (kept.render(recipe, precision) == fresh).all()
    dtype = torch.float32 if precision == "exact" else draft_dtype(torch.device("cpu"))

    def features() -> Tensor:
        return kept._stages[dtype].activations[0]

    kept.render(moved := STILL.with_transform(y=0.1), precision)
    first = features()
    kept.render(replace(moved, cutoff=4), precision)  # other styles from the fifth layer on
    assert features() is first
    kept.render(moved.with_transform(y=0.2), precision)
    assert features() is not first


@pytest.mark.parametrize("precision", PRECISIONS)
def test_no_more_of_a_picture_is_kept_than_may_be_and_it_is_drawn_the_same(precision: str) -> None:
    """All layers of one picture of StyleGAN3-R took 2.4 GB at 512², and 4.6 at 1024²."""
    made = model(True, 32)
    whole, kept = Renderer(made), Renderer(made)
    sizes = [activation.nbytes for _, activation in whole.stage_by_stage(STILL)]
    kept.most_kept = sum(sizes[:9])
    rows = [STILL, replace(STILL, cutoff=4), replace(STILL, cutoff=12), replace(STILL, cutoff=14), STILL]
    for recipe in rows:
        whole.render(recipe, precision)
        assert (kept.render(recipe, precision) == whole.render(recipe, precision)).all()
        (stages,) = kept._stages.values()
        assert sum(each.nbytes for each in stages.activations) <= kept.most_kept + sizes[-2] + sizes[-1]


def test_what_is_not_kept_is_drawn_again_where_it_is_looked_at_and_begins_where_it_must() -> None:
    made = model(True, 32)
    kept = Renderer(made)
    kept.most_kept = 0
    kept.render(STILL)
    drawn: list[int] = []
    kept.between = lambda: drawn.append(1)
    kept.render(STILL)
    assert not drawn
    for (_, one), (_, other) in zip(kept.stage_by_stage(STILL), Renderer(made).stage_by_stage(STILL), strict=True):
        assert torch.equal(one, other)
    assert len(drawn) == len(kept.stages(STILL)) - 1  # the picture was there


@pytest.mark.parametrize("keep", [False, True])
def test_a_picture_goes_on_where_it_was_given_up_with_its_last_layer_alone(keep: bool) -> None:
    made = model(True, 32)
    whole, kept, left = Renderer(made).render(STILL), Renderer(made), [9]
    kept.most_kept = 0

    def between() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise InterruptedError

    kept.between = between
    with pytest.raises(InterruptedError):
        kept.render(STILL, keep=keep)
    left[0] = 100
    assert (kept.render(STILL, keep=keep) == whole).all()
    assert 100 - left[0] == len(kept.stages(STILL)) - 8


def test_another_network_draws_its_picture_as_it_is_and_the_recipe_keeps_the_transform() -> None:
    other = Model(lively(FAMILY["f"]))
    moved = STILL.with_transform(x=0.5, rotation=90)
    assert (render(other, moved) == render(other, STILL)).all()
    assert Recipe.from_json(moved.to_json()).transform == Transform(0.5, 0.0, 90.0)


def test_points_are_dragged_on_the_moved_picture() -> None:
    moved = STILL.with_transform(x=0.25)
    steps = drag_points(renderer_of(model(False, 32)), moved, [replace(Handle.at(0.5, 0.5), to_x=0.6)])
    assert next(steps).recipe.transform == moved.transform


def test_a_handle_stays_on_what_it_holds() -> None:
    handle = Handle.at(0.75, 0.5)
    assert handle.carried(Transform(0.1), Transform(0.1)) == handle
    turned = handle.carried(Transform(), Transform(0.125, 0.0, 90.0))
    assert turned is not None and (turned.x, turned.y) == (pytest.approx(0.625), pytest.approx(0.25))
    back = turned.carried(Transform(0.125, 0.0, 90.0), Transform())
    assert back is not None and (back.to_x, back.to_y) == (pytest.approx(0.75), pytest.approx(0.5))
    assert handle.carried(Transform(), Transform(0.3)) is None


def test_a_film_moves_and_turns_evenly_also_round_and_round() -> None:
    of = (STILL, STILL.with_transform(x=0.4, rotation=360), STILL.with_transform(y=-1.0, rotation=-170))
    film = Film(tuple(Key(recipe, 1.0) for recipe in of), loop=False, pace="constant", fps=2)
    moments = timeline(model(True, 32), film)
    assert moments.own == (True, True)  # W stands still
    assert moments.at(0.25).transform == Transform(pytest.approx(0.1), 0.0, pytest.approx(90.0))
    assert moments.on_the_way(1, 2, 0.5).transform == Transform(pytest.approx(0.2), -0.5, pytest.approx(95.0))
    recipes, pictures = zip(*draw(model(True, 32), film), strict=True)
    assert len(pictures) == 5
    for recipe, pixels in zip(recipes, pictures, strict=True):
        assert (render(model(True, 32), Recipe.from_json(recipe.to_json())) == pixels).all()
    assert not np.array_equal(pictures[0], pictures[1])


def test_a_sweep_goes_through_the_transform() -> None:
    info = model(True, 32).info
    known = {each.name: each for each in knobs(info)}
    rotate = known["rotate"]
    assert rotate.why_not(info, STILL) == "" and rotate.range(info) == (-90, 90)
    assert known["translate, x"].at(STILL, 0.3).transform == Transform(0.3)
    sweep = Sweep.of(STILL.with_transform(y=0.2), rotate, (-90, 0, 90), (1, 2))
    assert [cell.transform for cell in sweep.cells] == 2 * [Transform(0, 0.2, turn) for turn in (-90, 0, 90)]
    other = Model(lively(FAMILY["f"])).info
    assert not {"rotate", "translate, x", "translate, y"} & {each.name for each in knobs(other)}
    assert rotate.why_not(other, STILL) == REASONS["transform"]


def test_commands_move_and_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_model(file := tmp_path / "three.safetensors", model(True, 32))
    save_model(other := tmp_path / "one.safetensors", Model(lively(FAMILY["f"])))
    asked = ["--seeds", "5", "--translate", "-0.25", "0.1", "--rotate", "-30"]
    assert main(["render", str(file), *asked, "--out", str(tmp_path / "a.png")]) == 0
    saved = read_picture(tmp_path / "a.png")
    assert saved.recipe == Recipe(Latent(5), transform=Transform(-0.25, 0.1, -30.0))
    assert main(["film", str(file), "--seeds", "5,6", *asked[2:], "--fps", "1", "--out", str(tmp_path / "film")]) == 0
    frames = [read_picture(each).recipe.transform for each in sorted((tmp_path / "film").iterdir())]
    assert len(frames) > 1 and {*frames} == {saved.recipe.transform}
    for command, seeds, out in (("render", "5", "b.png"), ("film", "5,6", "b.gif")):
        assert main([command, str(other), "--seeds", seeds, *asked[2:], "--out", str(tmp_path / out)]) == 2
        assert REASONS["transform"] in capsys.readouterr().err
    (tmp_path / "recipe.json").write_text(STILL.to_json(), "utf-8")
    again = ["render", str(file), "--recipe", str(tmp_path / "recipe.json"), "--rotate", "5", "--out"]
    assert main([*again, str(tmp_path / "c.png")]) == 2
    assert "--rotate go with --seeds; a recipe has its own" in capsys.readouterr().err


def test_the_inverse_of_a_transform() -> None:
    for transform in (Transform(), Transform(0.3, -2.0, 77.5), Transform(rotation=-360.0)):
        numbers = (transform.x, transform.y, transform.rotation)
        assert np.allclose(transform.inverse, literal3.inverse(*numbers).numpy(), atol=1e-12)
    place = Transform(0.0, 0.25, 90.0).inverse @ [0.0, 0.25 - 0.5, 1.0]  # up from the picture's middle: its right edge
    assert np.allclose(place, [0.5, 0.0, 1.0]) and math.isclose(np.linalg.det(Transform(1, 1, 33).inverse), 1)
