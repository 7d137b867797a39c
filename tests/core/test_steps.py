"""Steps told in other words end with the same result, and an error in hearing of one ends the work."""

from collections.abc import Generator

import pytest

from stylegan_core.steps import retold, run_through


def counting(ended: list[str]) -> Generator[int, None, str]:
    try:
        yield 1
        yield 2
        return "done"
    finally:
        ended.append("ended")


def test_all_steps_at_once() -> None:
    heard: list[int] = []
    assert run_through(counting([]), heard.append) == "done" and heard == [1, 2]
    assert run_through(counting([])) == "done"


def test_steps_in_other_words() -> None:
    heard: list[str] = []
    assert run_through(retold(counting([]), str), heard.append) == "done" and heard == ["1", "2"]


def test_who_is_given_up_ends() -> None:
    ended: list[str] = []
    told = retold(counting(ended), str)
    assert next(told) == "1"
    del told
    assert ended == ["ended"]
    with pytest.raises(ZeroDivisionError):
        run_through(counting(ended), lambda step: step / 0)
    assert ended == ["ended", "ended"]
