"""The sound of a film: it leads the clock while there is one, and is missed in one sentence where there is none."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.sound import film_sound as module
from explorer.sound.film_sound import LATE, PATIENCE, FilmSound
from stylegan_core.film.film import Film, Key
from stylegan_core.film.music import Music
from stylegan_core.film.sound_track import RATE
from stylegan_core.recipe import Recipe
from tests.core.film.sounds import RATE as HERTZ
from tests.core.film.sounds import write_wav
from tests.explorer.sound.fake_sound import FakeDevice, until

CENTRE = 0.5**0.5  # what each side has of a sound from the middle


class Heard:
    """A film's sound at a device that plays when told, at a time that goes when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.said = 100.0, list[str]()
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)
        self.sound, self.device = FilmSound(), FakeDevice()
        self.sound.device = self.device  # type: ignore[assignment]
        self.sound.said.connect(self.said.append)

    def play(self, film: Film, seconds: float) -> None:
        streams = len(self.device.streams)
        self.sound.play(film, seconds)
        until(lambda: len(self.device.streams) > streams)

    def level(self, count: int = 480) -> float:
        """How loud the samples behind the next ones are, as their file has them."""
        self.device.play(count)
        return float(np.abs(self.device.play(count)).mean()) / CENTRE


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, qapp: object) -> Iterator[Heard]:
    made = Heard(monkeypatch)
    yield made
    made.sound.close()


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Four seconds to a sound that is a tenth louder each second, from its second 1 on; it ends after 4."""
    steps = np.repeat(np.arange(1, 5) / 10, HERTZ)
    path = write_wav(tmp_path / "steps.wav", steps)
    return Film((Key(Recipe(), 2.0), Key(Recipe(psi=0.5), 2.0)), music=Music(str(path), 4.0, start=1.0))


def test_the_film_waits_for_its_sound_and_is_led_by_it(heard: Heard, film: Film) -> None:
    heard.play(film, 0.5)
    heard.now += 0.3
    assert heard.sound.lead(0.8) == 0.5
    heard.device.play(2 * RATE, ahead=0.1)
    heard.now += 0.6
    assert heard.sound.lead(0.8) == pytest.approx(1.0)


@pytest.mark.parametrize(("begin", "level"), [(0.5, 0.2), (1.5, 0.3)])
def test_it_sounds_as_the_mp4_does_there(heard: Heard, film: Film, begin: float, level: float) -> None:
    heard.play(film, begin)
    assert heard.level() == pytest.approx(level, abs=0.01)


def test_what_begins_again_sounds_again_and_its_clock_counts_on(heard: Heard, film: Film) -> None:
    heard.play(film, 3.5)  # the music ended half a second before
    assert heard.level() == 0
    heard.device.play(RATE // 2 - 960)
    assert heard.level() == pytest.approx(0.2, abs=0.01)
    heard.device.play(RATE, ahead=0.52)
    heard.now += 1.0
    assert heard.sound.lead(0.0) == pytest.approx(4.5)


def test_the_clock_passes_the_end_of_a_film_that_does_not_begin_again(heard: Heard, film: Film) -> None:
    film = replace(film, loop=False, keys=(Key(Recipe(), 1.23456), Key(Recipe())))
    heard.play(film, 1.0)
    heard.device.play(RATE)
    heard.now += 0.5
    assert heard.sound.lead(0.0) > film.seconds


def test_a_film_without_music_has_its_own_clock(heard: Heard, film: Film) -> None:
    heard.sound.play(replace(film, music=None), 0.0)
    assert heard.sound.lead(0.7) == 0.7
    assert heard.device.streams == []


def test_mute_opens_no_device_and_is_soft_where_one_is_open(heard: Heard, film: Film) -> None:
    heard.sound.set_loudness(True, 100, None)
    heard.sound.play(film, 0.5)
    assert heard.sound.lead(0.7) == 0.7 and heard.device.streams == []
    heard.sound.set_loudness(False, 100, 1.2)
    until(lambda: len(heard.device.streams) == 1)
    assert heard.level() == pytest.approx(0.3, abs=0.01)
    heard.sound.set_loudness(True, 100, 1.3)
    assert heard.level() == 0 and len(heard.device.streams) == 1
    heard.now += 0.02
    assert heard.sound.lead(0.0) > 1.2  # the clock is still that of the device


def test_the_volume_is_heard_in_ratios_and_at_nothing_opens_no_device(heard: Heard, film: Film) -> None:
    heard.sound.set_loudness(False, 0, None)
    heard.sound.play(film, 0.5)
    assert not heard.sound.leads and heard.device.streams == []
    heard.sound.set_loudness(False, 50, 1.2)
    until(lambda: len(heard.device.streams) == 1)
    assert heard.level() == pytest.approx(0.3 / 4, abs=0.003)
    heard.sound.set_loudness(False, 100, 1.3)
    assert heard.level() == pytest.approx(0.3, abs=0.01) and len(heard.device.streams) == 1


def test_only_a_change_that_is_heard_begins_anew(heard: Heard, film: Film) -> None:
    heard.play(film, 0.0)
    heard.sound.follow(replace(film, keys=film.keys[::-1]), 0.5)
    assert len(heard.device.streams) == 1 and not heard.device.streams[0].aborted
    heard.sound.follow(replace(film, loop=False), 0.5)
    until(lambda: len(heard.device.streams) == 2)
    assert heard.device.streams[0].closed.is_set()


def test_trouble_is_said_once_and_the_film_goes_on(heard: Heard, film: Film) -> None:
    heard.device.refuses = "no sound device can be opened."
    for _ in range(2):
        heard.sound.play(film, 0.5)
        until(lambda: heard.sound.lead(0.8) == 0.8)
        assert heard.sound.lead(0.9) == 0.9
    assert heard.said == ["The film plays without sound: no sound device can be opened."]


def test_music_that_is_not_there_is_missed(heard: Heard, film: Film) -> None:
    assert film.music is not None
    heard.sound.play(replace(film, music=replace(film.music, path="/gone/song.wav")), 0.5)
    until(lambda: heard.sound.lead(0.8) == 0.8)
    assert heard.said == ["The film plays without sound: /gone/song.wav, the music of the film, is not there."]


def test_a_device_that_does_not_answer_is_not_waited_for(
    heard: Heard, film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers, left = threading.Event(), threading.Event(), list[bool]()

    def wait(_: object) -> None:
        asked.set()
        answers.wait(60)

    monkeypatch.setattr(heard.device, "open", wait)
    monkeypatch.setattr(heard.device, "leave", lambda: left.append(True), raising=False)
    monkeypatch.setattr(module, "FAREWELL", 0.01)
    heard.sound.play(film, 0.5)
    assert asked.wait(60)
    heard.now += PATIENCE / 2
    assert heard.sound.lead(0.8) == 0.5
    heard.now += PATIENCE
    assert heard.sound.lead(0.8) == 0.8
    assert heard.said == [f"The film plays without sound: {LATE}"]
    heard.sound.close()
    answers.set()
    assert left == [True]
