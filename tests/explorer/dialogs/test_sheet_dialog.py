"""The dialog of the contact sheet: its numbers can be read, and how long it takes."""

import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.dialogs.sheet_dialog import SheetDialog
from explorer.jobs import Piece, Sheet
from stylegan_core.recipe import SEEDS, Latent, Recipe


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_numbers_can_be_read(qapp: QApplication, qtbot: QtBot, name: str) -> None:
    theme.apply(qapp, name)
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SheetDialog(Recipe(Latent(48213)), "faces", "", 0.0, window)
    dialog.show()
    qtbot.waitExposed(dialog)
    for field in (dialog.first, dialog.count, dialog.columns):
        line = field.lineEdit()
        assert line.width() > line.fontMetrics().horizontalAdvance(line.text()) + 14


def test_a_sheet_that_takes_long_says_how_long(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred pictures showed a bar alone."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SheetDialog(Recipe(Latent(1)), "faces", "", 0.0, window)
    asked: list[Sheet] = []
    dialog.asked.connect(asked.append)
    now[0] = 200.0
    dialog.draw_to("sheet.png")
    assert dialog._says.text() == "0 of 24 pictures drawn."
    now[0] = 203.0
    dialog.job_done(Piece(asked[0], "", 5, 24))
    assert dialog._says.text() == "6 of 24 pictures drawn, about 9 s left."
    now[0] = 204.0
    dialog.job_done(Piece(asked[0], "", 11, 24))
    assert dialog._says.text() == "12 of 24 pictures drawn."  # less than ten seconds in all


def test_it_says_before_how_long_a_sheet_will_take(qapp: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SheetDialog(Recipe(), "faces", "", 3.0, window)
    assert dialog._says.text().endswith("each drawn exactly, about 1 min to draw.")
    dialog.count.setValue(2)
    assert dialog._says.text().endswith("each drawn exactly.")


def test_a_png_is_never_called_jpg(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SheetDialog(Recipe(), "faces", "", 0.0, window)
    asked: list[Sheet] = []
    dialog.asked.connect(asked.append)
    for name in ("a.jpg", "b.pdf", "c.PNG"):
        dialog.draw_to(str(tmp_path / name))
    assert [Path(sheet.path).name for sheet in asked] == ["a.jpg.png", "b.pdf", "c.PNG"]
    (tmp_path / "a.jpg.png").touch()  # nobody was asked about it
    dialog.draw_to(str(tmp_path / "a.jpg"))
    assert len(asked) == 3 and "exists already" in dialog._says.text()


def test_the_largest_seed_goes_on_at_nought(qapp: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SheetDialog(Recipe(Latent(SEEDS - 1)), "faces", "", 0.0, window)
    asked: list[Sheet] = []
    dialog.asked.connect(asked.append)
    dialog.count.setValue(3)
    dialog.draw_to("sheet.png")
    assert dialog.first.text() == str(SEEDS - 1)
    assert [recipe.latent.seed for recipe in asked[0].recipes] == [SEEDS - 1, 0, 1]
