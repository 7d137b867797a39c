"""What the whole window opens, keeps and brings back: networks of the box, saved pictures, what is broken, restarts."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from explorer import bundled
from explorer.documents.saving import Size, for_file
from stylegan_core.pictures.contact_sheet import save_sheet
from stylegan_core.pictures.picture import labels, save_picture
from stylegan_core.pictures.recipe_list import list_to_json
from stylegan_core.pictures.saved_picture import RECIPES
from stylegan_core.recipe import Latent, Recipe, Vector
from tests.explorer.fake_backend import WEIGHTS, info
from tests.explorer.whole_window import Make, drawn, drop, finish, model_file


def test_a_fresh_start_shows_the_face_that_was_chosen_for_it(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "FIRST_SEEDS", {"boxed": 42})
    explorer = start()
    drawn(explorer, qtbot)
    assert explorer.session.recipe.latent == Latent(42) and not explorer.session.can_undo


def test_without_an_argument_the_model_in_the_box_is_shown(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    assert explorer.session.info is not None
    assert explorer.session.info.name == "boxed"
    assert "64×64" in explorer.window.facts.text()
    assert explorer.window.device.text().startswith("nothing")


def test_without_any_model_the_page_says_so_and_leads_on(start: Make, qtbot: QtBot, window_home: Path) -> None:
    (window_home / "box" / "boxed" / "boxed.safetensors").unlink()
    explorer = start()
    qtbot.waitUntil(lambda: not explorer.panels[0].isEnabled())
    assert not explorer.actions["save"].isEnabled()
    train = next(b for b in explorer.picture.findChildren(QPushButton) if "Train" in b.text())
    assert train.isVisible()
    train.click()
    assert explorer.window.pages.currentIndex() == 1
    explorer.documents.open(model_file(window_home, "mine"))
    drawn(explorer, qtbot)
    assert explorer.panels[0].isEnabled()
    assert not explorer.picture.empty.isVisible()


def make_family(home: Path, *names: str) -> Path:
    """A set of networks in the box."""
    folder = home / "box" / "family"
    folder.mkdir()
    for name in names:
        (folder / f"{name}.safetensors").write_bytes(WEIGHTS)
    return folder


def test_the_same_face_goes_round_the_networks_of_a_set(start: Make, qtbot: QtBot, window_home: Path) -> None:
    folder = make_family(window_home, "a", "b", "c")
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


def test_a_broken_network_of_a_set_is_said_and_stepped_over(start: Make, qtbot: QtBot, window_home: Path) -> None:
    folder = make_family(window_home, "a", "bad", "c")
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


def test_what_is_taken_out_of_the_history_is_offered_back(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(Latent(5)))
    explorer.history.star_current()
    key = next(explorer.history.entries.newest_first()).key
    explorer.history._remove(key)
    banner = explorer.window.banner
    assert banner.sentence == "The starred picture is removed from the history."
    banner._cure.click()
    finish(explorer)
    again = start()
    qtbot.waitUntil(lambda: any(entry.favourite and entry.key == key for entry in again.history.entries))


def test_a_model_on_a_disk_that_does_not_answer_is_not_waited_for(
    start: Make, qtbot: QtBot, window_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = window_home / "far" / "mine.safetensors"
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


def test_with_one_network_in_the_box_there_is_no_next(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    before = explorer.session.model_path
    explorer.actions["next_model"].trigger()
    assert explorer.session.model_path == before


@pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff jpeg", b"\x89PNG\r\n\x1a\n torn"])
def test_what_cannot_be_opened_is_one_sentence_and_the_old_picture_stays(
    start: Make, qtbot: QtBot, window_home: Path, content: bytes | None
) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    path = window_home / "strange.png"
    if content is not None:
        path.write_bytes(content)
    explorer.documents.open(str(path))
    qtbot.waitUntil(lambda: bool(explorer.window.banner.sentence))
    assert str(path) in explorer.window.banner.sentence
    assert explorer.session.info is not None


def test_a_bad_argument_shows_a_banner_over_the_model_in_the_box(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start(model_file(window_home, "bad"))
    drawn(explorer, qtbot)
    assert "is no model" in explorer.window.banner.sentence
    assert explorer.session.info is not None
    assert explorer.session.info.name == "boxed"


def test_a_saved_picture_that_is_dropped_brings_its_recipe_back(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    recipe, path = Recipe(Latent(77), psi=0.2), window_home / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), recipe, info("boxed"), "cpu", threads=1)
    drop(explorer, path)
    qtbot.waitUntil(lambda: explorer.session.recipe == recipe)
    assert not explorer.window.banner.sentence
    explorer.session.undo()
    assert explorer.session.recipe == Recipe()


def test_a_picture_of_an_unknown_model_is_shown_with_a_warning(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    recipe, path = Recipe(Latent(77)), window_home / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), recipe, info("other"), "cpu", threads=1)
    drop(explorer, path)
    qtbot.waitUntil(lambda: explorer.session.recipe == recipe)
    assert "drawn by other" in explorer.window.banner.sentence


def test_a_picture_of_a_wider_network_is_shown_as_far_as_it_fits(start: Make, qtbot: QtBot, window_home: Path) -> None:
    """The stored face could not be drawn here, and the picture said "drawing" for ever."""
    explorer = start()
    drawn(explorer, qtbot)
    recipe = Recipe(Latent(4, w=Vector.of(np.zeros(16))), psi=0.25)
    save_picture(window_home / "wide.png", np.zeros((8, 8, 3), np.uint8), recipe, info("elsewhere", w_dim=16), "cpu")
    drop(explorer, window_home / "wide.png")
    qtbot.waitUntil(lambda: explorer.session.recipe == Recipe(Latent(4), psi=0.25))
    assert "its stored face" in explorer.window.banner.sentence
    drawn(explorer, qtbot)


def test_a_picture_of_a_model_opened_before_opens_that_model(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start(model_file(window_home, "second"))
    drawn(explorer, qtbot)
    explorer.documents.open(model_file(window_home, "third"))
    qtbot.waitUntil(lambda: explorer.session.info == info("third"))
    path = window_home / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), Recipe(psi=0.2), info("second"), "cpu", threads=1)
    drop(explorer, path)
    qtbot.waitUntil(lambda: explorer.session.info == info("second"))
    assert explorer.session.recipe == Recipe(psi=0.2)
    explorer.session.undo()
    qtbot.waitUntil(lambda: explorer.session.info == info("third"))


def test_a_full_disk_is_one_sentence_and_nothing_is_lost(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.edit(psi=0.4)
    explorer.documents.saving.save(str(window_home / "full.png"), Size())
    qtbot.waitUntil(lambda: "No space left" in explorer.window.banner.sentence)
    assert explorer.session.recipe == Recipe(psi=0.4)
    assert not (window_home / "full.png").exists()


def test_a_picture_is_saved_under_the_name_of_what_it_is(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.documents.saving.save(str(window_home / "face.jpg"), Size())
    qtbot.waitUntil(lambda: explorer.window.banner.sentence.startswith(f"Saved {window_home / 'face.jpg.png'}"))
    explorer.documents.saving.save(str(window_home / "face.jpg"), Size())  # nobody was asked about that name
    assert "exists already" in explorer.window.banner.sentence


def test_every_favourite_is_saved_into_a_new_folder(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    for seed in (3, 5):
        explorer.session.apply(Recipe(Latent(seed)))
        drawn(explorer, qtbot)
        explorer.actions["star"].trigger()
    favourites, folder = explorer.history.entries.favourites(), window_home / "talk"
    explorer.history.rename(explorer.history.entries.key_of(favourites[1]), "Ana / the 2nd: Ünal")
    names = [explorer.history.entries.called(recipe) for recipe in favourites]
    explorer.documents.saving.save_all(favourites, names, str(folder), Size())
    qtbot.waitUntil(lambda: explorer.window.banner.sentence == f"Saved 2 pictures into {folder}.")
    assert [file.name for file in sorted(folder.iterdir())] == ["01-seed3.png", "02-Ana-the-2nd-Ünal.png"]
    explorer.documents.saving.save_all(favourites, names, str(folder), Size())
    assert "exists already" in explorer.window.banner.sentence


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../etc", "etc"),
        ("a\0b<c>|d?", "a-b-c-d"),
        ("…", ""),
        ("名前", "名前"),
        ("ü" * 99, "ü" * 40),
        ("a_b-c", "a_b-c"),
    ],
)
def test_a_name_in_that_of_a_file_has_only_what_every_disk_takes(name: str, file: str) -> None:
    assert for_file(name) == file


def test_history_and_model_come_back_after_a_restart(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start(model_file(window_home, "mine"))
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
    entries = again.history.entries
    assert [(entry.recipe.psi, entry.favourite) for entry in entries] == [(0.7, False), (0.3, True)]
    assert all(entry.thumbnail.startswith(b"\x89PNG") for entry in entries)


def test_a_sheet_that_is_dropped_brings_back_what_it_was_made_from(
    start: Make, qtbot: QtBot, window_home: Path
) -> None:
    """It was refused as a picture without a recipe."""
    explorer = start()
    drawn(explorer, qtbot)
    base = Recipe(Latent(7), psi=0.2)
    said = labels(base, info("boxed"), "cpu", threads=1)
    said[RECIPES] = list_to_json(base, (None, Recipe(Latent(9)), base), 2)
    save_sheet(window_home / "matrix.png", np.zeros((8, 8, 3), np.uint8), said)
    explorer.window.dropped.emit(str(window_home / "matrix.png"))
    qtbot.waitUntil(lambda: explorer.session.recipe == base)


def test_what_is_dropped_on_training_but_not_its_own_is_opened(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.train.open_requested.emit(model_file(window_home, "two"))
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "two")


@pytest.mark.parametrize("hash_of", ["boxed", "another"])
def test_a_picture_that_comes_before_any_model_is_doubted_only_in_another(
    start: Make, qtbot: QtBot, window_home: Path, tmp_path: Path, hash_of: str
) -> None:
    """The first start of all, with a picture that somebody sent: the model in the box may be the one."""
    picture, own = tmp_path / "sent.png", info("boxed")
    made_with = own if hash_of == "boxed" else replace(own, name="another", hash="0" * 64)
    save_picture(picture, np.zeros((64, 64, 3), np.uint8), Recipe(Latent(77)), made_with, "cpu")
    explorer = start(str(picture))
    drawn(explorer, qtbot)
    assert explorer.session.recipe.latent == Latent(77)
    assert ("another model than the one shown" in explorer.window.banner.sentence) == (hash_of == "another")
