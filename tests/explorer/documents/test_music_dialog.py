"""Setting the film to music: what the dialog hears, proposes and makes, and what an mp4 then sounds like."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.documents.film_dialog import KINDS, FilmDialog
from explorer.documents.music_dialog import IN_TURN, NEW, ONCE, MusicDialog
from stylegan_core.film.film import LONGEST, Film, Key
from stylegan_core.film.music import Music
from stylegan_core.recipe import Latent, Recipe
from tests.explorer.acted_core import act
from tests.explorer.whole_window import Make, drawn, drop

SONG = Music("/songs/even.wav", 12.0, tuple(number / 2 for number in range(1, 24)), bytes([200, 0]) * 300)
SLOW = replace(SONG, seconds=7000.0, beats=(1.0, 2001.0, 4001.0))
FILM = Film(tuple(Key(Recipe(Latent(seed)), 1.0) for seed in (4, 5, 6)))
HEARS = f"""
import sys
words = sys.argv[1:]
assert words[0] == "music" and words[2:] == ["--json", "--progress"]
if "torn" in words[1]:
    print(words[1] + ": no sound can be read from it.", file=sys.stderr)
    sys.exit(2)
print("progress 6 12", file=sys.stderr, flush=True)
print({json.dumps(json.dumps(SLOW.to_data()))} if "slow" in words[1] else {json.dumps(json.dumps(SONG.to_data()))})
"""


@pytest.fixture
def explorer(start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    act(monkeypatch, HEARS)
    made = start()
    drawn(made, qtbot)
    made.reel.change(FILM)
    return made


def opened(explorer: Explorer) -> MusicDialog:
    dialog = explorer.window.findChild(MusicDialog)
    assert dialog is not None
    return dialog


def heard(explorer: Explorer, qtbot: QtBot, path: str = "/songs/even.wav") -> MusicDialog:
    explorer.actions["film_music"].trigger()
    dialog = opened(explorer)
    dialog.hear(path)
    assert not dialog.set.isEnabled()
    qtbot.waitUntil(lambda: not dialog._heard.busy)
    return dialog


def test_a_film_is_set_to_the_beats_of_a_sound_and_back(explorer: Explorer, qtbot: QtBot) -> None:
    dialog = heard(explorer, qtbot)
    assert "120 beats a minute" in dialog._says.text()
    assert "6 pictures, 12 s" in dialog._says.text()
    assert dialog.every.currentText() == "every 4 beats" and dialog.pictures.currentText() == IN_TURN
    dialog.motion.set_value(1.0)
    dialog.pulse.set_value(7.0)  # typed, and more than there is
    qtbot.mouseClick(dialog.set, Qt.MouseButton.LeftButton)
    film = explorer.reel.film
    assert [key.recipe.latent.seed for key in film.keys] == [4, 5, 6, 4, 5, 6]
    assert film.seconds == 12.0
    assert film.music == replace(SONG, motion=1.0, pulse=1.0)
    assert explorer.film.track._music is film.music
    explorer.reel.undo()
    assert explorer.reel.film == FILM and explorer.film.track._music is None


@pytest.mark.parametrize(("which", "seeds"), [(ONCE, [4, 5, 6]), (NEW, [9, 10, 11])])
def test_other_pictures_come_on_the_beats(explorer: Explorer, qtbot: QtBot, which: str, seeds: list[int]) -> None:
    explorer.session.apply(Recipe(Latent(9), psi=0.3))
    dialog = heard(explorer, qtbot)
    dialog.every.setCurrentText("every 8 beats")
    dialog.pictures.setCurrentText(which)
    made = dialog.made()
    assert made is not None
    assert [(key.recipe.latent.seed, key.seconds) for key in made.keys] == [(seed, 4.0) for seed in seeds]
    assert made.keys[-1].recipe.psi == (0.3 if which == NEW else Recipe().psi)
    dialog.reject()


def test_a_film_that_has_music_keeps_its_times_until_told_otherwise(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.reel.set(music=replace(SONG, start=2.0, motion=0.4, pulse=0.2))
    explorer.actions["film_music"].trigger()
    dialog = opened(explorer)
    assert dialog.every.currentData() == 0 and not dialog.pictures.isEnabled()
    assert dialog.made() == explorer.reel.film
    dialog.start.setValue(3.0)
    qtbot.mouseClick(dialog.set, Qt.MouseButton.LeftButton)
    assert explorer.reel.film.keys == FILM.keys
    assert explorer.reel.film.music == replace(SONG, start=3.0, motion=0.4, pulse=0.2)
    explorer.actions["film_music"].trigger()
    qtbot.mouseClick(opened(explorer).without, Qt.MouseButton.LeftButton)
    assert explorer.reel.film.keys == FILM.keys and explorer.reel.film.music is None


def test_without_a_film_new_faces_make_one(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.film.clear()
    dialog = heard(explorer, qtbot)
    assert [dialog.pictures.itemText(at) for at in range(dialog.pictures.count())] == [NEW]
    assert dialog.every.findData(0) < 0 and dialog.without.isHidden()
    qtbot.mouseClick(dialog.set, Qt.MouseButton.LeftButton)
    assert len(explorer.reel.film.keys) == 6
    qtbot.waitUntil(lambda: explorer.film.drawn.timeline is not None)
    assert explorer.film.track.total == 12.0


@pytest.mark.parametrize(("path", "why"), [("/songs/torn.wav", "no sound can be read"), ("/songs/slow.wav", "at most")])
def test_what_cannot_be_is_said_and_the_film_stays(explorer: Explorer, qtbot: QtBot, path: str, why: str) -> None:
    dialog = heard(explorer, qtbot, path)
    if "slow" in path:
        dialog.every.setCurrentText("every 16 beats")
        dialog.pictures.setCurrentIndex(dialog.pictures.findText(ONCE))
        assert SLOW.gap * 16 > LONGEST
    assert why in dialog._says.text()
    assert not dialog.set.isEnabled()
    dialog.reject()
    assert explorer.reel.film == FILM


def test_a_sound_that_is_dropped_opens_the_dialog(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"ID3")
    drop(explorer, tmp_path / "song.mp3")
    qtbot.waitUntil(lambda: explorer.window.findChild(MusicDialog) is not None)
    dialog = opened(explorer)
    qtbot.waitUntil(dialog.set.isEnabled)
    assert explorer.film.isVisible()


@pytest.mark.parametrize("there", [True, False])
def test_an_mp4_has_the_sound_where_it_is_there(explorer: Explorer, tmp_path: Path, there: bool) -> None:
    song = tmp_path / "song.wav"
    if there:
        song.write_bytes(b"RIFF")
    film = replace(FILM, music=replace(SONG, path=str(song)))
    dialog = FilmDialog(film, 64, "boxed", str(tmp_path), 0.0, explorer.window)
    assert dialog.sound.isEnabled() == dialog.sound.isChecked() == there
    assert ("--mute" in dialog.wish(str(tmp_path / "a.mp4")).arguments) != there
    dialog.kind.setCurrentIndex([kind[1] for kind in KINDS].index(".gif"))
    assert not dialog.sound.isEnabled()
    assert "--mute" not in dialog.wish(str(tmp_path / "a.gif")).arguments
    dialog.kind.setCurrentIndex(0)
    dialog.sound.setChecked(False)
    assert "--mute" in dialog.wish(str(tmp_path / "a.mp4")).arguments
    dialog.deleteLater()


def test_without_a_model_it_says_so(start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.documents.documents.bundled_models", list)
    explorer = start()
    qtbot.waitUntil(explorer.picture.empty.isVisible)
    explorer.actions["film_music"].trigger()
    assert explorer.window.findChild(MusicDialog) is None
    assert "open a model" in explorer.window.banner.sentence


def test_in_a_narrow_window_the_menu_sets_it_to_music(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.below.show_strip(1)
    explorer.window.resize(1920, 1000)
    qtbot.waitUntil(lambda: explorer.film.view.music.isVisible())
    explorer.window.resize(1280, 720)
    qtbot.waitUntil(lambda: not explorer.film.view.music.isVisible())
