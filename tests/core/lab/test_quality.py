"""Measurements of models: kept and read again, compared only where they can be, told in three digits and in full."""

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from stylegan_core.lab.quality import NUMBERS, Quality, best, half_text, number_text, quality_table, with_confidence

ROW = Quality("faces", "abc", "/data/faces", 64, 500, 400, 3, 1796069841.25, {"FD-E": 57.1, "P-E": 0.63})


def test_a_measurement_is_read_as_it_was_written() -> None:
    sure = replace(ROW, confidence={"FD-E": 0.41}, limits={"FD-E": 45.2})
    for row in (ROW, sure):
        assert Quality.from_json(json.loads(json.dumps(row.to_json()))) == row


def test_a_measurement_of_an_older_version_is_read() -> None:
    data = ROW.to_json()
    del data["confidence"], data["limits"]
    assert Quality.from_json(data) == ROW


@pytest.mark.parametrize(
    "change",
    [{"hash": None}, {"numbers": []}, {"numbers": {"FD-E": "much"}}, {"fakes": "x"}, {"when": {}}, {"limits": 3}],
)
def test_what_is_no_measurement_is_refused(change: dict[str, object]) -> None:
    data = ROW.to_json() | change
    if change == {"hash": None}:
        del data["hash"]
    with pytest.raises(ValueError):
        Quality.from_json(data)


def test_the_best_is_told_among_other_models_on_the_same_pictures() -> None:
    worse = replace(ROW, hash="b", numbers={"FD-E": 60.0, "P-E": 0.7})
    elsewhere = replace(ROW, hash="c", data="/data/others", numbers={"FD-E": 1.0})
    fewer = replace(ROW, hash="d", fakes=100, numbers={"FD-E": 1.0})
    floor = replace(ROW, hash="", model="", numbers={"FD-E": 20.0, "P-E": 0.9})
    broken = replace(ROW, hash="e", numbers={"FD-E": math.nan})
    rows = [ROW, worse, elsewhere, fewer, floor, broken]
    assert [best(rows, at, "FD-E") for at in range(6)] == [True, False, False, False, False, False]
    assert [best(rows, at, "P-E") for at in range(6)] == [False, True, False, False, False, False]
    assert not best([ROW, floor, replace(ROW, when=1.0)], 0, "FD-E")  # nobody to be better than
    assert not any(best(rows, at, "SWD") for at in range(6))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (57.123, "57.1"),
        (0.01931, "0.0193"),
        (-0.0002, "-0.0002"),
        (0.0, "0"),
        (999.96, "1\u2009000"),
        (111234.0, "111\u2009000"),
        (1e6, "1\u2009000\u2009000"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (57.123, 0.412, "57.12 ± 0.41"),
        (0.01931, 0.00099, "0.01931 ± 0.00099"),
        (57.1, 12.3, "57 ± 12"),
        (111234.0, 3127.0, "111\u2009200 ± 3\u2009100"),
        (1234.5, 0.31, "1\u2009234.50 ± 0.31"),
        (57.1234, None, "57.12"),
        (57.1234, math.nan, "57.12"),
    ],
)
def test_a_number_ends_where_its_confidence_does(value: float, half: float | None, text: str) -> None:
    assert with_confidence(value, half) == text


def test_a_confidence_has_two_digits() -> None:
    assert [half_text(half) for half in (0.412, 153.0, 99.6, None, math.inf)] == ["±0.41", "±150", "±100", "", ""]


def test_the_table_has_every_number_in_full_and_no_formulas() -> None:
    sure = replace(ROW, model="=1+1", confidence={"FD-E": 0.41}, limits={"FD-E": 45.2})
    floor = replace(ROW, model="", hash="", numbers={"FD-E": 1 / 3})
    rows = list(csv.DictReader(io.StringIO(quality_table([sure, floor]))))
    old = ["model", "hash", *NUMBERS, "data", "resolution", "drawn", "real", "seed", "measured"]
    assert list(rows[0]) == [*old, *(f"{name} confidence_95" for name in NUMBERS), "FD-E limit"]
    assert (rows[0]["FD-E confidence_95"], rows[0]["FD-E limit"], rows[1]["FD-E confidence_95"]) == ("0.41", "45.2", "")
    assert [row["model"] for row in rows] == ["'=1+1", "real pictures"]
    assert float(rows[1]["FD-E"]) == 1 / 3 and rows[1]["SWD"] == ""
    assert (rows[0]["data"], rows[0]["drawn"], rows[0]["real"]) == ("faces", "500", "400")
    assert rows[0]["measured"] == "2026-11-30T20:17:21+00:00"
