"""Names from strangers' files and data sets are shown in the Lab letter by letter: no HTML, no small letters."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.judge_chip import JudgeChip
from explorer.lab import curve, picture_table
from explorer.lab.effect_numbers import numbers_of
from explorer.lab.effect_table import EffectTable
from explorer.lab.sweep_page import SweepPage
from explorer.session import Session
from stylegan_core.lab.entanglement import Entanglement
from stylegan_core.lab.sweep_facts import SweepFacts
from stylegan_core.lab.sweep_plan import EntanglementPlan, Sweep, along, steps_between
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.recipe import AppliedDirection, Recipe
from tests.explorer.explore.panel_fakes import model_info
from tests.explorer.lab import measured

IMAGE = '<img src="//elsewhere/a.png"> T-shirt'
SAFE = "&lt;img"
HELP = QEvent.Type.ToolTip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every tooltip that is shown."""
    said = list[str]()
    for module in (picture_table, curve):
        monkeypatch.setattr(module.QToolTip, "showText", lambda *words: said.append(words[1]))
    return said


def swept(monkeypatch: pytest.MonkeyPatch) -> SweepFacts:
    """A sweep along a direction of that name, in which an attribute of that name was measured."""
    monkeypatch.setattr(measured, "NAMES", (IMAGE, "colour", "width"))
    entry = measured.entries(1)[0]
    foreign = replace(entry.direction, name=IMAGE)
    return measured.swept(Sweep.of(Recipe(), along(foreign), steps_between(-3, 3, 3)))


def test_labels_of_a_page_show_them_as_they_are(session: Session, qtbot: QtBot) -> None:
    page = SweepPage(session)
    qtbot.addWidget(page)
    page.show()
    info = replace(model_info(), name=IMAGE)
    session.set_model(info, "small.safetensors")
    page.offer_directions([replace(each, direction=replace(each.direction, name=IMAGE)) for each in measured.entries()])
    page.refresh()
    shown = [label for label in page.findChildren(QLabel) if "<" in label.text()]
    assert {label.text() for label in shown} >= {page.title.text(), page.head.network.text()}
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in shown)
    assert SAFE in page.head.network.toolTip()


def point_at(widget: QWidget, at: QPoint) -> None:
    QApplication.sendEvent(widget, QHelpEvent(HELP, at, widget.mapToGlobal(at)))


def test_tooltips_of_a_sweep_keep_letters_and_case(
    qtbot: QtBot, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = swept(monkeypatch)
    table = picture_table.PictureTable()
    qtbot.addWidget(table)
    table.resize(600, 400)
    table.show_sweep(facts.sweep)
    table.words = lambda _: f"seed 0 at +3 σ: {IMAGE} +1.50"
    point_at(table, table.box(2).center().toPoint())
    tile = curve.CurveTile()
    qtbot.addWidget(tile)
    tile.resize(180, 90)
    tile.show_curve(facts.curves()[0], -1.0, 1.0)
    point_at(tile, QPoint(5, 5))
    assert len(told) == 2 and all(SAFE in each and "<img" not in each and "T-shirt" in each for each in told)
    assert "Seed 0 at" in told[0]


def test_tooltips_of_entanglement_and_of_labels_show_no_html(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "NAMES", (IMAGE, "colour", "width"))
    plan = EntanglementPlan.of(Recipe(), [AppliedDirection(each.direction) for each in measured.entries()], (0, 1))
    facts: Entanglement = measured.entangled(plan, "h")
    table = EffectTable()
    qtbot.addWidget(table)
    table.show_numbers(numbers_of(facts, "effects"))
    tips = [
        table.cells.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole),
        table.cells.data(table.cells.index(0, 0), Qt.ItemDataRole.ToolTipRole),
    ]
    chip = JudgeChip()
    qtbot.addWidget(chip)
    chip.show_labels(LearnedLabels("labels.npz", IMAGE, 8))
    tips.append(chip.toolTip())
    assert all(SAFE in tip and "<img" not in tip for tip in tips)
