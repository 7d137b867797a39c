"""Measurements of models: kept and read again, compared only where they can be, told in three digits and in full."""

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from stylegan_core.lab.quality import NUMBERS, Quality, best, number_text, quality_table

ROW = Quality("faces", "abc", "/data/faces", 64, 500, 400, 3, 1796069841.25, {"FD-E": 57.1, "P-E": 0.63})


def test_a_measurement_is_read_as_it_was_written() -> None:
    assert Quality.from_json(json.loads(json.dumps(ROW.to_json()))) == ROW


@pytest.mark.parametrize(
    "change", [{"hash": None}, {"numbers": []}, {"numbers": {"FD-E": "much"}}, {"fakes": "x"}, {"when": {}}]
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


def test_the_table_has_every_number_in_full_and_no_formulas() -> None:
    floor = replace(ROW, model="", hash="", numbers={"FD-E": 1 / 3})
    rows = list(csv.DictReader(io.StringIO(quality_table([replace(ROW, model="=1+1"), floor]))))
    assert list(rows[0]) == ["model", "hash", *NUMBERS, "data", "resolution", "drawn", "real", "seed", "measured"]
    assert [row["model"] for row in rows] == ["'=1+1", "real pictures"]
    assert float(rows[1]["FD-E"]) == 1 / 3 and rows[1]["SWD"] == ""
    assert (rows[0]["data"], rows[0]["drawn"], rows[0]["real"]) == ("faces", "500", "400")
    assert rows[0]["measured"] == "2026-11-30T20:17:21+00:00"
