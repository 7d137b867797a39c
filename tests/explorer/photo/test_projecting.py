"""A picture of one's own in the window: dropped, offered, looked for, taken, given up, undone, compared."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from explorer import bundled
from explorer.app import Explorer
from explorer.explore.latent.projection_card import NOTHING_YET
from explorer.opening import look
from explorer.photo import projecting
from explorer.photo.projecting import FIND, NO_NETWORK
from explorer.picture.compare import Mode
from explorer.train.dropping import what_is
from stylegan_core.files.places import place
from stylegan_core.latents.nearness import Nearness
from stylegan_core.pictures.picture import save_picture
from stylegan_core.recipe import Latent, Recipe, Vector
from tests.explorer.acted_core import act
from tests.explorer.fake_backend import info
from tests.explorer.whole_window import Make, drawn, model_file

FACE = Recipe(Latent(w=Vector.of(np.arange(8))), psi=1.0)
CORE = """
import shutil, sys, time
words = sys.argv[1:]
assert words[0] == "project" and {"--progress", "--json", "--beside", "--overwrite"} <= set(words)
photo, out = words[2], words[words.index("--out") + 1]
if "early" in photo:
    print("progress 0 10", file=sys.stderr, flush=True)
    time.sleep(60)
if "refused" in photo:
    print("There is not enough memory: open a smaller model.", file=sys.stderr)
    sys.exit(2)
shutil.copy(FOUND, out)
for done in range(1, 6):
    print("progress", done, 10, file=sys.stderr, flush=True)
    time.sleep(0.02)
if "slow" in photo:
    for done in range(5, 1200):
        print("progress", done % 4 + 5, 10, file=sys.stderr, flush=True)
        time.sleep(0.05)
print(ANSWER)
"""


@pytest.fixture
def asked() -> list[tuple[str, ...]]:
    """What the core was asked."""
    return []


@pytest.fixture
def explorer(
    start: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: list[tuple[str, ...]]
) -> Explorer:
    """A window, and a core that finds one face at once."""
    save_picture(tmp_path / "found.png", np.full((64, 64, 3), 90, np.uint8), FACE, info("boxed"), "cpu", threads=1)
    script = CORE.replace("FOUND", repr(str(tmp_path / "found.png")))
    script = script.replace("ANSWER", repr(Nearness(10.0, 30.0, 80.0, 70.0).to_json()))
    act(monkeypatch, script, asked=asked)
    made = start()
    drawn(made, qtbot)
    return made


@pytest.fixture
def photo(tmp_path: Path) -> str:
    return picture(tmp_path, "cat.jpg")


def picture(folder: Path, name: str) -> str:
    """A picture of one colour that no program has written a recipe into."""
    Image.new("RGB", (100, 80), (100, 100, 100)).save(folder / name)
    return str(folder / name)


def button_of(explorer: Explorer) -> QPushButton:
    """The one that does what the banner proposes."""
    return next(each for each in explorer.window.banner.findChildren(QPushButton) if each.text() == FIND)


def found(explorer: Explorer, qtbot: QtBot) -> None:
    """Waits for the end of a search that finds something."""
    qtbot.waitUntil(lambda: explorer.session.recipe == FACE)


def under_way(explorer: Explorer, qtbot: QtBot) -> None:
    """Waits until a search has something to take."""
    card = explorer.latent.card
    qtbot.waitUntil(lambda: card.searching and card.take.isEnabled() and not card.nearest.empty)


def test_a_dropped_photo_is_offered_found_and_undone_in_one_step(
    explorer: Explorer, qtbot: QtBot, photo: str, asked: list[tuple[str, ...]]
) -> None:
    """It was refused as a picture without a recipe."""
    before = explorer.session.recipe
    explorer.window.dropped.emit(photo)
    qtbot.waitUntil(lambda: "cat.jpg carries no recipe" in explorer.window.banner.sentence)
    assert "in boxed" in explorer.window.banner.sentence and explorer.window.banner.tone == "warning"
    button_of(explorer).click()
    found(explorer, qtbot)
    assert explorer.window.banner.sentence == (
        "This is the nearest face to cat.jpg. It differs by 10.0 of 255 on average, pictures of random seeds by 80."
    )
    card = explorer.latent.card
    assert card.isVisible() and not card.searching and card.number.text() == "10.0"
    assert card.beside.text() == "random 80" and not card.nearest.empty and not card.photo.empty
    assert asked[-1][:3] == ("project", str(Path(explorer.session.model_path).absolute()), str(Path(photo).resolve()))
    drawn(explorer, qtbot)
    assert next(explorer.history.entries.newest_first()).recipe == FACE
    explorer.session.undo()
    assert explorer.session.recipe == before
    card.nearest.click()
    assert explorer.session.recipe == FACE
    assert not list((explorer.projecting._search.out.parent).glob("projected-*"))  # type: ignore[union-attr]


def test_while_it_goes_on_both_pictures_are_seen_and_what_is_there_can_be_taken(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path
) -> None:
    explorer.latent.section.set_open(False)
    explorer.window.show_workspace(2)
    explorer.projecting.find(picture(tmp_path, "slow.png"))
    card = explorer.latent.card
    qtbot.waitUntil(lambda: card.isVisible())
    assert card.searching and not card.take.isEnabled() and card.take.toolTip() == NOTHING_YET
    under_way(explorer, qtbot)
    assert explorer.window.unfinished() == ["the search for slow.png"]
    assert card.number.text() == "10.0" and card.words.text() == "Looking for the nearest face …"
    explorer.session.apply(Recipe(psi=0.2))  # the hand is free meanwhile
    card.photo.click()
    card.nearest.click()
    assert explorer.session.recipe == Recipe(psi=0.2) and explorer.picture.wipe.mode is Mode.OFF
    card.take.click()
    assert explorer.session.recipe == FACE and not card.searching and explorer.window.unfinished() == []
    explorer.session.undo()
    assert explorer.session.recipe == Recipe(psi=0.2)


@pytest.mark.parametrize("name", ["early.png", "slow.png"])
def test_a_search_that_is_given_up_changes_nothing(explorer: Explorer, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    before = explorer.session.recipe
    explorer.projecting.find(picture(tmp_path, name))
    qtbot.waitUntil(lambda: explorer.latent.card.bar.maximum() == 10)
    explorer.latent.card.cancel.click()
    assert explorer.session.recipe == before and not explorer.session.can_undo
    assert explorer.latent.card.isHidden() and not explorer.projecting._command.busy
    assert "was given up" in explorer.window.banner.sentence and explorer.window.banner.tone == "good"
    explorer.projecting.take()
    explorer.projecting.cancel()
    assert explorer.session.recipe == before


def test_a_newer_search_takes_the_place_of_an_older_one(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.projecting.find(picture(tmp_path, "early.png"))
    qtbot.waitUntil(lambda: explorer.latent.card.bar.maximum() == 10)
    explorer.projecting.find(picture(tmp_path, "cat.png"))
    found(explorer, qtbot)
    assert "cat.png" in explorer.window.banner.sentence


def test_another_network_lets_the_search_go_on_and_is_left_for_its_end_only_by_a_click(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path
) -> None:
    explorer.projecting.find(picture(tmp_path, "slow.png"))
    card = explorer.latent.card
    under_way(explorer, qtbot)
    explorer.documents.open(model_file(tmp_path, "other"))
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "other")
    assert card.isVisible() and card.searching and card.where.text() == "Goes on in boxed."
    card.take.click()
    banner = explorer.window.banner
    assert "is found in boxed" in banner.sentence and explorer.session.recipe != FACE
    assert banner.tone == "warning"  # good news would go by itself, and the button with it
    banner._act()
    found(explorer, qtbot)
    assert explorer.session.info is not None and explorer.session.info.name == "boxed"
    assert card.isVisible()  # with what the face can be compared with
    explorer.session.undo()
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "other")


def test_what_was_found_is_put_away_with_its_network(
    explorer: Explorer, qtbot: QtBot, photo: str, tmp_path: Path
) -> None:
    explorer.projecting.find(photo)
    found(explorer, qtbot)
    explorer.documents.open(model_file(tmp_path, "other"))
    qtbot.waitUntil(lambda: explorer.latent.card.isHidden())


def test_newer_snapshots_of_a_followed_run_leave_the_search_and_what_was_found(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path
) -> None:
    """The card was put away by the first snapshot after the end, and what was found was gone."""
    run, card = tmp_path / "00001-run" / "checkpoints", explorer.latent.card
    run.mkdir(parents=True)
    (run.parent / "config.json").touch()

    def shown(name: str) -> None:
        qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == name)

    explorer.following.explore(model_file(run, "000020"))
    shown("000020")
    explorer.projecting.find(picture(tmp_path, "slow.png"))
    under_way(explorer, qtbot)
    assert card.where.isHidden()
    explorer.following.take(model_file(run, "000030"))
    shown("000030")
    assert card.isVisible() and card.where.text() == "Goes on in the snapshot of 20 kimg."
    card.take.click()
    assert "is found in the snapshot of 20 kimg" in explorer.window.banner.sentence
    explorer.following.take(model_file(run, "000040"))
    shown("000040")
    assert card.isVisible() and card.where.text() == "Found in the snapshot of 20 kimg: click it to go back there."
    card.nearest.click()
    found(explorer, qtbot)
    assert explorer.session.model_path == str(run / "000020.safetensors") and card.where.isHidden()
    explorer.documents.open(model_file(tmp_path, "other"))
    qtbot.waitUntil(card.isHidden)


def test_a_locked_face_stays(explorer: Explorer, qtbot: QtBot, tmp_path: Path, photo: str) -> None:
    explorer.projecting.find(picture(tmp_path, "slow.png"))
    under_way(explorer, qtbot)
    before = explorer.session.recipe
    explorer.latent.lock.click()
    explorer.latent.card.take.click()
    assert explorer.session.recipe == before and "is found in boxed" in explorer.window.banner.sentence
    explorer.latent.card.nearest.click()
    assert explorer.session.recipe == FACE
    assert not explorer.latent.photo.isEnabled() and "locked" in explorer.latent.photo.toolTip()
    explorer.projecting.find(photo)
    assert "locked" in explorer.window.banner.sentence and not explorer.projecting._command.busy


def test_the_photo_is_compared_with_the_face_until_it_is_put_away(explorer: Explorer, qtbot: QtBot, photo: str) -> None:
    explorer.projecting.find(photo)
    found(explorer, qtbot)
    drawn(explorer, qtbot)
    card, view = explorer.latent.card, explorer.picture
    card.compare.click()
    assert view.wipe.mode is Mode.WIPE and view.wipe.pinned is not None and explorer.actions["wipe"].isChecked()
    assert view.wipe.pinned.pixelColor(0, 0).getRgb()[:3] == (100, 100, 100)
    assert view._pills.compare.text == "A photo | B now"
    view.pin(QImage(4, 4, QImage.Format.Format_RGB888))  # a picture before the last change that comes too late
    assert view.wipe.pinned.width() == 64
    explorer.session.apply(Recipe(Latent(3)))
    assert view.wipe.mode is Mode.WIPE
    card.photo.click()
    assert view.wipe.mode is Mode.OFF and not explorer.actions["wipe"].isChecked()
    card.compare.click()
    card.close_it.click()
    assert view.wipe.mode is Mode.OFF and card.isHidden()
    explorer.actions["wipe"].trigger()
    assert view._pills.compare.text == "A before | B now"


def test_what_another_window_has_left_is_not_taken_for_the_nearest(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path
) -> None:
    left = place("caches") / f"projected-{os.getpid()}-0.png"
    save_picture(left, np.zeros((64, 64, 3), np.uint8), Recipe(Latent(99)), info("boxed"), "cpu", threads=1)
    explorer.projecting.find(picture(tmp_path, "early.png"))
    qtbot.waitUntil(lambda: explorer.latent.card.bar.maximum() == 10)
    qtbot.waitUntil(lambda: not explorer.projecting._looking)
    assert explorer.latent.card.nearest.empty and not explorer.latent.card.take.isEnabled()


def test_a_nearest_picture_that_cannot_be_read_is_read_again(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = projecting.read_nearest
    failed: list[object] = []

    def fails_once(search: Any, seen: int) -> Any:
        if not failed:
            failed.append(search)
            raise OSError("gone in this moment")
        return read(search, seen)

    monkeypatch.setattr(projecting, "read_nearest", fails_once)
    explorer.projecting.find(picture(tmp_path, "slow.png"))
    under_way(explorer, qtbot)
    assert failed


def test_why_there_is_no_face_is_said(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.projecting.find(picture(tmp_path, "refused.png"))
    banner = explorer.window.banner
    qtbot.waitUntil(lambda: "enough memory" in banner.sentence)
    assert explorer.latent.card.isHidden() and explorer.session.recipe != FACE and banner.tone == "bad"
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0torn")
    explorer.window.dropped.emit(str(tmp_path / "torn.jpg"))
    qtbot.waitUntil(lambda: "torn.jpg cannot be read as a picture" in banner.sentence)
    explorer.projecting._answered({"nothing": 1})
    assert "could not be read" in banner.sentence


def test_what_was_nearest_when_a_search_failed_can_still_be_clicked(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path
) -> None:
    """It was lost with the process, however long that had looked."""
    explorer.projecting.find(picture(tmp_path, "slow.png"))
    under_way(explorer, qtbot)
    process = explorer.projecting._command._process
    assert process is not None
    process.kill()
    qtbot.waitUntil(lambda: "ended by the system" in explorer.window.banner.sentence)
    card = explorer.latent.card
    assert card.isVisible() and not card.searching and explorer.session.recipe != FACE
    card.nearest.click()
    assert explorer.session.recipe == FACE


def test_without_a_network_there_is_nowhere_to_look(
    start: Make, qtbot: QtBot, photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path / "nothing")
    explorer = start(photo)
    qtbot.waitUntil(lambda: "the nearest face can be looked for" in explorer.window.banner.sentence)
    button_of(explorer).click()
    assert explorer.window.banner.sentence == NO_NETWORK


def test_a_photo_that_is_opened_first_finds_the_network_in_the_box(start: Make, qtbot: QtBot, photo: str) -> None:
    explorer = start(photo)
    drawn(explorer, qtbot)
    qtbot.waitUntil(lambda: "cat.jpg carries no recipe" in explorer.window.banner.sentence)


def test_the_window_closes_while_it_looks(explorer: Explorer, qtbot: QtBot, tmp_path: Path) -> None:
    explorer.projecting.find(picture(tmp_path, "slow.png"))
    under_way(explorer, qtbot)
    out = explorer.projecting._search.out  # type: ignore[union-attr]
    explorer.window.close()
    assert explorer.window.isVisible() and "the search for slow.png" in explorer.window.banner.sentence
    explorer.window.close()
    explorer.close()
    assert not explorer.projecting._command.busy and not out.exists()


def test_a_copied_picture_or_file_is_looked_for(
    explorer: Explorer, qtbot: QtBot, photo: str, asked: list[tuple[str, ...]]
) -> None:
    copied = QImage(20, 20, QImage.Format.Format_RGB888)
    copied.fill(0xFF404040)
    QGuiApplication.clipboard().setImage(copied)
    explorer.actions["paste_recipe"].trigger()
    qtbot.waitUntil(lambda: "The copied picture carries no recipe" in explorer.window.banner.sentence)
    button_of(explorer).click()
    found(explorer, qtbot)
    assert "the copied picture" in explorer.window.banner.sentence
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(photo)])
    QGuiApplication.clipboard().setMimeData(files)
    explorer.actions["paste_recipe"].trigger()
    qtbot.waitUntil(lambda: "cat.jpg carries no recipe" in explorer.window.banner.sentence)
    QGuiApplication.clipboard().setText("")
    explorer.close()
    assert not Path(asked[-1][2]).exists()


def test_a_picture_that_is_copied_later_is_not_looked_for_instead(
    explorer: Explorer, qtbot: QtBot, asked: list[tuple[str, ...]]
) -> None:
    """The core reads its picture seconds after it was asked, when another one lay in its place."""
    for colour in (0xFF404040, 0xFFC0C0C0):
        copied = QImage(20, 20, QImage.Format.Format_RGB888)
        copied.fill(colour)
        explorer.projecting.offer_copied(copied)
        qtbot.waitUntil(lambda: "The copied picture carries no recipe" in explorer.window.banner.sentence)
        if not asked:
            button_of(explorer).click()
            found(explorer, qtbot)
    assert QImage(asked[0][2]).pixelColor(5, 5).red() == 0x40
    explorer.close()
    assert not list(Path(asked[0][2]).parent.glob("copied-*"))


def test_a_picture_is_chosen_with_a_key_or_from_the_panel(
    explorer: Explorer, qtbot: QtBot, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: opened.append(dialog))
    explorer.latent.photo.click()
    explorer.actions["photo"].trigger()
    assert len(opened) == 2 and "*.webp" in opened[0].nameFilters()[0]
    opened[0].fileSelected.emit(photo)
    found(explorer, qtbot)
    assert explorer.actions["photo"] in explorer.every_action()


def test_the_class_of_the_recipe_is_kept(
    explorer: Explorer, qtbot: QtBot, photo: str, asked: list[tuple[str, ...]]
) -> None:
    explorer.projecting.find(photo)
    found(explorer, qtbot)
    assert "--label" not in asked[-1]
    explorer.session.apply(Recipe(label=1))
    explorer.projecting.find(photo)
    found(explorer, qtbot)
    assert asked[-1][-2:] == ("--label", "1")


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "gif", "bmp", "tif", "avif"])
def test_what_a_photo_is_says_its_content(tmp_path: Path, ending: str) -> None:
    Image.new("RGB", (40, 40), (9, 90, 9)).save(tmp_path / f"a.{ending}")
    renamed = (tmp_path / f"a.{ending}").rename(tmp_path / "photo")
    assert look(renamed).photo == str(renamed)
    with pytest.raises(ValueError, match="is one picture: drop the folder"):
        what_is(renamed)


def test_a_photo_of_a_telephone_is_refused_as_a_picture_and_not_as_a_film(
    explorer: Explorer, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50))
    explorer.documents.open(str(tmp_path / "photo.heic"))
    qtbot.waitUntil(lambda: "photo.heic cannot be read as a picture" in explorer.window.banner.sentence)


def test_a_picture_with_a_damaged_recipe_is_none_to_look_for(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    text: Any = PngInfo()
    text.add_itxt("stylegan-recipe", "{")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=text)
    with pytest.raises(ValueError, match="carries a recipe that cannot be read"):
        look(tmp_path / "a.png")


def test_photos_that_a_killed_window_left_go_after_a_day(start: Make, qtbot: QtBot, home: Path) -> None:
    caches = place("caches")
    old, new = caches / "copied-picture-1-0.png", caches / "projected-2.png"
    for path, age in ((old, 2 * 24 * 3600), (new, 60)):
        path.write_bytes(b"a face")
        os.utime(path, (time.time() - age,) * 2)
    start()
    qtbot.waitUntil(lambda: not old.exists())
    assert new.exists()
