"""The history strip: a thumbnail is a frame that was drawn anyway, the best there is, and never stays empty."""

from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.thumbnails import Thumbnail
from explorer.explore.history import MISSING, MOST_SHOWN, HistoryStrip
from explorer.finding import favourites_of
from explorer.history.history_file import Entry
from explorer.jobs import Frame, Piece, Strip
from explorer.session import Session
from stylegan_core.recipe import Recipe
from tests.explorer.explore.panel_fakes import flat, model_info

A, B, C = Recipe(psi=0.1), Recipe(psi=0.2), Recipe(psi=0.3)


class Watched(HistoryStrip):
    """A strip that remembers which pictures it wants kept."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.kept: list[tuple[float, int]] = []  # psi of the entry, and its red
        self.asked: list[Strip] = []
        self.pictured.connect(self._keep)
        self.job_requested.connect(self.asked.append)

    def _keep(self, key: str, file: bytes) -> None:
        recipe = next(entry.recipe for entry in self.entries if entry.key == key)
        self.kept.append((recipe.psi, QImage.fromData(file).pixelColor(2, 2).red()))

    def red(self, recipe: Recipe) -> int | None:
        """How red the thumbnail of a recipe is; None while it is empty."""
        key = next(entry.key for entry in self.entries if entry.recipe == recipe)
        pixmap = self._thumbnails[key].pixmap
        return None if pixmap is None else pixmap.toImage().pixelColor(2, 2).red()

    def row(self) -> list[float]:
        """The psi of every thumbnail in the row, the leftmost first."""
        psi = {thumbnail: self.entries[key].recipe.psi for key, thumbnail in self._thumbnails.items()}
        widgets = [self._row.itemAt(at).widget() for at in range(self._row.count())]
        return [psi[widget] for widget in widgets if widget in psi]

    def only_favourites(self) -> list[float]:
        """The psi of what is left to see with the chip pressed."""
        self._only.setChecked(True)
        seen = {self.entries[key].recipe.psi for key, each in self._thumbnails.items() if each.isVisibleTo(self)}
        return [psi for psi in self.row() if psi in seen]

    def names(self) -> list[str]:
        """What a screen reader says of the thumbnails that are in sight, the leftmost first."""
        widgets = [self._row.itemAt(at).widget() for at in range(self._row.count())]
        return [each.accessibleName() for each in widgets if isinstance(each, Thumbnail) and each.isVisibleTo(self)]


@pytest.fixture
def strip(qtbot: QtBot, session: Session) -> Watched:
    made = Watched(session)
    qtbot.addWidget(made)
    session.set_model(model_info(), "small.safetensors")
    return made


def frame(recipe: Recipe, precision: str, red: int) -> Frame:
    return Frame(recipe, model_info().hash, precision, flat(red), 0.01)


def test_a_draft_stands_in_until_the_exact_picture_comes(session: Session, strip: Watched) -> None:
    session.edit_recipe(A)
    strip.show_frame(frame(A, "draft", 10))
    session.commit()
    assert strip.red(A) == 10 and strip.kept == []
    strip.show_frame(frame(A, "exact", 20))
    assert strip.red(A) == 20 and strip.kept == [(0.1, 20)]


def test_a_draft_is_kept_when_the_next_gesture_comes_first(session: Session, strip: Watched) -> None:
    session.edit_recipe(A)
    strip.show_frame(frame(A, "draft", 10))
    session.commit()
    session.apply(B)
    assert strip.red(A) == 10 and strip.kept == [(0.1, 10)]
    strip.show_frame(frame(A, "exact", 20))  # it comes late, or after an undo
    assert strip.red(A) == 20 and strip.kept[-1] == (0.1, 20)


def test_the_last_draft_is_kept_at_the_end(session: Session, strip: Watched) -> None:
    session.apply(A)
    strip.show_frame(frame(A, "draft", 10))
    strip.tell_drafts()
    assert strip.kept == [(0.1, 10)]


def test_what_was_never_drawn_is_drawn_when_the_hand_rests(qtbot: QtBot, session: Session, strip: Watched) -> None:
    for recipe in (A, B, C):
        session.apply(recipe)
    strip.show_frame(frame(C, "exact", 30))
    assert strip.red(A) is None and strip.red(B) is None
    strip._rest.timeout.emit()
    request: Any = strip.asked[-1]
    assert request.owner == MISSING and request.recipes[-2:] == (A, B)
    for index, recipe in enumerate(request.recipes):
        strip.job_done(Piece(request, model_info().hash, index, len(request.recipes), flat(round(100 * recipe.psi))))
    assert (strip.red(A), strip.red(B), strip.red(C)) == (10, 20, 30)
    assert (0.1, 10) in strip.kept
    strip._rest.timeout.emit()
    assert len(strip.asked) == 1


def kept_entries(count: int, *favourites: int) -> list[Entry]:
    """Entries as a file gives them back, the oldest first; the psi of each is its number."""
    return [
        Entry(str(at), Recipe(psi=float(at)), model_info().hash, "small.safetensors", at in favourites)
        for at in range(1, count + 1)
    ]


def test_an_old_favourite_is_there_after_a_restart(strip: Watched) -> None:
    strip.restore(kept_entries(MOST_SHOWN + 60, 3, 40))
    fresh = strip.row()[0]
    assert strip.row() == [fresh, *range(MOST_SHOWN + 60, 61, -1), 40, 3]
    assert strip._only.text() == "★ favourites 2" and strip.only_favourites() == [40, 3]


def test_a_favourite_stays_while_newer_entries_push_the_others_out(session: Session, strip: Watched) -> None:
    session.apply(A)
    strip.star_current()
    for number in range(MOST_SHOWN + 5):
        session.apply(Recipe(psi=float(number + 2)))
    assert len(strip.row()) == MOST_SHOWN + 1 and strip.row()[-1] == A.psi
    assert strip.only_favourites() == [A.psi]


def test_a_star_for_an_entry_that_was_pushed_out_brings_it_back(session: Session, strip: Watched) -> None:
    session.apply(A)
    for number in range(MOST_SHOWN + 5):
        session.apply(Recipe(psi=float(number + 2)))
    assert A.psi not in strip.row()
    while session.recipe != A:
        session.undo()
    strip.show_frame(frame(A, "exact", 40))
    strip.star_current()
    assert strip.row()[-1] == A.psi and strip.red(A) == 40
    assert strip.only_favourites() == [A.psi]


def test_what_is_removed_is_brought_back_where_it_was(session: Session, strip: Watched) -> None:
    for recipe, red in ((A, 10), (B, 20), (C, 30)):
        session.apply(recipe)
        strip.show_frame(frame(recipe, "exact", red))
    key = next(entry.key for entry in strip.entries if entry.recipe == B)
    strip._star(key)
    offered: list[Any] = []
    told: list[tuple[str, bool]] = []
    strip.taken_away.connect(lambda sentence, back: offered.extend((sentence, back)))
    strip.removed.connect(lambda key, gone: told.append((key, gone)))
    strip._remove(key)
    assert strip.row() == [0.3, 0.1, 0.7] and "starred" in offered[0]
    session.apply(Recipe(psi=0.4))
    for _ in range(2):  # the second time there is nothing left to do
        offered[1]()
    assert [entry.recipe.psi for entry in strip.entries] == [0.7, 0.1, 0.2, 0.3, 0.4]
    assert strip.row() == [0.4, 0.3, 0.2, 0.1, 0.7]
    assert (strip.red(B), strip.only_favourites(), told) == (20, [0.2], [(key, True), (key, False)])


def test_a_picture_is_named_by_f2_a_double_click_or_the_command_and_becomes_a_favourite(
    qtbot: QtBot, session: Session, strip: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    strip.renamed.connect(lambda key, name: told.append((key, name)))
    session.apply(A)
    strip.show_frame(frame(A, "exact", 20))
    key = strip.entries.key_of(A)
    assert key is not None
    thumbnail = strip._thumbnails[key]
    plain = thumbnail.grab().toImage()
    asked: list[QInputDialog] = []
    monkeypatch.setattr(QInputDialog, "open", lambda dialog: asked.append(dialog))
    qtbot.keyClick(thumbnail, Qt.Key.Key_F2)
    qtbot.mouseDClick(thumbnail, Qt.MouseButton.LeftButton)
    strip.name_current()
    assert len(asked) == 3 and asked[0].textValue() == ""
    asked[0].textValueSelected.emit("  <b>Ana</b>  Lu ")
    entry = strip.entries[key]
    assert (entry.name, entry.favourite, told) == ("<b>Ana</b> Lu", True, [(key, "<b>Ana</b> Lu")])
    assert thumbnail.accessibleName().startswith("<b>Ana</b> Lu, Picture 1 of ") and "&lt;b&gt;" in thumbnail.toolTip()
    assert thumbnail.grab().toImage() != plain
    assert strip.entries.called(A) == "<b>Ana</b> Lu"
    asked[1].textValueSelected.emit("")
    assert not strip.entries[key].name and strip.entries[key].favourite and strip.entries.called(A) == ""
    assert told[-1] == (key, "")


def test_f2_names_the_picture_that_was_just_clicked(
    qtbot: QtBot, session: Session, strip: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keyboard stayed where it was, for one with a slider, which F2 renamed instead."""
    for recipe in (A, B):
        session.apply(recipe)
    strip.show()
    strip.activateWindow()
    qtbot.waitUntil(strip.isActiveWindow)
    strip._only.setFocus()
    asked: list[str] = []
    monkeypatch.setattr(HistoryStrip, "ask_name", lambda _, key: asked.append(key))
    key = strip.entries.key_of(A)
    assert key is not None
    qtbot.mouseClick(strip._thumbnails[key], Qt.MouseButton.LeftButton)
    assert session.recipe == A
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F2)
    assert asked == [key]
    qtbot.mouseClick(strip._thumbnails[str(strip.entries.key_of(B))], Qt.MouseButton.RightButton)  # for its menu
    session.apply(C)  # a command of one letter makes another picture
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F2)
    assert asked == [key, strip.entries.key_of(C)]


def test_a_named_favourite_is_found_and_brought_back(session: Session, strip: Watched) -> None:
    for recipe in (A, B):
        session.apply(recipe)
        strip.rename(str(strip.entries.key_of(recipe)), f"face {recipe.psi}")
    parent = QObject()
    found = list(favourites_of(strip.entries.newest_first(), strip.go_to, parent))
    assert [(each.text(), each.statusTip()) for each in found] == [("face 0.2", "favourite"), ("face 0.1", "favourite")]
    found[1].trigger()
    assert session.recipe == A
    strip._star(str(strip.entries.key_of(B)))  # no longer a favourite
    assert [each.text() for each in favourites_of(strip.entries.newest_first(), strip.go_to, parent)] == ["face 0.1"]
    session.apply(C)
    strip._remove(str(strip.entries.key_of(A)))
    found[1].trigger()  # from a palette that is still open
    assert session.recipe == C


def test_a_star_given_while_only_favourites_are_seen_is_seen(session: Session, strip: Watched) -> None:
    session.apply(A)
    assert strip.only_favourites() == []
    strip.star_current()
    assert strip.only_favourites() == [A.psi]


def test_thumbnails_are_told_apart_by_ear(session: Session, strip: Watched) -> None:
    """Every one was called "Earlier picture" with its seed, which most share with others."""
    for recipe in (A, B, C):
        session.apply(recipe)
    strip.star_current()
    session.undo()
    assert strip.names() == [
        "Picture 1 of 4, seed 0, favourite",
        "Picture 2 of 4, seed 0, current",
        "Picture 3 of 4, seed 0",
        "Picture 4 of 4, seed 0",
    ]
    assert strip.only_favourites() == [0.3]
    assert strip.names() == ["Picture 1 of 1, seed 0, favourite"]
    strip._remove(next(iter(strip.entries)).key)
    strip._only.setChecked(False)
    assert strip.names()[1:] == ["Picture 2 of 3, seed 0, current", "Picture 3 of 3, seed 0"]


def test_what_an_empty_history_says_is_read_whole_at_1280_pixels(session: Session, qtbot: QtBot) -> None:
    """Its last letters were cut off there, where the history is one low row beside its switch."""
    strip = Watched(session)
    qtbot.addWidget(strip)
    switch = QWidget()  # between history and film
    switch.setFixedWidth(150)
    strip.take_switch(switch)
    strip.set_compact(True)
    strip.resize(592, 56)
    strip.show()
    QApplication.processEvents()
    assert strip._empty.isVisible()
    assert strip._scroll.horizontalScrollBar().maximum() == 0
