"""The Tab key goes through the window as the eye does, also to what was made last."""

import gc
import weakref

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.controls.boxes import Down
from explorer.controls.tab_order import stops_in
from stylegan_core.recipe import Latent, Recipe
from tests.explorer.layout_items import known_items
from tests.explorer.whole_window import Make, drawn


def tab(qtbot: QtBot, key: Qt.Key = Qt.Key.Key_Tab) -> str:
    """The name of what has the focus after the key."""
    before = QApplication.focusWidget()
    assert before is not None
    qtbot.keyClick(before, key)
    after = QApplication.focusWidget()
    assert after is not None
    return after.accessibleName() or after.toolTip()


def active(start: Make, qtbot: QtBot) -> Explorer:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.hint.dismiss()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorer.window)
    return explorer


def test_below_the_picture_come_its_strip_and_then_the_right_column(start: Make, qtbot: QtBot) -> None:
    explorer = active(start, qtbot)
    explorer.window.resize(1440, 900)  # a low one has the pictures in one line with the switch
    for seed in (1, 2):
        explorer.session.apply(Recipe(Latent(seed)))
    explorer.history.star_current()
    explorer.picture.setFocus()
    names = []
    while not names or names[-1] != "Truncation, section":
        names.append(tab(qtbot))
    last = "Picture 3 of 3, seed 0"  # with what the marks say, as no two are alike to the eye
    pictures = ["Picture 1 of 3, seed 2, favourite, current", "Picture 2 of 3, seed 1", last]
    assert names[-4:] == ["History", "★ favourites 1", pictures[0], "Truncation, section"]
    for name in reversed(names[:-1]):
        assert tab(qtbot, Qt.Key.Key_Backtab) == name
    while tab(qtbot) != pictures[0]:
        pass
    walked = [tab(qtbot, Qt.Key.Key_Right) for _ in range(2)]  # a history may be long
    assert walked == pictures[1:] and tab(qtbot) == "Truncation, section"
    explorer.below.show_strip(1)
    explorer.below.switch.focus_chosen()
    assert tab(qtbot) == "eased"  # without a film there is nothing to play


def test_it_goes_round_the_window_each_line_from_the_left(start: Make, qtbot: QtBot) -> None:
    explorer = active(start, qtbot)
    explorer.window.model_button.setFocus()
    assert tab(qtbot, Qt.Key.Key_Backtab) == "Lock fine"
    assert tab(qtbot) == "Model boxed"
    assert tab(qtbot) == "Explore"  # of a choice one gets the focus, the arrow keys go to the others
    header = [each for each in stops_in(explorer.window) if each.mapTo(explorer.window, QPoint()).y() < 48]
    assert header == stops_in(explorer.window)[: len(header)]


def test_of_a_choice_the_chosen_one_gets_the_focus(start: Make, qtbot: QtBot) -> None:
    """It was the first, so that Return led back to Explore from wherever one was."""
    explorer = active(start, qtbot)
    explorer.window.show_workspace(2)
    explorer.window.model_button.setFocus()
    assert tab(qtbot) == "Lab"


def test_the_chosen_one_gets_the_focus_also_where_another_had_it(start: Make, qtbot: QtBot) -> None:
    """Qt leaves the Tab key to the one that had it: after Tab on Explore and Ctrl+3 it led back to Explore."""
    explorer = active(start, qtbot)
    explorer.window.model_button.setFocus()
    assert tab(qtbot) == "Explore"
    explorer.window.show_workspace(2)
    explorer.window.model_button.setFocus()
    assert tab(qtbot) == "Lab"


def test_whatever_the_tab_key_reaches_shows_it(start: Make, qtbot: QtBot) -> None:
    """A button in the accent's colour did not, nor did lists nobody had chosen in, and empty tables."""
    explorer = active(start, qtbot)
    window = explorer.window
    window.resize(1280, 720)
    unseen = []
    for workspace, page in ((0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3)):
        window.show_workspace(workspace)
        explorer.lab_pages.turn_to(page)
        for each in stops_in(window):
            before = look(each)
            each.setFocus(Qt.FocusReason.TabFocusReason)
            if look(each) == before:
                unseen.append(each.accessibleName() or each.toolTip())
            each.clearFocus()
    assert unseen == []


def look(widget: QWidget) -> QImage:
    """The place of a widget, as it is seen."""
    window, around = widget.window(), widget.rect().adjusted(-4, -4, 4, 4)
    return window.grab(around.translated(widget.mapTo(window, QPoint()))).toImage()


def test_what_a_click_alone_gives_the_focus_is_gone_on_from(start: Make, qtbot: QtBot) -> None:
    explorer = active(start, qtbot)
    explorer.picture.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    explorer.picture.setFocus()
    tab(qtbot)
    assert QApplication.focusWidget() in explorer.picture.findChildren(QWidget)
    explorer.picture.setFocus()
    assert tab(qtbot, Qt.Key.Key_Backtab) == "Other noise for this layer"


def test_what_is_hidden_gives_the_focus_to_what_comes_next(start: Make, qtbot: QtBot) -> None:
    """It went to the top of the window: *cancel* below the picture, pressed by the keyboard, led to the models."""
    explorer = active(start, qtbot)
    explorer.below.show_strip(1)
    explorer.film.show_saving("10 %")
    explorer.film.view.cancel.setFocus()
    explorer.film.show_saving("")
    assert QApplication.focusWidget() is explorer.film.row.add


def test_it_leaves_nothing_behind_that_outlives_what_it_stands_for(start: Make, qtbot: QtBot) -> None:
    """Python's idea of a layout's item stayed, and a widget at the same address ended the program when it went."""
    explorer = active(start, qtbot)
    before = known_items()
    assert len(stops_in(explorer.window)) > 20
    assert known_items() <= before


def test_what_is_deleted_next_is_let_go(qtbot: QtBot) -> None:
    """Looking for what comes next made PySide take what it saw for the window's own, and it stayed for ever."""
    window, pages, page = QWidget(), QStackedWidget(), QWidget()
    qtbot.addWidget(window)
    Down(window).add(pages)
    pages.addWidget(QPushButton("stays"))
    pages.addWidget(page)
    window.show()
    pages.removeWidget(page)
    page.deleteLater()
    assert len(stops_in(window)) == 1
    kept = weakref.ref(page)
    del page
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert kept() is None
