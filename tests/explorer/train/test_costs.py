"""What a run takes on this machine: what is asked, how it is told, and what it keeps from starting."""

from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from PySide6.QtCore import Qt

from explorer.train import avatar_maker, costs, data_card
from explorer.train.costs import Costs
from explorer.train.findings import why_it_cannot_fit
from explorer.train.setup import SetupPage
from explorer.work.time_left import TimeLeft
from stylegan_core.training.config import preset
from tests.explorer.train.core_answers import COSTS


def test_a_preset_that_does_not_fit_cannot_be_started(page: SetupPage, faces: Path, qtbot) -> None:
    page.data.choose(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    page._show_costs(
        {**COSTS, "problems": ["The run needs 90 GiB of memory and 6 GiB are free; use a smaller preset."]}
    )
    assert not page.start.isEnabled()
    assert "90 GiB" in page.reason.text()


def test_another_preset_asks_again_what_it_costs(page: SetupPage, faces: Path, asked: list[Any], qtbot) -> None:
    page.data.choose(str(faces))
    asked.clear()
    page.choice.preset.setCurrentIndex(page.choice.preset.findData("tiny"))
    assert [each[:3] for each in asked] == [("preflight", "--preset", "tiny")]
    assert page.choice.plan.total == pytest.approx(preset("tiny").growth.total_kimg)
    assert page.run_folder.text().endswith("00001-tiny")


def test_another_run_folder_asks_again_whether_it_has_room(
    page: SetupPage, tmp_path: Path, asked: list[Any], qtbot
) -> None:
    """The disk of all runs was looked at, whatever folder was named."""
    assert asked[-1][asked[-1].index("--run") + 1] == page.run_folder.text()
    (tmp_path / "disk").mkdir()
    asked.clear()
    page.run_folder.setText(str(tmp_path / "disk" / "mine"))
    qtbot.waitUntil(lambda: bool(asked))
    assert asked[-1][asked[-1].index("--run") + 1] == str(tmp_path / "disk" / "mine")
    asked.clear()
    page.run_folder.setText(str(tmp_path / "disk" / "yours"))  # where there is as much room
    page._moved.timeout.emit()
    assert asked == []


def test_costs_name_time_memory_and_disk_of_each_level_and_in_all(qtbot) -> None:
    costs = Costs()
    qtbot.addWidget(costs)
    costs.show_plan(preset("tiny").growth.levels, waits=True)
    assert [row.cells[:2] for row in costs.table.rows] == [("0.032", "8"), ("0.064", "8"), ("0.096", "8")]
    costs.show_progress(1, 3)
    assert "level 2 of 3" in costs.said.text()
    costs.show_answer(COSTS)
    assert [row.cells for row in costs.table.rows] == [
        ("5", "32", "900", "6 s", "400 MB", "20 MB"),
        ("45", "16", "≈\u200945.2", "≈\u200917 min", "900 MB", "70 MB"),
    ]
    assert costs.table.total == ("50", "", "", "17 min", "900 MB", "100 MB")
    assert costs.table.free[-2:] == ("6.0 GB", "50.0 GB")
    assert costs.said.text().startswith("StyleGAN v1, 8×8, 3.4 M parameters · CPU, bfloat16")
    assert costs.problem.isHidden()
    costs.show_answer({**COSTS, "problems": ["No room."]})
    assert costs.problem.text() == "No room."
    answer = {**COSTS, "notes": ["Pictures are decoded each time."]}
    costs.show_answer(answer)
    assert costs.said.text().endswith("Pictures are decoded each time.")
    assert costs.problem.isHidden() and why_it_cannot_fit(answer) == ""
    assert why_it_cannot_fit(COSTS) == ""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time by which the page foresees how long its work takes."""
    now = [100.0]
    made = partial(TimeLeft, lambda: now[0])
    for each in (avatar_maker, costs, data_card):
        monkeypatch.setattr(each, "TimeLeft", made)
    return now


def test_work_over_ten_seconds_says_how_much_is_left(
    page: SetupPage, faces: Path, clock: list[float], asked: list[Any]
) -> None:
    maker = page.data.maker
    maker.start()
    assert asked[-1][-1] == "--progress"
    assert maker.said.text() == "0 of 2\u2009000 drawn"
    page.data.choose(str(faces))
    page.costs.show_progress(0, 4)
    clock[0] += 1
    maker._command.progress.emit(500, 2000)
    assert maker.said.text() == "500 of 2\u2009000 drawn"
    clock[0] += 19
    maker._command.progress.emit(500, 2000)
    page.data._check.progress.emit(2, 8)
    page._preflight.progress.emit(1, 4)
    assert maker.bar.value() == 500 and maker.said.text() == "500 of 2\u2009000 drawn, about 1 min left"
    assert page.data.words.text() == "2 of 8 pictures looked at, about 1 min left"
    assert page.costs.said.text() == "Measuring how fast this machine is: level 2 of 4, about 1 min left"


def test_the_measurement_can_be_given_up(page: SetupPage, faces: Path, asked: list[Any], qtbot) -> None:
    page.data.choose(str(faces))
    page._preflight._process = process = Mock()
    qtbot.mouseClick(page.costs.cancel, Qt.MouseButton.LeftButton)
    assert page.costs.bar.isHidden() and page.costs.cancel.isHidden()
    assert process.kill.called and not page._preflight.busy
    assert page.costs.said.text() == "It was not measured."
    qtbot.waitUntil(page.start.isEnabled)
    asked.clear()
    qtbot.mouseClick(page.costs.measure, Qt.MouseButton.LeftButton)
    assert [each[0] for each in asked] == ["preflight"]
    assert page.costs.bar.isVisible() and page.costs.measure.isHidden()


def test_a_network_that_cannot_be_trained_cannot_be_started(page: SetupPage, faces: Path, qtbot) -> None:
    """What preflight refused stood beside a Start button that could be pressed all the same."""
    page.data.choose(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    page._preflight.refused = True
    page._preflight.failed.emit("m.safetensors holds a Light-weight GAN, which can be drawn but not trained.")
    assert not page.start.isEnabled()
    assert "not trained" in page.reason.toolTip()
    page._preflight.refused = False
    page._cost_trouble = ""
    page._preflight.failed.emit("Killed")
    assert page.start.isEnabled()


def test_the_network_to_begin_from_is_measured_and_its_plan_drawn(page: SetupPage, faces: Path, asked, qtbot) -> None:
    page.data.choose(str(faces))
    page.choice.init.setText(str(faces / "0.png"))
    qtbot.waitUntil(lambda: asked[-1][5:7] == ("--init", str(faces / "0.png")))
    whole = page.choice.plan.total
    growth = {"levels": [{"level": 3, "fade_kimg": 0, "stable_kimg": 130, "batch": 16, "rate": 0.002}]}
    page._show_costs({**COSTS, "growth": growth})
    assert page.choice.plan.total == 130 < whole


def test_nothing_is_measured_twice(page: SetupPage, faces: Path, asked: list[Any], qtbot) -> None:
    page.data.choose(str(faces))
    before = len(asked)
    page.choice.changes.editingFinished.emit()
    page._show_preset()
    assert len(asked) == before


def test_too_little_memory_is_cured_by_one_click(page: SetupPage, faces: Path, qtbot) -> None:
    page.data.choose(str(faces))
    says = "The run needs 9 GiB of memory and 6 GiB are free; with micro_batch=8 it fits, at the same result."
    page._show_costs({**COSTS, "problems": [says]})
    assert not page.start.isEnabled()
    qtbot.mouseClick(page.costs.cure, Qt.MouseButton.LeftButton)
    assert page.choice.config.micro_batch == 8
    assert page.costs.cure.isHidden()


def test_many_levels_leave_room_for_what_they_cost(page: SetupPage, faces: Path, qtbot) -> None:
    page.choice.preset.setCurrentIndex(page.choice.preset.findData("ffhq-1024"))
    page.data.choose(str(faces))
    qtbot.waitUntil(lambda: len(page.preview._rows) > 5)
    assert page.preview.height() < 340
