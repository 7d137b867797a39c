"""A push button for an action of the window."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from explorer.controls import icons


class ActionButton(QPushButton):
    """A push button that does what an action does, is there and enabled when it is; its icon follows the theme."""

    def __init__(self, action: QAction, kind: str = "ghost") -> None:
        text = action.text().rstrip("…")
        super().__init__(f"{text}  Ctrl K" if action.data() == "search" else text)
        self._icon, self._token = action.data(), "on_accent" if kind == "primary" else "muted"
        self.setProperty("kind", kind)
        self.setToolTip(action.toolTip())
        self.setAccessibleName(text)
        self.setIconSize(QSize(15, 15))
        self.clicked.connect(lambda: action.trigger())
        action.enabledChanged.connect(self.setEnabled)
        action.visibleChanged.connect(lambda: self.setVisible(action.isVisible()))
        self.setEnabled(action.isEnabled())
        if not action.isVisible():
            self.hide()
        self._recolour()

    def _recolour(self) -> None:
        if self._icon in icons.NAMES:
            self.setIcon(icons.icon(self._icon, self._token))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)
