"""What the machine plays sound with: asked for late, and missed in one sentence."""

import importlib.abc
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from explorer.sound.device import MISSING, NO_DEVICE, NO_LIBRARY, Device
from stylegan_core.film.sound_track import RATE
from tests.explorer.sound.fake_sound import FakePortAudio


@pytest.fixture
def port_audio(monkeypatch: pytest.MonkeyPatch) -> FakePortAudio:
    made = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", made)
    return made


def test_without_the_package_one_sentence_says_so() -> None:
    with pytest.raises(OSError) as told:
        Device().open(lambda *_: None)
    assert str(told.value) == MISSING


def test_without_the_library_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice")
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    with pytest.raises(OSError) as told:
        Device().open(lambda *_: None)
    assert str(told.value) == NO_LIBRARY


def test_devices_are_looked_for_anew_where_none_could_be_opened(port_audio: FakePortAudio) -> None:
    device = Device()
    port_audio.fails = True
    with pytest.raises(OSError) as told:
        device.open(lambda *_: None)
    assert str(told.value) == NO_DEVICE
    port_audio.fails = False
    device.open(lambda *_: None)
    device.open(lambda *_: None)
    assert port_audio.done == ["terminate", "initialize", "start", "start"]


@pytest.mark.parametrize(
    ("now", "out", "ahead"), [(7.0, 7.04, 0.04), (7.0, 0.0, 0.25), (0.0, 0.0, 0.25), (0, 99, 0.25)]
)
def test_what_is_no_latency_is_not_believed(port_audio: FakePortAudio, now: float, out: float, ahead: float) -> None:
    told: list[float] = []
    Device().open(lambda _, seconds: told.append(seconds))
    assert (port_audio.asked["samplerate"], port_audio.asked["channels"]) == (RATE, 2)
    times = SimpleNamespace(currentTime=now, outputBufferDacTime=out)
    port_audio.asked["callback"](np.zeros((4, 2), np.float32), 4, times, None)
    assert told == pytest.approx([ahead])
