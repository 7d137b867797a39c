"""The Lab's sweep by mouse and keys: what is asked and when, what is shown, taken, exported and given up."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from explorer.jobs import Frame, Sheet, Table
from explorer.lab.curve import scale
from explorer.lab.sweep_page import SHEET, SWEEP, TABLE, SweepPage
from explorer.lab_jobs import SweepGrid
from explorer.session import Session
from stylegan_core.lab.sweep_plan import LEVEL
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.recipe import AppliedDirection, Latent, Mix, Recipe
from tests.explorer.explore.panel_fakes import PLAIN, Asked, flat, model_info
from tests.explorer.lab.measured import entries, swept
from tests.explorer.lab.opened import open_page

UNTRAINED = "this network has learned the levels 0 to 2: a sweep draws none above."
LEFT = Qt.MouseButton.LeftButton


class Swept(Asked):
    """A page, what it asks, and the answers that a network would give."""

    page: SweepPage

    def __init__(self, page: SweepPage) -> None:
        super().__init__(page)  # type: ignore[arg-type]
        self.page = page
        self.taken: list[Recipe] = []
        page.taken.connect(self.taken.append)

    @property
    def request(self) -> SweepGrid:
        """The newest sweep."""
        request: SweepGrid = self.of(SweepGrid)
        return request

    def rest(self) -> None:
        """The hand rests."""
        self.page._rested()

    def drawn(self) -> None:
        """The hand rests and everything is drawn and measured."""
        self.rest()
        request = self.request
        for at in range(len(request.sweep.cells)):
            self.piece(request, at, flat(at), len(request.sweep.cells) + 1)
        self.piece(request, len(request.sweep.cells), None, len(request.sweep.cells) + 1)
        self.done(request, swept(request.sweep, features=request.features))

    def write(self, field: QLineEdit, text: str, qtbot: QtBot) -> None:
        """Types a number."""
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def show(qtbot: QtBot, session: Session) -> Callable[..., Swept]:
    """Builds a page, shows it, and opens a network with three directions."""

    def build(info: Any = None, *, visible: bool = True) -> Swept:
        page = SweepPage(session)
        open_page(page, qtbot, visible)
        session.set_model(info or model_info(), "small.safetensors")
        page.offer_directions(entries())
        return Swept(page)

    return build


def test_the_first_direction_is_swept_when_the_hand_rests(session: Session, show: Any) -> None:
    lab = show()
    assert lab.requests == []
    lab.rest()
    sweep = lab.request.sweep
    assert sweep.swept.name == "Brighter" and sweep.values[0] == -3 and len(sweep.values) == 9 and sweep.seeds == ()
    assert lab.page.stop.isVisible() and not lab.page.sheet.isEnabled()
    lab.piece(lab.request, 4, flat(9), 41)
    assert lab.page.head.state.word == "5 of 41" and lab.page.table.images[4] is not None
    lab.drawn()
    page = lab.page
    assert page.head.state.word == "exact · float32" and not page.stop.isVisible() and page.sheet.isEnabled()
    assert page.title.text() == "Brighter, -3 σ to +3 σ" and page.form.words.text() == "9 pictures"
    assert [tile.curve.name for tile in page.curves.tiles] == ["brightness", "colour", "width", "pixels", "path"]
    count = len(lab.requests)
    lab.rest()
    assert len(lab.requests) == count  # the same is not asked twice


def test_nothing_is_asked_while_nobody_looks(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show(visible=False)
    session.apply(Recipe(Latent(5)))
    lab.rest()
    assert lab.requests == []
    lab.page.show()
    qtbot.waitExposed(lab.page)
    lab.rest()
    assert lab.request.sweep.base.latent == Latent(5)
    lab.page.hide()
    assert SWEEP in lab.dropped
    lab.page.show()
    lab.rest()
    assert len(lab.requests) == 2  # what was given up is asked for again


def test_the_newest_face_wins_and_the_old_one_is_dimmed(session: Session, show: Any) -> None:
    lab = show()
    lab.drawn()
    session.edit(latent=Latent(8))
    assert lab.page.head.state.word == "behind" and lab.page.table._fresh == 0 and lab.page.curves.tiles[0]._stale
    lab.rest()
    assert lab.page.head.state.word == "drawing the first picture"
    before = lab.request
    session.edit(latent=Latent(9))
    assert lab.dropped[-1] == SWEEP
    lab.done(before, swept(before.sweep))
    assert lab.page.facts is not None and lab.page.facts.sweep.base.latent != Latent(8)
    lab.drawn()
    assert lab.page.facts.sweep.base.latent == Latent(9) and not lab.page.curves.tiles[0]._stale


def test_knob_range_and_faces_are_chosen(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    form = lab.page.form
    lab.drawn()
    form.knob.setCurrentIndex(form.knob.findText("psi"))
    form.knob.activated.emit(form.knob.currentIndex())
    assert (form.low.value, form.high.value) == (-1, 2)
    qtbot.mouseClick(form.origin._group.button(1), LEFT)
    lab.write(form.faces, "3", qtbot)
    lab.write(form.seed, "20", qtbot)
    lab.write(form.steps, "4", qtbot)
    lab.write(form.high, "1,25", qtbot)
    lab.drawn()
    sweep = lab.request.sweep
    assert sweep.seeds == (20, 21, 22) and sweep.values == (-1.0, -0.25, 0.5, 1.25)
    assert form.words.text() == "3 faces at 4 values: 12 pictures"
    assert [recipe.psi for recipe in sweep.cells[:4]] == [-1.0, -0.25, 0.5, 1.25]
    assert lab.page.curves.tiles[0].curve.spread[0] > 0
    lab.write(form.steps, "1", qtbot)
    count = len(lab.requests)
    lab.rest()
    assert "2 to 41 different values" in form.words.text() and len(lab.requests) == count
    lab.write(form.steps, "41", qtbot)
    lab.write(form.faces, "100", qtbot)
    assert "take fewer" in form.words.text()


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [("-1e308", "1e308", "lie between"), ("1e-9", "2e-9", "different"), ("0", "0.4", "levels"), ("0", "3", UNTRAINED)],
)
def test_a_range_that_is_none_is_said_and_never_asked_for(
    session: Session, show: Any, qtbot: QtBot, low: str, high: str, said: str
) -> None:
    lab = show(model_info(level=2, alpha=0.5))
    form = lab.page.form
    form.choose(next(each for each in form._knobs if each.kind == LEVEL))
    for field, text in ((form.low, low), (form.high, high)):
        lab.write(field, text, qtbot)
    lab.rest()
    assert said in form.words.text().lower() and lab.requests == []


def test_a_direction_is_swept_on_the_layers_that_the_face_has_it_on(session: Session, show: Any) -> None:
    lab = show()
    direction = entries()[0].direction
    session.apply(Recipe(directions=(AppliedDirection(direction, 2.0, 3, 5),)))
    lab.rest()
    assert lab.request.sweep.cells[0].directions == (AppliedDirection(direction, -3.0, 3, 5),)


def test_what_means_nothing_here_is_grey_and_says_why(session: Session, show: Any) -> None:
    lab = show(model_info(capabilities=PLAIN))
    lab.rest()
    model = lab.page.form.knob.model()
    items = {model.item(row).text(): model.item(row) for row in range(model.rowCount())}
    assert not items["psi"].isEnabled() and "mean face" in items["psi"].toolTip() and items["Brighter"].isEnabled()
    assert not items["noise, all"].isEnabled()
    session.set_model(model_info(name="other"), "other.safetensors")
    lab.page.offer_directions(entries())
    items = {model.item(row).text(): model.item(row) for row in range(model.rowCount())}
    assert items["psi"].isEnabled() and "choose one in Mixing" in items["mix, fine"].toolTip()
    session.apply(Recipe(mixes=(Mix(Latent(4), 1.0, "fine"),)))
    assert items["mix, fine"].isEnabled()


def test_a_picture_is_taken_by_mouse_and_keys(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.drawn()
    table, sweep = lab.page.table, lab.request.sweep
    qtbot.mouseClick(table, LEFT, pos=table.box(7).center().toPoint())
    assert lab.taken == [sweep.cells[7]]
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Left)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert lab.taken[-1] == sweep.cells[6] and table.accessibleDescription() == "seed 0 at +1.5 σ"
    for _ in range(20):
        qtbot.keyClick(table, Qt.Key.Key_Right)
    assert table.current == 8
    session.apply(lab.taken[0])
    count = len(lab.requests)
    lab.rest()
    assert len(lab.requests) == count and lab.page.head.state.word == "exact · float32"  # the sweep is the same
    assert "brightness +0.75" in lab.page._words(6) and lab.page._words(4) == "seed 0 at 0"


def test_pictures_lie_where_they_are_clicked(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    qtbot.mouseClick(lab.page.form.origin._group.button(1), LEFT)
    lab.drawn()
    table = lab.page.table
    for room in (QSize(820, 560), QSize(1400, 900), QSize(300, 200)):
        table.fit(room)
        boxes = [table.box(at) for at in range(len(table.images))]
        assert [table.index_at(box.center()) for box in boxes] == list(range(72))
        assert boxes[0].top() < boxes[9].top() and boxes[0].left() < boxes[1].left()
        assert table.height() >= boxes[-1].bottom()
    assert table.index_at(QPointF(2, 2)) == -1


def test_a_sweep_is_stopped_and_begun_again(session: Session, show: Any, qtbot: QtBot) -> None:
    lab = show()
    lab.rest()
    lab.page.stop.click()
    assert lab.dropped[-1] == SWEEP and lab.page.again.isVisible()
    lab.rest()
    assert len(lab.requests) == 1  # not by itself
    lab.page.again.click()
    assert len(lab.requests) == 2 and lab.page.stop.isVisible()
    lab.fail(lab.request, "There is not enough memory for this picture: close other programs.")
    assert "memory" in lab.page.message.text() and lab.page.head.state.word == "cannot be swept"
    lab.rest()
    assert len(lab.requests) == 2 and lab.page.again.isVisible()
    lab.page.again.click()
    lab.drawn()
    assert lab.page.message.text() == "" and not lab.page.again.isVisible()


def test_features_and_labels_are_measured_where_they_are_wanted(session: Session, show: Any) -> None:
    lab = show()
    lab.drawn()
    lab.page.form.features.click()
    lab.drawn()
    assert lab.request.features and "features" in [tile.curve.name for tile in lab.page.curves.tiles]
    count = len(lab.requests)
    lab.page.form.features.click()
    lab.rest()
    assert len(lab.requests) == count  # the less is there with the more
    labels = LearnedLabels("/caches/judge.npz", "lights", 32, "1")
    for each in (labels, replace(labels, key="2")):  # the second time the same folder had other labels
        lab.page.labels.show_labels(each)
        lab.page.use_labels(each)
        lab.drawn()
        count += 1
        assert lab.request.labels == each and len(lab.requests) == count
    assert "9 pictures. The labels were learned from pictures of 32², these are of 64²" in lab.page.form.words.text()


def test_a_sweep_is_exported_as_it_was_when_asked(session: Session, show: Any, tmp_path: Path) -> None:
    lab = show()
    lab.rest()
    assert lab.page.export.plan() is None
    lab.drawn()
    table, sheet = lab.page.export.plan(), lab.page.sheet.plan()
    assert (table.name, sheet.name) == ("small-Brighter-sweep.csv", "small-Brighter-sweep.png")
    session.edit(psi=0.1)
    lab.page.export.write(table, str(tmp_path / "x.csv"))
    rows = list(csv.DictReader(io.StringIO(lab.of(Table).text)))
    assert len(rows) == 9 and Recipe.from_json(rows[0]["recipe"]).psi == 0.7 and lab.of(Table).owner == TABLE
    lab.page.sheet.write(sheet, str(tmp_path / "x.png"))
    request = lab.of(Sheet)
    assert request.owner == SHEET and request.columns == 10 and request.recipes[0] is None
    assert lab.page.unfinished == ["the export of the sweep"]
    lab.done(request, request.path)
    lab.done(lab.of(Table), lab.of(Table).path)
    assert [tone for _, tone in lab.said] == ["good", "good"] and not lab.page.unfinished
    lab.page.export.write(table, str(tmp_path / "y.csv"))
    session.set_model(model_info(name="other"), "other.safetensors")
    assert lab.said[-1][1] == "warning" and lab.page.facts is None and not lab.page.export.isEnabled()


def test_another_network_keeps_the_knob_of_the_same_name(session: Session, show: Any) -> None:
    lab = show()
    form = lab.page.form
    form.knob.setCurrentIndex(2)
    form.knob.activated.emit(2)
    lab.drawn()
    session.set_newer(model_info(name="later"), "later.safetensors")
    assert lab.page.table.images[0] is not None and lab.page.curves.tiles[0]._stale  # until the new ones come
    session.set_model(model_info(32, name="other"), "other.safetensors")
    assert all(image is None for image in lab.page.table.images) and lab.page.curves.tiles == []
    lab.page.offer_directions(entries(6))
    assert form.swept is not None and form.swept.name == "direction 2"
    lab.page.offer_directions(())
    assert form.swept.name == "psi" and (form.low.value, form.high.value) == (-1, 2)


def test_a_knob_that_another_network_lacks_gives_way_until_it_is_back(session: Session, show: Any) -> None:
    lab = show()
    form = lab.page.form
    form.choose(next(each for each in form._knobs if each.name == "noise, fine"))
    lab.drawn()
    session.set_model(model_info(32, name="plain", capabilities=PLAIN), "plain.safetensors")
    assert form.swept is not None and form.swept.name == "Brighter" and form.low.value == -3
    lab.rest()
    assert lab.request.sweep.swept.name == "Brighter"
    lab.page.offer_directions(())
    assert "mean face" in form.words.text()  # why there is no psi
    assert lab.page.table.images == []  # no empty frames where nothing comes
    session.set_model(model_info(name="other"), "other.safetensors")
    assert form.swept is not None and form.swept.name == "noise, fine"


def test_the_picture_stands_beside(session: Session, show: Any) -> None:
    lab = show()
    lab.page.show_frame(Frame(session.recipe, lab.page.info.hash, "exact", flat(90), 0.01))
    assert lab.page.head.face.image is not None and "seed 0 · psi 0.70" in lab.page.head.where.text()


def test_curves_of_attributes_share_a_scale_and_say_their_numbers(session: Session, show: Any) -> None:
    lab = show()
    lab.drawn()
    tiles = {tile.curve.name: tile for tile in lab.page.curves.tiles}
    assert (tiles["brightness"]._low, tiles["brightness"]._high) == (-1.5, 1.5) == scale([tiles["brightness"].curve])
    assert (tiles["width"]._low, tiles["width"]._high) == (-1.5, 1.5) and tiles["pixels"]._low == 0
    assert tiles["brightness"].words_at(10_000).startswith("Brightness: +1.50 at 3. Change of brightness from 0")
    assert scale([]) == (-0.5, 0.5)
    lab.page.grab()


def test_every_control_says_what_it_does(session: Session, show: Any) -> None:
    lab = show()
    lab.drawn()
    for each in lab.page.findChildren(QWidget):
        if isinstance(each, QAbstractButton | QLineEdit | QComboBox) and not isinstance(each.parent(), QScrollBar):
            inside = lab.page.empty.isAncestorOf(each)
            assert inside or (each.toolTip().rstrip().endswith((".", ")")) and each.accessibleName()), each
