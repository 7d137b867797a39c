"""The whole window over a backend that draws flat colours: opening, undo, A/B, saving, errors, restarts."""

import errno
import gc
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.app import Explorer
from explorer.controls.compare import Mode
from explorer.controls.sheet_dialog import SheetDialog
from explorer.controls.thumbnails import Thumbnail
from explorer.documents import opening
from explorer.documents.opening import look
from explorer.explore.latent import LatentPanel
from explorer.explore.mixing import FOREIGN, MixingPanel
from explorer.jobs import Layers, Problem, Sheet
from explorer.settings import settings_file
from explorer.train.workspace import TrainWorkspace
from stylegan_core.files.places import place
from stylegan_core.latents.library import Entry, Library
from stylegan_core.pictures.contact_sheet import save_sheet
from stylegan_core.pictures.picture import labels, save_picture
from stylegan_core.pictures.recipe_list import list_to_json
from stylegan_core.pictures.saved_picture import RECIPES
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, Recipe, Vector
from tests.explorer.fake_backend import WEIGHTS, FakeBackend, info
from tests.explorer.whole_window import Make, drawn, finish, model_file


@pytest.fixture
def home(window_home: Path) -> Path:
    """The folder in which the window's home and its box lie."""
    return window_home


def test_a_fresh_start_shows_the_face_that_was_chosen_for_it(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "FIRST_SEEDS", {"boxed": 42})
    explorer = start()
    drawn(explorer, qtbot)
    assert explorer.session.recipe.latent == Latent(42) and not explorer.session.can_undo


def test_the_first_window_is_no_larger_than_its_screen(start: Make) -> None:
    window = start().window
    room = window.screen().availableSize().expandedTo(window.minimumSize())
    assert window.width() <= room.width() and window.height() <= room.height()


def test_nothing_of_qt_is_collected_in_another_thread_while_the_window_lives(start: Make) -> None:
    gc.enable()  # as outside of these tests, whose own collecting conftest.py does
    try:
        explorer = start()
        assert not gc.isenabled()
        explorer.close()
        assert gc.isenabled()
    finally:
        gc.disable()


def test_without_an_argument_the_model_in_the_box_is_shown(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    assert explorer.session.info is not None
    assert explorer.session.info.name == "boxed"
    assert "64×64" in explorer.window.facts.text()
    assert explorer.window.device.text().startswith("nothing")


def test_a_slow_first_picture_is_said_to_be_drawn(start: Make, qtbot: QtBot) -> None:
    backend = FakeBackend()
    backend.gate.clear()
    explorer = start(backend=backend)
    try:
        qtbot.waitUntil(lambda: explorer.session.info is not None)
        assert "Drawing the first picture …" in [each.text() for each in explorer.picture.empty.findChildren(QLabel)]
    finally:
        backend.gate.set()


def test_without_any_model_the_page_says_so_and_leads_on(start: Make, qtbot: QtBot, home: Path) -> None:
    (home / "box" / "boxed" / "boxed.safetensors").unlink()
    explorer = start()
    qtbot.waitUntil(lambda: not explorer.panels[0].isEnabled())
    assert not explorer.actions["save"].isEnabled()
    train = next(b for b in explorer.picture.findChildren(QPushButton) if "Train" in b.text())
    assert train.isVisible()
    train.click()
    assert explorer.window.pages.currentIndex() == 1
    explorer.documents.open(model_file(home, "mine"))
    drawn(explorer, qtbot)
    assert explorer.panels[0].isEnabled()
    assert not explorer.picture.empty.isVisible()


def test_the_same_face_goes_round_the_networks_of_a_set(start: Make, qtbot: QtBot, home: Path) -> None:
    folder = home / "box" / "family"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.safetensors").write_bytes(WEIGHTS)
    explorer = start(str(folder / "b.safetensors"))
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(Latent(7)))

    def goes_to(key: str, name: str) -> None:
        explorer.actions[key].trigger()
        qtbot.waitUntil(lambda: Path(explorer.session.model_path).stem == name)
        assert explorer.session.recipe.latent == Latent(7)

    goes_to("next_model", "c")
    goes_to("next_model", "a")
    goes_to("previous_model", "c")
    menu = explorer.menus.models()
    menu.aboutToShow.emit()
    names = [action.text() for action in menu.actions()]
    assert names[:3] == ["In the box", "boxed", "family"]
    assert "c" not in names
    family = menu.actions()[2]
    assert family.isChecked()
    entries = family.menu().actions()
    assert [(entry.text(), entry.isChecked()) for entry in entries] == [("a", False), ("b", False), ("c", True)]


def test_a_broken_network_of_a_set_is_said_and_stepped_over(start: Make, qtbot: QtBot, home: Path) -> None:
    folder = home / "box" / "family"
    folder.mkdir()
    for name in ("a", "bad", "c"):
        (folder / f"{name}.safetensors").write_bytes(WEIGHTS)
    explorer = start(str(folder / "a.safetensors"))
    drawn(explorer, qtbot)
    said: list[str] = []
    explorer.documents.said.connect(lambda problem, _: said.append(problem.sentence))
    explorer.actions["next_model"].trigger()
    qtbot.waitUntil(lambda: bool(said))
    assert "choose another file" in said[0] and Path(explorer.session.model_path).stem == "a"
    explorer.actions["next_model"].trigger()
    qtbot.waitUntil(lambda: Path(explorer.session.model_path).stem == "c")
    explorer.actions["next_model"].trigger()
    qtbot.waitUntil(lambda: Path(explorer.session.model_path).stem == "a")


def test_copying_takes_selected_text_before_the_picture(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    qtbot.waitUntil(lambda: bool(explorer.window.hash.text()))
    explorer.say(Problem("What went wrong.", "details of it"))
    banner = explorer.window.banner
    banner._fold.click()
    banner._details.selectAll()
    words = explorer.window.hash.text()
    explorer.window.hash.setSelection(0, len(words))
    clipboard = QGuiApplication.clipboard()
    for widget, text in ((explorer.window.hash, words), (banner._details, "details of it")):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert clipboard.text() == text and clipboard.image().isNull()
    explorer.picture.setFocus()
    qtbot.keyClick(explorer.picture, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not clipboard.image().isNull())


def test_a_picture_is_mixed_in_or_the_window_says_why_not(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    bad, good = home / "bad.png", home / "good.png"
    bad.write_bytes(b"no picture")
    save_picture(good, np.zeros((4, 4, 3), np.uint8), Recipe(Latent(12)), info(), "cpu", threads=1)
    row = next(panel for panel in explorer.panels if isinstance(panel, MixingPanel)).rows["coarse"]
    row.picture_chosen.emit(str(bad))
    qtbot.waitUntil(lambda: str(bad) in explorer.window.banner.sentence)
    assert explorer.session.recipe.mixes == ()
    row.picture_chosen.emit(str(good))
    qtbot.waitUntil(lambda: explorer.session.recipe.mixes == (Mix(Latent(12), 1.0, "coarse"),))


def test_a_locked_face_stays_where_it_is_under_the_hand(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QToolTip, "showText", lambda *_: None)
    explorer = start()
    drawn(explorer, qtbot)
    latent = next(panel for panel in explorer.panels if isinstance(panel, LatentPanel))
    for locked in (True, False):
        before = explorer.session.recipe.latent
        latent.lock.setChecked(locked)
        middle = explorer.picture.picture_rect().center().toPoint()
        qtbot.mousePress(explorer.picture, Qt.MouseButton.LeftButton, pos=middle)
        for step in (30, 60):
            qtbot.mouseMove(explorer.picture, middle + QPoint(step, 0))
        qtbot.mouseRelease(explorer.picture, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
        assert (explorer.session.recipe.latent == before) == locked


def test_what_is_taken_out_of_the_history_is_offered_back(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(Latent(5)))
    explorer.history.star_current()
    key = explorer.history.entries()[-1].key
    explorer.history._remove(key)
    banner = explorer.window.banner
    assert banner.sentence == "The starred picture is removed from the history."
    banner._cure.click()
    finish(explorer)
    again = start()
    qtbot.waitUntil(lambda: any(entry.favourite and entry.key == key for entry in again.history.entries()))


def test_a_model_on_a_disk_that_does_not_answer_is_not_waited_for(
    start: Make, qtbot: QtBot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = home / "far" / "mine.safetensors"
    far.parent.mkdir()
    far.write_bytes(WEIGHTS)
    explorer = start(str(far))
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(Latent(3)))
    finish(explorer)
    ask = Path.stat

    def stat(path: Path, **how: bool) -> os.stat_result:
        if path.is_relative_to(far.parent):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return ask(path, **how)

    monkeypatch.setattr(Path, "stat", stat)
    again = start()
    drawn(again, qtbot)
    assert again.session.info is not None and again.session.info.name == "boxed"
    menu = again.menus.models()
    menu.aboutToShow.emit()
    assert "boxed" in [action.text() for action in menu.actions()]


def test_settings_that_somebody_has_spoilt_do_not_prevent_the_start(start: Make, qtbot: QtBot, home: Path) -> None:
    for spoilt in ('{"geometry": "größe \\ud800", "models": {"a": 5}, "recent": [null]}', "[" * 100_000):
        settings_file().parent.mkdir(parents=True, exist_ok=True)
        settings_file().write_text(spoilt, encoding="utf-8")
        explorer = start()
        drawn(explorer, qtbot)
        finish(explorer)


def test_a_name_with_an_ampersand_is_shown_with_it(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start(model_file(home, "cats & dogs"))
    drawn(explorer, qtbot)
    assert explorer.window.model_button.text() == "cats && dogs ▾"
    menu = explorer.menus.models()
    menu.aboutToShow.emit()
    assert "cats && dogs" in [entry.text() for entry in menu.actions()]


def test_with_one_network_in_the_box_there_is_no_next(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    before = explorer.session.model_path
    explorer.actions["next_model"].trigger()
    assert explorer.session.model_path == before


def test_an_edit_is_drawn_and_undo_brings_the_old_picture(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    before = explorer.picture.image
    explorer.session.edit(psi=0.1)
    assert explorer.picture.stale
    explorer.session.commit()
    drawn(explorer, qtbot)
    assert explorer.picture.image != before
    explorer.actions["undo"].trigger()
    drawn(explorer, qtbot)
    assert explorer.session.recipe == Recipe()
    assert explorer.picture.image == before
    assert not explorer.actions["undo"].isEnabled()


def test_holding_b_shows_the_picture_before_the_last_change(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    first = explorer.picture.image
    explorer.session.apply(Recipe(psi=0.1))
    drawn(explorer, qtbot)
    second = explorer.picture.image
    qtbot.keyPress(explorer.window, Qt.Key.Key_B)
    assert explorer.picture.image == first
    qtbot.keyRelease(explorer.window, Qt.Key.Key_B)
    assert explorer.picture.image == second
    assert explorer.session.recipe == Recipe(psi=0.1)


def test_the_wipe_pins_the_picture_before_the_change(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    first = explorer.picture.image
    explorer.actions["wipe"].trigger()
    assert explorer.picture.wipe.mode is Mode.OFF  # nothing to compare with yet
    explorer.session.apply(Recipe(psi=0.1))
    drawn(explorer, qtbot)
    explorer.actions["wipe"].trigger()
    assert explorer.picture.wipe.pinned == first
    view, box = explorer.picture, explorer.picture.picture_rect()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    qtbot.mouseMove(view, QPoint(round(box.left() + box.width() / 4), round(box.center().y())))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert abs(view.wipe.line - 0.25) < 0.01
    assert explorer.session.recipe == Recipe(psi=0.1)  # the line was dragged, not the latent
    explorer.actions["difference"].trigger()
    assert view.wipe.mode is Mode.DIFFERENCE
    view.grab()
    explorer.actions["difference"].trigger()
    assert view.wipe.mode is Mode.OFF


def test_dragging_the_picture_moves_the_latent_in_one_step(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    view = explorer.picture
    middle = view.picture_rect().center().toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 6):
        qtbot.mouseMove(view, middle + QPoint(20 * step, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 0))
    expected = round(-2.0 * 100 / view.picture_rect().width(), 3)
    assert explorer.session.recipe.latent == Latent(0, x=expected)
    explorer.session.undo()
    assert explorer.session.recipe == Recipe()


@pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff jpeg", b"\x89PNG\r\n\x1a\n torn"])
def test_what_cannot_be_opened_is_one_sentence_and_the_old_picture_stays(
    start: Make, qtbot: QtBot, home: Path, content: bytes | None
) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    path = home / "strange.png"
    if content is not None:
        path.write_bytes(content)
    explorer.documents.open(str(path))
    qtbot.waitUntil(lambda: bool(explorer.window.banner.sentence))
    assert str(path) in explorer.window.banner.sentence
    assert explorer.session.info is not None


def test_a_bad_argument_shows_a_banner_over_the_model_in_the_box(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start(model_file(home, "bad"))
    drawn(explorer, qtbot)
    assert "is no model" in explorer.window.banner.sentence
    assert explorer.session.info is not None
    assert explorer.session.info.name == "boxed"


def test_a_saved_picture_that_is_dropped_brings_its_recipe_back(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    recipe, path = Recipe(Latent(77), psi=0.2), home / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), recipe, info("boxed"), "cpu", threads=1)
    drop(explorer, path)
    qtbot.waitUntil(lambda: explorer.session.recipe == recipe)
    assert not explorer.window.banner.sentence
    explorer.session.undo()
    assert explorer.session.recipe == Recipe()


def test_a_picture_of_an_unknown_model_is_shown_with_a_warning(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    recipe, path = Recipe(Latent(77)), home / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), recipe, info("other"), "cpu", threads=1)
    drop(explorer, path)
    qtbot.waitUntil(lambda: explorer.session.recipe == recipe)
    assert "drawn by other" in explorer.window.banner.sentence


def test_a_picture_of_a_wider_network_is_shown_as_far_as_it_fits(start: Make, qtbot: QtBot, home: Path) -> None:
    """The stored face could not be drawn here, and the picture said "drawing" for ever."""
    explorer = start()
    drawn(explorer, qtbot)
    recipe = Recipe(Latent(4, w=Vector.of(np.zeros(16))), psi=0.25)
    save_picture(home / "wide.png", np.zeros((8, 8, 3), np.uint8), recipe, info("elsewhere", w_dim=16), "cpu")
    drop(explorer, home / "wide.png")
    qtbot.waitUntil(lambda: explorer.session.recipe == Recipe(Latent(4), psi=0.25))
    assert "its stored face" in explorer.window.banner.sentence
    drawn(explorer, qtbot)


def test_a_picture_of_a_model_opened_before_opens_that_model(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start(model_file(home, "second"))
    drawn(explorer, qtbot)
    explorer.documents.open(model_file(home, "third"))
    qtbot.waitUntil(lambda: explorer.session.info == info("third"))
    path = home / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), Recipe(psi=0.2), info("second"), "cpu", threads=1)
    drop(explorer, path)
    qtbot.waitUntil(lambda: explorer.session.info == info("second"))
    assert explorer.session.recipe == Recipe(psi=0.2)
    explorer.session.undo()
    qtbot.waitUntil(lambda: explorer.session.info == info("third"))


def test_a_full_disk_is_one_sentence_and_nothing_is_lost(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.edit(psi=0.4)
    explorer.documents.save(str(home / "full.png"))
    qtbot.waitUntil(lambda: "No space left" in explorer.window.banner.sentence)
    assert explorer.session.recipe == Recipe(psi=0.4)
    assert not (home / "full.png").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_what_a_full_disk_has_not_taken_of_the_history_is_asked_about_and_written_when_there_is_room(
    start: Make, qtbot: QtBot, home: Path
) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    log = place("history") / "history.jsonl"
    qtbot.waitUntil(log.exists)
    log.rename(log.with_name("taken"))
    log.symlink_to("/dev/full")
    explorer.session.apply(Recipe(psi=0.25))
    qtbot.waitUntil(lambda: explorer.window.banner.sentence.startswith("The history cannot be written"))
    explorer.window.close()
    assert explorer.window.isVisible()
    said = "Closing the window now gives up the part of the history that could not be written."
    assert explorer.window.banner.sentence == said
    log.with_name("taken").replace(log)
    explorer.documents._write_again()
    qtbot.waitUntil(lambda: not explorer.documents.unfinished)
    assert '\\"psi\\":0.25' in log.read_text("utf-8")


def test_a_picture_is_saved_under_the_name_of_what_it_is(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.documents.save(str(home / "face.jpg"))
    qtbot.waitUntil(lambda: explorer.window.banner.sentence.startswith(f"Saved {home / 'face.jpg.png'}"))
    explorer.documents.save(str(home / "face.jpg"))  # nobody was asked about the file that is there now
    assert "exists already" in explorer.window.banner.sentence


def test_history_and_model_come_back_after_a_restart(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start(model_file(home, "mine"))
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.3))
    drawn(explorer, qtbot)
    explorer.actions["star"].trigger()
    explorer.session.undo()
    finish(explorer)
    again = start()
    drawn(again, qtbot)
    assert again.session.recipe == Recipe()  # what was on screen, not what is newest
    assert again.session.info == info("mine")
    entries = again.history.entries()
    assert [(entry.recipe.psi, entry.favourite) for entry in entries] == [(0.7, False), (0.3, True)]
    assert all(entry.thumbnail.startswith(b"\x89PNG") for entry in entries)


def test_a_gesture_that_rested_before_it_ended_has_its_picture_too(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.edit(psi=0.1)
    drawn(explorer, qtbot)
    explorer.session.commit()
    assert not any(thumbnail.empty for thumbnail in explorer.history.findChildren(Thumbnail))


def test_a_contact_sheet_asks_for_other_seeds_with_the_same_changes(start: Make, qtbot: QtBot, home: Path) -> None:
    backend = FakeBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.3))
    explorer.actions["sheet"].trigger()
    dialog = explorer.window.findChild(SheetDialog)
    assert isinstance(dialog, SheetDialog)
    dialog.count.setValue(3)
    dialog.draw_to(str(home / "sheet.pdf"))
    qtbot.waitUntil(lambda: any(isinstance(job, Sheet) for job in backend.jobs))
    (sheet,) = (job for job in backend.jobs if isinstance(job, Sheet))
    assert [recipe.latent.seed for recipe in sheet.recipes] == [0, 1, 2]
    assert {recipe.psi for recipe in sheet.recipes} == {0.3}
    dialog.reject()


def test_a_sheet_that_is_dropped_brings_back_what_it_was_made_from(start: Make, qtbot: QtBot, home: Path) -> None:
    """It was refused as a picture without a recipe."""
    explorer = start()
    drawn(explorer, qtbot)
    base = Recipe(Latent(7), psi=0.2)
    said = labels(base, info("boxed"), "cpu", threads=1)
    said[RECIPES] = list_to_json(base, (None, Recipe(Latent(9)), base), 2)
    save_sheet(home / "matrix.png", np.zeros((8, 8, 3), np.uint8), said)
    explorer.window.dropped.emit(str(home / "matrix.png"))
    qtbot.waitUntil(lambda: explorer.session.recipe == base)


def test_what_is_dropped_on_training_but_not_its_own_is_opened(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.train.open_requested.emit(model_file(home, "two"))
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "two")


def test_what_training_has_to_tell_is_said_also_in_explore(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.train.told.emit("Saved the time-lapse as face.gif.", "good")
    banner = explorer.window.banner
    assert banner.isVisible() and banner.sentence == "Saved the time-lapse as face.gif."
    assert banner.property("tone") == "good"


def test_closing_asks_before_it_gives_up_what_is_not_finished(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time-lapse, a copy or avatars half made went without a word."""
    half_made = ["the time-lapse face.gif (3 of 9)", "the copy of faces"]
    monkeypatch.setattr(TrainWorkspace, "unfinished", lambda _: half_made)
    explorer = start()
    drawn(explorer, qtbot)
    window, banner = explorer.window, explorer.window.banner
    assert not window.close() and window.isVisible()
    assert banner.sentence == (
        "Closing the window now gives up the time-lapse face.gif (3 of 9) and the copy of faces."
    )
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not banner.isVisible()
    assert not window.close() and window.isVisible(), "a question that was put away is asked again"
    (anyway,) = [each for each in banner.findChildren(QPushButton) if each.text() == "Close anyway"]
    qtbot.mouseClick(anyway, Qt.MouseButton.LeftButton)
    assert not window.isVisible()


def test_closing_twice_is_an_answer(start: Make, qtbot: QtBot) -> None:
    window = start().window
    words = ["the copy of faces"]
    window.unfinished = lambda: words
    assert not window.close()
    words[0] = "the copy of faces, somewhat later"
    assert window.close() and not window.isVisible()


def test_the_hints_of_the_first_start_come_once(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    assert explorer.hint.isVisible()
    for _ in range(3):
        assert explorer.hint.isVisible()
        qtbot.mouseClick(explorer.hint._next, Qt.MouseButton.LeftButton)
    assert not explorer.hint.isVisible()
    finish(explorer)
    again = start()
    drawn(again, qtbot)
    assert not again.hint.isVisible()


def test_a_click_in_the_history_is_a_step_that_can_be_undone(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.1))
    drawn(explorer, qtbot)
    thumbnails = explorer.history.findChildren(Thumbnail)
    oldest = max(thumbnails, key=lambda thumbnail: thumbnail.x())
    oldest.click()
    assert explorer.session.recipe == Recipe()
    explorer.session.undo()
    assert explorer.session.recipe == Recipe(psi=0.1)


def test_a_recipe_is_copied_and_pasted_and_other_text_is_refused(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.1))
    explorer.actions["copy_recipe"].trigger()
    explorer.session.apply(Recipe(psi=0.9))
    explorer.actions["paste_recipe"].trigger()
    assert explorer.session.recipe == Recipe(psi=0.1)
    QGuiApplication.clipboard().setText("hello")
    explorer.actions["paste_recipe"].trigger()
    assert "no recipe" in explorer.window.banner.sentence


def test_a_pasted_recipe_of_another_network_is_shown_as_far_as_it_fits(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    wide = Vector.of([0.0] * 16)
    mixes = (Mix(Latent(w=wide), 1.0, "coarse"), Mix(Latent(4), 1.0, "fine"))
    smile = AppliedDirection(Direction("smile", wide), 2.0)
    foreign = Recipe(Latent(5, w=wide), psi=0.2, mixes=mixes, directions=(smile,), label=3)
    QGuiApplication.clipboard().setText(foreign.to_json())
    explorer.actions["paste_recipe"].trigger()
    assert explorer.session.recipe == Recipe(Latent(5), psi=0.2, mixes=mixes[1:])
    said = explorer.window.banner.sentence
    assert said == (
        "This recipe was made with another network: boxed leaves out its stored face, 1 of its mixed faces, 1 of its "
        "directions and its class, which it cannot draw."
    )
    explorer.window.banner.hide()
    explorer.actions["copy_recipe"].trigger()
    explorer.session.apply(Recipe())
    explorer.actions["paste_recipe"].trigger()
    assert explorer.session.recipe.latent == Latent(5) and not explorer.window.banner.sentence


def test_a_face_of_another_network_on_a_mixing_row_is_a_sentence_at_the_top(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    mixing = next(panel for panel in explorer.panels if isinstance(panel, MixingPanel))
    mixing.set_source("fine", Latent(w=Vector.of([0.0] * 16)))
    assert explorer.session.recipe == Recipe() and explorer.window.banner.sentence == FOREIGN


def test_a_recipe_that_cannot_be_drawn_is_not_drawing_for_ever(start: Make, qtbot: QtBot) -> None:
    backend = FakeBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    pill = explorer.picture._pills.precision
    backend.broken = ValueError("A stored w has 8 numbers a layer, but this network takes 16.")
    explorer.session.apply(Recipe(psi=0.1))
    qtbot.waitUntil(lambda: pill.text == "cannot be drawn")
    assert pill.toolTip() == explorer.window.banner.sentence == str(backend.broken)
    backend.broken = None
    explorer.session.apply(Recipe(psi=0.2))
    drawn(explorer, qtbot)
    assert pill.text == "exact · float32"


def test_the_exact_picture_is_copied(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.actions["copy"].trigger()
    qtbot.waitUntil(lambda: "clipboard" in explorer.window.banner.sentence)
    assert QGuiApplication.clipboard().image().size() == explorer.picture.image.size()


def test_the_theme_is_switched_and_remembered(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    explorer.actions["theme"].trigger()
    assert theme.current() is theme.LIGHT
    finish(explorer)
    again = start()
    assert again.actions["theme"].isChecked()
    again.actions["theme"].trigger()
    assert theme.current() is theme.DARK


def test_the_palette_finds_a_command_by_some_of_its_letters(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.1))
    explorer.actions["commands"].trigger()
    box = explorer.window.palette_box
    qtbot.keyClicks(box._line, "und")
    qtbot.keyClick(box._line, Qt.Key.Key_Return)
    assert explorer.session.recipe == Recipe()
    assert not box.isVisible()


def test_every_control_in_the_window_has_a_name_and_a_tooltip(start: Make, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QLineEdit, QScrollBar

    explorer = start()
    drawn(explorer, qtbot)
    nameless = [
        (type(widget).__name__, widget.parent())
        for kind in (QAbstractButton, QAbstractSlider, QLineEdit)
        for widget in explorer.window.findChildren(kind)
        if not isinstance(widget, QScrollBar)
        and not widget.objectName().startswith("qt_")
        and not (widget.accessibleName() or getattr(widget, "text", str)()).partition(",")[0]
    ]
    assert not nameless


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_the_picture_keeps_its_room_at_every_size(start: Make, qtbot: QtBot, size: tuple[int, int]) -> None:
    explorer = start()
    explorer.window.resize(*size)
    drawn(explorer, qtbot)
    qtbot.wait(20)
    box = explorer.picture.picture_rect()
    assert box.width() >= 520
    assert box.width() == box.height()
    assert box.width() % 64 == 0  # pixel by pixel


def test_a_high_window_shows_every_direction_that_has_a_name(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    panel = explorer.directions
    assert panel.info is not None
    qtbot.waitUntil(lambda: not panel.finder.search.owners)  # its sentence would come in the place of the import's
    axes = np.random.RandomState(1).randn(12, panel.info.w_dim)
    kept = tuple(Entry(Direction(f"Mine {n}", Vector.of(axis)), "sorting", n) for n, axis in enumerate(axes))
    Library("f" * 64, "other", kept).save(home / "mine.json")

    def rows(width: int, height: int) -> int:
        explorer.window.resize(width, height)
        qtbot.waitUntil(lambda: explorer.window.size().toTuple() == (width, height))
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not panel.list.growing)
        return len(panel.rows)

    panel.shelf.found["pca"] = tuple(replace(entry, source="pca") for entry in kept[:4])
    panel.import_library(home / "mine.json")
    assert rows(1280, 720) == 8
    assert rows(1280, 1020) == 12  # and none of those that have only a number
    assert rows(1280, 720) == 8
    panel.more.click()
    assert rows(1280, 720) == rows(1280, 1020) == 16
    panel.fewer.click()
    assert rows(1280, 720) == 8


def test_paths_are_judged_by_content(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(ValueError, match="neither a run nor a folder"):
        look(run)
    (run / "config.json").write_text("{}")
    (run / "checkpoints").mkdir()
    assert look(run).run == look(run / "checkpoints").run == str(run)
    recipe = tmp_path / "recipe.txt"
    recipe.write_text(Recipe(psi=0.1).to_json())
    assert look(recipe).recipe == Recipe(psi=0.1)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        look(tmp_path / "nothing")


def drop(explorer: Explorer, path: Path) -> None:
    """Drops a file on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    explorer.window.dropEvent(event)


def test_the_lab_is_reached_by_its_key_and_follows_the_face(start: Make, qtbot: QtBot, home: Path) -> None:
    backend = FakeBackend()
    explorer = start("", backend)
    drawn(explorer, qtbot)

    def inspected() -> list[Recipe]:
        return [request.recipe for request in backend.jobs if isinstance(request, Layers)]

    explorer.session.apply(Recipe(Latent(3)))
    drawn(explorer, qtbot)
    assert inspected() == []  # nobody looks
    with qtbot.waitActive(explorer.window):
        explorer.window.activateWindow()
    qtbot.keyClick(explorer.picture, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert explorer.window.pages.currentWidget() is explorer.lab_pages and explorer.window.workspaces.index == 2
    qtbot.waitUntil(lambda: inspected() == [explorer.session.recipe])
    qtbot.waitUntil(lambda: explorer.lab.overview.retry.isVisible())  # this backend cannot do that
    assert explorer.lab.head.face.image is not None
    qtbot.keyClick(explorer.lab.layers, Qt.Key.Key_N)
    face = explorer.session.recipe
    assert face.latent != Latent(3)
    qtbot.waitUntil(lambda: inspected()[-1] == face)
    qtbot.keyClick(explorer.lab.layers, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert explorer.session.recipe.latent == Latent(3)
    names = [action.text() for action in explorer.every_action()]
    assert names.count("New face") == 1 and {"Lab", "Export channels…"} <= {*names}
    explorer.actions["explore"].trigger()
    count = len(inspected())
    explorer.session.apply(Recipe(Latent(4)))
    drawn(explorer, qtbot)
    assert len(inspected()) == count


def test_another_network_is_looked_at_where_one_is(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.actions["lab"].trigger()
    explorer.documents.open(model_file(home, "other"))
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "other")
    drawn(explorer, qtbot)
    assert explorer.window.pages.currentWidget() is explorer.lab_pages
    assert explorer.lab.head.network.text().startswith("other")
    explorer.actions["train"].trigger()
    explorer.documents.open(model_file(home, "third"))
    qtbot.waitUntil(lambda: explorer.window.pages.currentIndex() == 0)


def test_without_any_model_the_lab_leads_on_too(start: Make, qtbot: QtBot, home: Path) -> None:
    (home / "box" / "boxed" / "boxed.safetensors").unlink()
    explorer = start()
    qtbot.waitUntil(lambda: not explorer.panels[0].isEnabled())
    explorer.actions["lab"].trigger()
    assert explorer.lab.empty.isVisible()
    train = next(each for each in explorer.lab.empty.findChildren(QPushButton) if "Train" in each.text())
    train.click()
    assert explorer.window.pages.currentIndex() == 1


def test_closing_asks_before_it_gives_up_the_export_of_layers(start: Make, qtbot: QtBot, home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.lab.overview.export.writing = True
    explorer.window.close()
    assert "the export of the layers" in explorer.window.banner.sentence
    explorer.lab.overview.export.writing = False
