"""The Lab's pages in the whole window: turned to, told what there is, and telling the other workspaces."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.lab.head import PAGES
from stylegan_core.lab.sweep_plan import EntanglementPlan
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Recipe, Vector
from tests.explorer.acted_core import act
from tests.explorer.lab.measured import entangled
from tests.explorer.whole_window import Make, drawn

LEFT = Qt.MouseButton.LeftButton
LEARNED = """
import sys, time
words = sys.argv[1:]
assert words[0] == "judge" and "--progress" in words and words[words.index("--resolution") + 1] == "64"
for done in (1, 400):
    print("progress", done, 1000, file=sys.stderr, flush=True)
if "slow" in words[1]:
    time.sleep(60)
if "bad" in words[1]:
    print("bad has no labels: choose another folder.", file=sys.stderr)
    sys.exit(2)
with open(words[words.index("--out") + 1], "wb") as out:
    out.write(b"learned")
"""


@pytest.fixture
def explorer(start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    """A window, a core that has learned at once, and one direction in the library."""
    act(monkeypatch, LEARNED)
    made = start()
    drawn(made, qtbot)
    qtbot.waitUntil(lambda: "pca" in made.directions.shelf.found)
    vector = np.zeros(8, np.float32)
    vector[2] = 1
    made.directions.shelf.keep(Entry(Direction("Glasses", Vector.of(vector), 2.0), "labels"))
    qtbot.waitUntil(lambda: [row.entry.direction.name for row in made.directions.rows] == ["Glasses"])
    return made


def test_pages_are_turned_by_mouse_keys_and_commands(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.actions["lab"].trigger()
    pages = explorer.lab_pages
    with qtbot.waitActive(explorer.window):
        explorer.window.activateWindow()
    qtbot.mouseClick(explorer.lab.head.switch._group.button(1), LEFT)
    assert pages.currentWidget() is explorer.sweep and explorer.sweep.head.switch.index == 1
    qtbot.keyClick(explorer.sweep.head.switch._group.button(2), Qt.Key.Key_Space)
    assert pages.currentWidget() is explorer.entanglement
    explorer.actions["explore"].trigger()
    commands = {action.text(): action for action in explorer.every_action()}
    assert {f"Lab: {name.lower()}" for name in PAGES} <= commands.keys()
    commands["Lab: sweep"].trigger()
    assert explorer.window.pages.currentWidget() is pages and pages.currentWidget() is explorer.sweep
    assert explorer.sweep.head.network.text().startswith("boxed")


def test_the_directions_of_the_panel_are_offered(explorer: Explorer) -> None:
    assert explorer.sweep.form.knob.itemText(0) == "Glasses"
    assert [entry.direction.name for entry in explorer.entanglement.picks.chosen] == ["Glasses"]


def test_a_direction_is_swept_from_its_menu(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.directions.rows[0].asked.emit("sweep")
    assert explorer.lab_pages.currentWidget() is explorer.sweep and explorer.window.workspaces.index == 2
    assert explorer.sweep.form.swept is not None and explorer.sweep.form.swept.name == "Glasses"
    qtbot.waitUntil(lambda: "cannot do that" in explorer.sweep.message.text())  # as this backend says


def test_a_picture_of_the_sweep_is_gone_on_from_as_one_step_of_undo(explorer: Explorer) -> None:
    explorer.actions["lab"].trigger()
    before, taken = explorer.session.recipe, Recipe(Latent(4), psi=0.2)
    explorer.sweep.taken.emit(taken)
    assert explorer.session.recipe == taken and explorer.window.workspaces.index == 0
    explorer.session.undo()
    assert explorer.session.recipe == before


def test_what_was_measured_stands_beside_the_slider(explorer: Explorer) -> None:
    row, info = explorer.directions.rows[0], explorer.session.info
    assert info is not None and "Measured" not in row.name.toolTip()
    applied = AppliedDirection(row.entry.direction, 0.0, 0, None)
    plan = EntanglementPlan.of(Recipe(), [applied], range(8))
    explorer.entanglement.measured.emit(entangled(plan, info.hash))
    said = "Measured: brightness +0.84 per σ, leaks most into colour −0.17; purity 81 ± 1 %, over 8 faces."
    assert said in row.name.toolTip() and said in row.score.toolTip()
    row.layers.set_range(2, 5)
    row.ranged.emit(2, 5)
    assert "Measured" not in row.name.toolTip()  # on these layers it was not
    row.layers.set_range(0, None)
    row.ranged.emit(0, None)
    assert said in row.name.toolTip()


def test_labels_are_learned_for_both_pages(explorer: Explorer, qtbot: QtBot) -> None:
    chips = explorer.sweep.labels, explorer.entanglement.labels
    chips[0].chosen.emit("/data/avatars-slow")
    qtbot.waitUntil(lambda: all("40 %" in chip.text() for chip in chips))
    assert explorer.window.unfinished() == ["the learning of labels"]
    chips[1].click()
    assert not explorer.judging._command.busy and chips[0].text() == "labels…"
    chips[1].chosen.emit("/data/avatars")
    qtbot.waitUntil(lambda: all(chip.text() == "labels of avatars ×" for chip in chips))
    labels = explorer.sweep._labels
    assert labels is not None and Path(labels.path).name.startswith("judge-")
    assert (labels.data, labels.resolution, bool(labels.key)) == ("avatars", 64, True)
    assert explorer.entanglement._labels == labels
    chips[0].click()
    assert explorer.sweep._labels is None and chips[1].text() == "labels…"
    chips[0].chosen.emit("/data/bad")
    said = "bad has no labels: choose another folder."
    qtbot.waitUntil(lambda: explorer.window.banner.sentence == said)
    assert chips[1].text() == "labels…"
