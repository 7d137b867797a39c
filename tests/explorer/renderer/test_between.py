"""Between two parts of a picture: what a hand waits for comes first, and nobody waits for what is not wanted.

Everything happens on the test's own thread, so that no test depends on how fast another one is.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.jobs import Done, DragSearch, Failed, Frame, KeyStyles, Picture, Request, Save, Strip
from explorer.problem import Problem
from explorer.renderer import agenda, thread
from explorer.renderer.rendering import Loaded, Precision, Refused, Steps, Wanted
from explorer.renderer.thread import Worker
from stylegan_core.latents.drag import Handle
from stylegan_core.recipe import Recipe
from tests.explorer.fake_backend import FakeBackend

A, B = Recipe(psi=0.1), Recipe(psi=0.2)
DRAG = DragSearch("drag", A, (Handle(0.4, 0.4, 0.6, 0.4, 0.4, 0.4),))


class Scripted(FakeBackend):
    """Its strips and searches are drawn as its pictures are; in the middle of one happens what a test wrote down."""

    def __init__(self) -> None:
        super().__init__()
        self.script: dict[Recipe, Callable[[], None]] = {}
        self.unknown: Recipe | None = None  # cannot be drawn

    def job(self, request: Request) -> Steps:
        steps = super().job(request)
        match request:
            case Strip():
                return self._strip(request)
            case DragSearch():
                return self._drawn(request.origin, steps)
        return steps

    def _strip(self, request: Strip) -> Steps:
        for index, recipe in enumerate(request.recipes):
            yield index, len(request.recipes), self.draw(recipe, "draft")

    def _drawn(self, recipe: Recipe, steps: Steps) -> Steps:
        self.draw(recipe, "exact")
        return (yield from steps)

    def _in_the_middle(self, recipe: Recipe) -> None:
        if recipe == self.unknown:
            raise ValueError("This face belongs to another model.")
        self.script.pop(recipe, lambda: None)()
        self.between()


class Slow:
    """A worker with the model "one" that ends when it has nothing left to do."""

    def __init__(self) -> None:
        self.backend = Scripted()
        self.worker = Worker(lambda: self.backend, self._hear)
        self.told: list[object] = []
        self._first: Wanted | None = None

    def meanwhile(self, recipe: Recipe, wanted: Wanted) -> None:
        """In the middle of this picture, when it is drawn for the first time, that is left for the worker."""
        self.backend.script[recipe] = lambda: self.worker.put(wanted)

    def work(self, first: Wanted) -> None:
        """Loads the model, then does ``first`` and whatever else is left for the worker."""
        self._first = first
        self.worker.put(Wanted(load="one.safetensors"))
        self.worker.thread.run()

    def _hear(self, answer: object) -> None:
        self.told.append(answer)
        if isinstance(answer, Loaded) and self._first is not None:
            first, self._first = self._first, None
            self.worker.put(first)
        if answer is True:  # it is idle
            self.worker.stop(0)

    @property
    def drawn(self) -> list[Recipe]:
        """What was drawn to its end."""
        return [recipe for recipe, _ in self.backend.drawn]

    @property
    def finished(self) -> list[Recipe | str]:
        """The pictures on screen and the owners of the jobs, in the order in which they were done."""
        answers = [answer for answer in self.told if isinstance(answer, Frame | Done)]
        return [answer.recipe if isinstance(answer, Frame) else answer.request.owner for answer in answers]


def on_screen(recipe: Recipe, precision: Precision = "exact") -> Wanted:
    """A picture is wanted on screen."""
    return Wanted(slot=(recipe, precision))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """A worker every picture of which takes long."""
    monkeypatch.setattr(agenda, "LONG", 0.0)
    return Slow()


def test_an_exact_picture_is_given_up_for_the_next_one(slow: Slow) -> None:
    slow.meanwhile(A, on_screen(B))
    slow.work(on_screen(A))
    assert slow.backend.begins == [A, B]
    assert slow.drawn == slow.finished == [B]


def test_a_draft_is_given_up_for_the_picture_where_the_hand_came_to_rest(slow: Slow) -> None:
    slow.meanwhile(A, on_screen(B))
    slow.work(on_screen(A, "draft"))
    assert slow.backend.begins == [A, B]
    assert slow.drawn == slow.finished == [B]


def test_a_draft_is_finished_while_the_hand_moves_on(slow: Slow) -> None:
    slow.meanwhile(A, on_screen(B, "draft"))
    slow.work(on_screen(A, "draft"))
    assert slow.drawn == slow.finished == [A, B]


def test_a_picture_that_is_soon_there_is_finished(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "LONG", float("inf"))
    slow.meanwhile(A, on_screen(B))
    slow.work(on_screen(A))
    assert slow.drawn == slow.finished == [A, B]


def test_the_picture_on_screen_is_drawn_in_the_middle_of_a_jobs(slow: Slow) -> None:
    slow.meanwhile(A, on_screen(B))
    slow.work(Wanted(job=Picture("pin", A)))
    assert slow.backend.begins == [A, B]
    assert slow.drawn == [B, A]
    assert slow.finished == [B, "pin"]


def test_a_job_that_was_dropped_stops_in_the_middle_of_its_picture(slow: Slow) -> None:
    slow.backend.script[A] = lambda: slow.worker.drop("pin")
    slow.work(Wanted(job=Picture("pin", A)))
    assert slow.backend.begins == [A]
    assert slow.drawn == slow.finished == []


def test_a_picture_is_saved_in_the_middle_of_a_jobs(slow: Slow, tmp_path: Path) -> None:
    slow.meanwhile(A, Wanted(job=Save("save 1", B, str(tmp_path / "b"))))
    slow.work(Wanted(job=Picture("pin", A)))
    assert slow.finished == ["save 1", "pin"]
    assert (tmp_path / "b").read_text() == "one 0.2"


def test_a_picture_that_is_to_be_copied_does_not_wait_for_a_strip(slow: Slow) -> None:
    slow.meanwhile(A, Wanted(job=Picture("copy", B)))
    slow.work(Wanted(job=Strip("strip", (A,), 8)))
    assert slow.backend.begins == [A, B]
    assert slow.finished == ["copy", "strip"]


@pytest.mark.parametrize("job", [False, True])
def test_the_styles_of_a_film_do_not_wait_for_a_picture(slow: Slow, job: bool) -> None:
    slow.meanwhile(A, Wanted(job=KeyStyles("film", (A, B))))
    slow.work(Wanted(job=Strip("strip", (A,), 8)) if job else on_screen(A))
    assert slow.finished == ["film", "strip" if job else A]


def test_points_are_dragged_in_the_middle_of_a_strips_picture(slow: Slow) -> None:
    slow.meanwhile(B, Wanted(job=DRAG))
    slow.work(Wanted(job=Strip("strip", (B,), 8)))
    assert slow.finished == ["drag", "strip"]
    assert slow.drawn == [A, B]


def test_a_picture_is_copied_while_points_are_dragged(slow: Slow) -> None:
    """The search was asked for its next step in the middle of one, and failed."""
    slow.meanwhile(A, Wanted(job=Picture("copy", B)))
    slow.work(Wanted(job=DRAG))
    assert slow.finished == ["copy", "drag"]


def test_a_picture_on_screen_that_cannot_be_drawn_does_not_end_the_job_around_it(slow: Slow) -> None:
    """The strip failed in its place."""
    slow.backend.unknown = B
    slow.meanwhile(A, on_screen(B))
    slow.work(Wanted(job=Strip("strip", (A,), 8)))
    assert [each.sentence for each in slow.told if isinstance(each, Problem)] == ["This face belongs to another model."]
    assert slow.finished == ["strip"]


@pytest.mark.parametrize("job", [False, True])
def test_another_model_does_not_wait_for_a_picture(slow: Slow, job: bool) -> None:
    slow.meanwhile(A, Wanted(load="two.safetensors"))
    slow.work(Wanted(job=Picture("pin", A)) if job else on_screen(A))
    assert [each.info.name for each in slow.told if isinstance(each, Loaded)] == ["one", "two"]
    assert slow.backend.begins == [A]
    assert slow.drawn == slow.finished == []
    assert [each.request.owner for each in slow.told if isinstance(each, Failed)] == ["pin"] * job


@pytest.mark.parametrize("job", [False, True])
def test_what_was_given_up_for_a_file_is_drawn_after_all_if_it_is_refused(slow: Slow, job: bool) -> None:
    slow.meanwhile(A, Wanted(load="/nowhere/bad.safetensors"))
    slow.work(Wanted(job=Picture("pin", A)) if job else on_screen(A))
    assert [each.path for each in slow.told if isinstance(each, Refused)] == ["/nowhere/bad.safetensors"]
    assert slow.backend.begins == [A, A]
    assert slow.finished == ["pin" if job else A]


def test_the_end_does_not_wait_for_a_picture(slow: Slow) -> None:
    slow.backend.script[A] = lambda: slow.worker.stop(0)
    slow.work(on_screen(A))
    assert slow.backend.begins == [A]
    assert slow.drawn == slow.finished == []


def test_the_backend_rests_once_when_nothing_has_been_asked_for_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "REST", 0.0)
    backend = FakeBackend()
    worker = Worker(lambda: backend, lambda _: None)
    asked = [Wanted(slot=(A, "exact")), None]

    def rested() -> None:
        if (wanted := asked.pop(0)) is not None:
            worker.put(wanted)
        else:
            worker.stop(0)

    backend.rested = rested
    worker.put(Wanted(load="one.safetensors"))
    worker.thread.run()
    assert backend.rests == 2 and [recipe for recipe, _ in backend.drawn] == [A]
