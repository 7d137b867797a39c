"""The file dialogs of the window: what they ask for is settled before they open, as the system's own need it."""

from typing import Any, cast

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.questions import ask_to_save
from explorer.dialogs.dialogs import MODEL_FILES, Dialogs
from explorer.session import Session
from explorer.settings import Settings
from explorer.work.pace import Pace
from stylegan_core.recipe import Latent, Recipe
from tests.explorer.fake_backend import info

Mode, Accept = QFileDialog.FileMode, QFileDialog.AcceptMode


class Quiet:
    """Documents and settings that nothing is asked of here."""

    value = Settings()

    def open(self, path: str) -> None: ...

    def save(self, path: str) -> None: ...


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What every file dialog was at the moment it was opened."""
    made: list[tuple[Any, ...]] = []

    def note(dialog: QFileDialog) -> None:
        names = [name.rpartition("/")[2] for name in dialog.selectedFiles()]
        made.append((dialog.acceptMode(), dialog.fileMode(), dialog.defaultSuffix(), dialog.nameFilters(), names))
        dialog.done(0)

    monkeypatch.setattr(QFileDialog, "open", note)
    return made


@pytest.fixture
def dialogs(qtbot: QtBot) -> Dialogs:
    session, window, quiet = Session(), QWidget(), cast("Any", Quiet())
    qtbot.addWidget(window)
    session.set_model(info("one"), "one.safetensors", Recipe(Latent(7)))
    return Dialogs(window, session, quiet, quiet, quiet, quiet, Pace())


def test_the_dialog_that_saves_opens_as_one(dialogs: Dialogs, opened: list[tuple[Any, ...]]) -> None:
    dialogs.ask_save()
    (asked,) = opened
    kinds = ["PNG picture with its recipe (*.png)"]
    assert asked == (Accept.AcceptSave, Mode.AnyFile, "png", kinds, ["one-seed7.png"])


def test_the_dialogs_that_open_know_what(dialogs: Dialogs, opened: list[tuple[Any, ...]]) -> None:
    dialogs.ask_file()
    dialogs.ask_run()
    assert opened[0][:4] == (Accept.AcceptOpen, Mode.ExistingFile, "", MODEL_FILES.split(";;"))
    assert opened[1][:2] == (Accept.AcceptOpen, Mode.Directory)


def test_a_name_without_an_ending_gets_that_of_the_chosen_kind(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contact sheet that was to be a PDF became a PNG."""
    window, shown = QWidget(), []
    qtbot.addWidget(window)
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: shown.append(dialog))
    ask_to_save(window, "Save", "v1.2-sheet.png", "PNG picture (*.png);;PDF page (*.pdf);;New folder (*)", print)
    dialog: QFileDialog = shown[0]
    endings = [dialog.defaultSuffix()]
    for kind in dialog.nameFilters()[1:]:
        dialog.filterSelected.emit(kind)
        endings.append(dialog.defaultSuffix())
    assert endings == ["png", "pdf", ""]
