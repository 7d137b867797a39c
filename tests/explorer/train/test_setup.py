"""The page of a new run: what can be started, and why not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from explorer import theme
from explorer.train.command import CoreCommand, last_sentence
from explorer.train.findings import cost_lines, finding_lines, why_it_cannot_fit
from explorer.train.preview import look_at
from explorer.train.setup import SetupPage, next_folder
from stylegan_core.training.config import preset

REPORT = {"pictures": 5000, "resolution": 64, "unreadable": {}, "tiny": {}, "identical": [], "similar": []}
COSTS = {
    "levels": [{"resolution": 4, "kimg": 5.0, "batch": 32, "img_per_s": 900.0, "seconds": 5.5, "measured": True}],
    "seconds": 5.5, "memory": 9e8, "memory_free": 6e9, "disk": 1e8, "disk_free": 5e10, "problems": [],
}  # fmt: skip


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    folder = tmp_path / "faces"
    folder.mkdir()
    for index in range(8):
        pixels = np.random.RandomState(index).randint(0, 255, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Every question to the core, none of which is asked for real."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(CoreCommand, "ask", lambda _self, *arguments: found.append(arguments))
    return found


@pytest.fixture
def page(tmp_path: Path, asked: list[tuple[str, ...]], qtbot):
    made = SetupPage(tmp_path / "runs", tmp_path / "data")
    qtbot.addWidget(made)
    made.resize(1280, 646)
    made.show()
    made.open_page()
    yield made
    made.close_page()


def test_without_data_nothing_can_be_started(page: SetupPage) -> None:
    assert not page.start.isEnabled()
    assert page.reason.text() == "Choose data, or make avatars."


def test_with_data_that_can_be_read_it_can(page: SetupPage, faces: Path, qtbot) -> None:
    page.set_data(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    with qtbot.waitSignal(page.start_requested) as started:
        qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    folder, name, data, settings, init = started.args
    assert (folder.name, name, data) == ("00001-avatars-32", "avatars-32", str(faces))
    assert settings[0].startswith("threads=")
    assert init == ""


def test_data_that_is_none_is_named_in_one_sentence(page: SetupPage, tmp_path: Path, qtbot) -> None:
    (tmp_path / "nothing").mkdir()
    page.set_data(str(tmp_path / "nothing"))
    qtbot.waitUntil(lambda: "holds no pictures" in page.reason.toolTip())
    assert not page.start.isEnabled()


def test_a_preset_that_does_not_fit_cannot_be_started(page: SetupPage, faces: Path, qtbot) -> None:
    page.set_data(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    page._show_costs(
        {**COSTS, "problems": ["The run needs 90 GiB of memory and 6 GiB are free; use a smaller preset."]}
    )
    assert not page.start.isEnabled()
    assert "90 GiB" in page.reason.text()


def test_a_run_folder_that_is_taken_cannot_be_used(page: SetupPage, faces: Path, qtbot) -> None:
    page.set_data(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    page.run_folder.setText(str(faces))
    assert "name a new folder" in page.reason.text()


def test_another_preset_asks_again_what_it_costs(page: SetupPage, faces: Path, asked: list[Any], qtbot) -> None:
    page.set_data(str(faces))
    asked.clear()
    page.preset.setCurrentIndex(page.preset.findData("tiny"))
    assert asked[0][:3] == ("preflight", "--preset", "tiny")
    assert page.plan.total == pytest.approx(preset("tiny").growth.total_kimg)
    assert page.run_folder.text().endswith("00001-tiny")


def test_the_preview_shows_every_level(faces: Path) -> None:
    preview = look_at(faces, (4, 8, 16, 32))
    assert preview.count == 8
    assert {side: strip.shape for side, strip in preview.levels.items()} == {
        side: (side, 6 * side, 3) for side in (4, 8, 16, 32)
    }
    top, low = preview.levels[32][:, :32].astype(float), preview.levels[4][:, :4].astype(float)
    assert np.allclose(low, top.reshape(4, 8, 4, 8, 3).mean((1, 3)), atol=0.51)


def test_avatars_that_are_there_are_not_drawn_again(page: SetupPage, asked: list[Any], qtbot) -> None:
    target = page.maker.target()
    target.mkdir(parents=True)
    with qtbot.waitSignal(page.maker.made, raising=False, timeout=100) as none:
        qtbot.mouseClick(page.maker.draw, Qt.MouseButton.LeftButton)
    assert not none.signal_triggered
    assert asked[-1][:2] == ("data", "avatars")
    assert asked[-1][2].endswith("-again")
    page.maker._timer.stop()
    (target / "labels.json").touch()
    with qtbot.waitSignal(page.maker.made):
        page.maker.start()


def test_findings_say_what_happens() -> None:
    assert finding_lines(REPORT, 64)[0] == ("5\u2009000 pictures, sharp enough for 64×64.", "good")
    broken = {**REPORT, "unreadable": {f"{i}.png": "why" for i in range(5)}, "resolution": 32}
    said = " ".join(text for text, _ in finding_lines(broken, 64))
    assert "5 pictures are unreadable and will be skipped: 0.png, 1.png, 2.png and 2 more." in said
    assert "would be enlarged" in said


def test_costs_name_time_memory_and_what_is_in_the_way() -> None:
    said = cost_lines({**COSTS, "problems": ["No room."]}, theme.DARK)
    for part in ("4×4", "<b>6 s</b>", "900 MB of 6.0 GB free", "No room."):
        assert part in said
    assert why_it_cannot_fit(COSTS) == ""


def test_the_next_folder_is_one_higher(tmp_path: Path) -> None:
    for name in ("00004-tiny", "00011-avatars-64", "notes"):
        (tmp_path / name).mkdir()
    assert next_folder(tmp_path, "tiny").name == "00012-tiny"


def test_the_last_line_of_a_complaint_counts() -> None:
    assert last_sentence("Traceback\n  x\nValueError: no\n\n") == "ValueError: no"


def test_a_command_answers_in_json_and_fails_in_a_sentence(monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    import os
    import sys

    from explorer.train import command

    code = "import sys; print('{\"a\": 1}') if sys.argv[1] == 'good' else sys.exit('It cannot be.')"
    monkeypatch.setattr(command, "core_command", lambda *a: ([sys.executable, "-c", code, *a], dict(os.environ)))
    asking = command.CoreCommand()
    with qtbot.waitSignal(asking.answered, timeout=10_000) as answered:
        asking.ask("good")
    assert answered.args == [{"a": 1}]
    with qtbot.waitSignal(asking.failed, timeout=10_000) as failed:
        asking.ask("bad")
    assert failed.args == ["It cannot be."]


def test_changes_of_a_preset_are_checked_and_drawn(page: SetupPage, faces: Path, asked: list[Any], qtbot) -> None:
    page.set_data(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    page.changes.setText("growth.32.stable_kimg=400, gamma=2")
    page.changes.editingFinished.emit()
    growth = preset("avatars-32").growth
    assert page.plan.total == pytest.approx(growth.total_kimg - growth.levels[-1].stable_kimg + 400)
    assert asked[-1][-4:] == ("--set", "growth.32.stable_kimg=400", "--set", "gamma=2")
    qtbot.waitUntil(page.start.isEnabled)
    page.changes.setText("gama=2")
    assert "no setting 'gama'" in page.reason.toolTip()
    assert not page.start.isEnabled()


def test_a_branch_begins_from_a_network_on_the_same_data(page: SetupPage, faces: Path, tmp_path: Path, qtbot) -> None:
    network = tmp_path / "000085.safetensors"
    page.begin_from(network, {"preset": "tiny", "data": {"path": str(faces)}})
    assert "is not there" in page.reason.text()
    network.touch()
    page.begin_from(network, {"preset": "tiny", "data": {"path": str(faces)}})
    qtbot.waitUntil(page.start.isEnabled)
    with qtbot.waitSignal(page.start_requested) as started:
        qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    assert started.args[1:3] == ["tiny", str(faces)]
    assert started.args[4] == str(network)


def test_pictures_too_small_for_the_preset_come_with_a_cure(page: SetupPage, faces: Path, qtbot) -> None:
    page.preset.setCurrentIndex(page.preset.findData("avatars-64"))
    page.set_data(str(faces))
    page._show_findings({**REPORT, "resolution": 32})
    assert "Use avatars-32 instead" in page.findings.text()
    page.findings.linkActivated.emit("preset:avatars-32")
    assert page.config.preset == "avatars-32"
    assert "instead" not in page.findings.text()
