"""Settings: what several windows have opened is remembered by all."""

from pathlib import Path

import pytest

from explorer.settings import Settings, SettingsKeeper


def test_what_two_windows_have_opened_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    one, other = SettingsKeeper(), SettingsKeeper()
    one.take(one.value.with_opened("run/checkpoints/000010.safetensors", "a"))
    other.take(other.value.with_opened("far.safetensors", "b"))
    one.take(one.value.with_opened("run/checkpoints/000020.safetensors", "c"))
    kept = Settings.load()
    assert kept.recent == ("run/checkpoints/000020.safetensors", "far.safetensors")
    assert kept.models == {
        "a": "run/checkpoints/000010.safetensors",
        "b": "far.safetensors",
        "c": "run/checkpoints/000020.safetensors",
    }
