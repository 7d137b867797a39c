"""Numbers that are typed: plain digits in every language, and what people type beside them."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from pytestqt.qtbot import QtBot

from explorer.controls.spin import Spin


@pytest.fixture(params=["C", "en_US", "de_DE"])
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


def typed(qtbot: QtBot, spin: Spin, text: str) -> float:
    """What it holds after somebody has replaced its text and pressed Return."""
    qtbot.addWidget(spin)
    spin.show()
    spin.selectAll()
    if text.isascii():
        qtbot.keyClicks(spin, text)
    else:
        spin.lineEdit().insert(text)  # as from the clipboard: QTest has no such keys
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    return spin.value()


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize("text", ["12000", "12,000", "12.000", "12 000", "12\u2009000", "12'000"])
def test_a_whole_number_is_plain_digits_and_may_be_typed_in_groups(qtbot: QtBot, text: str) -> None:
    spin = Spin("Count", "", 16, 1_000_000, 2000)
    assert spin.text() == "2000"
    assert typed(qtbot, spin, text) == 12000
    assert spin.text() == "12000" and spin.whole == 12000


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize(("text", "value"), [("1.5", 1.5), ("1,5", 1.5), (".5", 0.5), ("2", 2.0), ("2.", 2.0)])
def test_a_comma_is_a_point_where_there_are_decimals(qtbot: QtBot, text: str, value: float) -> None:
    spin = Spin("Begins", "", 0.0, 100.0, 0.0, decimals=1)
    spin.setSuffix(" s")
    assert typed(qtbot, spin, text) == value
    assert spin.text() == f"{value:.1f} s"


@pytest.mark.parametrize("text", ["", "9", "1,5", "-5", "x", "1e3", "٣٣"])
def test_what_is_no_number_of_its_range_changes_nothing_or_stops_at_its_end(qtbot: QtBot, text: str) -> None:
    spin = Spin("Count", "", 16, 1_000_000, 2000)
    assert typed(qtbot, spin, text) in (2000, 16, 15, 13)
    assert 16 <= spin.value() <= 1_000_000


def test_it_steps_with_arrows(qtbot: QtBot) -> None:
    spin = Spin("Count", "", 16, 1_000_000, 2000)
    spin.setSingleStep(500)
    qtbot.addWidget(spin)
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    assert spin.text() == "2500"
    qtbot.keyClick(spin, Qt.Key.Key_Down)
    qtbot.keyClick(spin, Qt.Key.Key_Down)
    assert spin.whole == 1500
