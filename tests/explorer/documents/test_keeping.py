"""What a disk does not take of the history is kept in mind, asked about and written when there is room."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from stylegan_core.files.places import place
from stylegan_core.latents.library import Entry, Library, library_path
from stylegan_core.recipe import Direction, Recipe, Vector
from tests.explorer.whole_window import Make, drawn

FULL = Path("/dev/full")  # takes nothing


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_closing_asks_until_what_was_not_taken_is_written(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    log = place("history") / "history.jsonl"
    qtbot.waitUntil(log.exists)
    log.rename(log.with_name("taken"))
    log.symlink_to(FULL)
    explorer.session.apply(Recipe(psi=0.25))
    qtbot.waitUntil(lambda: explorer.window.banner.sentence.startswith("The history cannot be written"))
    explorer.window.close()
    assert explorer.window.isVisible()
    said = "Closing the window now gives up the part of the history that could not be written."
    assert explorer.window.banner.sentence == said
    log.with_name("taken").replace(log)
    explorer.documents._keeping.write_again()
    qtbot.waitUntil(lambda: not explorer.documents.unfinished)
    assert '\\"psi\\":0.25' in log.read_text("utf-8")


def test_a_film_that_is_not_kept_is_one_sentence_with_one_cure(start: Make, qtbot: QtBot) -> None:
    """The sentence about the film's file stood in brackets in that about the history, and both had a cure."""
    explorer = start()
    drawn(explorer, qtbot)
    (place("history") / "film.json").mkdir()
    explorer.filming.add()
    qtbot.waitUntil(lambda: explorer.window.banner.sentence.startswith("The history cannot be written"))
    said = explorer.window.banner.sentence
    assert said.count("cannot be written") == 1
    assert said.endswith(f"): make {place('history')} a folder that can be written.")


def test_a_history_that_is_deleted_while_it_is_shown_is_written_again(start: Make, qtbot: QtBot) -> None:
    """Nobody could cure what was said, that there was no such folder and more space was wanted."""
    explorer = start()
    drawn(explorer, qtbot)
    log = place("history") / "history.jsonl"
    qtbot.waitUntil(log.exists)
    qtbot.waitUntil(lambda: not explorer.disk.busy)
    shutil.rmtree(log.parent)
    explorer.session.apply(Recipe(psi=0.25))
    qtbot.waitUntil(lambda: log.exists() and not explorer.disk.busy)
    assert not explorer.window.banner.sentence
    lines = map(json.loads, log.read_text("utf-8").splitlines())
    written = dict.fromkeys(each["key"] for each in lines if "key" in each)
    assert list(written) == [each.key for each in explorer.history.entries]


def test_closing_asks_about_directions_that_the_disk_refused(start: Make, qtbot: QtBot) -> None:
    """As it does about the history; they were lost without a word."""
    explorer = start()
    drawn(explorer, qtbot)
    info = explorer.session.info
    assert info is not None
    path = library_path(info.hash, info.name)
    path.mkdir(parents=True)  # no file can take its place
    explorer.directions.shelf.keep(Entry(Direction("Mine", Vector.of(np.ones(info.w_dim)), 2.0), "sorting", 0))
    qtbot.waitUntil(lambda: bool(explorer.directions.unfinished))
    explorer.window.close()
    assert "gives up directions that could not be written" in explorer.window.banner.sentence
    path.rmdir()
    explorer.directions.shelf.write_again()
    qtbot.waitUntil(lambda: path.is_file() and not explorer.directions.unfinished)
    assert [entry.direction.name for entry in Library.load(path).entries] == ["Mine"]
