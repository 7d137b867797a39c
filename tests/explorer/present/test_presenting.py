"""On the stage: the keys, the caption, what goes wrong, and the window as it was when the stage is left."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from explorer import theme
from explorer.app import Explorer
from explorer.controls.thumbnails import Thumbnail
from explorer.explore.latent.panel import LatentPanel
from explorer.explore.truncation import TruncationPanel
from explorer.picture.compare import Mode
from explorer.problem import Problem
from stylegan_core.info import Capabilities
from stylegan_core.pictures.picture import save_picture
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, Recipe, Vector
from tests.explorer.fake_backend import FakeBackend, info
from tests.explorer.whole_window import Make, drawn, model_file, with_a_picture

Key, Modifier = Qt.Key, Qt.KeyboardModifier
SMILE = AppliedDirection(Direction("Smile", Vector.of(np.ones(8))), 2.4)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing moves by itself, as where the system asks for reduced motion."""
    monkeypatch.setattr(theme, "motion", lambda: 0)


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def explorer(start: Make, qtbot: QtBot, backend: FakeBackend) -> Iterator[Explorer]:
    """A window with a picture, not yet on the stage."""
    yield with_a_picture(start, qtbot, backend)
    backend.gate.set()


def press(explorer: Explorer, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
    """A key, wherever the keyboard is."""
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key, modifier)


def enter(explorer: Explorer, qtbot: QtBot) -> None:
    press(explorer, qtbot, Key.Key_F5)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorer.presenting.stage)
    assert QApplication.focusWidget() is explorer.picture


def test_the_stop_of_a_remote_control_blackens_the_stage(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    stage = explorer.presenting.stage

    def seen() -> set[int]:
        image = stage.grab().toImage()
        middle = image.height() // 2
        return {image.pixel(x, middle) for x in range(image.width())}

    lit = seen()
    press(explorer, qtbot, Key.Key_Period)
    assert stage.black and seen() == {0xFF000000}
    press(explorer, qtbot, Key.Key_Period)
    assert not stage.black and seen() == lit
    press(explorer, qtbot, Key.Key_Period)
    press(explorer, qtbot, Key.Key_Escape)
    assert not stage.black and stage.isVisible()
    press(explorer, qtbot, Key.Key_Period)
    press(explorer, qtbot, Key.Key_PageDown)
    assert not stage.black
    press(explorer, qtbot, Key.Key_Period)
    explorer.presenting.toggle()
    assert not stage.black and not stage.isVisible()


def leave(explorer: Explorer, qtbot: QtBot, key: Qt.Key = Key.Key_Escape) -> None:
    press(explorer, qtbot, key)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorer.window and QApplication.focusWidget() is not None)


def panel(explorer: Explorer, kind: type) -> LatentPanel | TruncationPanel:
    return next(each for each in explorer.panels if isinstance(each, kind))


def star(explorer: Explorer, *seeds: int) -> list[Recipe]:
    """Favourites, one a seed."""
    made = [Recipe(Latent(seed)) for seed in seeds]
    for recipe in made:
        explorer.session.apply(recipe)
        explorer.history.star_current()
    return made


def caption(explorer: Explorer) -> str:
    return explorer.presenting.stage.caption.text


# -- Going on the stage and leaving it --------------------------------------------------------------------------------


def test_the_picture_is_alone_and_as_large_as_whole_steps_make_it(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    stage = explorer.presenting.stage
    assert stage.isFullScreen() and stage.geometry() == stage.screen().geometry()
    stage.resize(1280, 720)
    assert explorer.picture.geometry() == stage.rect()
    assert explorer.picture.picture_rect().height() == 11 * 64
    pills = explorer.picture._pills
    explorer.session.apply(Recipe(psi=0.1))
    drawn(explorer, qtbot)
    assert not any(pill.isVisible() for pill in (pills.precision, pills.time, pills.compare, pills.zoom))
    explorer.actions["theme"].setChecked(True)
    assert stage.grab().toImage().pixelColor(2, 360) == theme.DARK.colour("well")
    press(explorer, qtbot, Key.Key_Escape)
    explorer.window.resize(1280, 720)  # in a narrower one the enlargement is not told
    qtbot.waitUntil(lambda: all(pill.isVisible() for pill in (pills.precision, pills.time, pills.compare, pills.zoom)))


@pytest.mark.parametrize("maximised", [False, True])
def test_leaving_brings_back_exactly_what_was_there(explorer: Explorer, qtbot: QtBot, maximised: bool) -> None:
    window = explorer.window
    if maximised:
        window.showMaximized()
    explorer.panels[1].section.set_open(False)
    explorer.below.show_strip(1)
    QApplication.processEvents()  # lays out what was changed
    geometry = explorer.picture.geometry()

    def state() -> tuple[object, ...]:
        return (
            window.windowState(), window.saveGeometry().data(), window.pages.currentIndex(), window.workspaces.index,
            explorer.below.index, [each.section.is_open for each in explorer.panels],
            window.pages.widget(0).geometry(), explorer.picture.window() is window, window.focusWidget(),
        )  # fmt: skip

    for workspace, key in product((0, 2), (Key.Key_Escape, Key.Key_F5)):
        window.show_workspace(workspace)
        (panel(explorer, LatentPanel).seed if workspace == 0 else window.model_button).setFocus()
        before = state()
        enter(explorer, qtbot)
        explorer.below.show_strip(0)
        leave(explorer, qtbot, key)
        assert state() == before, (workspace, key)
        assert not explorer.presenting.stage.isVisible() and explorer.presenting.stage.actions() == []
        window.show_workspace(0)
        qtbot.waitUntil(lambda: explorer.picture.geometry() == geometry)


def test_a_widget_that_is_gone_meanwhile_does_not_keep_anybody_on_the_stage(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.session.apply(Recipe(Latent(5)))
    earlier = explorer.history.findChildren(Thumbnail)[0]
    earlier.setFocus()
    enter(explorer, qtbot)
    delete(earlier)
    explorer.presenting.leave()
    assert not explorer.presenting.on


def test_without_a_picture_there_is_nothing_to_present(start: Make, qtbot: QtBot, window_home: Path) -> None:
    (window_home / "box" / "boxed" / "boxed.safetensors").unlink()
    explorer = start()
    qtbot.waitUntil(lambda: not explorer.panels[0].isEnabled())
    button = next(each for each in explorer.window.findChildren(QPushButton) if each.text() == "Present")
    assert not button.isVisible()
    explorer.presenting.toggle()
    assert not explorer.presenting.on
    explorer.documents.open(model_file(window_home, "mine"))
    drawn(explorer, qtbot)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert explorer.presenting.on


def test_the_hint_of_a_first_start_waits(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.hint.begin()
    enter(explorer, qtbot)
    assert not explorer.hint.isVisible()
    press(explorer, qtbot, Key.Key_Escape)
    assert explorer.hint.isVisible()


def test_a_first_start_on_the_stage_is_not_greeted(start: Make, qtbot: QtBot, backend: FakeBackend) -> None:
    explorer = start(backend=backend)
    begin = explorer.picture.marked.connect(explorer.presenting.begin)
    drawn(explorer, qtbot)
    explorer.picture.disconnect(begin)
    assert explorer.presenting.on and not explorer.hint.isVisible()


# -- Keys -------------------------------------------------------------------------------------------------------------


def test_the_keys_of_the_panels_work(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    session = explorer.session
    press(explorer, qtbot, Key.Key_N)
    face = session.recipe.latent
    assert face.seed and session.can_undo
    press(explorer, qtbot, Key.Key_M)
    assert session.recipe.psi == 0
    press(explorer, qtbot, Key.Key_R)
    assert session.recipe.noise
    press(explorer, qtbot, Key.Key_0, Modifier.ControlModifier)
    assert session.recipe == Recipe(face)
    press(explorer, qtbot, Key.Key_Z, Modifier.ControlModifier)
    assert session.recipe.noise
    press(explorer, qtbot, Key.Key_Y, Modifier.ControlModifier)
    assert session.recipe == Recipe(face)
    again = next(each for each in explorer.presenting.stage.actions() if each.text() == "Other children")
    with qtbot.waitSignal(again.triggered):
        press(explorer, qtbot, Key.Key_V)


def test_a_key_that_is_held_goes_on_the_stage_and_stays_there(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    for repeated in (explorer.actions["present"], explorer.actions["star"], explorer.actions["wipe"]):
        assert not repeated.autoRepeat()
    assert explorer.actions["undo"].autoRepeat()


def test_nothing_opens_before_an_audience(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    for key in (Key.Key_K, Key.Key_S, Key.Key_O, Key.Key_2, Key.Key_N):
        press(explorer, qtbot, key, Modifier.ControlModifier)
    press(explorer, qtbot, Key.Key_Tab)
    assert QApplication.activeWindow() is explorer.presenting.stage and explorer.presenting.on
    assert not explorer.window.palette_box.isVisible() and explorer.window.pages.currentIndex() == 0
    assert QApplication.focusWidget() is explorer.picture


def test_a_walk_goes_on_over_the_stage_and_starts_there(explorer: Explorer, qtbot: QtBot) -> None:
    latent = panel(explorer, LatentPanel)
    press(explorer, qtbot, Key.Key_W)
    enter(explorer, qtbot)
    here = explorer.session.recipe.latent.x
    qtbot.waitUntil(lambda: explorer.session.recipe.latent.x > here)
    qtbot.waitUntil(lambda: "between seeds 0 and 1" in caption(explorer))
    press(explorer, qtbot, Key.Key_W)
    assert latent.walk.value == 0
    press(explorer, qtbot, Key.Key_W)
    leave(explorer, qtbot)
    assert latent.walk.value > 0  # the panel was never hidden
    press(explorer, qtbot, Key.Key_W)


def test_a_film_plays_on_the_stage_and_ends_with_its_strip(explorer: Explorer, qtbot: QtBot) -> None:
    for seed in (1, 2):
        explorer.session.apply(Recipe(Latent(seed)))
        explorer.filming.add()
    explorer.below.show_strip(0)
    enter(explorer, qtbot)
    assert "P film" in explorer.presenting.stage.help.text
    press(explorer, qtbot, Key.Key_P)
    qtbot.waitUntil(lambda: explorer.film.playing)
    qtbot.waitUntil(lambda: "film, 0 of" in caption(explorer))
    press(explorer, qtbot, Key.Key_Escape)
    assert not explorer.film.playing and explorer.below.index == 0


def test_a_film_without_pictures_is_said(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    press(explorer, qtbot, Key.Key_P)
    assert "at least two pictures" in explorer.presenting.stage.sentence.text


def test_held_b_shows_before_and_the_caption_says_so(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.session.apply(Recipe(Latent(7)))
    drawn(explorer, qtbot)
    enter(explorer, qtbot)
    assert caption(explorer).startswith("boxed  ·  seed 7")
    qtbot.keyPress(explorer.picture, Key.Key_B)
    qtbot.waitUntil(lambda: "seed 0" in caption(explorer))
    assert "before the last change" in caption(explorer)
    qtbot.keyRelease(explorer.picture, Key.Key_B)
    qtbot.waitUntil(lambda: "seed 7" in caption(explorer))
    assert "before" not in caption(explorer)


def test_the_wipe_takes_the_arrows_for_its_line(explorer: Explorer, qtbot: QtBot) -> None:
    first, second = star(explorer, 3, 4)
    drawn(explorer, qtbot)
    enter(explorer, qtbot)
    press(explorer, qtbot, Key.Key_B, Modifier.ControlModifier)
    assert explorer.picture.wipe.mode is Mode.WIPE
    qtbot.waitUntil(lambda: explorer.picture.wipe.pinned is not None)
    press(explorer, qtbot, Key.Key_Left)
    assert explorer.picture.wipe.line < 0.5 and explorer.session.recipe == second
    assert "left before, right now" in caption(explorer)
    press(explorer, qtbot, Key.Key_PageUp)
    assert explorer.session.recipe == first


def test_a_photo_beside_the_face_is_called_by_its_name(explorer: Explorer, qtbot: QtBot) -> None:
    star(explorer, 3, 4)
    drawn(explorer, qtbot)
    explorer.picture.hold_beside(QImage(8, 8, QImage.Format.Format_RGB888), "photo")
    enter(explorer, qtbot)
    assert "left photo, right now" in caption(explorer)
    explorer.picture.set_mode(Mode.DIFFERENCE)
    assert "difference from the photo" in caption(explorer)


def test_a_remote_control_steps_through_the_favourites(explorer: Explorer, qtbot: QtBot) -> None:
    one, two, three = star(explorer, 11, 12, 13)
    explorer.session.apply(Recipe(Latent(99)))
    drawn(explorer, qtbot)
    enter(explorer, qtbot)
    assert "favourites" in explorer.presenting.stage.help.text
    seen = []
    for key in (
        Key.Key_Right, Key.Key_PageDown, Key.Key_PageDown, Key.Key_Right, Key.Key_Left, Key.Key_PageUp, Key.Key_3,
        Key.Key_9, Key.Key_Home,
    ):  # fmt: skip
        press(explorer, qtbot, key)
        seen.append(explorer.session.recipe)
    assert seen == [one, two, three, three, two, one, three, three, one]
    explorer.session.apply(replace(one, psi=0.3))  # an excursion
    press(explorer, qtbot, Key.Key_Right)
    assert explorer.session.recipe == two
    drawn(explorer, qtbot)
    assert caption(explorer).startswith("★ boxed")


def test_digits_that_a_keyboard_has_with_shift_are_digits(explorer: Explorer, qtbot: QtBot) -> None:
    one, two, _ = star(explorer, 11, 12, 13)
    enter(explorer, qtbot)
    press(explorer, qtbot, Key.Key_2, Modifier.ShiftModifier)
    assert explorer.session.recipe == two
    press(explorer, qtbot, Key.Key_1, Modifier.ShiftModifier | Modifier.KeypadModifier)
    assert explorer.session.recipe == one
    press(explorer, qtbot, Key.Key_C, Modifier.ShiftModifier)
    assert explorer.presenting.stage.caption.wanted


@pytest.mark.parametrize("starred", [True, False])
def test_pictures_of_a_run_stay_when_a_newer_snapshot_comes(
    explorer: Explorer, qtbot: QtBot, window_home: Path, starred: bool
) -> None:
    (window_home / "run" / "checkpoints").mkdir(parents=True)
    earlier, later = (model_file(window_home / "run" / "checkpoints", name) for name in ("000010", "000020"))
    explorer.documents.open(earlier)
    qtbot.waitUntil(lambda: explorer.session.model_path == earlier)
    made = star(explorer, 11, 12, 13)
    if not starred:
        for recipe in made:
            explorer.session.apply(recipe)
            explorer.history.star_current()
    enter(explorer, qtbot)
    explorer.documents.follow(later)
    qtbot.waitUntil(lambda: explorer.session.model_path == later)
    press(explorer, qtbot, Key.Key_Left)
    assert explorer.session.recipe == made[1]
    assert explorer.history.entries.favourites() == (tuple(made) if starred else ())
    explorer.documents.open(model_file(window_home, "other"))
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "other")
    assert not explorer.history.entries.favourites() and len(explorer.history.entries.recipes()) == 1


def test_without_favourites_the_history_is_stepped_through(explorer: Explorer, qtbot: QtBot) -> None:
    every = [Recipe(), Recipe(Latent(1)), Recipe(Latent(2))]
    for recipe in every[1:]:
        explorer.session.apply(recipe)
    enter(explorer, qtbot)
    seen = []
    for key in (Key.Key_Left, Key.Key_Left, Key.Key_Left, Key.Key_Right, Key.Key_Home, Key.Key_1):
        press(explorer, qtbot, key)
        seen.append(explorer.session.recipe)
    assert seen == [every[1], every[0], every[0], every[1], every[0], every[0]]
    assert len(explorer.history.entries) == 3


# -- What is written --------------------------------------------------------------------------------------------------


def test_the_caption_follows_the_picture_that_is_seen(explorer: Explorer, qtbot: QtBot, backend: FakeBackend) -> None:
    enter(explorer, qtbot)
    assert caption(explorer) == "boxed  ·  seed 0  ·  psi 0.70"
    explorer.session.apply(Recipe(Latent(42), directions=(SMILE,), mixes=(Mix(Latent(314), 0.65, "middle"),)))
    qtbot.waitUntil(lambda: "seed 42" in caption(explorer))
    assert caption(explorer).endswith("\nSmile +2.4  ·  middle 65 % from seed 314")
    drawn(explorer, qtbot)
    backend.gate.clear()
    explorer.session.apply(Recipe(Latent(43)))
    qtbot.waitUntil(lambda: "drawing …" in caption(explorer))
    assert "seed 42" in caption(explorer)
    backend.gate.set()
    qtbot.waitUntil(lambda: caption(explorer) == "boxed  ·  seed 43  ·  psi 0.70")


def test_c_hides_the_caption_also_next_time(explorer: Explorer, qtbot: QtBot) -> None:
    shown = explorer.presenting.stage.caption
    enter(explorer, qtbot)
    assert shown.isVisible()
    press(explorer, qtbot, Key.Key_C)
    assert not shown.isVisible()
    leave(explorer, qtbot, Key.Key_F5)
    enter(explorer, qtbot)
    assert not shown.isVisible()
    press(explorer, qtbot, Key.Key_C)
    assert shown.isVisible()


def test_the_keys_are_listed_for_a_while_and_with_f1(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    shown, time = explorer.presenting.stage.help, explorer.presenting.commentary._help_time
    assert shown.isVisible() and time.isActive() and time.interval() == 4000
    time.timeout.emit()
    assert not shown.isVisible()
    for seen in (True, False):
        press(explorer, qtbot, Key.Key_F1)
        assert shown.isVisible() == seen
    assert not time.isActive()


def test_keys_that_do_nothing_in_this_network_are_not_listed(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    shown = explorer.presenting.stage.help
    assert "other noise" in shown.text and "mean face" in shown.text
    plain = replace(info("plain"), capabilities=Capabilities(truncation=False, noise=False))
    explorer.session.set_model(plain, "plain.safetensors")
    press(explorer, qtbot, Key.Key_F1)
    press(explorer, qtbot, Key.Key_F1)
    assert "new face" in shown.text and "other noise" not in shown.text and "mean face" not in shown.text


def test_an_error_is_said_and_taken_away_before_the_stage_is_left(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    said = explorer.presenting.stage.sentence
    explorer.say(Problem("Saved face.png."), "good")
    assert not said.isVisible()
    explorer.say(Problem("What draws has ended. It was started again."))
    assert said.isVisible() and said.text == "What draws has ended. It was started again."
    press(explorer, qtbot, Key.Key_Escape)
    assert not said.isVisible() and explorer.presenting.on and not explorer.window.banner.sentence
    press(explorer, qtbot, Key.Key_Escape)
    assert not explorer.presenting.on


def test_an_error_stays_while_the_picture_is_not_what_is_wanted(
    explorer: Explorer, qtbot: QtBot, backend: FakeBackend, caplog: pytest.LogCaptureFixture
) -> None:
    enter(explorer, qtbot)
    said, time = explorer.presenting.stage.sentence, explorer.presenting.commentary._sentence_time
    backend.broken = RuntimeError("no memory")
    explorer.session.apply(Recipe(Latent(5)))
    qtbot.waitUntil(lambda: said.isVisible())
    assert "drawing" not in caption(explorer) and "seed 0" in caption(explorer)
    time.timeout.emit()
    assert said.isVisible()
    backend.broken = None
    explorer.session.apply(Recipe(Latent(6)))
    drawn(explorer, qtbot)
    time.timeout.emit()
    assert not said.isVisible()


def test_where_nothing_is_drawn_any_more_it_is_said_again(
    explorer: Explorer, qtbot: QtBot, backend: FakeBackend
) -> None:
    enter(explorer, qtbot)
    said = explorer.presenting.stage.sentence
    explorer.engine.failed.emit(Problem("The part of the program that draws has ended."))
    explorer.presenting.commentary._sentence_time.timeout.emit()
    assert not said.isVisible()  # the picture is still the right one
    backend.gate.clear()
    explorer.session.apply(Recipe(Latent(5)))
    qtbot.waitUntil(lambda: said.text == "The part of the program that draws has ended.")
    assert "drawing" not in caption(explorer)
    backend.gate.set()
    drawn(explorer, qtbot)
    assert explorer.presenting.commentary._broken == ""


def test_what_the_window_said_before_is_seen_on_the_stage(explorer: Explorer, qtbot: QtBot) -> None:
    explorer.say(Problem("Nothing can be drawn here."))
    enter(explorer, qtbot)
    assert explorer.presenting.stage.sentence.text == "Nothing can be drawn here."


def test_a_network_that_takes_long_to_load_says_how_far_it_is(
    explorer: Explorer, qtbot: QtBot, backend: FakeBackend, window_home: Path
) -> None:
    enter(explorer, qtbot)
    backend.load_gate.clear()
    drop(explorer, Path(model_file(window_home, "other  one")))
    said = explorer.presenting.stage.sentence
    qtbot.waitUntil(lambda: said.text == "Loading other one … 50 %")
    backend.load_gate.set()
    qtbot.waitUntil(lambda: caption(explorer).startswith("other  one"))
    assert not said.isVisible()


# -- The mouse, files, and the end ------------------------------------------------------------------------------------


def move(explorer: Explorer, where: QPoint) -> None:
    """A move of the mouse over the picture."""
    there = explorer.picture.mapToGlobal(where)
    no = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(where), QPointF(there), no, no, Modifier.NoModifier)
    QApplication.sendEvent(explorer.picture, event)


def test_a_mouse_that_rests_is_hidden(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    stage = explorer.presenting.stage
    move(explorer, QPoint(50, 50))
    assert stage._still.isActive() and stage._still.interval() == 2000
    stage._still.timeout.emit()
    assert explorer.picture.cursor().shape() is Qt.CursorShape.BlankCursor
    move(explorer, QPoint(50, 50))  # nobody moved it
    assert explorer.picture.cursor().shape() is Qt.CursorShape.BlankCursor
    move(explorer, QPoint(51, 50))
    assert explorer.picture.cursor().shape() is Qt.CursorShape.ArrowCursor
    stage._still.timeout.emit()
    press(explorer, qtbot, Key.Key_Escape)
    assert explorer.picture.cursor().shape() is Qt.CursorShape.ArrowCursor
    assert not stage._still.isActive() and not explorer.picture.hasMouseTracking()


def test_dragging_moves_the_face_under_the_caption_too(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    stage = explorer.presenting.stage
    where = stage.caption.geometry().center()
    qtbot.mousePress(explorer.picture, Qt.MouseButton.LeftButton, pos=where)
    for step in (20, 40):
        qtbot.mouseMove(explorer.picture, where + QPoint(step, 0))
    qtbot.mouseRelease(explorer.picture, Qt.MouseButton.LeftButton, pos=where + QPoint(40, 0))
    assert explorer.session.recipe.latent.x < 0 and explorer.session.can_undo
    assert stage.childAt(where) is explorer.picture


def drop(explorer: Explorer, path: Path) -> None:
    """Drops a file on the stage."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, copies = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    explorer.presenting.stage.dropEvent(QDropEvent(QPointF(9, 9), copies, data, left, Modifier.NoModifier))


def test_a_picture_that_is_dropped_is_shown(explorer: Explorer, qtbot: QtBot, window_home: Path) -> None:
    enter(explorer, qtbot)
    recipe, path = Recipe(Latent(77), psi=0.2), window_home / "face.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), recipe, info("boxed"), "cpu", threads=1)
    drop(explorer, path)
    qtbot.waitUntil(lambda: "seed 77  ·  psi 0.20" in caption(explorer))


def test_a_run_that_is_dropped_is_watched_off_the_stage(explorer: Explorer, qtbot: QtBot, window_home: Path) -> None:
    enter(explorer, qtbot)
    explorer.documents.run_opened.emit(str(window_home), "")
    assert not explorer.presenting.on and explorer.window.pages.currentIndex() == 1


def test_closing_the_stage_closes_the_window_as_it_was(explorer: Explorer, qtbot: QtBot) -> None:
    geometry = explorer.window.saveGeometry().data()
    enter(explorer, qtbot)
    explorer.presenting.stage.close()
    assert not explorer.window.isVisible() and not explorer.presenting.stage.isVisible()
    assert explorer.window.saveGeometry().data() == geometry


def test_what_closing_would_give_up_is_asked_off_the_stage(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    explorer.window.unfinished = lambda: ["the film"]
    press(explorer, qtbot, Key.Key_Q, Modifier.ControlModifier)
    assert explorer.window.isVisible() and not explorer.presenting.on
    assert "gives up the film" in explorer.window.banner.sentence
    explorer.window.unfinished = tuple


def test_a_window_that_is_brought_to_the_front_leaves_the_keys_to_the_stage(explorer: Explorer, qtbot: QtBot) -> None:
    enter(explorer, qtbot)
    explorer.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorer.presenting.stage)
