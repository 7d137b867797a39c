"""Questions to the core in a process: the answer is JSON, a failure one sentence."""

import os
import time
from typing import Any

import pytest
from PySide6.QtCore import QProcess

from explorer.work import command
from explorer.work.command import last_sentence
from stylegan_core.processes import ASKER
from tests.explorer.acted_core import act


def test_the_last_line_of_a_complaint_counts() -> None:
    assert last_sentence("Traceback\n  x\nValueError: no\n\n") == "ValueError: no"


def test_a_command_answers_in_json_and_fails_in_a_sentence(monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    good = "print('progress 2 5', file=sys.stderr); print('{\"a\": 1}')"
    code = f"import sys\nif sys.argv[1] == 'good': {good}\nelse: sys.exit('It cannot be.')"
    act(monkeypatch, code)
    asking = command.CoreCommand()
    told: list[tuple[int, int]] = []
    answers: list[Any] = []
    asking.progress.connect(lambda done, total: told.append((done, total)))
    asking.answered.connect(answers.append)
    with qtbot.waitSignals([asking.progress, asking.answered]):
        asking.ask("good")
    assert (told, answers) == ([(2, 5)], [{"a": 1}])
    with qtbot.waitSignal(asking.failed) as failed:
        asking.ask("bad")
    assert failed.args == ["It cannot be."]


def test_the_process_knows_whose_end_is_its_own(monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    code = f"import os; print(os.environ['{ASKER}'])"
    act(monkeypatch, code)
    asking = command.CoreCommand()
    with qtbot.waitSignal(asking.answered) as answered:
        asking.ask()
    assert answered.args == [os.getpid()]


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> float:
    """Processes of commands take so many seconds to end once they are killed, as one does that has much memory."""
    code = "import sys, time; print('progress 1 2', file=sys.stderr, flush=True); sys.stdin.read(); time.sleep(0.6)"
    act(monkeypatch, code)
    monkeypatch.setattr(QProcess, "kill", lambda _: None)
    return 0.6


def test_the_window_does_not_wait_for_a_process_that_is_dropped(dying: float, qtbot) -> None:
    asking, gone, answers = command.CoreCommand(), list[int](), list[Any]()
    asking.failed.connect(answers.append)
    asking.answered.connect(answers.append)
    with qtbot.waitSignal(asking.progress, timeout=10_000):
        asking.ask()
    begun = time.monotonic()
    asking.drop(lambda: gone.append(1))
    assert time.monotonic() - begun < dying / 2
    assert not asking.busy and not gone  # what it leaves behind is still being written
    asking.deleteLater()
    qtbot.waitUntil(lambda: gone == [1])
    assert answers == []
    asking = command.CoreCommand()
    asking.drop(lambda: gone.append(2))  # there is nothing to wait for
    assert gone == [1, 2]


def test_a_window_that_closes_waits_for_what_was_dropped(dying: float, qtbot) -> None:
    asking, gone = command.CoreCommand(), list[int]()
    with qtbot.waitSignal(asking.progress, timeout=10_000):
        asking.ask()
    asking.drop(lambda: gone.append(1))
    command.wait_for_dropped()
    assert gone == [1]
