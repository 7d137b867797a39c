"""Drawing in a process of its own: answers, large arrays, an end at any moment, and a process that dies."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.jobs import Done, Failed, Frame, Piece, Save, Strip
from explorer.problem import Problem
from explorer.renderer import process
from explorer.renderer.pipe import receive, send
from explorer.renderer.process import TRIES, RenderProcess
from explorer.renderer.rendering import Loaded, Refused, Wanted
from stylegan_core.recipe import Recipe

A, B, DEADLY = Recipe(psi=0.1), Recipe(psi=0.2), Recipe(psi=1.9)


class Heard:
    """A renderer and everything it said."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.renderer = RenderProcess(self.said.append, "tests.explorer.fake_child")

    def of(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.said if isinstance(each, kind)]

    def until(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.said
            time.sleep(0.005)


@pytest.fixture
def heard() -> Iterator[Heard]:
    """A running process that has loaded the model "one"."""
    made = Heard()
    made.renderer.start()
    made.renderer.put(Wanted(load="one.safetensors"))
    made.until(lambda: bool(made.of(Loaded)))
    yield made
    made.renderer.stop(10)
    assert not made.renderer.thread.is_alive()


def test_pictures_and_jobs_come_back_as_from_a_thread(heard: Heard) -> None:
    strip = Strip("vary", (A, B), 8)
    heard.renderer.put(Wanted(slot=(A, "exact"), job=strip, quiet=True))
    heard.until(lambda: bool(heard.of(Done)) and bool(heard.of(Frame)))
    (frame,) = heard.of(Frame)
    assert (frame.recipe, frame.precision, frame.pixels.shape) == (A, "exact", (64, 64, 3))
    assert [piece.index for piece in heard.of(Piece)] == [0, 1]
    assert heard.of(Done)[0].request == strip
    assert heard.said[0] == "nothing, imaginary numbers while dragging"


def test_a_save_that_was_asked_for_is_done_before_the_end(heard: Heard, tmp_path: Path) -> None:
    heard.renderer.put(Wanted(job=Save("save 1", A, str(tmp_path / "a"))))
    heard.renderer.stop(10)
    assert (tmp_path / "a").read_text() == "one 0.1"


def test_a_process_that_does_not_hear_the_end_is_ended_at_once(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROMPT", 0.05)
    pid = heard.renderer.pid
    os.kill(pid, signal.SIGSTOP)
    begin = time.monotonic()
    heard.renderer.stop(120)
    assert time.monotonic() - begin < 60
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_picture_that_takes_long_is_saved_by_a_process_that_is_left_to_itself(heard: Heard, tmp_path: Path) -> None:
    pid, file = heard.renderer.pid, tmp_path / "slow"
    heard.renderer.put(Wanted(job=Save("save 1", A, str(file))))
    heard.renderer.stop(0.05)
    os.kill(pid, 0)  # it is still there
    assert not file.exists()
    file.with_suffix(".go").touch()
    heard.until(lambda: not heard.renderer.thread.is_alive())
    assert file.read_text() == "one 0.1"


def test_a_process_that_dies_is_replaced_and_shows_what_was_shown(heard: Heard) -> None:
    heard.renderer.put(Wanted(slot=(A, "exact")))
    heard.until(lambda: bool(heard.of(Frame)))
    first = heard.renderer.pid
    heard.renderer.put(Wanted(slot=(DEADLY, "exact"), job=Strip("vary", (A,), 8), quiet=False))
    heard.until(lambda: bool(heard.of(Problem)))
    heard.renderer.put(Wanted(slot=(B, "exact"), quiet=True))
    heard.until(lambda: [frame.recipe for frame in heard.of(Frame)] == [A, B])
    assert heard.renderer.pid not in (0, first)
    (problem,) = heard.of(Problem)
    assert "started again" in problem.sentence and "memory" in problem.sentence
    heard.until(lambda: [done.request.owner for done in heard.of(Done)] == ["vary"])  # it was asked once more
    assert len(heard.of(Loaded)) == 1  # the window shows this model already


def test_a_job_that_ends_the_process_is_tried_twice_and_no_more(heard: Heard) -> None:
    heard.renderer.put(Wanted(slot=(A, "exact"), job=Strip("deadly", (A,), 8), quiet=True))
    heard.until(lambda: bool(heard.of(Failed)))
    assert [failed.request.owner for failed in heard.of(Failed)] == ["deadly"]
    assert len(heard.of(Problem)) == 2
    heard.renderer.put(Wanted(slot=(B, "exact")))
    heard.until(lambda: heard.of(Frame)[-1].recipe == B)


def test_after_several_deaths_it_waits_for_another_file(heard: Heard) -> None:
    heard.renderer.put(Wanted(slot=(DEADLY, "exact")))
    heard.until(lambda: len(heard.of(Problem)) == TRIES - 1)  # it was drawn once more, and then no more
    heard.renderer.put(Wanted(slot=(DEADLY, "exact")))
    heard.until(lambda: len(heard.of(Problem)) == TRIES)
    heard.until(lambda: not heard.renderer.thread.is_alive())
    assert "smaller model" in heard.of(Problem)[-1].sentence
    heard.renderer.put(Wanted(load="two.safetensors"))
    heard.renderer.put(Wanted(slot=(A, "exact")))
    heard.until(lambda: bool(heard.of(Frame)))
    assert heard.of(Loaded)[-1].info.name == "two"


def test_a_file_that_ends_the_process_is_refused_and_the_old_model_draws_on(heard: Heard) -> None:
    heard.renderer.put(Wanted(load="/far/deadly.safetensors"))
    heard.until(lambda: bool(heard.of(Refused)))
    assert heard.of(Refused)[0].path == "/far/deadly.safetensors"
    heard.renderer.put(Wanted(slot=(A, "exact")))
    heard.until(lambda: bool(heard.of(Frame)))
    assert [each.info.name for each in heard.of(Loaded)] == ["one"]


def test_an_end_before_anything_is_drawn_is_quick() -> None:
    renderer = RenderProcess(lambda _: None)  # the real one, which would import torch for seconds
    renderer.start()
    begin = time.monotonic()
    renderer.stop(120)
    assert not renderer.thread.is_alive()
    assert time.monotonic() - begin < 60


def test_an_end_while_the_process_is_being_started_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the thread and the process outlived the window that had ended them."""
    monkeypatch.setattr(process, "PROMPT", 0.0)
    launch, asked = RenderProcess._launch, threading.Event()

    def slow(renderer: RenderProcess) -> subprocess.Popen[bytes]:
        assert asked.wait(60)
        time.sleep(0.1)
        return launch(renderer)

    monkeypatch.setattr(RenderProcess, "_launch", slow)
    renderer = RenderProcess(lambda _: None, "tests.explorer.fake_child")
    renderer.start()
    asked.set()
    renderer.stop(60)
    assert not renderer.thread.is_alive()


def test_large_arrays_go_beside_the_message() -> None:
    pixels = np.random.RandomState(0).randint(0, 255, (64, 64, 3), np.uint8)
    stream = io.BytesIO()
    send(stream, ("frame", pixels, A))
    stream.seek(0)
    name, same, recipe = receive(stream)
    assert (name, recipe) == ("frame", A)
    assert np.array_equal(pixels, same)
    with pytest.raises(EOFError):
        receive(stream)


def test_the_window_never_holds_torch_and_the_renderer_never_qt() -> None:
    for module, stranger in (("explorer.app", "torch"), ("explorer.renderer.child", "PySide6")):
        program = f"import sys, {module}; sys.exit({stranger!r} in sys.modules)"
        assert subprocess.run([sys.executable, "-c", program], env=os.environ, check=False).returncode == 0


def test_a_word_that_is_cut_off_by_the_end_of_the_process_does_not_end_the_drawing(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid, cut = heard.renderer.pid, []

    def cut_off(stream: io.BufferedWriter, message: object) -> None:
        if cut:
            send(stream, message)
            return
        cut.append(message)
        stream.write(b"half a")  # it stays in the buffer
        os.kill(pid, signal.SIGKILL)
        raise BrokenPipeError

    monkeypatch.setattr("explorer.renderer.process.send", cut_off)
    heard.renderer.put(Wanted(slot=(A, "exact")))
    heard.until(lambda: bool(heard.of(Problem)))
    heard.renderer.put(Wanted(slot=(B, "exact")))
    heard.until(lambda: bool(heard.of(Frame)) and heard.of(Frame)[-1].recipe == B)
    assert heard.renderer.pid not in (0, pid)


def test_where_the_model_is_gone_when_the_process_is_replaced_it_is_said(tmp_path: Path) -> None:
    heard = Heard()
    heard.renderer.start()
    model = tmp_path / "there.safetensors"
    model.write_text("weights")
    try:
        heard.renderer.put(Wanted(load=str(model)))
        heard.until(lambda: bool(heard.of(Loaded)))
        model.unlink()
        heard.renderer.put(Wanted(slot=(DEADLY, "exact"), job=Strip("vary", (A,), 8), quiet=False))
        heard.until(lambda: len(heard.of(Problem)) == 2 and bool(heard.of(Failed)))
        assert "has no model now" in heard.of(Problem)[1].sentence
        assert [failed.request.owner for failed in heard.of(Failed)] == ["vary"] and not heard.of(Refused)
        # In one wish: of two, the first may be fulfilled before the second comes, with the deadly recipe still wanted.
        heard.renderer.put(Wanted(load="two.safetensors", slot=(A, "exact")))
        heard.until(lambda: bool(heard.of(Frame)))
    finally:
        heard.renderer.stop(10)
