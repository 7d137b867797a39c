"""The copy of a data set without what is wrong: how far it is, giving it up, and other data chosen meanwhile."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from explorer.problem import Problem
from explorer.train import clean_copy as module
from explorer.train.clean_copy import clean_copy
from explorer.train.setup import SetupPage
from explorer.work.command import CoreCommand
from explorer.work.task import Stopped


class Gate:
    """The disk under a copy: some pictures pass, then it is held up until the gate opens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open, self.reached, self.first = threading.Event(), threading.Event(), 3
        self._put: Callable[..., None] = module._put
        monkeypatch.setattr(module, "_put", self._hold_up)

    def _hold_up(self, *arguments: Any) -> None:
        self.first -= 1
        if self.first < 0:
            self.reached.set()
            assert self.open.wait(60)
        self._put(*arguments)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    made.open.set()


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    folder = tmp_path / "faces"
    folder.mkdir()
    for index in range(8):
        Image.fromarray(np.full((32, 32, 3), 30 * index, np.uint8)).save(folder / f"{index}.png")
    return folder


@pytest.fixture
def page(tmp_path: Path, faces: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[SetupPage]:
    """A page on which these faces are chosen and one of them is there twice."""
    monkeypatch.setattr(CoreCommand, "ask", lambda *_: None)
    made = SetupPage(tmp_path / "runs", tmp_path / "data")
    qtbot.addWidget(made)
    made.resize(1280, 646)
    made.show()
    made.open_page()
    made.data.choose(str(faces))
    made.data._take({"path": str(faces), "pictures": 5000, "resolution": 64, "identical": [["1.png", "2.png"]]})
    qtbot.waitUntil(made.start.isEnabled)
    yield made
    made.close_page()


def leave_out(page: SetupPage, gate: Gate, qtbot: QtBot) -> None:
    """Asks for the copy and waits until it is half made."""
    (cure,) = [each for each in page.data.findings.findChildren(QPushButton) if each.text() == "leave it out"]
    qtbot.mouseClick(cure, Qt.MouseButton.LeftButton)
    assert gate.reached.wait(60)
    qtbot.waitUntil(lambda: page.data.copy.bar.value() == 3)


def test_a_copy_shows_how_far_it_is_and_can_be_given_up(page: SetupPage, gate: Gate, faces: Path, qtbot: QtBot) -> None:
    """It had neither a bar nor a way out."""
    leave_out(page, gate, qtbot)
    row = page.data.copy
    assert row.isVisible() and row.bar.maximum() == 7
    assert row.said.text() == "3 of 7 pictures copied"
    assert page.data.unfinished == ["the copy of faces"]
    assert not page.start.isEnabled() and "still being made" in page.reason.toolTip()
    qtbot.mouseClick(row.cancel, Qt.MouseButton.LeftButton)
    gate.open.set()
    qtbot.waitUntil(lambda: not row.isVisible())
    assert page.data.unfinished == []
    assert page.data.text == str(faces) and "The copy was given up." in page.data.findings.text()
    assert list(page.data.folder.iterdir()) == []
    assert page.start.isEnabled()


def test_data_chosen_meanwhile_stays(page: SetupPage, gate: Gate, faces: Path, tmp_path: Path, qtbot: QtBot) -> None:
    """The copy took the place of whatever had been chosen since."""
    leave_out(page, gate, qtbot)
    other = str(shutil.copytree(faces, tmp_path / "others"))
    page.data.choose(other)
    assert "copy" not in page.data.why_not()
    with qtbot.waitSignal(page.said) as told:
        gate.open.set()
    assert page.data.text == other
    copy = page.data.folder / "faces-clean"
    assert told.args == [Problem(f"The copy of faces without what was wrong is {copy}."), "good"]
    assert len(list(copy.iterdir())) == 7


def test_closing_does_not_wait_for_the_copy_and_leaves_nothing(page: SetupPage, gate: Gate, qtbot: QtBot) -> None:
    """The window stood still until the last picture was copied."""
    leave_out(page, gate, qtbot)
    page.data.close_card()
    assert not gate.open.is_set()
    gate.open.set()
    for thread in threading.enumerate():
        if thread.name == "copy":
            thread.join(60)
    assert list(page.data.folder.iterdir()) == []


def test_whatever_ends_a_copy_leaves_nothing_of_it(
    faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 5:
            raise Stopped

    with pytest.raises(Stopped):
        clean_copy(faces, tmp_path / "data", {"1.png"}, stop)
    assert list((tmp_path / "data").iterdir()) == []

    def damaged(*_: object) -> None:
        raise ValueError("its entry in the zip file is damaged.")

    monkeypatch.setattr(module, "_put", damaged)
    with pytest.raises(ValueError, match="damaged"):
        clean_copy(faces, tmp_path / "data", {"1.png"})
    assert list((tmp_path / "data").iterdir()) == []
