"""A push button for an action of the window."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QPushButton

from explorer.controls import icons
from explorer.controls.yielding import Step

ICON, ICON_GAP = 15, 4  # pixels of an icon, and those that Qt leaves beside the icon of a button


class ActionButton(QPushButton):
    """A push button that does what an action does, is there and enabled when it is; its icon follows the theme.

    ``bare_icon`` stands for the words of an action that has no icon beside them, where there is no room for words.
    """

    def __init__(self, action: QAction, kind: str = "ghost", bare_icon: str = "") -> None:
        text = action.text().rstrip("…")
        self._words = f"{text}  Ctrl K" if action.data() == "search" else text
        super().__init__(self._words)
        self._own_icon, self._bare_icon = action.data(), bare_icon or action.data()
        self._icon, self._token = self._own_icon, "on_accent" if kind == "primary" else "muted"
        self.setProperty("kind", kind)
        self.setToolTip(action.toolTip())
        self.setAccessibleName(text)
        self.setIconSize(QSize(ICON, ICON))  # drawn for this size: another one would be blurred
        self.clicked.connect(lambda: action.trigger())
        action.enabledChanged.connect(self.setEnabled)
        action.visibleChanged.connect(lambda: self.setVisible(action.isVisible()))
        self.setEnabled(action.isEnabled())
        if not action.isVisible():
            self.hide()
        self._recolour()

    @property
    def bares(self) -> Step:
        """A step of a row that has little room: the icon alone."""
        return Step(self.set_bare, self._saves)

    def _saves(self) -> int:
        """Pixels that the words take, less what an icon takes that comes in their place."""
        words = self.fontMetrics().horizontalAdvance(self._words)
        return words if self._own_icon in icons.NAMES else words - ICON - ICON_GAP

    def set_bare(self, bare: bool) -> None:
        """Shows the icon alone, or the words again; the tooltip says what it does all the same."""
        self.setText("" if bare else self._words)
        self._icon = self._bare_icon if bare else self._own_icon
        self._recolour()

    def _recolour(self) -> None:
        self.setIcon(icons.icon(self._icon, self._token, size=ICON) if self._icon in icons.NAMES else QIcon())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)
