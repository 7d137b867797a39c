"""Films to music: what is heard in a sound, how it moves a film, and what an mp4 then sounds like."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stylegan_core.__main__ import main
from stylegan_core.film.film import LONGEST, MOST_KEYS, Film, Key
from stylegan_core.film.film_file import read_film
from stylegan_core.film.filming import timeline
from stylegan_core.film.hearing import hear, samples_of
from stylegan_core.film.music import ACCENTS, GAP, Music
from stylegan_core.film.setting import set_to_music
from stylegan_core.model import Model, save_model
from stylegan_core.recipe import Latent, Recipe
from tests.core.film.sounds import RATE, bars, beats_of, drums, write_coded, write_wav
from tests.core.networks.small import lively, small

EVEN = Music("even.wav", 12.0, tuple(np.arange(0.5, 12, 0.5).tolist()), bytes(600))
THREE = tuple(Key(Recipe(Latent(seed)), 1.0) for seed in (1, 2, 3))


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(lively(small(resolution=16)))


@pytest.mark.parametrize("tempo", [90, 128, 174 / 2])
def test_beats_are_heard_where_they_are(tmp_path: Path, tempo: float) -> None:
    heard = hear(write_wav(tmp_path / "drums.wav", drums(tempo, 15)))
    assert heard.seconds == pytest.approx(15)
    assert heard.tempo == pytest.approx(tempo, rel=0.02)
    truth = beats_of(tempo, 15)
    off = np.abs(np.array(heard.beats)[:, None] - truth).min(axis=1)
    assert len(heard.beats) >= 0.9 * len(truth)
    assert np.median(off) < 0.015
    assert off.max() < 0.05


@pytest.mark.parametrize("bar", ["KgSgKgSg", "KgSggKSg", "KgSgSg"])
@pytest.mark.parametrize("tempo", [100, 160, 180])
def test_the_beats_of_fast_rock_are_not_three_halves_of_one_apart(tmp_path: Path, tempo: float, bar: str) -> None:
    """Where every half of a beat sounds, one and a half beats are as alike; the halves of those are not."""
    heard = hear(write_wav(tmp_path / "rock.wav", bars(tempo, 20, bar)))
    assert heard.tempo == pytest.approx(tempo if heard.tempo > 95 else tempo / 2, rel=0.005)


def test_the_tempo_is_told_finer_than_the_beats() -> None:
    """Gaps of 0.44 and 0.45 s in turn: neither of them is the tempo."""
    beats = np.round(np.arange(0.5, 60, 60 / 135), 2).tolist()
    assert replace(EVEN, seconds=60.0, beats=tuple(beats)).tempo == pytest.approx(135, rel=0.001)
    paused = tuple(beats[:50] + [beat + 1.3 for beat in beats[50:]])
    assert replace(EVEN, seconds=70.0, beats=paused).tempo == pytest.approx(135, rel=0.002)


@pytest.mark.parametrize(("name", "codec"), [("song.m4a", "aac"), ("song.flac", "flac"), ("song.mp3", "libmp3lame")])
def test_damage_is_left_out_and_the_rest_keeps_its_time(tmp_path: Path, name: str, codec: str) -> None:
    path = write_coded(tmp_path / name, codec, drums(120, 20))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    heard = hear(path)
    if codec != "libmp3lame":  # whose frames do not say when they are
        assert heard.seconds == pytest.approx(20, abs=0.1)
    assert heard.tempo == pytest.approx(120, rel=0.005)
    late = np.array([beat for beat in heard.beats if beat > 13])
    assert len(late) > 8
    if codec != "libmp3lame":
        assert np.abs((late - 0.37 + 0.25) % 0.5 - 0.25).max() < 0.05


@pytest.mark.parametrize(("name", "codec"), [("song.flac", "flac"), ("song.mp3", "libmp3lame"), ("song.m4a", "aac")])
@pytest.mark.parametrize("start", [0.3, 2.517, 4.2])
def test_a_sound_begins_at_any_of_its_seconds(tmp_path: Path, name: str, codec: str, start: float) -> None:
    path = write_coded(tmp_path / name, codec, drums(97, 5))
    whole = np.concatenate([*samples_of(path, 48_000, "mono")], axis=1)[0]
    part = np.concatenate([*samples_of(path, 48_000, "mono", start=start)], axis=1)[0]
    wanted = whole[round(start * 48_000) :]
    assert len(part) == pytest.approx(len(wanted), abs=1)
    count = min(len(part), len(wanted))
    assert np.corrcoef(part[:count], wanted[:count])[0, 1] > 0.99


def test_what_is_damaged_all_over_is_refused(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "song.m4a", "aac", drums(120, 5))
    content = bytearray(path.read_bytes())
    content[2000 : len(content) - 4000] = bytes(len(content) - 6000)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no sound can be read"):
        hear(path)


def test_accents_are_where_it_sounds_hard(tmp_path: Path) -> None:
    sound = drums(60, 8)
    sound[4 * RATE :] = 0
    accents = np.frombuffer(hear(write_wav(tmp_path / "drums.wav", sound)).accents, np.uint8)
    assert len(accents) == pytest.approx(8 * ACCENTS, abs=2)
    hits = [accents[round(beat * ACCENTS) - 1 :][:3].max() for beat in beats_of(60, 4)]
    assert min(hits) > 180
    assert accents[5 * ACCENTS :].max() < 10


@pytest.mark.parametrize("sound", [np.zeros(3 * RATE), np.zeros(100)])
def test_silence_has_neither_beats_nor_accents(tmp_path: Path, sound: np.ndarray) -> None:
    heard = hear(write_wav(tmp_path / "silence.wav", sound))
    assert heard.beats == ()
    assert not any(heard.accents)
    assert (heard.gap, heard.tempo) == (GAP, 0.0)


def test_chords_that_swell_have_no_beat(tmp_path: Path) -> None:
    at = np.arange(20 * RATE) / RATE
    swelling = 0.2 * np.sin(np.pi * at / 4) ** 2 * sum(np.sin(2 * np.pi * hertz * at) for hertz in (147, 185, 220.7))
    heard = hear(write_wav(tmp_path / "chords.wav", swelling))
    assert heard.beats == ()
    assert any(heard.accents)


def test_a_hiss_keeps_no_tempo(tmp_path: Path) -> None:
    hiss = np.random.default_rng(3).normal(0, 0.2, 20 * RATE)
    assert hear(write_wav(tmp_path / "hiss.wav", hiss)).beats == ()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "no sound"),
        (b"RIFF" + bytes(60), "no sound"),
        (b"#EXTM3U\n/etc/hostname\n", "no sound"),
        (None, "No such"),
    ],
)
def test_what_is_no_sound_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes | None, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "song.mp3"
    if content is not None:
        path.write_bytes(content)
    assert main(["music", str(path)]) == 2
    said = capsys.readouterr().err
    assert word in said
    assert str(path) in said
    assert said.count("\n") == 1


def test_a_list_of_other_files_opens_none_of_them(tmp_path: Path) -> None:
    """A play list would have FFmpeg read whatever it names."""
    write_wav(tmp_path / "drums.wav", drums(120, 2))
    (tmp_path / "list.mp3").write_text("ffconcat version 1.0\nfile drums.wav\n")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\ndrums.wav\n#EXT-X-ENDLIST\n")
    for name in ("list.mp3", "list.m3u8"):
        with pytest.raises(ValueError, match="no sound"):
            hear(tmp_path / name)


def test_the_command_says_what_was_heard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_wav(tmp_path / "drums.wav", drums(120, 6))
    assert main(["music", str(path)]) == 0
    assert capsys.readouterr().out.startswith("drums.wav: 6 s, 120 beats a minute, ")
    assert main(["music", str(path), "--json", "--progress"]) == 0
    told = capsys.readouterr()
    heard = hear(path)
    assert Music.from_data(json.loads(told.out)) == replace(heard, beats=tuple(round(b, 3) for b in heard.beats))
    assert told.err.startswith("progress 1 6\n")


def test_music_comes_back_from_the_json_of_its_film() -> None:
    newer = {**EVEN.to_data(), "key": "a minor"}
    film = Film(THREE, music=Music.from_data(newer))
    again = Film.from_json(film.to_json())
    assert again == film
    assert json.loads(again.to_json())["music"] == newer


@pytest.mark.parametrize(
    ("music", "word"),
    [
        ("loud", "JSON object"),
        ({"seconds": 3}, "path"),
        ({"path": "a", "seconds": -1}, "seconds"),
        ({"path": "a", "seconds": True}, "seconds"),
        ({"path": "a", "seconds": 3, "beats": [1, 4]}, "beats"),
        ({"path": "a", "seconds": 3, "beats": [2, 1]}, "after the other"),
        ({"path": "a", "seconds": 3, "accents": "?"}, "accents"),
        ({"path": "a", "seconds": 3, "accents": 7}, "accents"),
        ({"path": "a", "seconds": 3, "start": 4}, "start"),
        ({"path": "a", "seconds": 3, "motion": 1.5}, "motion"),
        ({"path": "a", "seconds": 3, "pulse": "x"}, "pulse"),
    ],
)
def test_music_that_is_none_is_refused_in_one_sentence(music: object, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Film.from_json(json.dumps({"film": 1, "music": music}))


@pytest.mark.parametrize("path", ["//host/songs/a.wav", "\\\\host\\songs\\a.wav", "\\/host/songs/a.wav"])
def test_a_film_of_somebody_leads_to_no_other_machine(tmp_path: Path, path: str) -> None:
    film = Film(THREE, music=replace(EVEN, path=path))
    (tmp_path / "film.json").write_text(film.to_json())
    assert read_film(tmp_path / "film.json").music == replace(EVEN, path="a.wav")
    write_wav(tmp_path / "a.wav", drums(120, 1))  # one beside it is that of the film
    assert read_film(tmp_path / "film.json").music == replace(EVEN, path=str(tmp_path / "a.wav"))
    here = replace(film, music=replace(EVEN, path="/songs/a.wav"))
    (tmp_path / "film.json").write_text(here.to_json())
    assert read_film(tmp_path / "film.json") == here


def test_pictures_come_on_the_beats() -> None:
    film = set_to_music(Film(THREE), EVEN, 2, whole=False)
    assert [key.seconds for key in film.keys] == [1.0, 1.0, 1.0]
    assert (film.pace, film.music) == ("eased", EVEN)
    later = set_to_music(Film(THREE), replace(EVEN, start=0.3), 4, whole=False)
    assert [key.seconds for key in later.keys] == pytest.approx([2.2, 2.0, 2.0])  # 0.5 s is too near to count
    once = set_to_music(Film(THREE, loop=False), EVEN, 1, whole=False)
    assert [key.seconds for key in once.keys] == [0.5, 0.5, 1.0]
    assert set_to_music(Film(), EVEN, 1, whole=False).keys == ()


@pytest.mark.parametrize("loop", [True, False])
def test_a_film_of_the_whole_piece_lasts_as_long(loop: bool) -> None:
    film = set_to_music(Film(THREE, loop=loop), replace(EVEN, start=1.0), 4, whole=True)
    assert film.seconds == pytest.approx(11.0)
    assert len(film.keys) == 5 + (not loop)
    assert [key.recipe.latent.seed for key in film.keys][:5] == [1, 2, 3, 1, 2]
    new = set_to_music(Film(loop=loop), EVEN, 8, whole=True, recipe=lambda number: Recipe(Latent(70 + number)))
    assert [key.recipe.latent.seed for key in new.keys] == [70, 71, 72, 73][: 3 + (not loop)]
    assert new.seconds == pytest.approx(12.0)


def test_music_too_short_for_two_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="before a second picture comes at 64 beats"):
        set_to_music(Film(THREE), EVEN, 64, whole=True)
    once = set_to_music(Film(THREE, loop=False), EVEN, 64, whole=True)  # from the one to the other
    assert [key.seconds for key in once.keys] == [12.0, 1.0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "song.wav")
    for path in (tmp_path / "song.wav", tmp_path):
        with pytest.raises(ValueError, match="is no file"):
            hear(path)


def test_without_beats_pictures_come_evenly() -> None:
    film = set_to_music(Film(THREE), replace(EVEN, beats=()), 1, whole=True)
    assert [key.seconds for key in film.keys] == [GAP] * 6


def test_too_many_and_too_slow_pictures_are_refused() -> None:
    fast = replace(EVEN, seconds=7000.0, beats=tuple(np.arange(0.25, 7000, 0.25).tolist()))
    with pytest.raises(ValueError, match=f"more than the {MOST_KEYS} pictures"):
        set_to_music(Film(THREE), fast, 1, whole=True)
    slow = replace(EVEN, seconds=7000.0, beats=(100.0, 200.0))
    with pytest.raises(ValueError, match=f"at most {LONGEST:g} s"):
        set_to_music(Film(THREE), slow, 64, whole=False)


def test_the_film_moves_where_the_music_sounds(model: Model) -> None:
    """All of the accents lie in the second half of each second, so there all of the way is gone."""
    accents = bytes(([0] * 25 + [200] * 25) * 12)
    film = Film(THREE, pace="constant", music=replace(EVEN, accents=accents, motion=1.0))
    driven, still = timeline(model, film), timeline(model, replace(film, music=None))
    end = driven.times[1]
    assert driven.at(0.4) == THREE[0].recipe
    assert driven.at(end) == still.at(end) == THREE[1].recipe
    halfway = timeline(model, replace(film, music=replace(EVEN, accents=accents, motion=0.0)))
    assert halfway.at(0.3) == still.at(0.3)


@pytest.mark.parametrize("accents", [b"", bytes(600)])
def test_where_it_is_silent_the_film_moves_evenly(model: Model, accents: bytes) -> None:
    film = Film(THREE, pace="constant", music=replace(EVEN, accents=accents, motion=1.0))
    quiet, still = timeline(model, film), timeline(model, replace(film, music=None))
    assert quiet.at(0.7) == still.at(0.7)
    assert quiet.times == still.times


def test_a_pulse_takes_pictures_farther_from_the_mean(model: Model) -> None:
    loud = replace(EVEN, accents=bytes([255]) * 600, motion=0.0, pulse=0.5)
    pulsing, still = (timeline(model, Film(THREE, music=each)) for each in (loud, None))
    for second in (0.0, 0.5):
        there, usual = pulsing.at(second), still.at(second)
        assert there.psi == pytest.approx(1.5)
        assert there.noise == usual.noise
    w = pulsing.at(0.5).latent.w
    assert w is not None
    np.testing.assert_array_equal(w.array, still.at(0.5).latent.w.array)  # type: ignore[union-attr]


def test_an_mp4_sounds_like_its_music_and_brings_it_along(model: Model, tmp_path: Path) -> None:
    song, target = write_wav(tmp_path / "drums.wav", drums(120, 5)), tmp_path / "film.mp4"
    save_model(tmp_path / "m.safetensors", model)
    film = ["film", str(tmp_path / "m.safetensors")]
    made = ["--side", "32", "--fps", "24"]
    assert main([*film, "--seeds", "1-3", "--music", str(song), "--start", "1", *made, "--out", str(target)]) == 0
    again = read_film(target)
    assert again.music is not None
    assert (again.music.path, again.music.start) == (str(target), 0.0)
    assert "tmp" not in Film.to_json(replace(again, music=replace(again.music, path="")))
    assert again.seconds == pytest.approx(4.0)
    assert sum(each.shape[1] for each in samples_of(target, RATE, "mono")) == pytest.approx(4 * RATE, abs=RATE / 10)
    (heard,) = {round(beat % 0.5, 1) for beat in hear(target).beats}
    assert heard == round((0.37 - 1) % 0.5, 1)
    copy = tmp_path / "copy.mp4"
    assert main([*film, str(target), *made, "--out", str(copy)]) == 0
    assert hear(copy).beats == pytest.approx(hear(target).beats, abs=0.03)
    assert main([*film, str(target), "--mute", *made, "--out", str(tmp_path / "mute.mp4")]) == 0
    assert main([*film, str(target), "--fps", "10", "--side", "32", "--out", str(tmp_path / "a.gif")]) == 0
    for name in ("mute.mp4", "a.gif"):
        with pytest.raises(ValueError, match="no sound"):
            hear(tmp_path / name)
        assert read_film(tmp_path / name).music.name == "film.mp4"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--seeds", "1-3", "--beats", "2"], "go with --music"),
        (["--seeds", "1-3", "--mute"], "go with --music"),
        (["--seeds", "1-3", "--music", "m.safetensors"], "no sound"),
        (["--seeds", "1-3", "--music", "drums.wav", "--start", "9"], "cannot begin at 9 s"),
        (["film.json"], "gone.wav, the music of the film, is not there"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    model: Model, tmp_path: Path, arguments: list[str], word: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    save_model(tmp_path / "m.safetensors", model)
    write_wav(tmp_path / "drums.wav", drums(120, 2))
    Path("film.json").write_text(Film(THREE, music=replace(EVEN, path="gone.wav")).to_json())
    assert main(["film", "m.safetensors", *arguments, "--out", "a.mp4"]) == 2
    said = capsys.readouterr().err
    assert word in said
    assert said.count("\n") == 1
    assert not Path("a.mp4").exists()
