"""The bars of what takes long: how far it is, and to a screen reader what it is about."""

from PySide6.QtWidgets import QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls.progress import ProgressBar
from explorer.dialogs.sheet_dialog import SheetDialog
from explorer.explore.directions.sorting import SortingDialog
from explorer.train.avatar_maker import AvatarMaker
from explorer.train.costs import Costs
from stylegan_core.recipe import Recipe


def test_a_bar_shows_how_far_it_is(qtbot: QtBot) -> None:
    bar = ProgressBar("the copy")
    qtbot.addWidget(bar)
    bar.wait()
    assert (bar.minimum(), bar.maximum()) == (0, 0)  # goes to and fro
    bar.advance(3, 8)
    assert (bar.value(), bar.maximum()) == (3, 8)
    bar.advance(0, 0)
    assert bar.maximum() == 1  # of nothing, nothing is done


def test_every_bar_says_what_it_is_about(qtbot: QtBot, tmp_path) -> None:
    """Those of the contact sheet, of sorting and of the page of a new run had no name."""
    window = QWidget()
    qtbot.addWidget(window)
    parts = (
        SheetDialog(Recipe(), "faces", "", 0.0, window), SortingDialog(Recipe(), (), window),
        Costs(window), AvatarMaker(tmp_path, window),
    )  # fmt: skip
    bars = [bar for part in parts for bar in part.findChildren(QProgressBar)]
    assert len(bars) == len(parts)
    assert [bar for bar in bars if not bar.accessibleName().startswith("Progress of ")] == []
