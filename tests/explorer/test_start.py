"""The command line of the explorer: screenshots, exit codes, sentences."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from explorer.start import main

ROOT = Path(__file__).parents[2]


def start(*arguments: str | Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs main.py without a screen."""
    names = {**os.environ, "STYLEGAN_EXPLORER_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", **environment}
    if not names["QT_QPA_PLATFORM"]:
        for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
            names.pop(name, None)
    command = [sys.executable, ROOT / "main.py", *arguments]
    return subprocess.run(command, env=names, capture_output=True, text=True, check=False, timeout=500)


def test_what_is_not_there_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    ended = start(tmp_path / "nothing.safetensors", "--screenshot", tmp_path / "shot.png", home=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "nothing.safetensors does not exist" in ended.stderr
    assert not (tmp_path / "shot.png").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a screen")
def test_without_a_screen_it_says_so(tmp_path: Path) -> None:
    ended = start(home=tmp_path, QT_QPA_PLATFORM="")
    assert ended.returncode == 2
    assert ended.stderr.startswith("There is no screen here")
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="elsewhere every user has a home")
@pytest.mark.parametrize("told", ["", "~nobody-of-this-name/home"])
def test_without_any_home_it_says_so(
    told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user without a name and without HOME, as in a container, saw a traceback."""
    import pwd

    def unknown(_user: object) -> None:
        raise KeyError

    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", told)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert main([]) == 2
    assert capsys.readouterr().err == (
        "This user has no home folder: set STYLEGAN_EXPLORER_HOME to a folder that can be written.\n"
    )


@pytest.mark.slow
def test_a_screenshot_shows_the_exact_picture(tmp_path: Path) -> None:
    from stylegan_core.model import save_model
    from stylegan_core.networks.config import NetworkConfig
    from stylegan_core.networks.generator import build_generator

    config = NetworkConfig(resolution=16, z_dim=16, w_dim=16, mapping_width=16, fmap_base=128, fmap_max=16)
    save_model(tmp_path / "small.safetensors", build_generator(config))
    ended = start(tmp_path / "small.safetensors", "--screenshot", tmp_path / "shot.png", home=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    with Image.open(tmp_path / "shot.png") as shot:
        assert shot.width >= 1280
        assert shot.height >= 720
        assert len(shot.convert("RGB").resize((64, 64)).getcolors(4096) or range(4096)) > 50


@pytest.mark.slow
def test_a_model_that_is_none_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "strange.safetensors").write_bytes(b"no weights at all, only words")
    ended = start(tmp_path / "strange.safetensors", "--screenshot", tmp_path / "shot.png", home=tmp_path)
    assert ended.returncode == 2
    assert "strange.safetensors" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("size", ["foo", "1x2x3", "10x-5", "x", "0x9", ""])
def test_a_size_that_no_window_has_is_one_sentence(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--screenshot", "x.png", "--size", size])
    assert "such as 1440x900" in capsys.readouterr().err
