"""The agenda alone, without a thread: what is most urgent, who takes turns, and what happens in the middle of it."""

import pytest

from explorer.jobs import Convert, DragSearch, KeyStyles, Picture, Request, Save, Strip
from explorer.lab_jobs import Entangle, Layers
from explorer.renderer.agenda import LONG, Agenda
from explorer.renderer.rendering import Precision, Unwanted, Wanted
from explorer.renderer.tasks import Draw, End, Job, Load, Slice, Task, Threads, Wait, Whole
from stylegan_core.lab.sweep_plan import EntanglementPlan
from stylegan_core.latents.drag import Handle
from stylegan_core.recipe import Recipe

A, B = Recipe(psi=0.1), Recipe(psi=0.2)
STRIP, PIN, SAVE = Strip("strip", (A,), 8), Picture("pin", A), Save("save 1", A, "a.png")
DRAG = DragSearch("drag", A, (Handle(0.4, 0.4, 0.6, 0.4, 0.4, 0.4),))
CONVERT = Convert("convert", "old.pkl", "new.safetensors")


class Clock:
    """Stands still until the test moves it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def agenda(clock: Clock) -> Agenda:
    """With the model "one", and nothing to do."""
    made = Agenda(clock)
    made.loaded("one")
    return made


def on_screen(recipe: Recipe, precision: Precision = "exact") -> Wanted:
    """A picture is wanted on screen, while a hand moves if it is a draft."""
    return Wanted(slot=(recipe, precision), quiet=precision == "exact")


def ask(agenda: Agenda, *requests: Request) -> None:
    """Leaves these jobs."""
    for request in requests:
        agenda.put(Wanted(job=request))


def drawing(agenda: Agenda, recipe: Recipe, precision: Precision = "exact") -> Draw:
    """Has just begun the picture on screen."""
    agenda.put(on_screen(recipe, precision))
    task = agenda.next()
    assert isinstance(task, Draw)
    return task


def doing(agenda: Agenda, request: Request) -> Job:
    """Has just begun this job, the only one."""
    ask(agenda, request)
    return job_of(agenda.next())


def job_of(task: Task | None) -> Job:
    """The job that is to be done, at one go or not."""
    assert isinstance(task, Whole | Slice)
    return task.job


def test_what_is_most_urgent_comes_first(agenda: Agenda) -> None:
    ask(agenda, STRIP, SAVE)
    agenda.put(Wanted(slot=(A, "exact"), load="two.safetensors", threads=3))
    assert agenda.next() == Threads(3)
    save = agenda.next()
    assert isinstance(save, Whole) and save.job.request is SAVE
    assert agenda.finish(save.job)
    assert agenda.next() == Load("two.safetensors")
    assert agenda.next() == Draw(A, "exact", 0.0)
    strip = agenda.next()
    assert isinstance(strip, Slice) and strip.job.request is STRIP
    assert agenda.finish(strip.job)
    assert isinstance(agenda.next(), Wait)


def test_nothing_is_drawn_and_only_a_file_converted_without_a_model() -> None:
    agenda = Agenda()
    agenda.put(on_screen(A))
    ask(agenda, STRIP, PIN, SAVE, CONVERT)
    convert = job_of(agenda.next())
    assert convert.request is CONVERT
    assert agenda.slice_goes_on(convert)  # though a picture waits for a model
    assert agenda.finish(convert)
    assert isinstance(agenda.next(), Wait)


def test_what_is_on_screen_is_not_drawn_again_but_a_draft_exactly(agenda: Agenda) -> None:
    agenda.shown(drawing(agenda, A, "draft"))
    agenda.put(on_screen(A, "draft"))
    assert isinstance(agenda.next(), Wait)
    agenda.shown(drawing(agenda, A, "exact"))
    for precision in ("draft", "exact"):
        agenda.put(Wanted(slot=(A, precision)))
        assert isinstance(agenda.next(), Wait)


def test_a_picture_that_was_meant_for_another_model_is_forgotten(agenda: Agenda) -> None:
    agenda.put(Wanted(slot=(A, "exact"), of="before"))
    assert isinstance(agenda.next(), Wait)


def test_jobs_that_are_as_urgent_take_turns(agenda: Agenda) -> None:
    ask(agenda, *(Strip(owner, (A,), 8) for owner in ("one", "two", "three")))
    turns = [job_of(agenda.next()).request.owner for _ in range(6)]
    assert turns == ["one", "two", "three", "one", "two", "three"]


def test_what_somebody_waits_for_does_not_take_turns_with_the_panels(agenda: Agenda) -> None:
    faces = Strip("faces", (A,), 8, waited_for=True)
    entangle = Entangle("lab", EntanglementPlan(A, (), (1, 2)))
    ask(agenda, STRIP, faces, entangle)
    order = []
    for _ in range(3):
        job = job_of(agenda.next())
        order.append(job.request)
        agenda.finish(job)
    assert order == [entangle, faces, STRIP]


def test_a_slice_ends_for_what_is_more_urgent(agenda: Agenda) -> None:
    job = doing(agenda, STRIP)
    assert agenda.slice_goes_on(job)
    agenda.put(on_screen(B))
    assert not agenda.slice_goes_on(job)
    assert agenda.next() == Draw(B, "exact", 0.0)
    assert agenda.slice_goes_on(job)
    agenda.put(Wanted(load="two.safetensors"))
    assert not agenda.slice_goes_on(job)


def test_nobody_waits_for_a_job_that_was_dropped_or_asked_anew(agenda: Agenda) -> None:
    older = doing(agenda, STRIP)
    newer = doing(agenda, STRIP)
    assert not agenda.is_current(older) and not agenda.finish(older)
    assert agenda.is_current(newer)
    agenda.drop("strip")
    assert not agenda.finish(newer)
    for job in (older, newer):
        agenda.put_back(job)
        with pytest.raises(Unwanted):
            agenda.between([job])
    assert isinstance(agenda.next(), Wait)


def test_a_job_that_is_put_back_begins_again(agenda: Agenda) -> None:
    job = doing(agenda, STRIP)
    job.steps = (step for step in [(0, 1, None)])
    agenda.put_back(job)
    again = job_of(agenda.next())
    assert again.request is STRIP and again.steps is None


def test_jobs_wait_while_a_hand_moves_and_go_on_when_it_rests(agenda: Agenda) -> None:
    job = doing(agenda, STRIP)
    agenda.put(on_screen(B, "draft"))
    assert agenda.between([job]) == Draw(B, "draft", 0.0)
    assert isinstance(agenda.between([job]), Wait)
    agenda.put(Wanted(quiet=True))
    assert agenda.wait()  # returns at once: something is new
    assert agenda.between([job]) is None


def test_who_waits_for_nothing_is_told_after_a_while(agenda: Agenda) -> None:
    assert isinstance(agenda.next(), Wait)
    assert not agenda.wait(0.0)
    agenda.put(Wanted(quiet=True))
    assert agenda.wait(0.0)


def test_points_are_dragged_while_a_hand_moves(agenda: Agenda) -> None:
    strip = doing(agenda, STRIP)
    agenda.put(on_screen(B, "draft"))
    ask(agenda, DRAG)
    assert agenda.between([strip]) == Draw(B, "draft", 0.0)
    drag = job_of(agenda.between([strip]))
    assert drag.request is DRAG
    assert agenda.between([strip, drag]) is None
    assert agenda.finish(drag)
    assert isinstance(agenda.between([strip]), Wait)


def test_the_picture_on_screen_lets_nothing_before_it_but_what_is_short(agenda: Agenda) -> None:
    draw = drawing(agenda, A)
    ask(agenda, STRIP, PIN, SAVE, DRAG, KeyStyles("film", (A,)))
    assert job_of(agenda.between([draw])).request.owner == "film"
    assert agenda.between([draw]) is None


def test_a_picture_to_save_lets_only_the_one_on_screen_before_it(agenda: Agenda) -> None:
    save = doing(agenda, SAVE)
    ask(agenda, STRIP, PIN, Save("save 2", B, "b.png"), DRAG, KeyStyles("film", (A,)))
    assert agenda.between([save]) is None
    agenda.put(on_screen(B, "draft"))
    assert agenda.between([save]) == Draw(B, "draft", 0.0)
    assert agenda.between([save]) is None  # also while a hand moves
    agenda.put(Wanted(slot=(A, "exact"), load="two.safetensors"))
    agenda.stop()
    assert agenda.between([save]) is None


@pytest.mark.parametrize("before", ["draft", "exact"])
@pytest.mark.parametrize("after", ["draft", "exact"])
def test_a_picture_that_takes_long_is_given_up_for_another_one(
    agenda: Agenda, clock: Clock, before: Precision, after: Precision
) -> None:
    draw = drawing(agenda, A, before)
    agenda.put(on_screen(B, after))
    clock.now = LONG - 0.01
    assert agenda.between([draw]) is None
    clock.now = LONG
    if before == after == "draft":
        assert agenda.between([draw]) is None
    else:
        with pytest.raises(Unwanted):
            agenda.between([draw])
        assert agenda.next() == Draw(B, after, LONG)


def test_what_is_given_up_for_a_file_is_drawn_when_that_is_refused(agenda: Agenda) -> None:
    strip = doing(agenda, STRIP)
    agenda.put(on_screen(B))
    draw = agenda.between([strip])
    assert isinstance(draw, Draw)
    agenda.put(Wanted(load="bad.safetensors"))
    for inner in ([strip, draw], [strip]):
        with pytest.raises(Unwanted):
            agenda.between(inner)
    agenda.put_back(strip)
    assert agenda.next() == Load("bad.safetensors")
    assert agenda.next() == draw
    assert job_of(agenda.next()).request is STRIP


def test_of_the_jobs_of_a_model_only_converting_outlives_it(agenda: Agenda) -> None:
    begun = doing(agenda, STRIP)
    ask(agenda, CONVERT, Layers("lab.layers", A))
    assert agenda.loaded("two") == [Layers("lab.layers", A), STRIP]
    assert agenda.model_hash == "two"
    assert not agenda.is_current(begun)
    convert = job_of(agenda.next())
    assert convert.request is CONVERT and agenda.finish(convert)
    assert isinstance(agenda.next(), Wait)


def test_a_load_goes_on_until_it_is_overtaken_given_up_or_a_picture_must_be_saved(agenda: Agenda) -> None:
    for wanted in (None, Wanted(load="two.safetensors"), Wanted(job=SAVE)):
        agenda.put(Wanted(load="one.safetensors"))
        assert agenda.next() == Load("one.safetensors")
        assert agenda.load_goes_on()
        if wanted is None:
            assert agenda.cancel_load() is None
        else:
            assert agenda.put(wanted) is None
        assert not agenda.load_goes_on()
        assert agenda.put_load_back("one.safetensors") == (wanted == Wanted(job=SAVE))
    assert agenda.finish(job_of(agenda.next()))
    assert agenda.next() == Load("one.safetensors")
    agenda.stop()
    assert not agenda.load_goes_on()
    assert not agenda.put_load_back("one.safetensors")


def test_a_load_that_has_not_begun_is_overwritten_or_given_up(agenda: Agenda) -> None:
    assert agenda.put(Wanted(load="one.safetensors")) is None
    assert agenda.put(Wanted(load="one.safetensors")) is None
    assert agenda.put(Wanted(load="two.safetensors")) == "one.safetensors"
    assert agenda.cancel_load() == "two.safetensors"
    assert isinstance(agenda.next(), Wait)


def test_at_the_end_only_pictures_are_saved(agenda: Agenda) -> None:
    strip = doing(agenda, STRIP)
    draw = drawing(agenda, A)
    agenda.put(Wanted(slot=(B, "exact"), load="two.safetensors", threads=3, job=SAVE))
    assert agenda.writing
    agenda.stop()
    for inner in (strip, draw):
        with pytest.raises(Unwanted):
            agenda.between([inner])
    save = job_of(agenda.next())
    assert save.request is SAVE and agenda.writing
    assert agenda.finish(save)
    assert isinstance(agenda.next(), End) and not agenda.writing
