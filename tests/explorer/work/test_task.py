"""Long work beside the window's thread, and how much of it is left."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from explorer.work.task import Report, Task
from explorer.work.time_left import TimeLeft


@pytest.fixture
def task(qapp: object) -> Iterator[Task]:
    made = Task("work")
    yield made
    made.close()


def test_progress_and_result_are_told(task: Task, qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []
    task.progress.connect(lambda *at: told.append(at))

    def work(report: Report) -> str:
        report(1, 2)
        report(1, 2)
        report(2, 2)
        return "made"

    with qtbot.waitSignal(task.done) as done:
        task.begin(work)
        assert task.busy
    assert (told, done.args, task.busy) == ([(1, 2), (2, 2)], ["made"], False)


def test_a_failure_is_one_sentence_and_a_mistake_is_logged(
    task: Task, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def no_space(_report: Report) -> None:
        raise OSError("faces cannot be written: free some space.")

    def mistake(_report: Report) -> None:
        raise KeyError("x")

    with qtbot.waitSignal(task.failed) as failed:
        task.begin(no_space)
    assert failed.args == ["faces cannot be written: free some space."] and not caplog.records
    with qtbot.waitSignal(task.failed) as failed:
        task.begin(mistake)
    assert failed.args[0] and "work failed" in caplog.text


def test_nobody_waits_for_work_that_is_given_up(task: Task, qtbot: QtBot) -> None:
    gate, ended = threading.Event(), threading.Event()

    def held_up(report: Report) -> None:
        assert gate.wait(60)
        try:
            report(1, 2)
        finally:
            ended.set()

    told: list[object] = []
    for signal in (task.progress, task.done, task.failed):
        signal.connect(lambda *_: told.append(_))
    task.begin(held_up)
    task.cancel()
    with qtbot.waitSignal(task.cancelled):
        gate.set()
    assert not told and not task.busy
    ended.clear()
    gate.clear()
    task.begin(held_up)
    with qtbot.waitSignal(task.done) as done:  # the newer work: of the older one nothing is told
        task.begin(lambda _report: "newer")
        gate.set()
    assert ended.wait(60)
    assert done.args == ["newer"]


def test_what_takes_ten_seconds_says_how_long_is_left() -> None:
    now = [0.0]
    left, short = TimeLeft(lambda: now[0]), TimeLeft(lambda: now[0])
    assert left.words(0, 40) == ""
    now[0] = 2.0
    assert left.words(4, 40) == "about 18 s left"
    assert short.words(10, 40) == ""  # 8 s in all
    assert left.words(40, 40) == ""
    now[0] = 60.0
    assert short.words(20, 40) == "about 2 min left"


def test_what_comes_before_the_first_part_is_no_part_of_the_rest() -> None:
    now = [0.0]
    left = TimeLeft(lambda: now[0])
    now[0] = 105.0  # a network was read and prepared
    left.words(1, 24)
    now[0] = 121.0
    assert left.words(2, 24) == "about 6 min left"
    search = TimeLeft(lambda: now[0])  # begun when the first part was heard of
    search.words(1, 31)
    now[0] += 4.0
    assert search.words(2, 31) == "about 2 min left"
    now[0] += 4.0
    assert search.words(1, 31)  # another work of the same kind


def test_work_that_begins_anew_is_foreseen_anew() -> None:
    now = [0.0]
    left = TimeLeft(lambda: now[0])
    now[0] = 100.0
    assert left.words(10, 40) == "about 5 min left"
    assert left.words(0, 40) == ""
    now[0] = 102.0
    assert left.words(4, 40) == "about 18 s left"


def test_what_is_foreseen_counts_until_two_parts_are_done() -> None:
    now = [0.0]
    left, short = TimeLeft(lambda: now[0], foreseen=120.0), TimeLeft(lambda: now[0], foreseen=9.0)
    assert left.words(0, 12) == "about 2 min left" and not short.words(0, 12)
    now[0] = 90.0
    assert left.words(0, 12) == "about 30 s left" and left.words(3, 12) == "about 2 min left"
    now[0] = 130.0
    assert left.words(4, 12) == "about 5 min left"
    assert not TimeLeft(lambda: now[0]).words(0, 12)


def test_what_takes_longer_than_was_foreseen_says_nothing_until_it_is_known() -> None:
    now = [0.0]
    left = TimeLeft(lambda: now[0], foreseen=120.0)
    now[0] = 130.0
    assert not left.words(0, 12)
