"""Amounts in words, as commands and the window say them."""

import pytest

from stylegan_core.amounts import count_words, counted, duration, listed, size_text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "0 s"),
        (40, "40 s"),
        (59.6, "1 min"),
        (359, "6 min"),
        (3600, "1 h"),
        (27_600, "7 h 40 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_a_length_of_time_has_two_units_at_most(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"), [(-1, "0 kB"), (33_000, "33 kB"), (8.2e8, "820 MB"), (2.1e9, "2.1 GB"), (3e12, "3.0 TB")]
)
def test_bytes_have_the_unit_that_people_use(count: float, said: str) -> None:
    assert size_text(count) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 pictures"), (1, "1 picture"), (2, "2 pictures"), (1310, "1\u2009310 pictures")]
)
def test_one_thing_has_no_s(count: int, said: str) -> None:
    assert counted(count, "picture") == said


@pytest.mark.parametrize(("count", "said"), [(812, "812"), (24_400, "24 k"), (3_100_000, "3.1 M"), (120_000, "0.1 M")])
def test_parameters_are_told_in_what_says_something(count: int, said: str) -> None:
    assert count_words(count) == said


def test_things_are_listed_as_in_a_sentence() -> None:
    assert [listed("abc"[:many]) for many in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
