"""What is dropped on the training pages."""

import gzip
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.train.dropping import what_is
from explorer.train.workspace import TrainWorkspace
from explorer.work.command import CoreCommand
from stylegan_core.recipe import Recipe
from stylegan_core.rundir import RunDir
from tests.explorer.fake_backend import WEIGHTS


def drop(widget: QWidget, path: Path) -> None:
    """A file or folder from a file manager."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(9, 9), copy, data, left, none))


@pytest.fixture
def page(workspace: TrainWorkspace, monkeypatch: pytest.MonkeyPatch) -> TrainWorkspace:
    """The workspace with the page of a new run; the core is not asked for real."""
    monkeypatch.setattr(CoreCommand, "ask", lambda *_: None)
    workspace.new_run()
    return workspace


def faces(folder: Path) -> Path:
    folder.mkdir()
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(folder / "0.png")
    return folder


def zipped(folder: Path) -> Path:
    folder.mkdir()
    with zipfile.ZipFile(folder / "faces.zip", "w") as file:
        file.write(faces(folder / "faces") / "0.png", "0.png")
    return folder / "faces.zip"


def idx(folder: Path) -> Path:
    folder.mkdir()
    (folder / "digits").write_bytes(gzip.compress(b"\0\0\x08\x03" + bytes(12)))
    return folder / "digits"


@pytest.mark.parametrize("make", [faces, zipped, idx])
def test_pictures_dropped_on_new_run_become_its_data(
    page: TrainWorkspace, make: Callable[[Path], Path], tmp_path: Path, qtbot: QtBot
) -> None:
    """They were "neither a run nor a folder with a model"."""
    path = make(tmp_path / "given")
    drop(page, path)
    qtbot.waitUntil(lambda: page.setup.data.text == str(path))


def test_nothing_on_the_page_takes_a_file_for_text(page: TrainWorkspace) -> None:
    assert [each for each in page.setup.findChildren(QWidget) if each.acceptDrops()] == []


@pytest.mark.parametrize("whole", [True, False], ids=["file", "folder"])
def test_a_network_dropped_on_new_run_is_begun_from(
    page: TrainWorkspace, tmp_path: Path, whole: bool, qtbot: QtBot
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a.safetensors").write_bytes(WEIGHTS)
    drop(page, folder / "a.safetensors" if whole else folder)
    qtbot.waitUntil(lambda: page.setup.choice.init.text() == str(folder / "a.safetensors"))


def test_a_packed_network_is_no_data(page: TrainWorkspace, tmp_path: Path, qtbot: QtBot) -> None:
    np.savez(tmp_path / "net.npz", weights=np.zeros(3))  # a zip file, as those of torch are
    drop(page, tmp_path / "net.npz")
    qtbot.waitUntil(lambda: page.setup.choice.init.text() == str(tmp_path / "net.npz"))
    assert page.setup.data.text == ""


def test_a_run_dropped_anywhere_is_watched(workspace: TrainWorkspace, run: RunDir, qtbot: QtBot) -> None:
    drop(workspace, run.path)
    qtbot.waitUntil(lambda: workspace.monitor is not None and workspace.monitor.path == run.path)


def test_pictures_dropped_on_the_list_of_runs_begin_a_new_one(
    workspace: TrainWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(CoreCommand, "ask", lambda *_: None)
    path = faces(tmp_path / "given")
    drop(workspace, path)
    qtbot.waitUntil(lambda: workspace.setup is not None and workspace.setup.data.text == str(path))
    assert workspace.pages.currentWidget() is workspace.setup


def test_one_picture_is_refused_with_the_cure(page: TrainWorkspace, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.said) as said:
        drop(page, faces(tmp_path / "given") / "0.png")
    assert said.args[0].sentence.endswith(
        "0.png is one picture: drop the folder that holds it, or a zip file of pictures."
    )
    with qtbot.waitSignal(page.said) as said:
        drop(page, tmp_path / "gone")
    assert "does not exist" in said.args[0].sentence


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(60)
def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """Its reader waited for ever, and the program did not end with its window."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="a pipe or a device"):
        what_is(tmp_path / "pipe")


def test_what_is_not_of_training_is_the_windows_to_open(
    page: TrainWorkspace, run: RunDir, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "recipe.json").write_text(Recipe().to_json(), encoding="utf-8")
    with qtbot.waitSignal(page.open_requested) as opened:
        drop(page, tmp_path / "recipe.json")
    assert opened.args == [str(tmp_path / "recipe.json")]
    page.watch(run.path)
    with qtbot.waitSignal(page.open_requested) as opened:  # on a monitor as everywhere else in the window
        drop(page, tmp_path)
    assert opened.args == [str(tmp_path)]
