"""A column that scrolls down where the window is low, a row that scrolls sideways, a page that scrolls both ways."""

from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QScrollArea, QScrollBar, QStackedWidget, QWidget

from explorer.controls.text import restyle
from explorer.work.soon import soon

BAR = 10  # pixels the style sheet gives it
ENOUGH = 60  # pixels of something larger than the page that are enough to see where the keyboard is
LEAST = QSize(320, 240)  # a page that scrolls is useful down to this size


def keep_room_for_bar(area: QAbstractScrollArea) -> None:
    """A bar at the right that takes its room always and is seen where there is something to scroll."""
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    bar = area.verticalScrollBar()
    bar.setEnabled(False)  # the style sheet hides one that has nothing to scroll
    bar.rangeChanged.connect(partial(_show_need, bar))


def _show_need(bar: QScrollBar, low: int, high: int) -> None:
    if shiboken6.isValid(bar):  # its range still changes while the window is being taken down
        bar.setEnabled(high > low)


def scroll_by_keys(area: QAbstractScrollArea, name: str) -> None:
    """The area takes the focus where there is something to scroll; the bar at the right shows that it has it."""
    area.setAccessibleName(name)
    _ByKeys(area)


class _ByKeys(QObject):
    """Belongs to the area."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area, self._bar, self._focused = area, area.verticalScrollBar(), False
        self._allow(self._bar.minimum(), self._bar.maximum())
        self._bar.rangeChanged.connect(self._allow)
        area.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._focused = True
            self._show()
        elif event.type() == QEvent.Type.FocusOut:
            self._focused = False
            soon(self, self._show)  # what is being taken down gives the focus away and has no style any more
        return False

    def _show(self) -> None:
        restyle(self._bar, "focused", self._focused)

    def _allow(self, low: int, high: int) -> None:
        if shiboken6.isValid(self._area):
            self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus if high > low else Qt.FocusPolicy.NoFocus)


class ScrollDown(QScrollArea):
    """Its content is as wide without the bar as with it, since there is always room for the bar.

    Pictures that are as high as the column is wide would otherwise bring the bar in by their height and drive it out
    by the width it takes, for ever.

    With a ``name`` the keyboard can scroll it, see :func:`scroll_by_keys`.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None, name: str = "") -> None:
        super().__init__(parent)
        self._content, self._whole = content, False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if name:
            scroll_by_keys(self, name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        keep_room_for_bar(self)
        self.setWidget(content)

    def set_whole(self, whole: bool) -> None:
        """Is as high as its content, and leaves the scrolling to the page around it."""
        self._whole = whole
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(least.width(), self._height()) if self._whole else least

    def _height(self) -> int:
        """That of the content where it is as wide as now."""
        layout = self._content.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(self.viewport().width())
        return self._content.sizeHint().height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._whole and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._whole and event.size().width() != event.oldSize().width():
            self.updateGeometry()


class Pages(QStackedWidget):
    """Needs no more room than the page that is seen."""

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else QSize()


class ScrollPage(QScrollArea):
    """A whole page: it has all the room there is, and scrolls both ways where that is less than it can do with."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content = content
        self.setWidget(content)
        content.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._show_focused)

    def sizeHint(self) -> QSize:
        return self._content.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._content.minimumSizeHint().boundedTo(LEAST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            self.updateGeometry()
            self._fit()
        return super().eventFilter(watched, event)

    def _show_focused(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            seen = now.visibleRegion().boundingRect().size()
            if now.height() <= self.viewport().height() or min(seen.width(), seen.height()) < ENOUGH:
                self.ensureWidgetVisible(now, 8, 8)

    def _fit(self) -> None:
        """A bar takes room from the content, which may then need the other bar."""
        least, room = self._content.minimumSizeHint().width(), self.maximumViewportSize()
        across = down = False
        for _ in range(2):
            width = max(room.width() - BAR * down, least)
            height = _least_height(self._content, width)
            across, down = width > room.width() - BAR * down, height > room.height() - BAR * across
        self._content.resize(max(room.width() - BAR * down, least), max(room.height() - BAR * across, height))


def _least_height(content: QWidget, width: int) -> int:
    """What a widget can do with where it is so wide, its sentences broken into lines."""
    page = content.currentWidget() if isinstance(content, QStackedWidget) else content
    layout = page.layout() if page is not None else None
    if layout is not None and layout.hasHeightForWidth():
        return max(layout.minimumHeightForWidth(width), content.minimumSizeHint().height())
    return content.minimumSizeHint().height()


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
