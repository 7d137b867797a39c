"""Pictures that cannot be read, or not kept, while a run goes: what the run shows, says, and leaves for the next."""

from pathlib import Path

import pytest

from stylegan_core.events import Alert
from stylegan_core.rundir import EventReader, RunDir
from tests.core.data.making import folder_of, unreadable_now
from tests.core.training.conftest import Train
from tests.core.training.final import assert_same_end


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Twelve pictures that no other test has put into the cache."""
    return folder_of(tmp_path / "pictures", 12)


def alerts(run: RunDir) -> list[tuple[str, str]]:
    reader = EventReader(run)
    reader.poll()
    return [(event.code, event.text) for event in reader.events if isinstance(event, Alert)]


def test_a_read_error_that_passes_changes_nothing(train: Train) -> None:
    with unreadable_now("3.png", times=2) as failed:
        run = train()
    assert len(failed) == 2
    assert alerts(run) == []
    assert_same_end(run, train(name="undisturbed"))


def test_a_picture_that_cannot_be_read_is_an_alert_and_the_next_run_sees_it(
    train: Train, caplog: pytest.LogCaptureFixture
) -> None:
    with unreadable_now("3.png"):
        ((code, text),) = alerts(train())
    assert code == "picture" and "3.png is passed over until it is asked for again" in text
    assert "Too many open files" in caplog.text
    assert alerts(train(name="next")) == []
