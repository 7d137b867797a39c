"""Pictures that cannot be read, or not kept, while a run goes: what the run shows, says, and leaves for the next."""

import os
import sys
from pathlib import Path

import pytest

from stylegan_core.files.places import HOME
from stylegan_core.run.events import Alert, End
from stylegan_core.rundir import RunDir
from stylegan_core.training import launch
from tests.core.data.making import break_picture, folder_of, unreadable_now
from tests.core.training.conftest import BRIEF, Train
from tests.core.training.final import assert_same_end, story, the_end


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Twelve pictures that no other test has put into the cache."""
    return folder_of(tmp_path / "pictures", 12)


def alerts(run: RunDir) -> list[tuple[str, str]]:
    return [(event.code, event.text) for event in story(run, Alert)]


@pytest.mark.slow
def test_a_read_error_that_passes_changes_nothing(train: Train) -> None:
    with unreadable_now("3.png", times=2) as failed:
        run = train(*BRIEF)
    assert len(failed) == 2
    assert alerts(run) == []
    assert_same_end(run, train(*BRIEF, name="undisturbed"))


def test_a_picture_that_cannot_be_read_is_an_alert_and_the_next_run_sees_it(
    train: Train, caplog: pytest.LogCaptureFixture
) -> None:
    with unreadable_now("3.png"):
        ((code, text),) = alerts(train(*BRIEF))
    assert code == "picture" and "3.png is passed over until it is asked for again" in text
    assert "Too many open files" in caplog.text
    assert alerts(train(*BRIEF, name="next")) == []


@pytest.mark.slow
def test_a_picture_cache_that_cannot_be_made_is_done_without(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Training ended at once, and the event log stayed empty."""
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "caches").touch()
    assert the_end(train()).reason == "finished"
    assert "pictures are decoded each time" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on this system")
def test_names_that_are_not_utf_8_train(train: Train, pictures: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The run ended before it began, at config.json, and its log lost the line of the picture."""
    break_picture(pictures / "3.png")
    (pictures / "3.png").rename(pictures / os.fsdecode(b"\xff.png"))
    odd = pictures.rename(pictures.with_name(os.fsdecode(b"pictures-\xff")))
    pictures.symlink_to(odd)
    run = train(*BRIEF)
    assert run.config()["data"]["path"] == str(odd)
    assert r"\udcff.png cannot be read and is skipped" in run.log_file.read_text(encoding="utf-8")
    assert caplog.records


def test_what_ends_a_run_before_it_began_stands_in_its_log(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(launch, "Loader", none)
    with pytest.raises(RuntimeError):
        train()
    alert, end = story(RunDir(tmp_path / "run"))
    assert isinstance(alert, Alert) and alert.code == "error"
    assert isinstance(end, End) and (end.reason, end.text) == ("error", "can't start new thread")
    assert "can't start new thread" in caplog.text
