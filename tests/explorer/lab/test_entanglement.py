"""The Lab's entanglement page: directions are ticked, measured when asked, told to the sliders, exported, given up."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from explorer.jobs import Table
from explorer.lab.effect_numbers import PAIR, Numbers, numbers_of
from explorer.lab.effect_table import PURITY, EffectTable
from explorer.lab.entanglement_page import (
    BUSY,
    EMPTY,
    ENTANGLE,
    NO_CHANNELS,
    NO_PAIR,
    NO_VECTORS,
    NOTHING_YET,
    OLDER,
    EntanglementPage,
)
from explorer.lab_jobs import Entangle
from explorer.session import Session
from stylegan_core.lab.entanglement import Entanglement
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.recipe import AppliedChannel, AppliedDirection, Recipe
from tests.explorer.explore.panel_fakes import Asked, model_info
from tests.explorer.lab.measured import entangled, entries
from tests.explorer.lab.opened import open_page

LABELS = LearnedLabels("j.npz", "lights", 64, "1")
LEFT = Qt.MouseButton.LeftButton


class Page(Asked):
    """A page, what it asks, and what comes of it."""

    page: EntanglementPage

    def __init__(self, page: EntanglementPage) -> None:
        super().__init__(page)  # type: ignore[arg-type]
        self.page = page
        self.measured: list[Entanglement] = []
        page.measured.connect(self.measured.append)

    def answer(self) -> None:
        """What was asked for last is measured."""
        request = self.of(Entangle)
        self.piece(request, 3, None, 10)
        self.done(request, entangled(request.plan, self._hash()))


@pytest.fixture
def show(qtbot: QtBot, session: Session) -> Callable[..., Page]:
    """Builds a page, shows it, and opens a network with directions."""

    def build(count: int = 3) -> Page:
        page = EntanglementPage(session)
        open_page(page, qtbot)
        session.set_model(model_info(), "small.safetensors")
        page.offer_directions(entries(count))
        return Page(page)

    return build


def test_directions_are_measured_when_asked(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    page = lab.page
    assert page.head.state.word == "not measured" and not page.export.isEnabled() and lab.requests == []
    qtbot.mouseClick(page.measure, LEFT)
    plan = lab.of(Entangle).plan
    assert [each.direction.name for each in plan.directions] == ["Brighter", "direction 1", "direction 2"]
    assert plan.seeds == tuple(range(32)) and page.measure.text() == "Cancel"
    assert page.unfinished == ["the measuring of directions"]
    page.hide()
    assert lab.dropped == []  # it goes on
    page.show()
    lab.answer()
    assert page.head.state.word == "measured" and lab.measured[0].plan == plan and not page.unfinished
    cells = page.table.cells
    assert cells.rowCount() == 3 and cells.columnCount() == 4 and page.measure.text() == "Measure"
    assert (
        cells.headerData(3, Qt.Orientation.Horizontal) == PURITY and page.table.horizontalHeader().visualIndex(3) == 0
    )
    assert cells.text(0, 0) == "+0.95" and "One σ of Brighter changes brightness by +0.95 ± 0.03" in cells.words(0, 0)
    assert cells.words(0, 3) == "83 ± 1 % of all that one σ of Brighter changes is brightness (95 % confidence)."
    assert (cells.text(0, 3), cells.half(0, 3)) == ("83 %", "±1")
    page.grab()


def test_another_psi_or_other_ticks_leave_it_behind(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.page.press()
    lab.answer()
    session.edit(psi=0.2)
    assert lab.page.head.state.word == "behind" and lab.page.table.stale
    session.edit(psi=0.7)
    assert lab.page.head.state.word == "measured"
    lab.page.picks.setFocus()
    lab.page.picks.setCurrentRow(1)
    qtbot.keyClick(lab.page.picks, Qt.Key.Key_Space)
    assert lab.page.head.state.word == "behind" and len(lab.page.picks.chosen) == 2
    lab.page.none.click()
    assert not lab.page.measure.isEnabled() and "tick at least one" in lab.page.measure.toolTip()
    lab.page.first.click()
    assert lab.page.head.state.word == "measured"
    use(lab.page, LABELS)
    assert lab.page.head.state.word == "behind"
    lab.page.press()
    assert lab.of(Entangle).labels == LABELS


def test_numbers_say_which_labels_they_are_of_and_what_to_doubt_about_them(session: Session, show: Any) -> None:
    lab = show()
    use(lab.page, LABELS)
    lab.page.press()
    lab.answer()
    assert lab.page.head.state.word == "measured" and "older" not in lab.page.words.text()
    use(lab.page, replace(LABELS, key="2"))  # the same folder was learned once more, into the same file
    assert lab.page.head.state.word == "behind" and OLDER in lab.page.words.text()
    lab.page.press()
    lab.answer()
    assert lab.page.head.state.word == "measured" and "older" not in lab.page.words.text()
    assert "²" not in lab.page.words.text()
    session.set_model(model_info(32, "less"), "less.safetensors")
    doubt = "The labels were learned from pictures of 64², these are of 32²: answers may be wrong, so learn them anew."
    assert doubt in lab.page.words.text() and doubt in lab.page.labels.toolTip()
    use(lab.page, None)
    assert doubt not in lab.page.words.text() and doubt not in lab.page.labels.toolTip()


def use(page: EntanglementPage, labels: LearnedLabels | None) -> None:
    """The labels were learned, or are let go."""
    page.labels.show_labels(labels)
    page.use_labels(labels)


def test_it_is_given_up_by_a_second_click_and_says_why_it_failed(session: Session, show: Any) -> None:
    lab = show()
    lab.page.press()
    lab.page.press()
    assert lab.dropped == [ENTANGLE] and lab.page.head.state.word == "not measured"
    lab.page.press()
    lab.fail(lab.of(Entangle), "The faces of this model do not differ in anything.")
    assert lab.page.message.isVisible() and lab.page.head.state.word == "cannot be measured"
    lab.page.press()
    lab.answer()
    assert not lab.page.message.isVisible() and lab.page.head.state.word == "measured"


def test_ticks_stay_and_the_first_ten_are_ticked(session: Session, show: Any) -> None:
    lab = show(15)
    picks = lab.page.picks
    assert len(picks.chosen) == 10
    picks.item(12).setCheckState(Qt.CheckState.Checked)
    lab.page.offer_directions(entries(16))
    assert [entry.number for entry in picks.chosen] == [*range(10), 12]
    lab.page.none.click()
    lab.page.offer_directions(entries(17))
    assert picks.chosen == ()
    lab.page.offer_directions(entries(4, seed=1))  # of another network
    session.set_model(model_info(name="other"), "other.safetensors")
    assert len(picks.chosen) == 4


def test_each_network_keeps_its_numbers(session: Session, show: Any) -> None:
    lab = show()
    lab.page.press()
    lab.answer()
    session.set_model(model_info(name="other"), "other.safetensors")
    assert lab.page.facts is None and lab.page.table.cells.rowCount() == 0
    session.set_model(model_info(), "small.safetensors")
    lab.page.offer_directions(entries())
    assert lab.page.facts is not None and lab.page.head.state.word == "measured"
    lab.page.press()
    session.set_model(model_info(name="other"), "other.safetensors")
    assert not lab.page.unfinished and lab.page.measure.text() == "Measure"  # another network ends it


def test_a_direction_is_measured_on_the_layers_that_the_face_has_it_on(session: Session, show: Any) -> None:
    lab = show()
    direction = entries()[1].direction
    session.apply(Recipe(directions=(AppliedDirection(direction, 2.0, 4, 6),)))
    lab.page.press()
    assert lab.of(Entangle).plan.directions[1] == AppliedDirection(direction, 0.0, 4, 6)
    assert lab.of(Entangle).plan.base.directions == ()


def test_faces_are_chosen(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    for field, text in ((lab.page.faces, "4"), (lab.page.seed, "100")):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    lab.page.press()
    assert lab.of(Entangle).plan.seeds == (100, 101, 102, 103)
    lab.page.press()
    lab.page.faces.show_value(1)
    lab.page.faces.typed.emit(1.0)
    assert "2 to 256 faces" in lab.page.measure.toolTip() and not lab.page.measure.isEnabled()


def test_attributes_that_rows_are_about_come_first(session: Session, show: Any) -> None:
    lab = show()
    lab.page.picks.item(0).setCheckState(Qt.CheckState.Unchecked)
    lab.page.press()
    lab.answer()
    facts = lab.page.facts
    numbers = numbers_of(facts, "effects")
    assert [numbers.columns[at] for at in numbers.meant] == [facts.names[facts.main(0)], facts.names[facts.main(1)]]
    assert numbers.meant[0] == 0 and sorted(numbers.columns) == sorted(facts.names)
    assert numbers.values[1, numbers.meant[1]] == facts.effects[1, facts.main(1)]
    for view, button in enumerate(lab.page.views._group.buttons()):
        button.click()
        assert lab.page.table.cells.columnCount() == (4 if view == 0 else 2), view
    assert "correlation" in lab.page.words.text() and lab.page.table.cells.half(0, 0) == "±0.00"
    told = lab.page.table.cells.words(0, 1)
    assert told == "direction 1 and direction 2: 0.00 ± 0.04 (95 % confidence). It may be nothing."
    lab.page.grab()


def test_channels_are_measured_beside_directions_and_the_purest_stand_side_by_side(session: Session, show: Any) -> None:
    lab = show()
    page = lab.page
    assert not page.channels.isEnabled() and page.channels.toolTip() == NO_CHANNELS
    page.offer_channels([AppliedChannel(2, 5), AppliedChannel(3, 7, name="width")])
    assert [page.picks.item(at).text() for at in (3, 4)] == ["channel 2:5", "width 3:7"]
    assert page.picks.chosen_channels == ()  # a search in Explore leaves what was measured as it is
    page.channels.click()
    assert len(page.picks.chosen) == 3 and len(page.picks.chosen_channels) == 2
    page.offer_channels([AppliedChannel(4, 1), AppliedChannel(3, 7, name="wide")])
    assert page.picks.chosen_channels == (AppliedChannel(3, 7, name="wide"),)
    page.press()
    assert lab.of(Entangle).plan.channels == page.picks.chosen_channels
    lab.answer()
    assert page.head.state.word == "measured" and page.table.cells.rowCount() == 4
    page.views._group.buttons()[1].click()
    numbers = page.table.cells.numbers
    assert numbers.columns == PAIR and numbers.rows == ("brightness", "colour", "width")
    assert page.table.cells.text(0, 1).startswith("wide 3:7  ") and page.table.cells.half(0, 1).startswith("±")
    told = page.table.cells.words(0, 1)
    assert re.match(r"\d+ ± \d+ % of all that wide 3:7 changes is brightness \(95 % confidence\)\.", told)
    page.grab()
    page.none.click()
    assert not page.picks.chosen_channels and not page.measure.isEnabled()
    page.first.click()
    page.press()
    lab.answer()
    assert page.table.cells.text(0, 1) == "–" and NO_PAIR in page.words.text()
    assert page.table.cells.words(0, 1) == "No channel that was measured is sure to change brightness."
    page.none.click()
    page.channels.click()
    page.press()
    lab.answer()
    page.views._group.buttons()[2].click()
    assert page.words.text() == NO_VECTORS and page.table.cells.rowCount() == 0
    page.grab()


def test_channels_that_are_ticked_below_many_directions_are_seen(session: Session, show: Any) -> None:
    """A click on *channels* changed nothing in sight."""
    lab = show()
    picks = lab.page.picks
    picks.offer(entries(40))
    lab.page.offer_channels([AppliedChannel(2, 5), AppliedChannel(3, 7)])
    seen = picks.viewport().rect()
    assert not seen.intersects(picks.visualItemRect(picks.item(40)))
    lab.page.channels.click()
    assert all(seen.contains(picks.visualItemRect(picks.item(at))) for at in (40, 41))
    lab.page.first.click()
    assert seen.contains(picks.visualItemRect(picks.item(0)))


def test_a_page_without_directions_says_where_they_come_from(session: Session, show: Any) -> None:
    """Below "Directions and channels" there was nothing, where a network was never seen in Explore."""
    page = show().page
    page.offer_directions(())
    assert page.nothing_yet.isVisible() and page.measure.toolTip() == NOTHING_YET and not page.measure.isEnabled()
    page.offer_directions(entries(2))
    assert not page.nothing_yet.isVisible() and page.measure.isEnabled()


def test_while_it_measures_nobody_is_asked_to_press_measure(session: Session, show: Any) -> None:
    page = show().page
    assert page.blank.isVisible() and page.blank.words.text() == EMPTY and not page.table.isVisible()
    page.blank.way.click()
    assert page.words.text() == BUSY and not page.blank.isVisible()
    page.press()
    assert page.blank.isVisible() and not page.words.isVisible()
    page.picks.tick(0)
    assert not page.blank.way.isEnabled() and page.blank.way.toolTip() == page.plan


def test_the_table_is_read_by_pointer_and_exported(session: Session, show: Any, tmp_path: Path) -> None:
    lab = show()
    lab.page.press()
    lab.answer()
    table = lab.page.table
    assert table.indexAt(QPoint(5, 5)).column() == 3
    plan = lab.page.export.plan()
    assert plan.name == "small-entanglement.csv"
    lab.page.export.write(plan, str(tmp_path / "x.csv"))
    rows = list(csv.DictReader(io.StringIO(lab.of(Table).text)))
    assert {row["quantity"] for row in rows} == {"effect", "purity", "cosine", "correlation"}
    assert lab.page.unfinished == ["the export of the entanglement"]
    lab.fail(lab.of(Table), "x.csv cannot be written: choose another folder.")
    assert lab.said == [("x.csv cannot be written: choose another folder.", "bad")] and not lab.page.unfinished


def test_every_control_says_what_it_does(session: Session, show: Any) -> None:
    lab = show()
    for each in lab.page.findChildren(QWidget):
        if isinstance(each, QAbstractButton | QLineEdit) and not isinstance(each.parent(), QScrollBar):
            inside = lab.page.empty.isAncestorOf(each) or lab.page.table.isAncestorOf(each)
            assert inside or (each.toolTip().rstrip().endswith((".", ")")) and each.accessibleName()), each


def test_columns_of_one_view_are_not_moved_in_the_next(qtbot: QtBot) -> None:
    table = EffectTable()
    qtbot.addWidget(table)
    names = ("a", "b", "c", "d")
    effects = Numbers(names, ("one", "two"), np.ones((4, 2)), meant=(0, 0, 1, 1), shares=(0.5,) * 4)
    header = table.horizontalHeader()
    for _ in range(2):
        table.show_numbers(effects)
        assert [header.logicalIndex(at) for at in range(3)] == [2, 0, 1]  # purity first
        table.show_numbers(Numbers(names, names, np.eye(4)))
        assert [header.logicalIndex(at) for at in range(4)] == [0, 1, 2, 3]  # or the diagonal is none
