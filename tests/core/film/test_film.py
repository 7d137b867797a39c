"""Films: their JSON, their moments, and the files they are written to."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stylegan_core.__main__ import main
from stylegan_core.film.film import LONGEST, PACES, Film, Key
from stylegan_core.film.film_file import is_film, read_film
from stylegan_core.film.filming import draw, timeline
from stylegan_core.film.moving_picture import write_moving
from stylegan_core.film.timeline import Timeline
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, NoiseLayer, Recipe, Vector
from stylegan_core.render import render

SIZES = {"z_dim": 8, "w_dim": 8, "mapping_width": 8, "mapping_layers": 1, "fmap_base": 64, "fmap_max": 8}
THREE = (
    Recipe(Latent(4), mixes=(Mix(Latent(2), 0.5, "fine"),)),
    Recipe(Latent(5, 0.3), psi=0.4),
    Recipe(Latent(6), directions=(AppliedDirection(Direction("up", Vector.of(np.ones(8))), 2.0),)),
)
seconds = st.floats(0, 60, allow_nan=False)


def of(recipes: tuple[Recipe, ...], *times: float, **changes: object) -> Film:
    return replace(Film(tuple(Key(r, t) for r, t in zip(recipes, times, strict=True))), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    torch.manual_seed(2)
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    save_model(path, Model(Generator(NetworkConfig(16, **SIZES))))
    return load_model(path)


@given(st.lists(seconds, max_size=5), st.booleans(), st.sampled_from(PACES), st.integers(1, 240))
def test_a_film_comes_back_from_its_json(times: list[float], loop: bool, pace: str, fps: int) -> None:
    film = Film(tuple(Key(Recipe(Latent(n)), t) for n, t in enumerate(times)), loop, pace, fps, "name", "hash")
    assert Film.from_json(film.to_json()) == film
    assert is_film(film.to_json())


def test_fields_of_a_newer_version_are_kept() -> None:
    film = json.loads(of(THREE, 1, 1, 1).to_json())
    film["titles"], film["keys"][1]["hold"] = "loud", 3
    again = json.loads(Film.from_json(json.dumps(film)).to_json())
    assert (again["titles"], again["keys"][1]["hold"]) == ("loud", 3)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "JSON"),
        ("[]", "version"),
        ('{"film":1,"pace":"fast"}', "pace"),
        ('{"film":1,"fps":0}', "frames a second"),
        ('{"film":1,"loop":3}', "loop"),
        ('{"film":1,"keys":[{"seconds":2}]}', "Picture 1"),
        ('{"film":1,"keys":[{"recipe":{"version":1},"seconds":-1}]}', "seconds of picture 1"),
        ('{"film":1,"keys":[{"recipe":{"version":1,"psi":"x"}}]}', "psi"),
        ('{"film":true}', "version"),
        ('{"film":1,"titles":NaN}', "'titles' of the film"),
        ('{"film":1,"titles":[1e999]}', "'titles' of the film"),
        ('{"film":1,"keys":[{"recipe":{"version":1},"hold":Infinity}]}', "'hold' of the picture 1"),
        ('{"film":1,"keys":[{"recipe":{"version":1,"weather":NaN}}]}', "Picture 1 .* 'weather'"),
        ('{"film":1,"titles":' + "[" * 100 + "]" * 100 + "}", "too deeply"),
        ('{"film":1,"keys":' + "[" * 100_000, "JSON"),
        ('{"film":1,"keys":[{"recipe":{"version":1,"weather":' + "[" * 950 + "]" * 950 + "}}]}", "JSON|deeply"),
        ('{"film":1,"model":{"name":' + "[" * 900 + "]" * 900 + "}}", "JSON|model"),
        ('{"film":1,"model":{"hash":NaN}}', "model"),
    ],
)
def test_what_is_no_film_is_refused_in_one_sentence(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Film.from_json(text)


@given(st.lists(seconds, min_size=2, max_size=5), st.booleans(), st.sampled_from(PACES), st.floats(-5, 400))
def test_a_moment_lies_in_one_section(times: list[float], loop: bool, pace: str, at: float) -> None:
    film = Film(tuple(Key(Recipe(Latent(n)), t) for n, t in enumerate(times)), loop, pace)
    moments = Timeline(film, [np.full((4, 8), n, np.float32) for n in range(len(times))], None)  # type: ignore[arg-type]
    place, part = moments.place(at)
    assert 0 <= place < len(film.sections)
    assert 0 <= part <= 1
    assert moments.seconds == pytest.approx(film.seconds)


def test_a_film_passes_through_its_keys_byte_for_byte(model: Model) -> None:
    film = of(THREE, 0.2, 0.1, 0.3, fps=10)
    drawn = list(draw(model, film))
    assert len(drawn) == film.frames == 6
    for frame, recipe in zip((0, 2, 3), THREE, strict=True):
        assert drawn[frame][0] == recipe
        assert (drawn[frame][1] == render(model, recipe)).all()


def test_every_frame_is_drawn_again_from_its_recipe(model: Model) -> None:
    for recipe, pixels in draw(model, of(THREE, 0.2, 0.1, 0.3, fps=10)):
        assert (render(model, Recipe.from_json(recipe.to_json())) == pixels).all()


def test_a_loop_ends_where_it_begins_and_another_film_at_its_last_key(model: Model) -> None:
    loop = timeline(model, of(THREE, 1, 1, 1, fps=10))
    assert loop.frame(loop.film.frames) == loop.frame(0) == THREE[0]
    straight = timeline(model, of(THREE, 1, 1, 1, fps=10, loop=False))
    assert (straight.film.frames, straight.frame(20), straight.at(99)) == (21, THREE[2], THREE[2])


def ws_of(model: Model, recipe: Recipe) -> np.ndarray:
    from stylegan_core.styles import Styles

    return Styles(model).ws(recipe)[0].numpy()


def test_the_way_is_a_straight_line_through_the_bent_styles(model: Model) -> None:
    moments = timeline(model, of(THREE, 1, 1, 1, pace="constant", loop=False))
    a, b = (ws_of(model, recipe) for recipe in THREE[:2])
    assert np.allclose(ws_of(model, moments.on_the_way(0, 1, 0.25)), 0.75 * a + 0.25 * b, atol=1e-6)


def test_constant_speed_goes_equally_far_in_equal_times(model: Model) -> None:
    film = of((*THREE, THREE[2]), 0.1, 5, 1, 2, pace="constant")  # the third key is held for its own second
    moments = timeline(model, film)
    ws = [ws_of(model, moments.at(t)) for t in np.linspace(0, film.seconds, 400)]
    steps = np.array([np.linalg.norm(b - a) for a, b in pairwise(ws)])
    still = (steps < 1e-6).mean()
    assert still == pytest.approx(1 / film.seconds, abs=0.02)
    assert np.median(steps) == pytest.approx(steps[steps > 1e-6].mean(), rel=0.05)


def of_ways(*places: float, pace: str = "constant", seconds: tuple[float, ...] = ()) -> Timeline:
    """A film whose keys lie at these places on a line through W."""
    keys = tuple(Key(Recipe(Latent(n)), t) for n, t in enumerate(seconds or (2.0,) * len(places)))
    styles = [np.full((4, 8), place, np.float32) for place in places]
    return Timeline(Film(keys, loop=False, pace=pace), styles, None)  # type: ignore[arg-type]


def test_a_cut_stays_a_cut_at_constant_speed() -> None:
    moments = of_ways(0, 5, 6, 8, seconds=(0.0, 1.0, 5.0, 1.0))
    assert moments.times == pytest.approx((0, 0, 2, 6))
    assert moments.own == (True, False, False)


def test_a_way_of_rounding_errors_counts_as_standing_still() -> None:
    moments = of_ways(1, 1 + 1e-6, 5, 13, seconds=(3.0, 4.0, 2.0, 1.0))
    assert moments.times == pytest.approx((0, 3, 5, 9))
    assert moments.own == (True, False, False)


def test_sections_keep_their_seconds_where_nothing_is_shared() -> None:
    assert of_ways(0, 5, 6, pace="eased").own == (True, True)
    assert of_ways(3, 3, 3).own == (True, True)
    assert of_ways(3, 3, 3).times == (0, 2, 4)
    assert of_ways(0, 5, 5, seconds=(0.0, 0.0, 0.0)).times == (0, 0, 0)
    assert of_ways(1).own == ()


def test_easing_rests_at_the_keys(model: Model) -> None:
    moments = timeline(model, of(THREE[:2], 1, 1))
    near, middle = (np.linalg.norm(ws_of(model, moments.at(t + 0.01)) - ws_of(model, moments.at(t))) for t in (0, 0.5))
    assert near < middle / 10


def test_noise_and_growth_go_along_and_other_noise_fades(model: Model) -> None:
    a = Recipe(noise=(NoiseLayer(strength=2), NoiseLayer(seed=1), NoiseLayer(on=False)), level=0)
    b = Recipe(noise=(NoiseLayer(strength=1), NoiseLayer(seed=2), NoiseLayer(seed=9)), level=2, alpha=0.5)
    moments = timeline(model, of((a, b), 1, 1))
    assert [layer.strength for layer in moments.on_the_way(0, 1, 0.25).noise] == [1.75, 0.5, 0.25]
    assert [layer.seed for layer in moments.on_the_way(0, 1, 0.75).noise] == [None, 2, 9]
    grown = moments.on_the_way(0, 1, 0.5)  # from depth 0 to 1.5
    assert (grown.level, grown.alpha) == (1, 0.75)


def test_a_code_without_styles_keeps_its_length() -> None:
    from stylegan_core.info import Capabilities, ModelInfo

    info = ModelInfo("n", "h", "dcgan", 8, 1, 1.0, 64, 64, 1, 0, (), 1, capabilities=Capabilities(styles=False))
    codes = [np.random.RandomState(n).randn(1, 64).astype(np.float32) for n in range(2)]
    middle = Timeline(of(THREE[:2], 1, 1), codes, info).on_the_way(0, 1, 0.5).latent.w
    assert middle is not None
    lengths = [np.linalg.norm(code) for code in codes]
    assert np.linalg.norm(middle.array) == pytest.approx(np.mean(lengths), rel=1e-5)


def test_seconds_are_shared_out_anew_when_the_whole_changes() -> None:
    assert [key.seconds for key in of(THREE, 1, 2, 1).with_seconds(8).keys] == [2, 4, 2]
    assert [key.seconds for key in of(THREE, 1, 3, 7, loop=False).with_seconds(8).keys] == [2, 6, 7]
    assert of(THREE, 0, 0, 0).with_seconds(6).seconds == 6
    assert of(THREE, 1, 1, 1).with_seconds(2 * LONGEST).seconds == pytest.approx(2 * LONGEST)
    assert Film().with_seconds(3) == Film()


@given(st.lists(st.floats(0, LONGEST), max_size=4), st.booleans(), st.floats(-1, 1e5))
def test_a_film_of_other_seconds_can_be_read_again(times: list[float], loop: bool, total: float) -> None:
    film = Film(tuple(Key(Recipe(Latent(n)), t) for n, t in enumerate(times)), loop).with_seconds(total)
    assert Film.from_json(film.to_json()) == film


@pytest.mark.parametrize("name", ["film.gif", "film.mp4"])
def test_a_moving_picture_carries_its_film(tmp_path: Path, name: str) -> None:
    film = of(THREE, 1, 1, 1)
    pictures = [Image.new("RGB", (32, 32), (value, 80, 200 - value)) for value in range(0, 200, 25)]
    write_moving(tmp_path / name, ((picture, 0.1) for picture in pictures), 10, film.to_json())
    assert read_film(tmp_path / name) == film
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_an_mp4_shows_the_colours_that_went_in(tmp_path: Path) -> None:
    import av

    colours = [(200, 30, 40), (20, 160, 60), (40, 60, 210)]
    pictures = ((Image.new("RGB", (64, 64), colour), 0.1) for colour in colours)
    write_moving(tmp_path / "a.mp4", pictures, 10)
    with av.open(str(tmp_path / "a.mp4")) as film:
        shown = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(shown) == 3
    for colour, frame in zip(colours, shown, strict=True):
        assert np.abs(frame.mean((0, 1)) - colour).max() < 4  # as BT.601 it would be 20 and more


def test_the_times_of_a_gif_add_up(tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (8, 8), (value, 0, 0)) for value in range(0, 240, 8)]
    write_moving(tmp_path / "a.gif", ((picture, 1 / 30) for picture in pictures), 30)
    with Image.open(tmp_path / "a.gif") as gif:
        durations = []
        for frame in range(gif.n_frames):  # type: ignore[attr-defined]
            gif.seek(frame)
            durations.append(gif.info["duration"])
    assert (sum(durations), set(durations)) == (1000, {30, 40})


def test_the_command_writes_frames_that_carry_their_recipes(
    model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(tmp_path / "m.safetensors", model)
    film = of(THREE, 0.2, 0.1, 0.3, fps=10)
    (tmp_path / "film.json").write_text(film.to_json(), "utf-8")
    arguments = ["film", str(tmp_path / "m.safetensors")]
    frames = tmp_path / "frames"
    assert main([*arguments, str(tmp_path / "film.json"), "--out", str(frames), "--progress"]) == 0
    assert "progress 6 6" in capsys.readouterr().err
    files = sorted(frames.iterdir())
    assert len(files) == 6
    assert [read_picture(file).recipe for file in files] == [recipe for recipe, _ in draw(model, film)]
    assert (
        main([*arguments, "--seeds", "1-3", "--seconds", "0.1", "--out", str(tmp_path / "a.gif"), "--fps", "60"]) == 0
    )
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.size, gif.n_frames) == ((512, 512), 15)  # type: ignore[attr-defined]
    assert read_film(tmp_path / "a.gif").model_hash == model.info.hash
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.gif", "film.json", "frames", "m.safetensors"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--out", "a.mp4"], "Name a film"),
        (["film.json", "--seeds", "1-2", "--out", "a.mp4"], "Name a film"),
        (["film.json", "--psi", "1", "--out", "a.mp4"], "--psi"),
        (["--seeds", "1", "--out", "a.mp4"], "two pictures"),
        (["--seeds", "1-2", "--seconds", "0", "--out", "a.mp4"], "0 s is one picture"),
        (["--seeds", "1-2", "--seconds", "0.1", "--fps", "1", "--no-loop", "--out", "a.mp4"], "more frames a second"),
        (["--seeds", "1-9", "--seconds", "60", "--side", "4096", "--out", "a.gif"], "in memory"),
        (["--seeds", "1-2", "--out", "there"], "exists already"),
        (["--seeds", "1-2", "--out", "film.MOV"], ".mp4 or .gif"),
        (["--seeds", "1-2", "--out", "there.gif"], "exists already"),
        (["--seeds", "1-2", "--side", "64", "--out", "frames"], "--side"),
        (["torn.mp4", "--out", "a.mp4"], "damaged"),
        (["plain.gif", "--out", "a.mp4"], "no film"),
        (["missing.json", "--out", "a.mp4"], "missing.json"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    model: Model, tmp_path: Path, arguments: list[str], word: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    save_model(tmp_path / "m.safetensors", model)
    Path("there").mkdir()
    Path("film.json").write_text(of(THREE, 1, 1, 1).to_json(), "utf-8")
    Path("torn.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(50))
    Image.new("RGB", (4, 4)).save("plain.gif")
    Image.new("RGB", (4, 4)).save("there.gif")
    assert main(["film", "m.safetensors", *arguments]) == 2
    said = capsys.readouterr().err
    assert word in said
    assert said.count("\n") == 1


def test_channels_go_along_evenly_from_key_to_key(model: Model) -> None:
    """One that a key does not have is at 0 there."""
    a, b = Recipe(Latent(1)).with_channel(2, 3, 4.0).with_channel(1, 1, -1.0), Recipe(Latent(1)).with_channel(2, 3, 8.0)
    moments = timeline(model, of((a, b), 1, 1, loop=False, pace="constant"))
    part = moments.at(0.25)
    assert (part.strength_of(2, 3), part.strength_of(1, 1)) == (5.0, -0.75)
    assert (moments.at(0.0), moments.at(1.0)) == (a, b)
    same = timeline(model, of((a, replace(a, latent=Latent(2))), 1, 1, loop=False))
    assert same.at(0.5).channels == a.channels
    named = a.with_channel(2, 3, 4.0, "Fringe"), b.with_channel(5, 0, 2.0, "Hat")
    between = timeline(model, of(named, 1, 1, loop=False)).at(0.5).channels
    names = {each.layer: each.name for each in between}
    assert names == {2: "Fringe", 1: "", 5: "Hat"}
