"""The Lab's quality page: measured when asked, in another process; kept, compared, exported, taken away and back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from explorer.jobs import Table
from explorer.lab import quality_file
from explorer.lab.measuring import Measuring
from explorer.lab.quality_page import CHOOSE, EMPTY, QualityPage, Wanted
from explorer.lab.quality_table import HALF, HEADS
from explorer.session import Session
from explorer.work.background import Background
from explorer.work.command import CoreCommand
from stylegan_core.lab.quality import CONFIDENCE, Quality
from tests.explorer.explore.panel_fakes import Asked, model_info

ROW = Quality("other", "ab", "/data/faces", 64, 1000, 900, 0, 1796069841.0, {"FD-E": 60.0, "KID-E": 0.02})


class Desk:
    """The page with what measures, whose process is played by the test."""

    def __init__(self, page: QualityPage, measuring: Measuring, commands: list[tuple[str, ...]]) -> None:
        self.page, self.measuring, self.commands = page, measuring, commands
        self.said: list[tuple[str, str]] = []
        self.back: list[Callable[[], None]] = []
        measuring.said.connect(lambda problem, tone: self.said.append((problem.sentence, tone)))
        measuring.taken_away.connect(lambda _, back: self.back.append(back))

    def answer(self, **numbers: Any) -> None:
        key = "" if "--resolution" in self.commands[-1] else self.page.info.hash
        sure = {name: numbers.pop(name, {}) for name in ("confidence_95", "limits")}
        told = {name.replace("_", "-"): number for name, number in numbers.items()}
        told = {"model": key, "fakes": 1000, "reals": 900, **told, **sure}
        self.measuring._command.answered.emit(told)

    def column(self, name: str) -> list[str]:
        at = next(at for at, head in enumerate(HEADS) if head.startswith(name))
        model = self.page.table.model()
        return [model.index(row, at).data() for row in range(model.rowCount())]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def show(qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Desk]]:
    commands: list[tuple[str, ...]] = []
    made: list[Desk] = []
    disks: list[Background] = []
    monkeypatch.setattr(CoreCommand, "ask", lambda _, *words: commands.append(words))

    def build() -> Desk:
        page = QualityPage(session)
        qtbot.addWidget(page)
        page.offer([QAction("Open…", page)], QAction("New face", page))
        page.resize(1280, 646)
        page.show()
        disks.append(Background(page))
        measuring = Measuring(session, disks[-1], page)
        measuring.serve(page)
        desk = Desk(page, measuring, commands)
        if session.info is None:
            session.set_model(model_info(), "small.safetensors")
        else:
            page.show_model(session.info)
        made.append(desk)
        return desk

    yield build
    for disk in disks:
        disk.close()
    for desk in made:
        desk.measuring.close()


def test_the_open_network_is_measured_when_asked(show: Any, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    desk = show()
    page = desk.page
    assert not page.measure.isEnabled() and page.measure.toolTip() == CHOOSE
    assert page.blank.isVisible() and page.blank.words.text() == EMPTY and page.blank.way.text() == "Choose pictures…"
    page.use_data(str(tmp_path))
    assert page.blank.way.text() == "Measure" and page.blank.way.isEnabled()
    page.ticks["swd"].setChecked(False)
    qtbot.mouseClick(page.measure, Qt.MouseButton.LeftButton)
    command = desk.commands[-1]
    assert command[:2] == ("metrics", str(Path("small.safetensors").absolute()))
    assert command[2:8] == ("--data", str(tmp_path), "--only", "fd,kid,pr", "--count", "1000")
    assert page.measure.text() == "Cancel" and page.head.state.word == "measuring"
    desk.measuring._command.progress.emit(340, 1000)
    assert page.head.state.word.startswith("34 %")
    desk.answer(FD_E=57.123, P_E=0.63)
    assert page.head.state.word == "measured" and page.measure.text() == "Measure"
    assert desk.column("FD-E") == ["57.1"] and desk.column("P-E") == ["0.63"] and desk.column("SWD") == ["–"]
    cell = page.table.model().index(0, 1)
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "FD-E of small: 57.123."
    page.grab()


def test_a_number_tells_how_sure_it_is(show: Any, tmp_path: Path) -> None:
    desk = show()
    desk.page.use_data(str(tmp_path))
    desk.page.press()
    told = {"FD_E": 57.123, "SWD": 19.7, "confidence_95": {"FD-E": 0.412}, "limits": {"FD-E": 45.23}}
    desk.answer(**told)
    model = desk.page.table.model()
    cell, other = model.index(0, 1), model.index(0, HEADS.index("SWD ↓"))
    assert (cell.data(HALF), other.data(HALF), model.index(0, 0).data(HALF)) == ("±0.41", "", "")
    said = cell.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == f"FD-E of small: 57.12 ± 0.41, with ever more pictures 45.2. {CONFIDENCE}"
    assert other.data(Qt.ItemDataRole.AccessibleTextRole) == "SWD of small: 19.7."
    desk.measuring._disk.close()
    (kept,) = quality_file.read_measurements()
    assert (kept.confidence, kept.limits) == ({"FD-E": 0.412}, {"FD-E": 45.23})
    plain = desk.page.table.grab().toImage()
    desk.page.show_rows([replace(kept, confidence={})])
    assert desk.page.table.grab().toImage() != plain  # the ± is painted


def test_what_was_measured_is_compared_and_survives_a_restart(show: Any, session: Session, qtbot: QtBot) -> None:
    quality_file.add_measurement(ROW)
    with (quality_file._file()).open("ab") as file:
        file.write(b'{"model": "torn')  # a crash
    desk = show()
    desk.measuring.start()
    qtbot.waitUntil(lambda: desk.column("model") == ["other"])
    assert desk.page.data == ROW.data  # the pictures of the last time
    desk.page.press()
    desk.answer(FD_E=57.0, KID_E=0.03)
    assert desk.column("model") == ["small", "other"]
    assert desk.column("FD-E") == ["★ 57", "60"] and desk.column("KID-E") == ["0.03", "★ 0.02"]
    desk.page.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert desk.column("model") == ["other", "small"]
    desk.measuring._disk.close()
    assert [row.model for row in quality_file.read_measurements()] == ["other", "small"]


def test_real_pictures_are_measured_alone(show: Any, tmp_path: Path) -> None:
    desk = show()
    desk.page.use_data(str(tmp_path))
    desk.page.ticks["ppl"].setChecked(True)
    desk.page.floor.click()
    assert desk.commands[-1][:3] == ("metrics", "--resolution", "64") and "fd,kid,pr,swd" in desk.commands[-1]
    desk.answer(FD_E=21.0)
    assert desk.column("model") == ["real pictures"] and desk.column("FD-E") == ["21"]
    for key in ("fd", "kid", "pr", "swd"):
        desk.page.ticks[key].setChecked(False)
    assert not desk.page.floor.isEnabled() and desk.page.measure.isEnabled()


def test_the_measuring_goes_on_while_another_network_is_opened(show: Any, session: Session, tmp_path: Path) -> None:
    desk = show()
    desk.page.use_data(str(tmp_path))
    desk.page.press()
    first = desk.page.info.hash
    session.set_model(replace(model_info(name="second"), hash="f" * 64), "second.safetensors")
    assert desk.page.measure.text() == "Cancel"
    desk.measuring._command.answered.emit({"model": first, "fakes": 1000, "reals": 900, "FD-E": 5.0})
    assert desk.column("model") == ["small"] and desk.page.head.state.word == "not measured"


def test_it_can_be_given_up_and_what_fails_says_why(show: Any, tmp_path: Path) -> None:
    desk = show()
    desk.page.use_data(str(tmp_path))
    desk.page.press()
    desk.page.press()
    assert desk.page.measure.text() == "Measure" and desk.column("model") == []
    desk.page.press()
    desk.measuring._command.failed.emit("faces holds no pictures: choose another folder.")
    assert desk.page.message.text().startswith("faces holds no pictures") and desk.page.message.isVisible()
    assert desk.page.head.state.word == "cannot be measured"
    desk.page.use_data(str(tmp_path / "other"))
    assert not desk.page.message.isVisible()


def test_a_row_is_taken_away_and_brought_back(show: Any, qtbot: QtBot) -> None:
    quality_file.add_measurement(ROW)
    quality_file.add_measurement(replace(ROW, model="third", when=ROW.when + 1))
    desk = show()
    desk.measuring.start()
    qtbot.waitUntil(lambda: desk.column("model") == ["third", "other"])
    table = desk.page.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(1, 0))
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert desk.column("model") == ["third"]
    desk.back[0]()
    assert desk.column("model") == ["third", "other"]
    desk.measuring._disk.close()
    assert len(quality_file.read_measurements()) == 2


def test_a_disk_that_refuses_is_told_and_the_row_stays(
    show: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = show()
    desk.page.use_data(str(tmp_path))
    monkeypatch.setattr(quality_file, "_file", lambda: Path("/dev/full"))
    desk.page.press()
    desk.answer(FD_E=5.0)
    qtbot.waitUntil(lambda: bool(desk.said))
    assert desk.said[0][0].startswith("The measurements cannot be written (No space left on device)")
    assert desk.column("model") == ["small"]
    assert desk.measuring.unfinished == ["measurements that could not be written"]
    monkeypatch.setattr(quality_file, "_file", lambda: tmp_path / "measurements.jsonl")
    desk.measuring.write_again()
    qtbot.waitUntil(lambda: not desk.measuring._disk.busy)
    assert not desk.measuring.unfinished
    assert [row.name for row in quality_file.read_measurements()] == ["small"]


def test_the_measurements_are_exported(show: Any, session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    quality_file.add_measurement(ROW)
    desk = show()
    assert not desk.page.export.isEnabled()
    desk.measuring.start()
    qtbot.waitUntil(desk.page.export.isEnabled)
    asked = Asked(desk.page)
    desk.page.export.write(desk.page.export.plan(), str(tmp_path / "a"))
    request = asked.of(Table)
    assert request.path == str(tmp_path / "a.csv") and "other,ab,60.0,0.02" in request.text
    asked.done(request, request.path)
    assert not desk.page.export.writing


@pytest.mark.parametrize(("count", "word"), [(9, "10 to 50000"), (50_001, "10 to 50000"), (10, "")])
def test_a_count_that_says_nothing_is_refused(show: Any, tmp_path: Path, count: int, word: str) -> None:
    page = show().page
    page.use_data(str(tmp_path))
    page.count.show_value(count)
    wanted = page.wanted
    assert word in wanted if word else isinstance(wanted, Wanted)
