"""The film and the rest of the window: where its pictures come from, what becomes of it, and where it is kept."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from explorer import bundled
from explorer.app import Explorer
from explorer.documents import documents
from explorer.documents.film_dialog import FilmDialog, FilmWish
from explorer.history import history_file
from explorer.settings import Settings
from stylegan_core.film.film import Film, Key
from stylegan_core.film.film_file import read_film
from stylegan_core.film.moving_picture import write_moving
from stylegan_core.pictures.picture import save_picture
from stylegan_core.recipe import Latent, Recipe
from tests.explorer.acted_core import act
from tests.explorer.fake_backend import info
from tests.explorer.whole_window import Make, drawn, finish, model_file

WRITES = """
import os, sys, time
from pathlib import Path
from stylegan_core.files.whole_file import part_of
words = sys.argv[1:]
out, keys = words[words.index("--out") + 1], sys.stdin.read()
assert words[0] == "film" and "--progress" in words
print("progress 1 120", file=sys.stderr, flush=True)
if "slow" in out:
    part_of(Path(out), os.getpid()).touch()
    print("progress 60 120", file=sys.stderr, flush=True)
    time.sleep(60)
if "killed" in out:
    part_of(Path(out), os.getpid()).touch()
    print("The film was made with another model, faces; expect other pictures.", file=sys.stderr, flush=True)
    os.kill(os.getpid(), 9)
if "full" in out:
    print(f"{out} cannot be written (No space left on device): free some space.", file=sys.stderr)
    sys.exit(2)
open(out, "w").write(" ".join(words[2:]) + chr(10) + keys)
"""
FILM = Film(tuple(Key(Recipe(Latent(seed)), 1.0) for seed in (4, 5)))


@pytest.fixture
def explorer(start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    """A window with a film of two pictures, and a core that writes down what it is asked."""
    act(monkeypatch, WRITES)
    made = start()
    drawn(made, qtbot)
    made.actions["film_add"].trigger()
    made.session.apply(Recipe(Latent(9)))
    made.actions["film_add"].trigger()
    return made


def wish(explorer: Explorer, path: Path) -> FilmWish:
    return FilmWish(explorer.reel.film, str(path), path.suffix, 512, smooth=True, replaces=True)


def banner(explorer: Explorer) -> str:
    return explorer.window.banner.sentence


def test_the_first_picture_shows_where_the_film_is(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    assert explorer.history.isVisible() and not explorer.film.isVisible()
    explorer.actions["film_add"].trigger()
    assert explorer.film.isVisible() and not explorer.history.isVisible()
    explorer.below.switch.chosen.emit(0)
    explorer.actions["film_add"].trigger()
    assert explorer.history.isVisible()  # the second one does not take the history away
    assert explorer.below.switch._group.button(1).text() == "Film 2"
    explorer.actions["film"].trigger()
    assert explorer.film.isVisible() and explorer.below.switch.isVisible()


def test_playing_is_seen_in_the_picture(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.window.show_workspace(1)
    explorer.actions["film_play"].trigger()
    qtbot.waitUntil(lambda: explorer.film.playing)
    assert explorer.window.pages.currentIndex() == 0
    qtbot.waitUntil(lambda: explorer.picture.frame is not None and explorer.picture.frame.recipe.latent.w is not None)
    explorer.actions["film_play"].trigger()
    drawn(explorer, qtbot)
    assert next(explorer.history.entries.newest_first()).recipe == explorer.session.recipe


def test_a_film_of_one_picture_says_what_it_lacks(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    for name in ("film_play", "film_save"):
        explorer.window.banner.hide()
        explorer.actions[name].trigger()
        assert "at least two pictures" in banner(explorer)


def test_without_a_model_it_says_so(start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "bundled_models", list)
    explorer = start()
    qtbot.waitUntil(explorer.picture.empty.isVisible)
    for name in ("film_add", "film_play", "film_save"):
        explorer.window.banner.hide()
        explorer.actions[name].trigger()
        assert banner(explorer) == "There is no picture yet: open a model with Ctrl+O."
    assert explorer.reel.film.keys == ()


def test_a_film_is_written_by_the_core(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    explorer.below.show_strip(0)
    explorer.window.show_workspace(2)  # there, too, Ctrl+Shift+F asks for it
    explorer.filming.save(wish(explorer, out))
    assert not explorer.film.view.save.isEnabled() and explorer.film.view.cancel.isVisible()
    assert explorer.window.unfinished() == ["the film a.mp4 (0 of 120 frames)"]
    qtbot.waitUntil(lambda: out.exists() and not explorer.filming.unfinished)
    words, keys = out.read_text().split("\n", 1)
    assert words == f"- --out {out} --side 512 --smooth --overwrite --progress --beside"
    assert Film.from_json(keys).keys == explorer.reel.film.keys
    assert banner(explorer) == f"Saved {out}. Drop it on the window to go on with the film."
    assert explorer.film.view.save.isEnabled()


def test_frames_go_into_a_new_folder_only(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.filming.save(wish(explorer, tmp_path / "frames"))
    qtbot.waitUntil(lambda: "Every frame carries its recipe" in banner(explorer))
    assert "--overwrite" not in (tmp_path / "frames").read_text()


def test_what_goes_wrong_is_told_in_a_sentence(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.filming.save(wish(explorer, tmp_path / "full.mp4"))
    qtbot.waitUntil(lambda: "No space left" in banner(explorer))
    assert explorer.film.view.save.isEnabled() and not explorer.filming.unfinished


def test_before_the_first_frame_the_time_left_is_that_of_the_dialog(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that takes a minute a picture said 0 % for that minute, and no more."""
    told: list[str] = []
    explorer.filming.writer.advanced.connect(lambda short, _: told.append(short))
    monkeypatch.setattr(type(explorer.picture.pace), "exact", 60.0)
    asked = wish(explorer, tmp_path / "slow.mp4")
    explorer.filming.save(asked)
    assert told == [f"0 %, about {asked.film.frames // 60} h left"] and asked.film.frames == 120
    explorer.film.view.cancel.click()


def test_a_film_is_given_up_and_nothing_is_left_of_it(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.filming.save(wish(explorer, tmp_path / "slow.mp4"))
    qtbot.waitUntil(lambda: "50 %" in explorer.film.view._words.text())
    assert list(tmp_path.glob(".slow.mp4.*"))
    explorer.film.view.cancel.click()
    assert "given up" in banner(explorer)
    assert explorer.window.banner.tone == "good"  # it was asked for, and stays over nobody's pages
    qtbot.waitUntil(lambda: not list(tmp_path.glob("*slow*")) and not list(tmp_path.glob(".slow*")))
    assert explorer.window.unfinished() == []


def test_a_core_that_is_killed_leaves_nothing_and_is_not_taken_at_its_last_word(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path
) -> None:
    explorer.filming.save(wish(explorer, tmp_path / "killed.mp4"))
    qtbot.waitUntil(lambda: "ended by the system" in banner(explorer))
    assert not list(tmp_path.glob(".killed*"))


def test_after_one_is_given_up_the_next_is_written(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.filming.save(wish(explorer, tmp_path / "slow.mp4"))
    explorer.film.view.cancel.click()
    explorer.filming.save(wish(explorer, tmp_path / "a.mp4"))
    qtbot.waitUntil(lambda: (tmp_path / "a.mp4").exists() and not explorer.filming.unfinished)
    assert not list(tmp_path.glob("*slow*"))


def test_closing_gives_it_up(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.filming.save(wish(explorer, tmp_path / "slow.mp4"))
    qtbot.waitUntil(lambda: "50 %" in explorer.film.view._words.text())
    explorer.window.close()
    assert "gives up the film slow.mp4" in banner(explorer)
    explorer.window.close_anyway()
    explorer.close()
    assert not list(tmp_path.glob(".slow*"))


def test_the_film_itself_is_saved_and_dropped_again(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    film, out = explorer.reel.film, tmp_path / "a.json"
    explorer.filming.save(wish(explorer, out))
    qtbot.waitUntil(lambda: f"Saved {out}" in banner(explorer))
    explorer.actions["film_new"].trigger()
    explorer.session.apply(Recipe(psi=0.1))
    explorer.below.show_strip(0)
    explorer.documents.open(str(out))
    qtbot.waitUntil(lambda: explorer.reel.film == film)
    assert explorer.film.isVisible()
    assert explorer.session.recipe == film.keys[0].recipe  # and one sees it begin
    explorer.actions["film_undo"].trigger()
    assert explorer.reel.film.keys == ()


def test_a_film_of_another_network_says_so(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    picture = Image.new("RGB", (16, 16))
    said = Film(FILM.keys, model_name="faces", model_hash="f" * 64).to_json()
    write_moving(tmp_path / "a.gif", iter([(picture, 0.1)]), 10, said)
    explorer.documents.open(str(tmp_path / "a.gif"))
    qtbot.waitUntil(lambda: "drawn by faces" in banner(explorer))
    assert explorer.reel.film.keys == FILM.keys


def test_a_film_of_a_network_that_was_opened_before_brings_it(
    explorer: Explorer, qtbot: QtBot, window_home: Path
) -> None:
    explorer.documents.open(model_file(window_home, "other"))
    qtbot.waitUntil(lambda: explorer.session.info == info("other"))
    film = Film(FILM.keys, model_name="boxed", model_hash=info("boxed").hash)
    (window_home / "a.json").write_text(film.to_json(), "utf-8")
    explorer.documents.open(str(window_home / "a.json"))
    qtbot.waitUntil(lambda: explorer.session.info == info("boxed"))
    assert explorer.session.recipe == film.keys[0].recipe


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("plain.gif", None, "the nearest face in boxed can be looked for"),
        ("torn.mp4", b"\0\0\0\x20ftypisom" + bytes(40), "damaged"),
        ("a.json", b'{"film":1,"fps":0}', "frames a second"),
    ],
)
def test_a_file_without_a_film_leaves_the_film_alone(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path, name: str, data: bytes | None, word: str
) -> None:
    film = explorer.reel.film
    if data is None:
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(data)
    explorer.documents.open(str(tmp_path / name))
    qtbot.waitUntil(lambda: word in banner(explorer))
    assert explorer.reel.film == film


def test_favourites_become_pictures_of_the_film(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.actions["film_favourites"].trigger()
    assert "starred yet" in banner(explorer)
    for seed in (20, 21):
        explorer.session.apply(Recipe(Latent(seed)))
        explorer.actions["star"].trigger()
    explorer.actions["film_favourites"].trigger()
    assert [key.recipe.latent.seed for key in explorer.reel.film.keys[-2:]] == [20, 21]


def test_a_saved_picture_is_dropped_into_the_film(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), Recipe(Latent(77)), info("boxed"), "cpu", 1)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(2, 5), Qt.DropAction.CopyAction, data, left, none)
    explorer.film.row.dropEvent(drop)
    qtbot.waitUntil(lambda: len(explorer.reel.film.keys) == 3)
    assert explorer.reel.film.keys[0].recipe.latent.seed == 77


def test_the_film_is_there_again_after_a_restart(start: Make, qtbot: QtBot, explorer: Explorer) -> None:
    explorer.actions["film_play"].trigger()  # and closing while it plays is nothing special
    film = explorer.reel.film
    finish(explorer)
    again = start()
    qtbot.waitUntil(lambda: again.reel.film == film)
    drawn(again, qtbot)


def test_how_loud_the_music_is_heard_is_remembered(start: Make, qtbot: QtBot, explorer: Explorer) -> None:
    explorer.film.loudness_wanted.emit(True, 35)
    assert Settings.load().volume == 100  # a hand may still be on it
    finish(explorer)
    again = start()
    view, sound = again.film.view, again.film.screening.sound
    assert (view.volume.value(), view.mute.isChecked()) == (35, True)
    assert (sound.volume, sound.muted, sound.gain) == (35, True, 0.0)
    again.film.loudness_wanted.emit(False, 60)
    qtbot.waitUntil(lambda: (Settings.load().volume, Settings.load().mute) == (60, False))


def test_a_film_begun_before_the_kept_one_was_read_does_not_lose_it(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    drawn(first, qtbot)
    first.film.open(FILM)
    finish(first)
    read = threading.Event()
    whole = documents.read_kept
    monkeypatch.setattr(documents, "read_kept", lambda: read.wait(60) and whole())
    explorer = start()
    explorer.documents.load(str(bundled.bundled_models()[0]))
    drawn(explorer, qtbot)
    explorer.actions["film_add"].trigger()
    read.set()
    qtbot.waitUntil(lambda: explorer.reel.put_away == FILM)
    mine = explorer.reel.film
    finish(explorer)
    again = start()
    qtbot.waitUntil(lambda: again.reel.film == mine)
    again.reel.undo()
    assert again.reel.film == FILM  # also after a restart
    drawn(again, qtbot)


@pytest.mark.parametrize("how", ["torn", "a folder"])
def test_a_film_that_cannot_be_read_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any, how: str
) -> None:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    file = history_file.HistoryFile.acquire()
    file.write_films(FILM, Film())
    assert file.read_films() == (FILM, Film())
    path = tmp_path / "history" / "film.json"
    for number in (1, 2):
        path.unlink(missing_ok=True)
        if how == "torn":
            path.write_text(f'{{"film":{number},', "utf-8")
        else:
            path.mkdir()
        assert file.read_films() == (Film(), Film())
        assert (tmp_path / "history" / f"film.damaged-{number}.json").exists()
    file.close()


def test_the_film_of_a_second_window_comes_back_in_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    first, second = history_file.HistoryFile.acquire(), history_file.HistoryFile.acquire()
    second.write_films(FILM, Film())
    first.close()
    second.close()
    again = history_file.HistoryFile.acquire()
    assert again.read_films()[0] == FILM
    again.close()


def test_a_picture_of_another_network_says_that_it_is_another_face(
    explorer: Explorer, qtbot: QtBot, window_home: Path
) -> None:
    entry = next(explorer.history.entries.newest_first())
    explorer.documents.open(model_file(window_home, "other"))
    qtbot.waitUntil(lambda: explorer.session.info == info("other"))
    explorer.history.film_wanted.emit(entry)
    assert banner(explorer) == "That picture was drawn by boxed: in this one it is another face."
    assert len(explorer.reel.film.keys) == 3


def test_the_keys_of_the_film_do_nothing_where_it_cannot_be_seen(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.window.show_workspace(1)
    explorer.window.activateWindow()
    qtbot.waitActive(explorer.window)
    qtbot.keyClick(explorer.window, Qt.Key.Key_K)
    assert len(explorer.reel.film.keys) == 2
    explorer.window.show_workspace(0)
    qtbot.keyClick(explorer.window, Qt.Key.Key_K)
    assert len(explorer.reel.film.keys) == 3


def test_walk_and_film_give_way_to_each_other(explorer: Explorer, qtbot: QtBot) -> None:
    latent = explorer.panels[0]
    explorer.below.show_strip(1)
    qtbot.waitUntil(lambda: explorer.film.drawn.timeline is not None)
    latent.toggle_walk()  # type: ignore[attr-defined]
    explorer.actions["film_play"].trigger()
    assert explorer.film.playing and not latent._timer.isActive()  # type: ignore[attr-defined]
    latent.toggle_walk()  # type: ignore[attr-defined]
    assert latent._timer.isActive() and not explorer.film.playing  # type: ignore[attr-defined]
    latent.stop_walk()  # type: ignore[attr-defined]


def test_a_restored_film_waits_for_its_network(start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "bundled_models", list)
    explorer = start()
    qtbot.waitUntil(explorer.picture.empty.isVisible)
    explorer.film.open(FILM)
    explorer.below.show_strip(1)
    qtbot.mouseClick(explorer.film.row.thumbnails[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(explorer.film.view.play, Qt.MouseButton.LeftButton)
    assert "open a model" in banner(explorer)


def test_the_history_has_its_room_again_after_the_film(explorer: Explorer, qtbot: QtBot) -> None:
    def room() -> int:
        qtbot.waitUntil(explorer.history.isVisible)
        qtbot.wait(1)
        return explorer.history._scroll.width()

    explorer.window.resize(1400, 900)
    explorer.below.show_strip(1)
    explorer.window.resize(1400, 640)
    explorer.below.show_strip(0)
    after = room()
    explorer.window.resize(1400, 900)
    explorer.window.resize(1400, 640)
    assert after == room() > 300


def test_opening_an_empty_film_changes_nothing(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    film = explorer.reel.film
    (tmp_path / "a.json").write_text('{"film":1}', "utf-8")
    explorer.documents.open(str(tmp_path / "a.json"))
    qtbot.waitUntil(lambda: "no pictures" in banner(explorer))
    assert explorer.reel.film == film


def test_a_film_of_a_large_network_may_be_smaller_than_it_is_drawn(explorer: Explorer, qtbot: QtBot) -> None:
    """A GIF of 1024² was refused with the advice to choose a smaller size, and there was none."""
    dialog = FilmDialog(FILM, 1024, "boxed", "", 0.0, explorer.window)
    qtbot.addWidget(dialog)
    sides = [dialog.size_of.itemText(at).split()[0] for at in range(dialog.size_of.count())]
    assert sides == ["256", "512", "1024", "2048"] and "as drawn" in dialog.size_of.currentText()
    dialog.size_of.setCurrentIndex(0)
    assert dialog.wish("a.gif").side == 256


def test_a_gif_of_a_large_network_is_proposed_small_and_what_enlarges_nothing_is_grey(
    explorer: Explorer, qtbot: QtBot
) -> None:
    """1024² stayed chosen for a GIF, and *Enlarge smoothly* could be ticked where nothing is enlarged."""
    dialog = FilmDialog(FILM, 1024, "boxed", "", 0.0, explorer.window)
    qtbot.addWidget(dialog)
    assert not dialog.smooth.isEnabled() and "Nothing is enlarged" in dialog.smooth.toolTip()
    proposed = []
    for kind in (1, 0, 1):
        dialog.kind.setCurrentIndex(kind)
        proposed.append(dialog.size_of.currentText().split()[0])
    assert proposed == ["512", "1024", "512"]
    qtbot.keyClick(dialog.size_of, Qt.Key.Key_End)
    assert dialog.smooth.isEnabled()
    dialog.kind.setCurrentIndex(0)
    assert dialog.wish("a.mp4").side == 2048  # which somebody has chosen


def test_the_dialog_says_how_much_it_is_and_hands_it_on(qtbot: QtBot, explorer: Explorer, tmp_path: Path) -> None:
    dialog = FilmDialog(FILM, 64, "boxed", str(tmp_path), 0.5, explorer.window)
    qtbot.addWidget(dialog)
    asked: list[FilmWish] = []
    dialog.asked.connect(asked.append)
    assert dialog._says.text() == "2.0 s, 60 frames, drawn exactly, about 30 s to draw."
    dialog.rate.setCurrentText("60")
    dialog.kind.setCurrentIndex(1)
    assert "100 frames" in dialog._says.text() and "at most 50" in dialog._says.text()
    dialog.size_of.setCurrentIndex(0)
    dialog.save_to(str(tmp_path / "a.gif"))
    dialog.kind.setCurrentIndex(2)
    assert not dialog.size_of.isEnabled()
    dialog.save_to(str(tmp_path / "take v1.2"))
    dialog.save_to(str(tmp_path / "take.mp4"))
    dialog.kind.setCurrentIndex(3)
    assert "drop the file" in dialog._says.text() and not dialog.rate.isEnabled()
    dialog.save_to(str(tmp_path / "face v1.2"))
    told = [(Path(each.path).name, each.film.fps, each.ending, each.replaces) for each in asked]
    assert told == [
        ("a.gif", 60, ".gif", True),
        ("take v1.2", 60, "", True),
        ("take.mp4-frames", 60, "", False),
        ("face v1.2.json", 30, ".json", False),
    ]
    assert asked[0].arguments == ["--out", str(tmp_path / "a.gif"), "--side", "64", "--overwrite"]
    assert asked[1].arguments == ["--out", str(tmp_path / "take v1.2")]


def test_a_name_nobody_was_asked_about_replaces_nothing(qtbot: QtBot, explorer: Explorer, tmp_path: Path) -> None:
    dialog = FilmDialog(FILM, 64, "boxed", str(tmp_path), 0.5, explorer.window)
    qtbot.addWidget(dialog)
    asked: list[FilmWish] = []
    dialog.asked.connect(asked.append)
    (tmp_path / "face v1.2.mp4").touch()
    dialog.save_to(str(tmp_path / "face v1.2"))
    assert asked == [] and "exists already" in dialog._says.text()


def test_how_it_was_saved_is_remembered_and_no_step_of_the_film(explorer: Explorer, tmp_path: Path) -> None:
    fast = replace(explorer.reel.film, fps=60)
    explorer.filming.save(FilmWish(fast, str(tmp_path / "slow.mp4"), ".mp4", 64))
    assert explorer.reel.film.fps == 60
    explorer.reel.undo()
    assert len(explorer.reel.film.keys) == 1
    explorer.film.view.cancel.click()


def test_read_film_takes_what_the_window_writes(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.filming.save(wish(explorer, tmp_path / "a.json"))
    qtbot.waitUntil(lambda: (tmp_path / "a.json").exists())
    assert read_film(tmp_path / "a.json").keys == explorer.reel.film.keys
