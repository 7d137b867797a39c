"""The page of a new run: what can be started, and why not."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QFileDialog, QLineEdit, QPushButton

from explorer.train import setup
from explorer.train.clean_copy import clean_copy
from explorer.train.finding_list import FindingList
from explorer.train.preview import look_at
from explorer.train.setup import SetupPage
from stylegan_core.__main__ import main
from stylegan_core.data import half_drawn
from stylegan_core.training.config import preset
from tests.explorer.train.core_answers import REPORT


def test_without_data_nothing_can_be_started(page: SetupPage) -> None:
    assert not page.start.isEnabled()
    assert page.reason.text() == "Choose data, or make avatars."


def test_with_data_that_can_be_read_it_can(page: SetupPage, faces: Path, qtbot) -> None:
    assert page.data.maker.isVisible()
    page.data.choose(str(faces))
    assert not page.data.maker.isVisible()  # it pushed the run folder out of a low window
    qtbot.waitUntil(page.start.isEnabled)
    with qtbot.waitSignal(page.start_requested) as started:
        qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    folder, name, data, settings, init = started.args
    assert (folder.name, name, data) == ("00001-avatars-32", "avatars-32", str(faces))
    assert settings[0].startswith("threads=")
    assert init == ""


def test_data_that_is_none_is_named_in_one_sentence(page: SetupPage, tmp_path: Path, qtbot) -> None:
    (tmp_path / "nothing").mkdir()
    page.data.choose(str(tmp_path / "nothing"))
    qtbot.waitUntil(lambda: "holds no pictures" in page.reason.toolTip())
    assert not page.start.isEnabled()


def test_a_run_folder_that_is_taken_cannot_be_used(page: SetupPage, faces: Path, qtbot) -> None:
    page.data.choose(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    page.run_folder.setText(str(faces))
    assert "name a new folder" in page.reason.text()


def test_closing_does_not_wait_for_pictures_on_a_slow_disk(
    page: SetupPage, faces: Path, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    """The window stood still until the disk had answered."""
    reads, answers, in_time = threading.Event(), threading.Event(), []

    def look(*_: Any) -> None:
        reads.set()
        in_time.append(answers.wait(60))
        raise OSError("The disk is gone.")

    monkeypatch.setattr(setup, "look_at", look)
    page.data.choose(str(faces))
    assert reads.wait(60)
    page.close_page()
    answers.set()
    qtbot.waitUntil(lambda: bool(in_time))
    assert in_time == [True]


def test_folder_file_and_network_are_asked_for_while_the_window_goes_on(
    page: SetupPage, faces: Path, dialogs: list[QFileDialog], qtbot
) -> None:
    for asks in (page.data.folder_button, page.data.file_button, page.choice.init_button):
        qtbot.mouseClick(asks, Qt.MouseButton.LeftButton)
    folder, file, network = dialogs
    assert folder.fileMode() is QFileDialog.FileMode.Directory
    assert file.fileMode() is network.fileMode() is QFileDialog.FileMode.ExistingFile
    folder.fileSelected.emit(str(faces))
    assert page.data.text == str(faces)
    file.fileSelected.emit("faces.zip")
    assert page.data.text == "faces.zip"
    network.fileSelected.emit("old.safetensors")
    assert page.choice.network == "old.safetensors"


def test_the_preview_shows_every_level(faces: Path) -> None:
    preview = look_at(faces, (4, 8, 16, 32))
    assert preview.count == 8
    assert {side: strip.shape for side, strip in preview.levels.items()} == {
        side: (side, 6 * side, 3) for side in (4, 8, 16, 32)
    }
    top, low = preview.levels[32][:, :32].astype(float), preview.levels[4][:, :4].astype(float)
    assert np.allclose(low, top.reshape(4, 8, 4, 8, 3).mean((1, 3)), atol=0.51)


def test_avatars_that_are_there_are_not_drawn_again(page: SetupPage, asked: list[Any], qtbot, tmp_path: Path) -> None:
    target = page.data.maker.target()
    target.mkdir(parents=True)
    with qtbot.waitSignal(page.data.maker.made, raising=False, timeout=100) as none:
        qtbot.mouseClick(page.data.maker.draw, Qt.MouseButton.LeftButton)
    assert not none.signal_triggered
    assert asked[-1][:2] == ("data", "avatars")
    assert asked[-1][2].endswith("-again")
    half_drawn.begin(tmp_path / "other", {})
    (tmp_path / "other" / half_drawn.NOTE).rename(target / half_drawn.NOTE)
    page.data.maker.start()
    assert asked[-1][2] == str(target)  # where it goes on
    (target / "labels.json").touch()
    with qtbot.waitSignal(page.data.maker.made):
        page.data.maker.start()


def test_changes_of_a_preset_are_checked_and_drawn(page: SetupPage, faces: Path, asked: list[Any], qtbot) -> None:
    page.data.choose(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    page.choice.changes.setText("growth.32.stable_kimg=400, gamma=2")
    page.choice.changes.editingFinished.emit()
    growth = preset("avatars-32").growth
    assert page.choice.plan.total == pytest.approx(growth.total_kimg - growth.levels[-1].stable_kimg + 400)
    assert asked[-1][-4:] == ("--set", "growth.32.stable_kimg=400", "--set", "gamma=2")
    qtbot.waitUntil(page.start.isEnabled)
    page.choice.changes.setText("gama=2")
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


def test_a_branch_keeps_what_was_set_for_the_run(page: SetupPage, tmp_path: Path) -> None:
    """It began with the plan of the bare preset: two runs that differed in more than what somebody had changed."""
    page.choice.changes.setText("gamma=9")
    asked = ["growth.stable_kimg=2", "metric_kimg=1", "network.fmap_max=8", "data.label=Wearing Hat"]
    page.begin_from(tmp_path / "a.safetensors", {"preset": "tiny", "asked": asked, "data": {"label": "Wearing Hat"}})
    assert sorted(page.choice.settings()) == ["data.label=Wearing Hat", "growth.stable_kimg=2", "metric_kimg=1"]
    assert page.choice.config.growth.total_kimg == 2 * 3 + 2 * 0.032
    page.begin_from(tmp_path / "a.safetensors", {"preset": "tiny", "asked": None})
    assert page.choice.settings() == []


def test_the_sentence_of_a_preset_tells_of_its_critic(page: SetupPage) -> None:
    assert page.choice.meaning.text().endswith("163 kimg in all, R1 γ 2, a critic beside it from 13 kimg on.")
    page.choice.changes.setText("critic.from_kimg=0")
    page._show_preset()
    assert page.choice.meaning.text().endswith("a critic beside it.")
    page.choice.changes.setText("critic.weight=0")
    page._show_preset()
    assert "critic" not in page.choice.meaning.text()


def test_pictures_too_small_for_the_preset_come_with_a_cure(page: SetupPage, faces: Path, qtbot) -> None:
    page.choice.preset.setCurrentIndex(page.choice.preset.findData("avatars-64"))
    page.data.choose(str(faces))
    page.data._take({**REPORT, "resolution": 32})
    assert page.data.findings.shown[0].cures[0].text == "use avatars-32"
    click(page.data.findings, "use avatars-32", qtbot)
    assert page.choice.config.preset == "avatars-32"
    assert not page.data.findings.shown[0].cures


def click(shown: FindingList, text: str, qtbot) -> None:
    """A click on the chip of a cure."""

    def chips() -> list[QPushButton]:
        return [each for each in shown.findChildren(QPushButton) if each.text() == text and each.isVisible()]

    qtbot.waitUntil(lambda: bool(chips()))
    qtbot.mouseClick(chips()[0], Qt.MouseButton.LeftButton)


def test_a_cure_becomes_a_change_and_is_previewed(page: SetupPage, faces: Path, asked: list[Any], qtbot) -> None:
    page.data.choose(str(faces))
    page.data._take({**REPORT, "resolution": 32, "not_square": 3, "pictures": 20})
    click(page.data.findings, "show all of it", qtbot)
    assert page.choice.changes.text() == "data.fit=letterbox"
    assert asked[-1][-2:] == ("--set", "data.fit=letterbox")
    click(page.data.findings, "use the middle", qtbot)
    assert page.choice.config.data.fit == "crop"
    click(page.data.findings, "mirror them", qtbot)
    assert page.choice.config.data.mirror
    assert "mirror them" not in [cure.text for each in page.data.findings.shown for cure in each.cures]


def test_classes_are_chosen_from_the_labels(page: SetupPage, faces: Path, qtbot) -> None:
    page.data.choose(str(faces))
    assert not page.data.labels.isVisible()
    page.data._take({**REPORT, "resolution": 32, "attributes": ["hair_colour", "hat"]})
    assert page.data.labels.isVisible()
    page.data.labels.setCurrentIndex(2)
    page.data.labels.activated.emit(2)
    assert page.choice.config.data.label == "hat"
    page.data.labels.activated.emit(0)
    assert page.choice.config.data.label is None


def test_classes_may_have_blanks_and_commas_in_their_names(
    page: SetupPage, faces: Path, asked: list[Any], qtbot
) -> None:
    """Start stayed disabled: --set takes key=value, not 'Hat'."""
    page.data.choose(str(faces))
    page.data._take({**REPORT, "resolution": 32, "attributes": ["Wearing Hat", "cap, or none"]})
    for index, name in ((2, "cap, or none"), (1, "Wearing Hat")):
        page.data.labels.activated.emit(index)
        assert page.choice.config.data.label == name
        assert page.data.labels.currentIndex() == index
        assert asked[-1][-2:] == ("--set", f"data.label={name}")
    qtbot.waitUntil(page.start.isEnabled)
    with qtbot.waitSignal(page.start_requested) as started:
        qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    assert started.args[3][-1] == "data.label=Wearing Hat"


def test_a_copy_leaves_out_what_is_wrong(page: SetupPage, faces: Path, qtbot) -> None:
    (faces / "8.png").write_bytes(b"half a picture")
    (faces / "labels.json").write_text("{}", encoding="utf-8")
    page.data.choose(str(faces))
    page.data._take({**REPORT, "path": str(faces), "unreadable": {"8.png": "why"}, "identical": [["1.png", "2.png"]]})
    click(page.data.findings, "leave these 2 out", qtbot)
    qtbot.waitUntil(lambda: page.data.text.endswith("faces-clean"))
    kept = sorted(each.name for each in Path(page.data.text).iterdir())
    assert kept == ["0.png", "1.png", "3.png", "4.png", "5.png", "6.png", "7.png", "labels.json"]
    assert len(list(faces.iterdir())) == 10
    again = clean_copy(faces, page.data.folder, {"0.png"})
    assert again.name == "faces-clean-2"


def test_the_check_shows_how_far_it_is_and_can_be_cancelled(page: SetupPage, faces: Path, qtbot) -> None:
    page.data.choose(str(faces))
    assert page.data.bar.isVisible()
    page.data._check.progress.emit(3, 8)
    assert (page.data.bar.value(), page.data.bar.maximum()) == (3, 8)
    assert page.data.words.text() == "3 of 8 pictures looked at"
    qtbot.mouseClick(page.data.cancel, Qt.MouseButton.LeftButton)
    assert not page.data.bar.isVisible()
    assert "were not looked through" in page.data.findings.text()
    click(page.data.findings, "look now", qtbot)
    assert page.data.bar.isVisible()
    qtbot.mouseClick(page.data.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.start.isEnabled)


def test_drawing_avatars_says_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("resvg_py", reason="the data extra is not installed")
    command = ["data", "avatars", str(tmp_path / "a"), "--count", "2", "--resolution", "16", "--workers", "1"]
    assert main([*command, "--progress"]) == 0
    assert capsys.readouterr().err == "progress 2 2\n"


def test_a_run_folder_that_was_named_stays(page: SetupPage, tmp_path: Path) -> None:
    """Another preset, or leaving the field of changes, put the proposed folder back."""
    page.run_folder.setText(str(tmp_path / "mine"))
    page.choice.preset.setCurrentIndex(page.choice.preset.findData("tiny"))
    page.choice.changes.editingFinished.emit()
    assert page.run_folder.text() == str(tmp_path / "mine")


def test_a_network_without_growth_is_shown_once(page: SetupPage, faces: Path, qtbot) -> None:
    page.choice.preset.setCurrentIndex(page.choice.preset.findData("dcgan-32"))
    page.data.choose(str(faces))
    qtbot.waitUntil(page.start.isEnabled)
    assert page.sees.text() == "What it will see"
    assert [side for side, _ in page.preview._rows] == [32]
    assert "R1" not in page.choice.meaning.text()


def test_every_field_says_what_it_is_for(page: SetupPage) -> None:
    """Eight fields had no tooltip."""
    fields = [
        each for kind in (QLineEdit, QComboBox, QAbstractSpinBox, QAbstractButton) for each in page.findChildren(kind)
    ]
    own = [each for each in fields if each.objectName() != "qt_spinbox_lineedit"]
    assert len(own) > 15
    assert [each.accessibleName() for each in own if not each.toolTip().endswith(".")] == []
