"""The film below the picture: keys come, go and change places, and every moment of it is the session's recipe."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.buttons import Segments
from explorer.controls.recipe_drag import MIME
from explorer.explore.film import player as film_player
from explorer.explore.film import strip as film_module
from explorer.explore.film.strip import FilmStrip
from explorer.explore.film.track import FilmTrack
from explorer.explore.film.view import NARROW
from explorer.film.reel import Reel
from explorer.jobs import KeyStyles, Strip
from explorer.session import Session
from explorer.sound.device import MISSING
from stylegan_core.film.film import Film, Key
from stylegan_core.film.music import Music
from stylegan_core.film.sound_track import RATE
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Recipe, Vector
from tests.core.film.sounds import write_wav
from tests.explorer.explore.panel_fakes import W_DIM, Asked, flat, model_info
from tests.explorer.sound.fake_sound import FakeDevice, until

A, B, C = (Recipe(Latent(seed)) for seed in (1, 2, 3))


class Shown:
    """A strip on screen, with what it asks and offers back, and a clock that stands still."""

    def __init__(self, strip: FilmStrip, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
        self.strip, self.reel, self.session, self.asked = strip, strip.reel, strip.session, asked
        self.offered: list[Any] = []
        self.now = 100.0
        strip.taken_away.connect(lambda _, back: self.offered.append(back))
        monkeypatch.setattr(film_player.time, "perf_counter", lambda: self.now)

    def seeds(self) -> list[int]:
        return [key.recipe.latent.seed for key in self.reel.film.keys]

    def answer(self) -> None:
        """Every question of the moment, each key a w as large as its seed."""
        self.strip.refresh()
        for request in self.asked.requests[:]:
            if isinstance(request, KeyStyles):
                ws = [np.full((10, W_DIM), recipe.latent.seed, np.float32) for recipe in request.recipes]
                self.asked.done(request, tuple(Vector.of(each) for each in ws))
            elif isinstance(request, Strip):
                for index in range(len(request.recipes)):
                    self.asked.piece(request, index, flat(40))
        self.asked.requests.clear()

    def w(self) -> float:
        """The one number of the moment that is shown."""
        w = self.session.recipe.latent.w
        return float(self.session.recipe.latent.seed if w is None else w.array.flat[0])

    def tick(self, seconds: float) -> None:
        """Time passes while the film plays."""
        while seconds > 1e-9:
            self.now += min(seconds, 0.2)
            seconds -= min(seconds, 0.2)
            if self.strip.playing:
                self.strip.screening.player.step()


@pytest.fixture
def shown(qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch) -> Shown:
    strip = FilmStrip(session, Reel())
    qtbot.addWidget(strip)
    asked = Asked(strip)
    strip.resize(900, 160)
    strip.show()
    qtbot.waitExposed(strip)
    session.set_model(model_info(), "small.safetensors")
    made = Shown(strip, asked, monkeypatch)
    for recipe in (A, B, C):
        session.apply(recipe)
        strip.add()
    made.answer()
    strip.track.set_seconds(0.0)  # it stands at the key that came last
    return made


def test_the_picture_that_is_shown_becomes_a_key_with_its_picture(shown: Shown) -> None:
    assert shown.seeds() == [1, 2, 3]
    assert not any(thumbnail.empty for thumbnail in shown.strip.row.thumbnails)
    assert (shown.reel.film.model_name, shown.reel.film.model_hash) == ("small", model_info().hash)


def test_a_key_comes_behind_the_one_that_is_chosen(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.strip.row.thumbnails[0], Qt.MouseButton.LeftButton)
    assert shown.session.recipe == A
    shown.session.apply(Recipe(Latent(9)))
    qtbot.mouseClick(shown.strip.row.add, Qt.MouseButton.LeftButton)
    assert shown.seeds() == [1, 9, 2, 3]


def test_only_new_keys_are_asked_for(shown: Shown) -> None:
    shown.session.apply(Recipe(Latent(9)))
    shown.strip.add()
    shown.strip.refresh()
    assert [request.recipes for request in shown.asked.requests] == [(Recipe(Latent(9)),)] * 2  # type: ignore[union-attr]
    shown.answer()
    shown.reel.set(pace="constant")
    shown.strip.refresh()
    assert shown.asked.requests == []


def test_it_plays_in_the_picture_and_stopping_is_one_step_of_undo(shown: Shown, qtbot: QtBot) -> None:
    shown.strip.view.play.clicked.connect(shown.strip.play)  # as filming.py does, which says why it cannot be
    qtbot.mouseClick(shown.strip.view.play, Qt.MouseButton.LeftButton)
    assert shown.strip.playing
    shown.tick(1.0)
    assert shown.w() == pytest.approx(1.5)  # halfway from 1 to 2
    shown.tick(4.0)
    assert shown.w() == pytest.approx(2.0)  # halfway from 3 back to 1
    qtbot.mouseClick(shown.strip.view.play, Qt.MouseButton.LeftButton)
    assert not shown.strip.playing
    stopped = shown.session.recipe
    assert shown.session.committed_recipe == stopped
    shown.session.undo()
    assert shown.session.recipe == C


def test_a_film_that_does_not_loop_ends_at_its_last_key(shown: Shown) -> None:
    shown.reel.set(loop=False)
    shown.strip.play()
    shown.tick(9)
    assert (shown.strip.playing, shown.session.recipe) == (False, C)
    shown.strip.play()
    shown.tick(0.4)
    assert 1 < shown.w() < 1.5  # from the beginning again


def test_whatever_else_changes_the_picture_stops_it(shown: Shown) -> None:
    shown.strip.play()
    shown.tick(0.5)
    shown.session.edit(psi=0.2)
    assert not shown.strip.playing
    assert shown.session.recipe.psi == 0.2


def test_it_stops_when_it_is_hidden(shown: Shown) -> None:
    shown.strip.play()
    shown.tick(0.5)
    shown.strip.hide()
    assert not shown.strip.playing


def test_it_plays_as_soon_as_the_styles_are_there(shown: Shown) -> None:
    shown.session.apply(Recipe(Latent(9)))
    shown.strip.add()
    shown.strip.play()
    assert not shown.strip.playing
    shown.answer()
    assert shown.strip.playing


def test_any_moment_is_dragged_to_and_is_one_step_of_undo(shown: Shown, qtbot: QtBot) -> None:
    track = shown.strip.track
    middle = track.height() // 2
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(8, middle))
    for x in (100, 200, track.width() // 2):
        qtbot.mouseMove(track, QPoint(x, middle))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2, middle))
    assert track.seconds == pytest.approx(3.0, abs=0.02)
    assert shown.w() == pytest.approx(2.5, abs=0.02)
    assert shown.session.committed_recipe == shown.session.recipe
    shown.session.undo()
    assert shown.session.recipe == C


def test_the_track_takes_keys(shown: Shown, qtbot: QtBot) -> None:
    track = shown.strip.track
    track.setFocus()
    for key, recipe in ((Qt.Key.Key_PageDown, B), (Qt.Key.Key_PageDown, C), (Qt.Key.Key_Home, A), (Qt.Key.Key_End, A)):
        qtbot.keyClick(track, key)
        assert shown.session.recipe == recipe
    qtbot.keyClick(track, Qt.Key.Key_Left)
    assert track.seconds == pytest.approx(6 - 1 / 30)
    qtbot.waitUntil(lambda: shown.session.committed_recipe == shown.session.recipe)


def test_a_moment_between_two_keys_becomes_a_key_between_them(shown: Shown) -> None:
    shown.strip.track.go(3.0)
    shown.strip.add()
    assert [key.recipe.latent.w is not None for key in shown.reel.film.keys] == [False, False, True, False]


def test_seconds_are_typed_for_one_way_and_for_the_whole(shown: Shown, qtbot: QtBot) -> None:
    gap = shown.strip.row.gaps[1].field
    gap.setFocus()
    gap.selectAll()
    qtbot.keyClicks(gap, "0,5")
    qtbot.keyClick(gap, Qt.Key.Key_Return)
    assert [key.seconds for key in shown.reel.film.keys] == [2, 0.5, 2]
    total = shown.strip.view.total
    assert total.text() == "4.5"
    total.setFocus()
    total.selectAll()
    qtbot.keyClicks(total, "9")
    qtbot.keyClick(total, Qt.Key.Key_Return)
    assert [key.seconds for key in shown.reel.film.keys] == [4, 1, 4]


def test_the_track_stays_with_its_key_whatever_becomes_of_the_times(shown: Shown) -> None:
    """A film made shorter had the track at its end, while the picture was that of a key in the middle."""
    track = shown.strip.track
    shown.strip.go_to(1)
    shown.reel.set_total(0.6)
    assert track.seconds == pytest.approx(0.2)
    shown.reel.set_seconds(0, 3.0)
    assert (track.seconds, shown.strip.view._time.text()) == (3.0, "3.0 / 3.4 s")
    shown.reel.move(1, 3)
    assert track.seconds == pytest.approx(3.2)
    shown.reel.set(pace="constant")
    assert track.seconds == track.time_of(2)
    track.go(1.0)  # a moment between two keys is none of them
    shown.reel.set_seconds(2, 2.0)
    assert track.seconds == 1.0


def test_at_constant_speed_the_way_shares_out_the_time(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.strip.view.eased, Qt.MouseButton.LeftButton)
    assert shown.reel.film.pace == "constant"
    fields = [gap.field for gap in shown.strip.row.gaps]
    assert [field.text() for field in fields] == ["1.5", "1.5", "3.0"]  # 1 → 2 → 3 → 1 in six seconds
    assert not any(field.isEnabled() for field in fields)
    qtbot.mouseClick(shown.strip.view.loop, Qt.MouseButton.LeftButton)
    assert not shown.strip.row.gaps[2].isVisibleTo(shown.strip)
    shown.strip.reel.hold(0)
    assert [gap.field.isEnabled() for gap in shown.strip.row.gaps[:3]] == [True, False, False]  # nothing moves there


def test_keys_are_moved_and_taken_out_by_the_keyboard_and_offered_back(shown: Shown, qtbot: QtBot) -> None:
    thumbnails = shown.strip.row.thumbnails
    thumbnails[0].setFocus()
    qtbot.keyClick(thumbnails[0], Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert shown.seeds() == [2, 1, 3] and thumbnails[1].hasFocus()
    qtbot.keyClick(thumbnails[1], Qt.Key.Key_Delete)
    assert shown.seeds() == [2, 3]
    shown.reel.set(loop=False)
    shown.offered[0]()
    assert (shown.seeds(), shown.reel.film.loop) == ([2, 1, 3], False)  # what was done since stays


def test_every_change_is_taken_back(shown: Shown, qtbot: QtBot) -> None:
    whole = shown.reel.film
    shown.reel.move(2, 0)
    shown.reel.set_seconds(1, 5)
    shown.strip.clear()
    assert shown.reel.film.keys == ()
    for _ in range(3):
        qtbot.mouseClick(shown.strip.view.undo, Qt.MouseButton.LeftButton)
    assert shown.reel.film == whole
    shown.strip.clear()
    shown.offered[-1]()
    assert shown.reel.film == whole


def drop(strip: FilmStrip, x: int, recipe: Recipe, source: Any = None) -> None:
    data = QMimeData()
    data.setData(MIME, recipe.to_json().encode())

    class Drop(QDropEvent):
        def source(self) -> Any:
            return source

    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    strip.row.dropEvent(Drop(QPointF(x, 20), Qt.DropAction.CopyAction, data, left, none))


def test_a_face_is_dropped_between_two_keys_and_a_key_elsewhere(shown: Shown) -> None:
    row = shown.strip.row
    drop(shown.strip, row.thumbnails[1].x() - 10, Recipe(Latent(9)))
    assert shown.seeds() == [1, 9, 2, 3]
    drop(shown.strip, row.thumbnails[3].geometry().right() + 4, A, row.thumbnails[0])
    assert shown.seeds() == [9, 2, 3, 1]


def choose(strip: FilmStrip, at: int, text: str) -> None:
    strip.row.menu_asked.emit(at, QPoint())
    menu = strip.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_the_menu_of_a_key(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)
    shown.session.apply(Recipe(Latent(9)))
    choose(shown.strip, 0, "Put the picture that is shown here")
    assert shown.seeds() == [9, 2, 3]
    choose(shown.strip, 1, "Stay here for a while")
    assert shown.seeds() == [9, 2, 2, 3]
    choose(shown.strip, 3, "Move to the left")
    choose(shown.strip, 0, "Take out of the film")
    assert shown.seeds() == [2, 3, 2]
    choose(shown.strip, 1, "Show it")
    assert shown.session.recipe.latent.seed == 3


def test_the_menu_of_a_key_goes_when_the_film_is_changed_from_afar(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key might be gone: there was no such picture to take out."""

    def popup(menu: QMenu, _where: QPoint) -> None:
        menu.setWindowFlags(Qt.WindowType.Widget)  # the offscreen platform has no keyboard that could be grabbed
        menu.show()

    monkeypatch.setattr(QMenu, "popup", popup)
    shown.strip.row.menu_asked.emit(2, QPoint())
    menu = shown.strip.findChildren(QMenu)[-1]
    assert menu.isVisible()
    shown.reel.undo()
    assert not menu.isVisible() and shown.seeds() == [1, 2]


def test_another_network_draws_the_same_film_as_far_as_it_can(shown: Shown) -> None:
    far = AppliedDirection(Direction("far", Vector.of(np.ones(W_DIM))), 3.0)
    shown.session.apply(Recipe(Latent(9), directions=(far,)))
    shown.strip.add()
    shown.session.set_model(model_info(name="other", w_dim=8), "other.safetensors")
    shown.strip.refresh()
    asked = next(request for request in shown.asked.requests if isinstance(request, KeyStyles))
    assert [recipe.latent.seed for recipe in asked.recipes] == [1, 2, 3, 9]
    assert not any(recipe.directions for recipe in asked.recipes)
    assert shown.reel.film.keys[3].recipe.directions == (far,)  # nothing of it is lost
    assert all(thumbnail.empty for thumbnail in shown.strip.row.thumbnails)


def test_what_cannot_be_done_says_why(shown: Shown) -> None:
    view = shown.strip.view
    shown.reel.set_total(0)
    assert "lasts no time" in view.play.toolTip() and not view.play.isEnabled()
    shown.reel.change(Film((Key(A),)))
    assert "at least two" in view.save.toolTip() and not view.save.isEnabled()
    assert "One more" in view._empty.text()
    shown.strip.clear()
    assert "Press K" in view._empty.text()


def test_a_question_without_an_answer_is_told(shown: Shown) -> None:
    shown.session.apply(Recipe(Latent(9)))
    shown.strip.add()
    shown.strip.refresh()
    request = next(request for request in shown.asked.requests if isinstance(request, KeyStyles))
    shown.asked.fail(request, "There is not enough memory.")
    assert shown.asked.said == [("There is not enough memory.", "bad")]


def test_every_control_has_a_name_a_sentence_and_a_way_by_keyboard(shown: Shown) -> None:
    kinds = (QAbstractButton, QLineEdit, FilmTrack)
    controls = [each for each in shown.strip.findChildren(QWidget) if isinstance(each, kinds)]
    assert len(controls) > 12
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip().endswith((".", ")")), control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus or not control.isEnabled()


def test_a_film_that_lasts_no_time_is_not_played(shown: Shown) -> None:
    shown.reel.set_total(0)
    shown.strip.play()
    assert not shown.strip.playing
    shown.reel.undo()
    shown.strip.play()
    shown.reel.set_total(0)  # while it plays
    assert not shown.strip.playing


def test_it_goes_on_while_its_times_change(shown: Shown) -> None:
    shown.strip.play()
    shown.tick(1.0)
    shown.reel.set(pace="constant")
    shown.reel.set_total(12)
    assert shown.strip.playing
    shown.tick(0.5)
    assert shown.strip.track.seconds == pytest.approx(1.5)


def test_a_newer_snapshot_is_played_on(shown: Shown) -> None:
    shown.strip.play()
    shown.tick(1.0)
    shown.session.set_newer(model_info(name="newer"), "newer.safetensors")
    assert not shown.strip.playing
    shown.answer()
    assert shown.strip.playing and shown.strip.track.seconds == pytest.approx(1.0)
    assert shown.session.committed_recipe == C  # and that was no step of undo


def test_the_place_is_kept_when_a_key_comes(shown: Shown) -> None:
    shown.strip.track.go(1.0)
    shown.strip.add()
    assert shown.strip.track.seconds == pytest.approx(2.0)  # where the new key stands
    assert [gap._part for gap in shown.strip.row.gaps] == [None] * 4


def test_the_chosen_key_stays_chosen_wherever_it_goes(shown: Shown) -> None:
    strip, reel = shown.strip, shown.reel
    strip.go_to(1)
    reel.move(0, 3)
    assert (shown.seeds(), strip._chosen) == ([2, 3, 1], 0)
    reel.undo()
    assert strip._chosen == 1
    reel.remove(0)
    assert strip._chosen == 0
    reel.remove(0)
    assert strip._chosen is None


def test_what_was_taken_back_is_done_again(shown: Shown) -> None:
    whole = shown.reel.film
    shown.reel.remove(0)
    shown.reel.undo()
    assert (shown.reel.film, shown.reel.can_redo) == (whole, True)
    shown.reel.redo()
    assert (shown.seeds(), shown.reel.can_redo) == ([2, 3], False)


def test_a_key_that_is_back_already_does_not_come_twice(shown: Shown) -> None:
    shown.strip.remove(0)
    shown.reel.undo()
    shown.offered[0]()
    assert shown.seeds() == [1, 2, 3]


def test_a_number_that_cannot_be_is_not_left_standing(shown: Shown, qtbot: QtBot) -> None:
    shown.reel.set_seconds(0, 0)
    field, total = shown.strip.row.gaps[0].field, shown.strip.view.total
    field.typed.emit(-3.0)
    field._value = -3.0
    shown.strip.row.timed.emit(0, -3.0)
    assert field.text() == "0.0"
    total.setFocus()
    total.selectAll()
    qtbot.keyClicks(total, "99999")
    qtbot.keyClick(total, Qt.Key.Key_Return)
    assert float(total.text()) == shown.reel.film.seconds
    assert Film.from_json(shown.reel.film.to_json()) == shown.reel.film


def test_many_keys_are_made_in_turns_of_the_event_loop(shown: Shown, qtbot: QtBot) -> None:
    shown.reel.change(Film(tuple(Key(Recipe(Latent(seed))) for seed in range(100))))
    assert 3 < len(shown.strip.row.thumbnails) < 100
    qtbot.waitUntil(lambda: len(shown.strip.row.thumbnails) == 100)
    shown.answer()
    assert not any(thumbnail.empty for thumbnail in shown.strip.row.thumbnails)
    assert shown.strip.row.gaps[99].isVisibleTo(shown.strip)


def test_the_keyboard_goes_along_the_row_and_stays_in_it(shown: Shown, qtbot: QtBot) -> None:
    row = shown.strip.row
    seen: list[QWidget] = [row.thumbnails[0]]
    while len(seen) < 7:
        following = seen[-1].nextInFocusChain()
        while not following.focusPolicy() & Qt.FocusPolicy.TabFocus:
            following = following.nextInFocusChain()
        seen.append(following)
    pairs = [widget for pair in zip(row.thumbnails, row.gaps, strict=True) for widget in (pair[0], pair[1].field)]
    assert seen == [*pairs, row.add]
    row.thumbnails[2].setFocus()
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert shown.seeds() == [] and row.add.hasFocus()


def test_another_film_puts_this_one_away_and_offers_it_back(shown: Shown) -> None:
    whole = shown.reel.film
    other = Film(tuple(Key(Recipe(Latent(seed))) for seed in (7, 8)))
    shown.strip.open(other)
    assert (shown.reel.film, shown.reel.put_away) == (other, whole)
    shown.reel.set_seconds(0, 1)
    assert shown.reel.put_away == whole
    shown.offered[-1]()
    assert shown.reel.film == whole


def test_the_row_shows_the_key_that_has_come_and_the_moment_that_is_dragged_to(
    shown: Shown, qtbot: QtBot, qapp: QApplication
) -> None:
    theme.apply(qapp, "dark")  # with a style sheet the row grows some turns of the event loop later
    strip, row = shown.strip, shown.strip.row
    strip.resize(420, 160)

    def seen(at: int) -> bool:
        key = row.thumbnails[at]
        return bool(key.visibleRegion().boundingRect() == key.rect())

    for seed in range(10, 20):
        shown.session.apply(Recipe(Latent(seed)))
        strip.add()
    qtbot.waitUntil(lambda: len(row.thumbnails) == 13 and seen(12))
    assert not seen(0)
    shown.answer()
    strip.screening.scrub(0.5)
    qtbot.waitUntil(lambda: seen(0))
    assert not seen(12)


def test_in_the_smallest_window_nothing_of_the_head_is_cut_off_and_the_menu_has_the_rest(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip, view = shown.strip, shown.strip.view
    strip.take_switch(Segments(("History", "Film 123"), ("a", "b")))
    seen: list[tuple[str, Callable[[], object], bool]] = []
    monkeypatch.setattr(film_module, "pop_up", lambda _parent, _where, *choices: seen.extend(choices))
    for width in (392, NARROW, 900):
        strip.resize(width, 160)
        widgets = [view.head.itemAt(at).widget() for at in range(view.head.count())]
        QApplication.processEvents()  # the layout is made
        for each in (each for each in widgets if each is not None and each.isVisible()):
            assert each.width() >= min(each.sizeHint().width(), each.maximumWidth())
    view.more.click()
    assert "Loop" not in " ".join(text for text, _, _ in seen)
    strip.resize(392, 160)
    assert not view.loop.isVisible()
    for text in ("Go at one speed", "Do not loop", "Come to rest at every picture", "Loop"):
        seen.clear()
        view.more.click()
        next(do for each, do, _ in seen if each == text)()
    assert shown.reel.film.pace == "eased" and shown.reel.film.loop


def test_its_music_leads_the_film_and_ends_with_it(shown: Shown, tmp_path: Path) -> None:
    device, sound = FakeDevice(), shown.strip.screening.sound
    sound.device = device  # type: ignore[assignment]
    song = write_wav(tmp_path / "song.wav", np.full(24_000 * 6, 0.1))
    shown.reel.set(music=Music(str(song), 6.0))
    assert shown.strip.view.mute.isVisible()
    shown.strip.play()
    until(lambda: len(device.streams) == 1)
    shown.tick(1.0)
    assert shown.strip.track.seconds == 0  # nothing is heard yet
    device.play(4 * RATE)
    shown.tick(1.0)
    assert shown.strip.track.seconds == pytest.approx(1.0)
    shown.strip.track.go(4.0)
    assert not shown.strip.playing and device.streams[0].closed.wait(60)
    shown.strip.play()
    until(lambda: len(device.streams) == 2)
    device.play(RATE)
    shown.tick(0.5)
    assert shown.strip.track.seconds == pytest.approx(4.5)
    sound.close()


def test_without_sound_it_says_so_once_and_plays(shown: Shown, tmp_path: Path) -> None:
    said: list[str] = []
    shown.strip.said.connect(lambda problem, _: said.append(problem.sentence))
    song = write_wav(tmp_path / "song.wav", np.full(24_000, 0.1))
    shown.reel.set(music=Music(str(song), 1.0))
    for begin in (0.0, 2.0):
        shown.strip.track.set_seconds(begin)
        shown.strip.play()
        until(lambda: shown.strip.screening.player.step() or not shown.strip.screening.sound.leads)
        shown.tick(1.0)
        assert shown.strip.track.seconds == pytest.approx(begin + 1.0, abs=0.3)
        shown.strip.play()
    assert said == [f"The film plays without sound: {MISSING}"]
    shown.strip.screening.sound.close()


def test_mute_and_volume_are_where_there_is_music(shown: Shown, qtbot: QtBot) -> None:
    view, wanted = shown.strip.view, []
    shown.strip.loudness_wanted.connect(lambda muted, volume: wanted.append((muted, volume)))
    shown.strip.loudness_wanted.connect(shown.strip.set_loudness)
    assert not view.mute.isVisible() and not view.volume.isVisible()
    shown.reel.set(music=Music("song.wav", 6.0))
    assert view.volume.accessibleName() == "Volume of the music" and view.volume.value() == 100
    qtbot.mouseClick(view.mute, Qt.MouseButton.LeftButton)
    assert wanted == [(True, 100)] and view.mute.isChecked() and shown.strip.screening.sound.muted
    shown.strip.resize(NARROW - 10, 160)
    assert view.mute.isVisible() and not view.volume.isVisible()


def test_the_volume_goes_by_keys_and_wheel_and_ends_muting(shown: Shown, qtbot: QtBot) -> None:
    view, sound = shown.strip.view, shown.strip.screening.sound
    shown.strip.loudness_wanted.connect(shown.strip.set_loudness)
    shown.reel.set(music=Music("song.wav", 6.0))
    view.mute.click()
    qtbot.keyClick(view.volume, Qt.Key.Key_Left)
    assert (sound.volume, sound.muted, view.mute.isChecked()) == (95, False, False)
    qtbot.keyClick(view.volume, Qt.Key.Key_PageDown)
    assert sound.volume == 75
    middle = QPointF(view.volume.rect().center())
    down = QWheelEvent(
        middle, middle, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    view.volume.setFocus()
    QApplication.sendEvent(view.volume, down)
    assert sound.volume == 70 and sound.gain == pytest.approx(0.49)
    qtbot.keyClick(view.volume, Qt.Key.Key_Home)
    assert sound.volume == 0 and view.mute.isChecked()
    view.mute.click()  # what is not heard is muted, and a click lets it be heard again
    assert sound.volume == 100 and not view.mute.isChecked()
    qtbot.keyClick(view.volume, Qt.Key.Key_Left)
    qtbot.mouseDClick(view.volume, Qt.MouseButton.LeftButton)
    assert sound.volume == 100
