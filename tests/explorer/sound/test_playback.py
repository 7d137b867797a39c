"""A sound that is played: what the system gets of it, and the clock that says what is heard."""

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from explorer.sound import playback as module
from explorer.sound.playback import AHEAD, GONE, SILENT, Playback
from stylegan_core.film.hearing import Floats
from stylegan_core.film.sound_track import RATE
from tests.explorer.sound.fake_sound import FakeDevice, ramp, until


class Played:
    """A playback that runs in its thread, at a time that stands still until a test says so."""

    def __init__(self, samples: Callable[[], Iterator[Floats]], device: FakeDevice, gain: float = 1.0) -> None:
        self.device, self.playback = device, Playback(samples, gain)
        self.thread = threading.Thread(target=self.playback.run, args=(device,))
        self.thread.start()
        until(lambda: bool(device.fills or self.playback.trouble))

    def end(self) -> None:
        self.playback.stop()
        self.thread.join()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(now=100.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: made.now))
    return made


@pytest.fixture
def played(clock: SimpleNamespace) -> Iterator[Played]:
    made = Played(lambda: ramp(20 * RATE), FakeDevice())
    yield made
    made.end()


def test_every_sample_is_given_once_behind_the_one_before(played: Played) -> None:
    played.device.play(64)  # comes in softly
    blocks = [played.device.play(count) for count in (1, 999, 1500, 4096)]
    wanted = np.arange(64, 64 + 1 + 999 + 1500 + 4096, dtype=np.float32) / RATE
    np.testing.assert_array_equal(np.concatenate(blocks), np.stack([wanted, wanted], axis=1))


def test_the_clock_says_what_is_heard_and_not_what_was_given(played: Played, clock: SimpleNamespace) -> None:
    assert not played.playback.begun and played.playback.heard() == 0
    played.device.play(RATE, ahead=0.2)
    assert played.playback.begun and played.playback.heard() == 0
    clock.now += 0.2
    assert played.playback.heard() == 0
    clock.now += 0.5
    assert played.playback.heard() == pytest.approx(0.5)
    played.device.play(RATE, ahead=0.5)
    clock.now += 1.0
    assert played.playback.heard() == pytest.approx(1.5)


def test_the_clock_stands_still_where_the_system_takes_nothing(played: Played, clock: SimpleNamespace) -> None:
    played.device.play(RATE // 2)
    clock.now += 1.5
    assert played.playback.heard() == pytest.approx(0.5)
    played.device.play(RATE // 2, ahead=0.1)  # it goes on a second late
    assert played.playback.heard() == pytest.approx(0.5)
    clock.now += 0.3
    assert played.playback.heard() == pytest.approx(0.7)


def test_what_the_system_says_unevenly_moves_the_clock_little(played: Played, clock: SimpleNamespace) -> None:
    off = []
    for number in range(100):
        played.device.play(480, ahead=0.05 + (0.015 if number % 7 == 0 else 0.0))
        clock.now += 0.01
        off.append(played.playback.heard() - max(0.01 * (number + 1) - 0.05, 0))
    assert np.abs(off).max() < 0.016 and np.abs(off[60:]).max() < 0.005


def test_only_so_much_is_decoded_ahead() -> None:
    made = 0

    def counted() -> Iterator[Floats]:
        nonlocal made
        for piece in ramp(60 * RATE):
            made += piece.shape[1]
            yield piece

    played = Played(counted, FakeDevice())
    try:
        assert AHEAD <= made <= AHEAD + 1000
        played.device.play(RATE)
        until(lambda: made >= AHEAD + RATE)
        assert made <= AHEAD + RATE + 1000
    finally:
        played.end()


def test_muting_is_soft_and_the_clock_goes_on(played: Played, clock: SimpleNamespace) -> None:
    played.device.play(RATE)
    played.playback.gain = 0.0
    soft, silent = played.device.play(480, ahead=1.0), played.device.play(480, ahead=1.01)
    assert soft[0, 0] == pytest.approx(1.0, abs=0.01) and soft[-1, 0] == 0 and not silent.any()
    clock.now += 1.01
    assert played.playback.heard() == pytest.approx(1.01)


def test_stopping_is_heard_at_once(played: Played) -> None:
    played.playback.stop()
    stream = played.device.streams[0]
    assert stream.closed.wait(60) and stream.aborted
    assert played.playback.trouble == ""


@pytest.mark.parametrize("silent", [True, False])
def test_a_device_that_has_gone_is_noticed(played: Played, clock: SimpleNamespace, silent: bool) -> None:
    played.device.play(RATE)
    if silent:
        clock.now += SILENT + 0.1
    else:
        played.device.streams[0].active = False
    until(lambda: bool(played.playback.trouble))
    assert played.playback.trouble == GONE
    until(lambda: played.device.forgot == 1)


def test_a_sound_that_cannot_be_read_says_why() -> None:
    def broken() -> Iterator[Floats]:
        raise ValueError("song.mp3 holds no sound.")
        yield

    device = FakeDevice()
    played = Played(broken, device)
    played.end()
    assert played.playback.trouble == "song.mp3 holds no sound."
    assert device.streams == []
