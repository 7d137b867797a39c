"""The engine: newest wins, drafts become exact, jobs wait behind the slot, an old model's pictures never show."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from explorer.engine import Engine
from explorer.jobs import Done, Failed, Frame, Matrix, Pca, Piece, Request, Save, Sheet, Strip
from explorer.lab_jobs import Layers
from explorer.problem import Problem, sentence_of
from explorer.renderer import thread
from stylegan_core.recipe import Recipe
from tests.explorer.fake_backend import FakeBackend, info

A, B, C = Recipe(psi=0.1), Recipe(psi=0.2), Recipe(psi=0.3)


class Bench:
    """An engine with its backend and everything it said."""

    def __init__(self, qtbot: QtBot) -> None:
        self.backend = FakeBackend()
        self.engine = Engine(lambda: self.backend)
        self.frames: list[Frame] = []
        self.answers: list[Piece | Done | Failed] = []
        self.problems: list[Problem] = []
        self.engine.rendered.connect(self.frames.append)
        self.engine.answered.connect(self.answers.append)
        self.engine.failed.connect(self.problems.append)
        self.engine.start()
        with qtbot.waitSignal(self.engine.loaded):
            self.engine.load("one.safetensors")


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """A running engine with the model "one"."""
    made = Bench(qtbot)
    yield made
    made.backend.gate.set()
    made.backend.load_gate.set()
    made.engine.stop()
    assert not made.engine._renderer.thread.is_alive()


def test_a_moving_hand_gets_a_draft_and_a_resting_one_the_exact_picture(bench: Bench, qtbot: QtBot) -> None:
    bench.engine.request(A, settled=False)
    qtbot.waitUntil(lambda: len(bench.frames) == 2)
    assert [(frame.recipe, frame.precision) for frame in bench.frames] == [(A, "draft"), (A, "exact")]


def test_a_finished_gesture_is_drawn_exactly_at_once_and_only_once(bench: Bench, qtbot: QtBot) -> None:
    bench.engine.request(A, settled=True)
    qtbot.waitUntil(lambda: len(bench.frames) == 1)
    qtbot.wait(250)
    assert bench.backend.drawn == [(A, "exact")]


def test_the_newest_request_wins_and_the_ones_between_are_never_drawn(bench: Bench, qtbot: QtBot) -> None:
    bench.backend.gate.clear()
    bench.engine.request(A, settled=False)
    assert bench.backend.begun.wait(60)
    for psi in range(50):
        bench.engine.request(Recipe(psi=float(psi)), settled=False)
    bench.engine.request(C, settled=True)
    bench.backend.gate.set()
    qtbot.waitUntil(lambda: bool(bench.frames) and bench.frames[-1].recipe == C)
    assert [recipe for recipe, _ in bench.backend.drawn] == [A, C]


def test_jobs_begin_after_rest_and_come_back_piece_by_piece(bench: Bench, qtbot: QtBot) -> None:
    strip = Strip("vary", (A, B, C), 8)
    bench.engine.request(A, settled=False)
    bench.engine.run(strip)
    qtbot.waitUntil(lambda: bool(bench.answers) and isinstance(bench.answers[-1], Done))
    assert [answer.index for answer in bench.answers if isinstance(answer, Piece)] == [0, 1, 2]
    assert (A, "exact") in bench.backend.drawn  # the exact picture came first
    assert all(answer.request is strip for answer in bench.answers)


def test_it_says_what_it_begins_to_draw(bench: Bench, qtbot: QtBot) -> None:
    begun: list[str] = []
    bench.engine.begun.connect(begun.append)
    bench.engine.request(A, settled=True)
    bench.engine.run(Strip("vary.strip", (A, B, C), 8))
    qtbot.waitUntil(lambda: bool(bench.answers) and isinstance(bench.answers[-1], Done))
    assert begun == ["", "vary.strip"]


@pytest.fixture
def run_all(bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Asks for jobs while the picture moves, does them in three steps each, and gives back whose came one by one."""
    done: list[str] = []

    def steps(request: Request) -> Iterator[tuple[int, int, None]]:
        for index in range(3):
            done.append(request.owner)
            yield index, 3, None

    def ask(*requests: Request) -> list[str]:
        # A clock that each step moves on by more than a slice, so that every step could be another job's.
        monkeypatch.setattr(thread, "time", SimpleNamespace(perf_counter=lambda: float(len(done))))
        monkeypatch.setattr(bench.backend, "job", steps)
        bench.engine.request(A, settled=False)
        for request in requests:
            bench.engine.run(request)
        qtbot.waitUntil(lambda: sum(isinstance(answer, Done) for answer in bench.answers) == len(requests))
        return done

    return ask


def test_what_the_lab_asks_goes_before_what_nobody_sees(run_all: Callable[..., list[str]]) -> None:
    done = run_all(Strip("vary", (A,), 8), Strip("pad", (A,), 8), Layers("lab.layers", A))
    assert done == [*["lab.layers"] * 3, *["vary", "pad"] * 3]


def test_short_steps_come_before_pictures_and_a_dialogs_pictures_before_the_panels(
    run_all: Callable[..., list[str]],
) -> None:
    done = run_all(Strip("vary", (A,), 8), Matrix("matrix", (A,), (B,), "fine"), Pca("directions"))
    assert done == [*["directions"] * 3, *["matrix"] * 3, *["vary"] * 3]


def test_a_newer_job_of_the_same_owner_drops_the_older_one(bench: Bench, qtbot: QtBot) -> None:
    bench.engine.request(A, settled=False)  # jobs wait for the hand to rest
    bench.engine.run(Strip("vary", (A,), 8))
    bench.engine.run(Strip("vary", (B,), 8))
    qtbot.waitUntil(lambda: bool(bench.answers) and isinstance(bench.answers[-1], Done))
    assert {answer.request for answer in bench.answers} == {Strip("vary", (B,), 8)}


def test_a_job_that_cannot_be_done_says_why_and_the_others_go_on(bench: Bench, qtbot: QtBot) -> None:
    bench.engine.run(Pca("directions"))
    bench.engine.run(Strip("vary", (A,), 8))
    qtbot.waitUntil(lambda: sum(not isinstance(answer, Piece) for answer in bench.answers) == 2)
    failed = next(answer for answer in bench.answers if isinstance(answer, Failed))
    assert failed.reason == "This network cannot do that."


def test_after_a_switch_nothing_of_the_old_model_is_shown(bench: Bench, qtbot: QtBot) -> None:
    bench.backend.gate.clear()
    bench.engine.request(A, settled=False)
    assert bench.backend.begun.wait(60)
    bench.engine.run(Strip("vary", (A, B), 8))
    bench.engine.load("two.safetensors")
    bench.backend.gate.set()
    with qtbot.waitSignal(bench.engine.loaded):
        pass
    before = len(bench.frames)
    bench.engine.request(B, settled=True)
    qtbot.waitUntil(lambda: len(bench.frames) > before)
    qtbot.wait(200)
    two = bench.engine.model_hash
    assert all(frame.model_hash == two for frame in bench.frames[before:])
    assert not bench.answers


def test_a_file_that_cannot_be_loaded_keeps_the_model_and_says_so(bench: Bench, qtbot: QtBot) -> None:
    one = bench.engine.model_hash
    with qtbot.waitSignal(bench.engine.refused) as refused:
        bench.engine.load("/nowhere/missing.safetensors")
    path, problem = refused.args
    assert path == "/nowhere/missing.safetensors"
    assert problem.sentence == "/nowhere/missing.safetensors does not exist: choose another file."
    bench.engine.request(A, settled=True)
    qtbot.waitUntil(lambda: len(bench.frames) == 1)
    assert bench.frames[0].model_hash == one


@pytest.mark.parametrize("error", [ValueError("This direction belongs to another model."), RuntimeError("boom")])
def test_a_draw_that_fails_is_one_sentence_and_the_next_one_works(
    bench: Bench, qtbot: QtBot, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    bench.backend.broken = error
    bench.engine.request(A, settled=True)
    qtbot.waitUntil(lambda: len(bench.problems) >= 1)
    assert bench.problems[0].sentence == sentence_of(error)
    bench.backend.broken = None
    bench.engine.request(B, settled=True)
    qtbot.waitUntil(lambda: bool(bench.frames))
    assert bench.frames[-1].recipe == B
    caplog.clear()


def test_a_save_is_done_before_another_model_and_before_the_end(bench: Bench, tmp_path: Path) -> None:
    bench.backend.gate.clear()
    bench.engine.request(A, settled=False)
    assert bench.backend.begun.wait(60)
    bench.engine.run(Save("save 1", A, str(tmp_path / "a")))
    bench.engine.run(Save("save 2", B, str(tmp_path / "b")))
    bench.engine.load("two.safetensors")
    bench.backend.gate.set()
    bench.engine.stop()
    assert (tmp_path / "a").read_text() == "one 0.1"
    assert (tmp_path / "b").read_text() == "one 0.2"


def test_a_save_asked_for_while_another_model_loads_is_of_the_one_that_is_there(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    """It was dropped without a word."""
    bench.backend.load_gate.clear()
    bench.engine.load("two.safetensors")
    assert bench.backend.load_begun.wait(60)
    bench.engine.run(Save("save 1", A, str(tmp_path / "a")))
    qtbot.waitUntil((tmp_path / "a").exists)
    with qtbot.waitSignal(bench.engine.loaded) as loaded:
        bench.backend.load_gate.set()
    assert loaded.args[1] == "two.safetensors"
    assert (tmp_path / "a").read_text() == "one 0.1"


def test_a_sheet_under_way_hears_of_another_model(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    """Its dialog waited for ever."""
    bench.backend.gate.clear()
    sheet = Sheet("sheet", (A, B), 2, str(tmp_path / "sheet.png"))
    bench.engine.request(A, settled=False)
    assert bench.backend.begun.wait(60)
    bench.engine.run(sheet)
    bench.engine.load("two.safetensors")
    bench.backend.gate.set()
    qtbot.waitUntil(lambda: bool(bench.answers))
    (answer,) = bench.answers
    assert isinstance(answer, Failed) and answer.request == sheet and "Another model was opened" in answer.reason


def test_a_load_that_another_overtakes_before_it_begins_is_answered(bench: Bench, qtbot: QtBot) -> None:
    bench.backend.gate.clear()
    bench.engine.request(A, settled=False)
    assert bench.backend.begun.wait(60)
    bench.engine.load("two.safetensors")
    with qtbot.waitSignal(bench.engine.load_cancelled) as given_up:
        bench.engine.load("three.safetensors")
    assert given_up.args == ["two.safetensors"]
    with qtbot.waitSignal(bench.engine.loaded) as loaded:
        bench.backend.gate.set()
    assert loaded.args[1] == "three.safetensors"


def test_the_engine_uses_the_threads_it_is_told(bench: Bench, qtbot: QtBot) -> None:
    bench.engine.set_threads(1)
    qtbot.waitUntil(lambda: bench.backend.threads == 1)


def test_an_engine_that_cannot_start_says_why(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> FakeBackend:
        raise ImportError("No module named 'torch'")

    engine = Engine(broken)
    with qtbot.waitSignal(engine.failed) as failed:
        engine.start()
    assert failed.args[0].sentence == (
        "Nothing can be drawn here (No module named 'torch'): set the program up anew with make run."
    )
    engine.stop()
    caplog.clear()


def test_sentences_are_whole_and_say_what_to_do() -> None:
    assert sentence_of(MemoryError()).startswith("There is not enough memory")
    assert sentence_of(RuntimeError("[enforce] DefaultCPUAllocator: can't allocate memory: you tried")).startswith(
        "There"
    )
    assert sentence_of(PermissionError(13, "Permission denied", "/a.png")).startswith("/a.png may not be read")
    assert sentence_of(RuntimeError("boom")) == "Boom."
    assert sentence_of(RuntimeError("boom.\nTraceback")) == "Boom."
    assert sentence_of(ValueError("/a\nb.pkl is empty.")) == "/a\nb.pkl is empty."


def test_a_recipe_meant_for_the_model_before_is_not_drawn_with_the_next(bench: Bench, qtbot: QtBot) -> None:
    bench.backend.gate.clear()
    bench.backend.begun.clear()
    bench.engine.request(Recipe(psi=0.1), settled=True)
    assert bench.backend.begun.wait(60)
    bench.engine.load("two.safetensors")
    bench.engine.request(Recipe(psi=0.2), settled=False)  # a hand still moves, the window knows of no new model yet
    bench.backend.gate.set()
    qtbot.waitUntil(lambda: bench.engine.model_hash == info("two").hash)
    bench.engine.request(Recipe(psi=0.3), settled=True)
    qtbot.waitUntil(lambda: (Recipe(psi=0.3), "exact") in bench.backend.drawn)
    assert 0.2 not in {recipe.psi for recipe, _ in bench.backend.drawn}
