"""Directions from the labels of a data set, which a process of its own looks for: found, refused, given up."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.explore.directions.finder import _told
from stylegan_core.latents.library import Entry, Library, library_path
from stylegan_core.recipe import Direction, Vector
from tests.explorer.acted_core import act
from tests.explorer.whole_window import Make, drawn, model_file

FOUND = """
import shutil, sys, time
words = sys.argv[1:]
assert words[0] == "directions" and {"--progress", "--beside"} <= set(words)
for done in (1, 500):
    print("progress", done, 1000, file=sys.stderr, flush=True)
if "slow" in words[words.index("--data") + 1]:
    time.sleep(60)
if "bad" in words[words.index("--data") + 1]:
    print("bad has no labels: choose another folder.", file=sys.stderr)
    sys.exit(2)
shutil.copy(LIBRARY, words[words.index("--out") + 1])
"""


@pytest.fixture
def explorer(start: Make, window_home: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Explorer:
    """A window, and a core that has found one direction at once."""
    vector = np.zeros(8, np.float32)
    vector[2] = 1
    library = tmp_path / "found-by-the-core.json"
    Library("", "", (Entry(Direction("Glasses", Vector.of(vector)), "labels", effect=0.5, leak=0.1),)).save(library)
    script = FOUND.replace("LIBRARY", repr(str(library)))
    act(monkeypatch, script)
    made = start()
    drawn(made, qtbot)
    qtbot.waitUntil(lambda: "pca" in made.directions.shelf.found)  # the other search, which says things, too
    return made


def names(explorer: Explorer) -> list[str]:
    return [row.entry.direction.name for row in explorer.directions.rows]


def test_what_is_found_is_kept_with_its_name(explorer: Explorer, qtbot: QtBot) -> None:
    panel, info = explorer.directions, explorer.session.info
    assert info is not None
    panel.labels_chosen.emit("/data/avatars")
    assert "labels of avatars" in panel.finder.message.text() and not panel.finder.search.isHidden()
    assert explorer.window.unfinished() == ["the search for directions"]
    qtbot.waitUntil(lambda: "Glasses" in names(explorer))
    qtbot.waitUntil(lambda: panel.finder.message.text() == "1 direction found in the labels of avatars.")
    assert panel.finder.search.isHidden()
    assert [entry.direction.name for entry in Library.load(library_path(info.hash, info.name)).entries] == ["Glasses"]
    assert list((explorer.labelled._out().parent).glob("found-*")) == [] and explorer.window.unfinished() == []
    panel.labels_chosen.emit("/data/avatars")
    qtbot.waitUntil(lambda: "there already" in panel.finder.message.text())
    assert names(explorer).count("Glasses") == 1


def test_what_a_search_has_brought_is_told_in_a_sentence_or_two() -> None:
    assert _told(0, 0, "a") == "None of the labels of a changes enough along any direction."
    assert _told(0, 3, "a") == "Every direction found in the labels of a has a name that is there already."
    assert _told(2, 3, "a") == "2 directions found in the labels of a. 3 more have names that are there already."


def test_labels_that_say_nothing_are_told_in_a_sentence(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.directions.labels_chosen.emit("/data/bad")
    said = "bad has no labels: choose another folder."
    qtbot.waitUntil(lambda: explorer.directions.finder.message.text() == said)
    assert explorer.directions.finder.search.isHidden()


@pytest.mark.parametrize("how", ["cancel", "another model"])
def test_the_search_is_given_up(explorer: Explorer, qtbot: QtBot, window_home: Path, how: str) -> None:
    panel = explorer.directions
    panel.labels_chosen.emit("/data/slow")
    qtbot.waitUntil(lambda: panel.finder.search.bar.value() == 500)
    if how == "cancel":
        panel.finder.search.cancel.click()
    else:
        explorer.documents.open(model_file(window_home, "other"))
    qtbot.waitUntil(lambda: not explorer.labelled._command.busy)
    assert "directions.labels" not in panel.finder.search.owners and "Glasses" not in names(explorer)
