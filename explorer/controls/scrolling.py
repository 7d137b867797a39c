"""A column that scrolls down where the window is low, and a row that scrolls sideways."""

from functools import partial

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QScrollArea, QScrollBar, QWidget

from explorer.work.soon import soon

BAR = 10  # pixels the style sheet gives it


def keep_room_for_bar(area: QAbstractScrollArea) -> None:
    """A bar at the right that takes its room always and is seen where there is something to scroll."""
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    bar = area.verticalScrollBar()
    bar.setEnabled(False)  # the style sheet hides one that has nothing to scroll
    bar.rangeChanged.connect(partial(_show_need, bar))


def _show_need(bar: QScrollBar, low: int, high: int) -> None:
    if shiboken6.isValid(bar):  # its range still changes while the window is being taken down
        bar.setEnabled(high > low)


class ScrollDown(QScrollArea):
    """Its content is as wide without the bar as with it, since there is always room for the bar.

    Pictures that are as high as the column is wide would otherwise bring the bar in by their height and drive it out
    by the width it takes, for ever.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        keep_room_for_bar(self)
        self.setWidget(content)


def reveal(widget: QWidget) -> None:
    """Scrolls down to a widget that has just been made visible, once it has its place."""
    area = widget.parentWidget()
    while area is not None and not isinstance(area, ScrollDown):
        area = area.parentWidget()
    if area is not None:
        soon(widget, partial(_scroll_to, area, widget))


def _scroll_to(area: ScrollDown, widget: QWidget) -> None:
    if widget.isVisible():
        area.ensureWidgetVisible(widget, 0, 8)


class ScrollSideways(QScrollArea):
    """One row that scrolls sideways, with the wheel too, and to what has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._show_focused)

    def _show_focused(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now, 40, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        turned = event.angleDelta().y() or event.angleDelta().x()
        bar.setValue(bar.value() - turned)
        event.accept()
