"""What a hand types wrong at the commands ends in one sentence, and no file is lost by it."""

import logging
from pathlib import Path

import pytest
import torch

from stylegan_core.__main__ import main
from stylegan_core.model import load_discriminator, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.recipe import Recipe
from stylegan_core.run.events import Tick
from stylegan_core.rundir import RunDir
from stylegan_core.training.metric import story
from tests.core.training.conftest import QUICK, Train


@pytest.fixture
def model_file(tmp_path: Path) -> str:
    torch.manual_seed(2)
    sizes = {"z_dim": 8, "w_dim": 8, "mapping_width": 8, "mapping_layers": 1, "fmap_base": 64, "fmap_max": 8}
    save_model(tmp_path / "small.safetensors", build_generator(NetworkConfig(16, **sizes)))
    return str(tmp_path / "small.safetensors")


@pytest.fixture
def trained(finished: Train) -> Path:
    """A run that is finished."""
    return finished(*QUICK).path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says that ends with 2."""
    try:
        code = main(list(arguments))
    except SystemExit as end:  # argparse
        code = int(end.code or 0)
    assert code == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said.strip().splitlines()[-1]


def test_what_trains_once_more_in_one_process_says_everything_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each training in a script had its sentences said once more than the one before."""
    logger = logging.getLogger("stylegan_core")
    before = list(logger.handlers)
    for _ in range(2):
        refused(capsys, "train", str(tmp_path / "run"), "--preset", "tiny", "--data", str(tmp_path / "nothing"))
        assert logger.handlers == before


@pytest.mark.parametrize("psi", ["1e308", "nan", "inf", "much"])
def test_a_psi_that_no_picture_has(
    model_file: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, psi: str
) -> None:
    out = str(tmp_path / "out.png")
    assert "--psi" in refused(capsys, "render", model_file, "--seeds", "1", "--psi", psi, "--out", out)
    assert not Path(out).exists()


def test_a_recipe_with_a_number_beyond_all_pictures(
    model_file: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Recipes come from strangers' pictures; this one ended in a traceback."""
    recipe = tmp_path / "recipe.json"
    recipe.write_text('{"version": 1, "psi": 1e308}')
    said = refused(capsys, "render", model_file, "--recipe", str(recipe), "--out", str(tmp_path / "out.png"))
    assert "recipe.psi must be a number from -1e+06 to 1e+06" in said
    with pytest.raises(ValueError, match=r"latent\.x"):
        Recipe.from_json('{"version": 1, "latent": {"x": -1e30}}')


def test_psi_beside_a_recipe_is_no_silent_no(
    model_file: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text(Recipe().to_json())
    arguments = ("render", model_file, "--recipe", str(recipe), "--psi", "0.3", "--out", str(tmp_path / "a.png"))
    assert "go with --seeds; a recipe has its own" in refused(capsys, *arguments)


def test_no_file_is_replaced_unless_that_was_said(
    model_file: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A picture of a training set was one typing mistake away."""
    out = tmp_path / "mine.png"
    out.write_bytes(b"mine")
    assert "exists already" in refused(capsys, "render", model_file, "--seeds", "0", "--out", str(out))
    assert out.read_bytes() == b"mine"
    assert main(["render", model_file, "--seeds", "0", "--out", str(out), "--overwrite"]) == 0
    drawn = out.read_bytes()
    assert main(["render", model_file, "--seeds", "1", "--out", str(out)]) == 0  # what the program drew itself
    assert out.read_bytes() not in (b"mine", drawn)
    before = Path(model_file).read_bytes()
    for name in (model_file, str(tmp_path / "no" / "where.json"), str(out)):
        assert refused(capsys, "directions", model_file, "--data", str(tmp_path), "--out", name)
    assert Path(model_file).read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", ""),
        ("render", "model", "--seeds", "1", "--out", ""),
        ("data", "avatars", ""),
        ("data", "avatars", "out", "--count", "2000000000"),
        ("metrics", "model", "--data", "there", "--seed", "999999999999999999999999"),
        ("metrics", "model", "--data", "there", "--only", ""),
        ("preflight", "--preset", "tiny", "--seconds", "nan"),
        ("preflight", "--preset", "tiny", "--seconds", "-1"),
        ("directions", "model", "--data", "there", "--out", "d.json", "--reals", "0"),
    ],
)
def test_empty_names_and_numbers_beyond_reason(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, *arguments)


def test_an_imported_run_keeps_its_discriminator(
    trained: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It was left out without a word, and a training that went on from it began with a new one."""
    out = tmp_path / "out.safetensors"
    assert main(["info", str(trained)]) == 0
    assert "Discriminator  yes" in capsys.readouterr().out
    assert main(["import", str(trained), str(out)]) == 0
    assert load_discriminator(out) is not None


def test_a_run_without_its_settings_does_not_go_on_with_others(
    trained: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    RunDir(trained).config_file.unlink()
    said = refused(capsys, "train", str(trained), "--preset", "tiny", "--data", str(tmp_path))
    assert "has lost its config.json" in said


def test_the_bar_of_a_run_that_is_finished_is_full(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It stood at 66.7 %, or at nothing where a finished run was asked to go on, above the word "finished"."""
    assert main(["train", str(trained)]) == 0
    said = capsys.readouterr().err
    assert "100.0 %" in said and "finished." in said


def test_numbers_of_a_short_run_can_be_true(trained: Path) -> None:
    """Its network was called "run 0 kimg", and at the beginning of every phase it drew 0 images a second."""
    run = RunDir(trained)
    drawable = run.drawable()
    assert drawable is not None and load_model(drawable).info.name == "run 0.192 kimg"
    speeds = [event.img_per_s for event in story(run) if isinstance(event, Tick)]
    assert speeds and not any(speed == 0 for speed in speeds)


@pytest.mark.parametrize("command", [("train", ""), ("preflight", "--run", "")])
def test_a_run_without_a_name_is_not_taken_for_the_folder_one_stands_in(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert "the name is empty" in refused(capsys, *command, "--preset", "tiny", "--data", "pictures")
