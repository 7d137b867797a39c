"""The Lab's pages are made when the first of them is wanted, and know then what came before."""

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.app import Explorer
from explorer.explore.latent.panel import NEW_FACE
from explorer.lab import quality_file
from explorer.lab.head import LAYERS_PAGE, SWEEP_PAGE
from explorer.problem import Problem
from stylegan_core.lab.quality import Quality
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedChannel, Direction, Latent, Recipe, Vector
from tests.explorer.acted_core import act
from tests.explorer.fake_backend import FakeBackend
from tests.explorer.whole_window import Make, drawn, model_file

LEARNS = """
import sys, time
words = sys.argv[1:]
print("progress 400 1000", file=sys.stderr, flush=True)
time.sleep(60 * ("slow" in words[1]))
with open(words[words.index("--out") + 1], "wb") as out:
    out.write(b"learned")
"""


def test_none_is_made_before_one_is_wanted_and_the_window_keeps_its_size(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    window = explorer.window
    window.show_workspace(1)
    window.show_workspace(0)
    explorer.say(Problem("Something that lies over the page."))
    explorer.session.apply(Recipe(Latent(5)))
    drawn(explorer, qtbot)
    assert explorer.lab_pages.each == () and window.unfinished() == []
    size, least = window.size(), window.minimumSize()
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(explorer.picture, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    pages = explorer.lab_pages.each
    assert pages == (explorer.lab, explorer.sweep, explorer.entanglement, explorer.quality)
    assert explorer.lab.isVisible() and explorer.lab.size() == window.pages.size() and explorer.lab.layers.hasFocus()
    window.show_workspace(0)
    window.show_workspace(2)
    assert explorer.lab_pages.each == pages and explorer.lab_pages.count() == len(pages)
    assert (window.size(), window.minimumSize()) == (size, least)


def test_they_know_what_came_before(
    start: Make, qtbot: QtBot, window_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quality_file.add_measurement(Quality("other", "ab", "/data/faces", 64, 1000, 900, 0, time.time(), {"FD-E": 60.0}))
    act(monkeypatch, LEARNS)
    explorer = start()
    drawn(explorer, qtbot)
    qtbot.waitUntil(lambda: "pca" in explorer.directions.shelf.found and bool(explorer.measuring._rows))
    vector = np.zeros(8, np.float32)
    vector[2] = 1
    explorer.directions.shelf.keep(Entry(Direction("Glasses", Vector.of(vector), 2.0), "labels"))
    explorer.session.apply(Recipe(Latent(7), channels=(AppliedChannel(2, 3, 1.5),)))
    explorer.channels.finder.labels.chosen.emit("/data/avatars")
    qtbot.waitUntil(lambda: explorer.channels.finder.labels.text() == "labels of avatars ×")
    qtbot.waitUntil(lambda: explorer.directions.entries != ())
    drawn(explorer, qtbot)
    assert explorer.lab_pages.each == ()
    explorer.actions["lab"].trigger()
    lab, sweep, entanglement, quality = explorer.lab_pages.make()
    image = lab.head.face.image
    assert image is not None and image.size().width() > 1
    for page in (lab, sweep, entanglement, quality):
        assert page.head.network.text().startswith("boxed") and page.pages.currentWidget() is page._content
    assert "seed 7" in lab.head.where.text()
    knobs = [sweep.form.knob.itemText(at) for at in range(sweep.form.knob.count())]
    assert knobs[0] == "Glasses" and sum("channel" in each or "3" in each for each in knobs) >= 1
    assert [entry.direction.name for entry in entanglement.picks.chosen] == ["Glasses"]
    for page in (sweep, entanglement):
        assert page.labels.text() == "labels of avatars ×" and page._labels == explorer.judging._labels is not None
    model = quality.table.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["other"]
    (face,) = [each for each in explorer.panels[0].actions() if each.text() == NEW_FACE]
    for page in (lab, sweep, entanglement, quality):
        assert face in page.actions()


def test_labels_that_are_being_learned_are_so_on_a_page_that_comes_later(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(monkeypatch, LEARNS)
    explorer = start()
    drawn(explorer, qtbot)
    explorer.channels.finder.labels.chosen.emit("/data/avatars-slow")
    qtbot.waitUntil(lambda: "40 %" in explorer.channels.finder.labels.text())
    assert "40 %" in explorer.sweep.labels.text()
    explorer.entanglement.labels.click()
    assert explorer.channels.finder.labels.text() == explorer.sweep.labels.text() == "labels…"
    assert not explorer.judging._command.busy


def test_a_picture_that_is_older_than_the_recipe_is_shown_dimmed(start: Make, qtbot: QtBot) -> None:
    backend = FakeBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    backend.gate.clear()
    explorer.session.apply(Recipe(Latent(3)))
    explorer.window.show_workspace(2)
    face = explorer.lab.head.face
    assert face.image is not None and face._stale
    backend.gate.set()
    drawn(explorer, qtbot)
    assert not face._stale


def test_the_palette_and_the_list_of_keys_know_their_commands(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    box = explorer.window.palette_box
    explorer.actions["commands"].trigger()
    qtbot.keyClicks(box._line, "lab: sw")
    assert box._list.count() == 1
    qtbot.keyClick(box._line, Qt.Key.Key_Return)
    assert explorer.window.pages.currentIndex() == 2 and explorer.lab_pages.currentIndex() == SWEEP_PAGE
    assert explorer.sweep.isVisible() and explorer.sweep.head.switch.index == SWEEP_PAGE


def test_a_command_that_is_steered_from_afar_makes_none(start: Make, qtbot: QtBot) -> None:
    """Eight hundredths of a second for pages that nobody looks at, in the middle of a performance."""
    explorer = start()
    drawn(explorer, qtbot)
    steering, before = explorer.remoting.steering, explorer.session.recipe.latent
    command = steering.find("/command/new_face")
    assert command is not None and not command.why_not()
    command.do()
    assert explorer.session.recipe.latent != before
    assert "/command/lab" in [each.address for each in steering.every()]
    assert explorer.lab_pages.each == ()
    command = steering.find("/command/lab_sweep")
    assert command is not None and "not done from afar" in command.why_not()
    assert steering.find("/command/nothing_of_the_kind") is None


def test_without_a_model_they_say_so_and_with_the_first_one_they_show_it(
    start: Make, qtbot: QtBot, window_home: Path
) -> None:
    (window_home / "box" / "boxed" / "boxed.safetensors").unlink()
    explorer = start()
    qtbot.waitUntil(lambda: not explorer.panels[0].isEnabled())
    explorer.documents.open(model_file(window_home, "first"))
    drawn(explorer, qtbot)
    assert explorer.lab_pages.each == ()
    explorer.window.show_workspace(2)
    for page in explorer.lab_pages.each:
        assert page.pages.currentWidget() is page._content  # what was said before the first model is forgotten
    assert explorer.lab_pages.currentIndex() == LAYERS_PAGE
    assert {"Open…", "Train a model…"} <= {_plain(each) for each in explorer.lab.empty.findChildren(QPushButton)}


def _plain(button: QPushButton) -> str:
    return button.text().replace("&", "")


def test_another_theme_before_and_after_colours_them(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    for light in (True, False):  # the first one before they are there
        explorer.actions["theme"].setChecked(light)
        explorer.window.show_workspace(2)
        qtbot.waitUntil(theme.is_everywhere)
        assert _ground(explorer) == theme.current().panel
        explorer.window.show_workspace(0)


def _ground(explorer: Explorer) -> str:
    """The colour of the left column, above what lies in it."""
    column: QWidget | None = explorer.sweep.head.parentWidget()
    assert column is not None
    return column.grab().toImage().pixelColor(column.width() // 2, 4).name()
