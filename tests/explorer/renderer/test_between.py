"""Between two parts of a picture: what a hand waits for comes first, and nobody waits for what is not wanted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.engine import Engine
from explorer.jobs import Done, DragSearch, KeyStyles, Picture, Request, Save, Strip
from explorer.renderer import thread
from explorer.renderer.rendering import Steps
from stylegan_core.latents.drag import Handle
from stylegan_core.recipe import Recipe
from tests.explorer.fake_backend import FakeBackend

A, B, C = Recipe(psi=0.1), Recipe(psi=0.2), Recipe(psi=0.3)


class DrawnStrips(FakeBackend):
    """Its strips are drawn as its pictures are."""

    def job(self, request: Request) -> Steps:
        return self._strip(request) if isinstance(request, Strip) else super().job(request)

    def _strip(self, request: Strip) -> Steps:
        for index, recipe in enumerate(request.recipes):
            yield index, len(request.recipes), self.draw(recipe, "draft")


class Slow:
    """An engine whose pictures take as long as the gate of its backend is closed."""

    def __init__(self, qtbot: QtBot) -> None:
        self.backend, self._qtbot = DrawnStrips(), qtbot
        self.engine = Engine(lambda: self.backend)
        self.frames: list[Recipe] = []
        self.done: list[Done] = []
        self.idle: list[bool] = []
        self.engine.rendered.connect(lambda frame: self.frames.append(frame.recipe))
        self.engine.answered.connect(lambda answer: self.done.append(answer) if isinstance(answer, Done) else None)
        self.engine.idle_changed.connect(self.idle.append)
        self.engine.start()
        with qtbot.waitSignal(self.engine.loaded):
            self.engine.load("one.safetensors")
        self.backend.gate.clear()

    def begun(self, *recipes: Recipe) -> None:
        """Waits until these pictures, and no others, have been begun."""
        self._qtbot.waitUntil(lambda: len(self.backend.begins) >= len(recipes))
        assert self.backend.begins == [*recipes]

    def drawn(self, *recipes: Recipe) -> None:
        """Opens the gate; these pictures are drawn to their end, and no others."""
        self.backend.gate.set()
        self._qtbot.waitUntil(lambda: len(self.backend.drawn) >= len(recipes) and self.idle[-1:] == [True])
        assert [recipe for recipe, _ in self.backend.drawn] == [*recipes]


@pytest.fixture
def slow(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """A running engine with the model "one", every picture of which takes long."""
    monkeypatch.setattr(thread, "LONG", 0.0)
    made = Slow(qtbot)
    yield made
    made.backend.gate.set()
    made.engine.stop()


def test_an_exact_picture_is_given_up_for_the_next_one(slow: Slow) -> None:
    slow.engine.request(A, settled=True)
    slow.begun(A)
    slow.engine.request(B, settled=True)
    slow.begun(A, B)
    slow.drawn(B)


def test_a_draft_is_given_up_for_the_picture_where_the_hand_came_to_rest(slow: Slow) -> None:
    slow.engine.request(A, settled=False)
    slow.begun(A)
    slow.engine.request(B, settled=True)
    slow.begun(A, B)
    slow.drawn(B)


def test_a_draft_is_finished_while_the_hand_moves_on(slow: Slow, qtbot: QtBot) -> None:
    slow.engine.request(A, settled=False)
    slow.begun(A)
    slow.engine.request(B, settled=False)
    slow.backend.gate.set()
    qtbot.waitUntil(lambda: slow.frames[-1:] == [B])
    assert slow.frames[0] == A


def test_a_picture_that_is_soon_there_is_finished(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "LONG", 60.0)
    slow.engine.request(A, settled=True)
    slow.begun(A)
    slow.engine.request(B, settled=True)
    slow.drawn(A, B)


def test_the_picture_on_screen_is_drawn_in_the_middle_of_a_jobs(slow: Slow) -> None:
    slow.engine.run(Picture("pin", A))
    slow.begun(A)
    slow.engine.request(B, settled=True)
    slow.begun(A, B)
    slow.drawn(B, A)


def test_a_job_that_was_dropped_stops_in_the_middle_of_its_picture(slow: Slow, qtbot: QtBot) -> None:
    slow.engine.run(Picture("pin", A))
    slow.begun(A)
    slow.engine.cancel("pin")
    qtbot.waitUntil(lambda: slow.idle[-1:] == [True])
    slow.drawn()


def test_a_picture_is_saved_in_the_middle_of_a_jobs(slow: Slow, qtbot: QtBot, tmp_path: Path) -> None:
    slow.engine.run(Picture("pin", A))
    slow.begun(A)
    slow.engine.run(Save("save 1", B, str(tmp_path / "b")))
    qtbot.waitUntil(lambda: bool(slow.done))
    assert (tmp_path / "b").read_text() == "one 0.2"
    slow.drawn(A)


def test_a_picture_that_is_to_be_copied_does_not_wait_for_a_strip(slow: Slow) -> None:
    slow.engine.run(Strip("strip", (A,), 8))
    slow.begun(A)
    slow.engine.run(Picture("copy", B))
    slow.begun(A, B)
    slow.drawn(B, A)


@pytest.mark.parametrize("job", [False, True])
def test_the_styles_of_a_film_do_not_wait_for_a_picture(slow: Slow, qtbot: QtBot, job: bool) -> None:
    if job:
        slow.engine.run(Strip("strip", (A,), 8))
    else:
        slow.engine.request(A, settled=True)
    slow.begun(A)
    slow.engine.run(KeyStyles("film", (A, B)))
    qtbot.waitUntil(lambda: [done.request.owner for done in slow.done] == ["film"])
    slow.drawn(A)


def test_points_are_dragged_in_the_middle_of_a_strips_picture(slow: Slow, qtbot: QtBot) -> None:
    slow.engine.run(Strip("strip", (A,), 8))
    slow.begun(A)
    slow.engine.run(DragSearch("drag", A, (Handle(0.4, 0.4, 0.6, 0.4, 0.4, 0.4),)))
    qtbot.waitUntil(lambda: [done.request.owner for done in slow.done] == ["drag"])
    slow.drawn(A)


@pytest.mark.parametrize("job", [False, True])
def test_another_model_does_not_wait_for_a_picture(slow: Slow, qtbot: QtBot, job: bool) -> None:
    if job:
        slow.engine.run(Picture("pin", A))
    else:
        slow.engine.request(A, settled=True)
    slow.begun(A)
    with qtbot.waitSignal(slow.engine.loaded):
        slow.engine.load("two.safetensors")
    slow.drawn()


@pytest.mark.parametrize("job", [False, True])
def test_what_was_given_up_for_a_file_is_drawn_after_all_if_it_is_refused(slow: Slow, qtbot: QtBot, job: bool) -> None:
    if job:
        slow.engine.run(Picture("pin", A))
    else:
        slow.engine.request(A, settled=True)
    slow.begun(A)
    with qtbot.waitSignal(slow.engine.refused):
        slow.engine.load("/nowhere/bad.safetensors")
    slow.begun(A, A)
    slow.drawn(A)


def test_the_end_does_not_wait_for_a_picture(slow: Slow) -> None:
    slow.engine.request(A, settled=True)
    slow.begun(A)
    slow.engine.stop(timeout=5)
    assert not slow.engine._renderer.thread.is_alive()
    assert not slow.backend.gate.is_set()
