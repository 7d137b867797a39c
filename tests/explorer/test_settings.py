"""Settings: what several windows have opened is remembered by all."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.settings import Settings, SettingsKeeper
from explorer.work.background import Background


@pytest.fixture
def disk(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Background]:
    """A disk that lets go at the end, with a home of its own."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    made = Background()
    yield made
    made.close()


def test_what_two_windows_have_opened_is_remembered(disk: Background, qtbot: QtBot) -> None:
    one, other = SettingsKeeper(disk), SettingsKeeper(disk)
    one.take(one.value.with_opened("run/checkpoints/000010.safetensors", "a"))
    other.take(other.value.with_opened("far.safetensors", "b"))
    one.take(one.value.with_opened("run/checkpoints/000020.safetensors", "c"))
    qtbot.waitUntil(lambda: len(one.value.recent) == 2)  # the other window's has come back with what was written
    kept = Settings.load()
    assert kept.recent == ("run/checkpoints/000020.safetensors", "far.safetensors") == one.value.recent
    assert kept.models == {
        "a": "run/checkpoints/000010.safetensors",
        "b": "far.safetensors",
        "c": "run/checkpoints/000020.safetensors",
    }


def test_a_slow_disk_does_not_hold_the_window_up(
    disk: Background, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each network that was opened, and each newer snapshot of a run, was waited for until it lay on the disk."""
    writers: list[threading.Thread] = []
    monkeypatch.setattr(Settings, "save", lambda _: writers.append(threading.current_thread()))
    keeper = SettingsKeeper(disk)
    keeper.change(save_folder="far")
    assert keeper.value.save_folder == "far"
    qtbot.waitUntil(lambda: bool(writers))
    assert threading.main_thread() not in writers
