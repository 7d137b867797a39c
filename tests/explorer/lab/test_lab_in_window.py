"""The Lab in the whole window: how it is reached, what it looks at, and what closing asks."""

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from explorer.controls.scrolling import ScrollPage
from explorer.lab.head import PAGES
from explorer.lab.reflow import TALL
from explorer.lab_jobs import Layers
from explorer.problem import Problem
from stylegan_core.recipe import Latent, Recipe
from tests.explorer.fake_backend import FakeBackend
from tests.explorer.whole_window import Make, drawn, model_file


def test_the_lab_is_reached_by_its_key_and_follows_the_face(start: Make, qtbot: QtBot, window_home: Path) -> None:
    backend = FakeBackend()
    explorer = start("", backend)
    drawn(explorer, qtbot)

    def inspected() -> list[Recipe]:
        return [request.recipe for request in backend.jobs if isinstance(request, Layers)]

    explorer.session.apply(Recipe(Latent(3)))
    drawn(explorer, qtbot)
    assert inspected() == []  # nobody looks
    with qtbot.waitActive(explorer.window):
        explorer.window.activateWindow()
    qtbot.keyClick(explorer.picture, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert explorer.window.pages.currentWidget() is explorer.lab_pages and explorer.window.workspaces.index == 2
    qtbot.waitUntil(lambda: inspected() == [explorer.session.recipe])
    qtbot.waitUntil(lambda: explorer.lab.overview.retry.isVisible())  # this backend cannot do that
    assert explorer.lab.head.face.image is not None
    qtbot.keyClick(explorer.lab.layers, Qt.Key.Key_N)
    face = explorer.session.recipe
    assert face.latent != Latent(3)
    qtbot.waitUntil(lambda: inspected()[-1] == face)
    qtbot.keyClick(explorer.lab.layers, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert explorer.session.recipe.latent == Latent(3)
    names = [action.text() for action in explorer.every_action()]
    assert names.count("New face") == 1 and {"Lab", "Export channels…"} <= {*names}
    explorer.actions["explore"].trigger()
    count = len(inspected())
    explorer.session.apply(Recipe(Latent(4)))
    drawn(explorer, qtbot)
    assert len(inspected()) == count


def test_an_error_leaves_the_way_to_the_other_pages_free(start: Make, qtbot: QtBot) -> None:
    """It lay over the switch between the pages until somebody closed it."""
    explorer = start()
    drawn(explorer, qtbot)
    explorer.window.show_workspace(2)
    explorer.say(Problem("The measurements cannot be written: export them to keep them."))
    banner = explorer.window.banner
    for page, name in enumerate(PAGES):
        explorer.lab_pages.turn_to(page)
        qtbot.waitUntil(lambda page=page: explorer.lab_pages.each[page].right.width() > 100)  # type: ignore[misc]
        QApplication.processEvents()
        switch = explorer.lab_pages.each[page].head.switch
        place = QRect(switch.mapTo(explorer.window.pages, QPoint()), switch.size())
        assert banner.isVisible() and not banner.geometry().intersects(place), name


def test_another_network_is_looked_at_where_one_is(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.actions["lab"].trigger()
    explorer.documents.open(model_file(window_home, "other"))
    qtbot.waitUntil(lambda: explorer.session.info is not None and explorer.session.info.name == "other")
    drawn(explorer, qtbot)
    assert explorer.window.pages.currentWidget() is explorer.lab_pages
    assert explorer.lab.head.network.text().startswith("other")
    explorer.actions["train"].trigger()
    explorer.documents.open(model_file(window_home, "third"))
    qtbot.waitUntil(lambda: explorer.window.pages.currentIndex() == 0)


def test_without_any_model_the_lab_leads_on_too(start: Make, qtbot: QtBot, window_home: Path) -> None:
    (window_home / "box" / "boxed" / "boxed.safetensors").unlink()
    explorer = start()
    qtbot.waitUntil(lambda: not explorer.panels[0].isEnabled())
    explorer.actions["lab"].trigger()
    assert explorer.lab.empty.isVisible()
    train = next(each for each in explorer.lab.empty.findChildren(QPushButton) if "Train" in each.text())
    train.click()
    assert explorer.window.pages.currentIndex() == 1


def test_closing_asks_before_it_gives_up_the_export_of_layers(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.lab.overview.export.writing = True
    explorer.window.close()
    assert "the export of the layers" in explorer.window.banner.sentence
    explorer.lab.overview.export.writing = False


def test_on_a_narrow_page_the_columns_lie_one_above_the_other(start: Make, qtbot: QtBot) -> None:
    """All four pages scrolled sideways below 880 pixels."""
    explorer = start()
    drawn(explorer, qtbot)
    explorer.window.show_workspace(2)
    window = explorer.window
    window.setMinimumSize(640, 480)
    for page in explorer.lab_pages.each:
        explorer.lab_pages.turn_to(explorer.lab_pages.each.index(page))
        area, left = page.findChild(ScrollPage), page.head.parentWidget()
        assert area is not None and left is not None
        for width, stacked in ((1280, False), (853, True), (640, True), (900, False)):
            window.resize(width, 600)
            for _ in range(6):
                QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
                QApplication.processEvents()
            assert area.horizontalScrollBar().maximum() == 0, (page.accessibleName(), width)
            below = page.right.y() >= left.geometry().bottom()
            assert (below, left.property("edge")) == (stacked, "top" if stacked else "left")
            assert page.right.height() >= (TALL if stacked else 0)
            assert page.right.width() > (width - 30 if stacked else 0)
