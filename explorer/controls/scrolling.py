"""A column that scrolls down where the window is low, and a row that scrolls sideways."""

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QScrollArea, QScrollBar, QWidget

BAR = 10  # pixels the style sheet gives it


class ScrollDown(QScrollArea):
    """Its content is as wide without the bar as with it, since there is always room for the bar.

    Pictures that are as high as the column is wide would otherwise bring the bar in by their height and drive it out
    by the width it takes, for ever.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        hide_idle(self.verticalScrollBar())
        self.setWidget(content)


def hide_idle(bar: QScrollBar) -> None:
    """Disables a bar while it has nothing to scroll: the style sheet hides it then."""

    def follow(low: int, high: int) -> None:
        if shiboken6.isValid(bar):  # a page that goes away tells of a last range
            bar.setEnabled(high > low)

    bar.setEnabled(False)
    bar.rangeChanged.connect(follow)


class ScrollSideways(QScrollArea):
    """One row that scrolls sideways, with the wheel too."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        turned = event.angleDelta().y() or event.angleDelta().x()
        bar.setValue(bar.value() - turned)
        event.accept()
