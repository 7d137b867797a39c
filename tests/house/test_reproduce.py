"""The recipes of the networks in the box: they fit their presets, add up to what cards say, and go on when stopped."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stylegan_core.files.tensor_file import read_safetensors
from stylegan_core.run.events import End, encode
from stylegan_core.training.config import changed, preset
from stylegan_core.training.finetune import begun_at
from tools import reproduce
from tools.bundle_model import MODELS
from tools.reproduce import Recipe, Stage
from tools.run_logs import finished

RECIPES = [Recipe.read(name) for name in reproduce.names()]
SMALL = Recipe(
    "small",
    {"faces": {"count": 3, "resolution": 32, "seed": 1}},
    (Stage("first", "tiny", "faces", ("gamma=2",)), Stage("second", "tiny", "faces", (), init="first")),
    ("second",),
    {"data": "faces", "heldout": "faces", "about": "Three faces."},
)


def images(recipe: Recipe, run: str) -> float:
    """Thousands of images that a run of a recipe has seen, those of the runs it began from included."""
    stage = next(one for one in recipe.stages if one.run == run)
    growth = changed(preset(stage.preset), stage.settings).growth
    if not stage.init:
        return growth.total_kimg
    before = next(one for one in recipe.stages if one.run == stage.init)
    return begun_at(growth, preset(before.preset).growth.top_level).total_kimg + images(recipe, before.run)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_sees_as_many_images_as_its_network(recipe: Recipe) -> None:
    for run in recipe.bundled:
        file = MODELS / recipe.name / f"{run}.safetensors"
        facts = json.loads(read_safetensors(file)[0]["facts"])
        assert images(recipe, run) == pytest.approx(facts["kimg"], abs=1e-6)
        assert facts["preset"] == next(stage.preset for stage in recipe.stages if stage.run == run)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_names_only_data_and_runs_that_it_has_made_by_then(recipe: Recipe) -> None:
    made = {""}
    for stage in recipe.stages:
        assert stage.init in made
        assert stage.data in recipe.drawn or stage.data.startswith("/usr/share/datasets")
        made.add(stage.run)
    assert set(recipe.bundled) <= made


def test_every_network_in_the_box_has_a_recipe() -> None:
    assert {recipe.name for recipe in RECIPES} == {card.parent.name for card in MODELS.glob("*/card.md")}


class Machine:
    """Runs no command but leaves what it would; ``stops`` are the runs that somebody stops half-way."""

    def __init__(self, stops: tuple[str, ...] = ()) -> None:
        self.stops, self.commands = stops, list[list[str]]()

    def __call__(self, command: list[str]) -> int:
        self.commands.append(command)
        out = Path(command[3] if command[1] == "data" else command[2])
        if command[1] == "data":
            assert not out.exists()
            out.mkdir()
            return 0
        (out / "checkpoints").mkdir(parents=True, exist_ok=True)
        (out / "config.json").write_text("{}", encoding="utf-8")
        reason = "stopped" if out.name in self.stops else "finished"
        with (out / "events.jsonl").open("ab") as events:
            events.write(encode(End(time=1.0, img=1, reason=reason, text="")))
        return 0


def test_runs_come_one_after_the_other_each_begun_from_the_last(tmp_path: Path) -> None:
    machine = Machine()
    assert reproduce.reproduce(SMALL, tmp_path, machine) == 0
    faces, first, second = (str(tmp_path / name) for name in ("faces", "first", "second"))
    always = [word for setting in reproduce.ALWAYS for word in ("--set", setting)]
    begin = ["--preset", "tiny", "--data", faces]
    assert machine.commands == [
        ["stylegan_core", "data", "avatars", f"{faces}.part", "--count", "3", "--resolution", "32", "--seed", "1"],
        ["stylegan_core", "train", first, *begin, "--set", "gamma=2", *always],
        ["stylegan_core", "train", second, *begin, "--init", first, *always],
    ]
    assert (tmp_path / "faces").is_dir()
    assert reproduce.reproduce(SMALL, tmp_path, again := Machine()) == 0
    assert again.commands == []


def test_a_stopped_run_goes_on_before_the_next_begins(tmp_path: Path) -> None:
    (tmp_path / "faces.part").mkdir()  # of a drawing that was killed
    assert reproduce.reproduce(SMALL, tmp_path, Machine(stops=("first",))) == 1
    assert reproduce.reproduce(SMALL, tmp_path, machine := Machine()) == 0
    assert machine.commands[0] == ["stylegan_core", "train", str(tmp_path / "first")]
    assert [Path(command[2]).name for command in machine.commands] == ["first", "second"]


def test_a_run_that_goes_on_has_what_the_one_above_has_but_for_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "three.toml").write_text(
        """[bundle]
runs = ["third"]
card = {}
[[run]]
run = "first"
preset = "tiny"
data = "few"
set = { gamma = 2, noise_rate = 0.5 }
[[run]]
run = "second"
data = "many"
weights_only = true
goes_on = true
set = { gamma = 1 }
[[run]]
run = "third"
goes_on = true
""",
        encoding="utf-8",
    )
    monkeypatch.setattr(reproduce, "RECIPES", tmp_path)
    first, second, third = Recipe.read("three").stages
    assert first == Stage("first", "tiny", "few", ("gamma=2", "noise_rate=0.5"))
    assert second == Stage("second", "tiny", "many", ("gamma=1", "noise_rate=0.5"), "first", weights_only=True)
    assert third == Stage("third", "tiny", "many", ("gamma=1", "noise_rate=0.5"), "second")


def test_weights_alone_are_taken_from_where_no_discriminator_lies(tmp_path: Path) -> None:
    reproduce.reproduce(replace(SMALL, stages=SMALL.stages[:1]), tmp_path, Machine())
    box = MODELS / "avatars-32" / "avatars-32.safetensors"
    (tmp_path / "first" / "checkpoints" / "000001.safetensors").write_bytes(box.read_bytes())
    words = reproduce.training(replace(SMALL.stages[1], weights_only=True), tmp_path)
    alone = Path(words[words.index("--init") + 1])
    assert alone == tmp_path / "first.safetensors"
    assert alone.read_bytes() == box.read_bytes()


def test_bundling_says_which_runs_and_data(tmp_path: Path) -> None:
    words = reproduce.bundling(SMALL, tmp_path)
    assert words[:3] == ["tools.bundle_model", str(tmp_path / "second"), "small"]
    assert words[3:7] == ["--data", str(tmp_path / "faces"), "--heldout", str(tmp_path / "faces")]
    family = reproduce.bundling(Recipe.read("family-32"), tmp_path)
    assert family[:3] == ["tools.bundle_set", "family-32", str(tmp_path / "config-a")]


def test_an_unknown_recipe_is_one_sentence() -> None:
    with pytest.raises(ValueError, match="There is no recipe 'ffhq'; there are avatars-32, avatars-64"):
        Recipe.read("ffhq")


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert reproduce.main(["avatars-32", str(tmp_path / "file" / "in")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.slow
def test_a_recipe_trains(tmp_path: Path) -> None:
    drawn = {"faces": {"count": 300, "resolution": 32, "seed": 1}}
    assert reproduce.reproduce(replace(SMALL, drawn=drawn), tmp_path, reproduce.started) == 0
    assert all(finished(tmp_path / name) for name in ("first", "second"))
