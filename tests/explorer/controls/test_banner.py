"""The banner covers nothing beside the page's middle; good news goes by itself, but not from under a hand."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.controls import banner as module
from explorer.controls.banner import Banner
from explorer.problem import Problem


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(1200, 400)
    other = QPushButton("something else that takes the keys", page)
    page.show()
    qtbot.waitActive(page)
    other.setFocus()
    return page


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STAYS", 10)
    monkeypatch.setattr(module, "OFFERS", 30)


def test_it_stays_over_the_middle_of_its_page(page: QWidget) -> None:
    left, middle, right = QWidget(), QWidget(), QWidget()
    row = QHBoxLayout(page)
    for side, stretch in ((left, 0), (middle, 1), (right, 0)):
        row.addWidget(side, stretch)
    left.setFixedWidth(300)
    right.setFixedWidth(400)
    banner = Banner(page)
    banner.keep_over(middle)
    banner.say(Problem("The film is put away."))
    for width in (1200, 1400):
        page.resize(width, 400)
        QApplication.processEvents()
        assert middle.geometry().left() < banner.x() < banner.geometry().right() < middle.geometry().right()
        assert abs(banner.geometry().center().x() - middle.geometry().center().x()) <= 1
    banner.keep_over(None)
    assert abs(banner.geometry().center().x() - page.rect().center().x()) <= 1


def test_it_is_seen_where_what_it_stays_over_lies_below_what_is_seen_of_the_page(page: QWidget) -> None:
    below = QWidget(page)
    banner = Banner(page)
    banner.keep_over(below)
    for top in (-300, 0, 390, 900):
        below.setGeometry(100, top, 700, 600)
        below.show()
        banner.say(Problem("The film is put away."))
        assert page.rect().contains(banner.geometry()), top
        assert below.x() < banner.x() < banner.geometry().right() < below.geometry().right()


def test_a_name_with_line_breaks_is_one_line(page: QWidget) -> None:
    """Sixty of them pushed the sentence out of the window, and a name that turns words around turned all of it."""
    banner = Banner(page)
    banner.say(Problem("/a" + 60 * "\n" + "b\u202e.pkl is empty: copy it again."))
    assert banner.sentence == "/a·b·.pkl is empty: copy it again."


def test_in_a_narrow_place_its_buttons_go_below_the_sentence(page: QWidget) -> None:
    banner = Banner(page)
    banner.say(Problem("The library cannot be written.", "No space left"), "bad", "Try again", bool)
    sentence, cure = banner._text, banner._cure
    for width, below in ((1200, False), (380, True), (1200, False)):
        page.resize(width, 400)
        QApplication.processEvents()
        banner.layout().activate()
        assert page.rect().contains(banner.geometry())
        assert (cure.mapTo(banner, cure.rect().topLeft()).y() >= sentence.geometry().bottom()) is below


def test_good_news_goes_by_itself(page: QWidget, qtbot: QtBot, quick: None) -> None:
    banner = Banner(page)
    banner.say(Problem("Saved."), "good")
    qtbot.waitUntil(lambda: not banner.sentence)


@pytest.mark.parametrize("tone", ["bad", "warning"])
def test_trouble_stays(page: QWidget, qtbot: QtBot, quick: None, tone: str) -> None:
    banner = Banner(page)
    banner.say(Problem("Saved."), "good")
    banner.say(Problem("The disk is full."), tone)
    qtbot.wait(60)
    assert banner.sentence == "The disk is full."


def test_it_does_not_go_from_under_a_hand(page: QWidget, qtbot: QtBot, quick: None) -> None:
    banner = Banner(page)
    banner.say(Problem("The film is put away."), "good", "Bring it back", lambda: None)
    banner._cure.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(80)
    assert banner.sentence
    page.findChild(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly).setFocus()
    qtbot.waitUntil(lambda: not banner.sentence)
