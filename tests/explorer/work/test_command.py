"""Questions to the core in a process: the answer is JSON, a failure one sentence."""

import os
import sys
from typing import Any

import pytest

from explorer.work import command
from explorer.work.command import last_sentence
from stylegan_core.processes import ASKER


def test_the_last_line_of_a_complaint_counts() -> None:
    assert last_sentence("Traceback\n  x\nValueError: no\n\n") == "ValueError: no"


def test_a_command_answers_in_json_and_fails_in_a_sentence(monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    good = "print('progress 2 5', file=sys.stderr); print('{\"a\": 1}')"
    code = f"import sys\nif sys.argv[1] == 'good': {good}\nelse: sys.exit('It cannot be.')"
    monkeypatch.setattr(command, "core_command", lambda *a: ([sys.executable, "-c", code, *a], dict(os.environ)))
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
    monkeypatch.setattr(command, "core_command", lambda *_: ([sys.executable, "-c", code], dict(os.environ)))
    asking = command.CoreCommand()
    with qtbot.waitSignal(asking.answered) as answered:
        asking.ask()
    assert answered.args == [os.getpid()]
