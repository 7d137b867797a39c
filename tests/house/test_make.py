"""What `make run` and `make test` do on machines that lack something."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import make


@pytest.fixture
def bare_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout without a virtual environment, in which commands are only written down."""
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(make, "ROOT", tmp_path)
    monkeypatch.setattr(make, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(make, "PYTHON", tmp_path / ".venv/bin/python")
    return tmp_path


def build_venv(checkout: Path) -> None:
    """What stands for a virtual environment."""
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").touch()


def test_a_step_is_done_once_for_the_same_requirements(bare_checkout: Path) -> None:
    build_venv(bare_checkout)
    assert not make.stamped("test")
    make.stamp("test")
    assert make.stamped("test")
    (bare_checkout / "constraints.txt").write_text("torch==0", encoding="utf-8")
    assert not make.stamped("test")


def test_a_set_that_has_grown_is_installed(bare_checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_venv(bare_checkout)
    make.stamp("test")
    monkeypatch.setitem(make.EXTRAS, "test", f"{make.EXTRAS['test']},more")
    assert not make.stamped("test")


def test_a_lost_virtual_environment_is_made_again(bare_checkout: Path) -> None:
    build_venv(bare_checkout)
    make.stamp("test")
    make.PYTHON.unlink()
    assert not make.stamped("test")


def test_run_installs_nothing_after_test(bare_checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_venv(bare_checkout)
    make.stamp("test")
    monkeypatch.setattr(make, "make_venv", lambda: pytest.fail("installed again"))
    make.install_packages("run")


@pytest.mark.parametrize("ready", [True, False])
def test_midi_is_installed_where_it_is_ready_and_missed_nowhere(
    bare_checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ready: bool
) -> None:
    build_venv(bare_checkout)
    asked: list[tuple[str, ...]] = []

    def succeeds(*command: str | Path, **_: str) -> bool:
        asked.append(tuple(map(str, command)))
        return ready

    monkeypatch.setattr(make, "succeeds", succeeds)
    make.install_midi()
    make.install_midi()
    assert len(asked) == 1 and asked[0][-1] == f"{bare_checkout}[midi]" and "--only-binary" in asked[0]
    assert ("MIDI controllers cannot be used" in capsys.readouterr().out) is not ready


def test_missing_qt_libraries_are_named_where_they_may_not_be_installed(
    bare_checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build_venv(bare_checkout)
    make.stamp("run")
    make.stamp("midi")
    monkeypatch.setattr(make, "LINUX", True)
    monkeypatch.setattr(make, "succeeds", lambda *_, **__: False)
    monkeypatch.setattr(make, "apt_get", lambda: None)
    assert make.main(["run"]) == 1
    sentence = capsys.readouterr().err
    assert "libegl1" in sentence
    assert sentence.count("\n") == 1
    assert not make.stamped("qt")


@pytest.mark.parametrize("there", [True, False])
def test_the_window_opens_without_sound(
    bare_checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    build_venv(bare_checkout)
    monkeypatch.setattr(make, "LINUX", True)
    monkeypatch.setattr(make, "apt_get", lambda: None)
    monkeypatch.setattr(make, "succeeds", lambda *_, **__: there)
    make.check_sound()
    assert ("libportaudio2 could not be installed" in capsys.readouterr().out) is not there
    assert make.stamped("sound")


def test_tests_go_on_without_an_x_server(
    bare_checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build_venv(bare_checkout)
    monkeypatch.setattr(make, "LINUX", True)
    monkeypatch.setattr(make, "apt_get", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    make.check_x_server()
    assert "xvfb and xauth and xdotool" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, None),
        ({"DISPLAY": ":4711"}, "no X server answers"),
        ({"QT_QPA_PLATFORM": "offscreen"}, None),
    ],
)
def test_a_screen_is_looked_for(
    environment: dict[str, str], words: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(make, "LINUX", True)
    problem = make.screen_problem()
    assert problem is None if words is None else words in (problem or "")


def test_what_is_drawn_without_a_screen_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that asks for it is text, which no other check reads."""
    monkeypatch.setattr(make, "PYTHON", Path(sys.executable))
    assert make.bundled_model().name == "avatars-64.safetensors" and make.bundled_model().is_file()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_without_python_one_sentence_says_so() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        ["make", "--no-print-directory", "test", "PYTHON="], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
