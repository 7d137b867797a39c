"""How numbers are written and histograms are scaled."""

from dataclasses import replace

import pytest

from explorer.lab.histogram import heights, ticks
from explorer.lab.words import ends, number, place_words, row_words, sentence, tick
from stylegan_core.recipe import Latent, Recipe
from tests.explorer import drawn_layers


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0.00"), (-0.00001, "-1e-5"), (0.0001, "0.0001"), (-0.021, "-0.021"), (0.0042, "0.0042"),
        (0.0996, "0.10"),
        (9.994, "9.99"), (9.996, "10.0"), (-31.24, "-31.2"), (99.96, "100"), (965.4, "965"),
        (999_999.4, "999999"), (999_999.6, "1e6"), (-123_456_789.0, "-1.2e8"), (3e-30, "3e-30"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_numbers_keep_about_three_digits(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (250.12, 250.34, ("250.12", "250.34")), (-0.001, 0.12, ("0.00", "0.12")), (250.0, 780.0, ("250", "780")),
        (1.2345e8, 1.2346e8, ("1.2345e8", "1.2346e8")), (2e-6, 3e-6, ("2e-6", "3e-6")), (2.0, 2.0, ("2.00", "2.00")),
        (100.0, 100.0002, ("100.00000", "100.00020")),
    ],
)  # fmt: skip
def test_both_ends_of_a_narrow_bar_are_told_apart(low: float, high: float, words: tuple[str, str]) -> None:
    assert ends(low, high) == words


def test_large_ticks_have_a_power_of_ten() -> None:
    assert [tick(each) for each in (0.0, 0.25, 120000.0, -2e6, 100050000.0)] == [
        "0",
        "0.25",
        "120000",
        "-2e6",
        "1.0005e8",
    ]


def test_values_that_are_no_numbers_are_named() -> None:
    facts = drawn_layers.facts(Recipe(Latent(1)), 8)[1]
    assert sentence(replace(facts, not_finite=512)).endswith("% are zero or below; 512 values are no numbers.")
    assert sentence(replace(facts, is_picture=True, not_finite=1)).endswith("white is 1; 1 value is no number.")
    assert row_words(replace(facts, not_finite=2)).endswith("; 2 values are no numbers.")


def test_ranks() -> None:
    assert [place_words(place, 128).split()[0] for place in (0, 1, 2, 3, 10, 11, 20, 110)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "111th"
    ]  # fmt: skip


def test_one_spike_is_cut_off_and_the_rest_stays_visible() -> None:
    parts, top = heights((900, 10, 20, 0))
    assert top == 60 and parts == [1.0, 10 / 60, 20 / 60, 0.0]
    assert heights((5, 0, 0))[1] == 5
    assert heights((0, 0)) == ([0.0, 0.0], 0)
    assert heights((10, 20, 30))[1] == 30


def test_ticks_are_round_and_inside() -> None:
    assert [round(each, 6) for each in ticks(-4.1, 6.2)] == [-4, -2, 0, 2, 4, 6]
    assert [round(each, 6) for each in ticks(0, 0.045)] == [0, 0.01, 0.02, 0.03, 0.04]
    assert list(ticks(1.0, 1.0)) == [] and list(ticks(float("nan"), 1.0)) == []
