"""The same face at three strengths: small pictures beside a row while the pointer rests on its name."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from explorer.controls.boxes import Down
from explorer.controls.panel import Asking
from explorer.controls.thumbnails import ThumbnailGrid
from explorer.jobs import Strip
from stylegan_core.recipe import Recipe

SIDE = 84


class StrengthPreview(QFrame):
    """A small window without focus; ``panel`` asks for its pictures as ``owner``, one at each of ``strengths``."""

    def __init__(self, panel: Asking, owner: str, strengths: tuple[float, float, float]) -> None:
        super().__init__(panel, Qt.WindowType.ToolTip)
        self._panel, self._owner, self._strengths = panel, owner, strengths
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.grid = ThumbnailGrid(len(strengths), len(strengths), SIDE)
        captions = [f"{sigma:+g} σ" if sigma else "0" for sigma in strengths]
        self.grid.set_captions(captions)
        for thumbnail, caption in zip(self.grid.thumbnails, captions, strict=True):
            thumbnail.setToolTip(f"This face at {caption}.")
        Down(self, edges=(8, 8, 8, 8)).addWidget(self.grid)
        self.grid.setFixedWidth(len(strengths) * (SIDE + 6))

    def open(self, row: QWidget, at: Callable[[float], Recipe]) -> None:
        """Opens beside a row with the recipes ``at`` the strengths, unless a button of the mouse is held."""
        if QApplication.mouseButtons() or self._panel.info is None:
            return
        if self._panel.ask(Strip(self._owner, tuple(at(sigma) for sigma in self._strengths), waited_for=True)):
            self.grid.clear()
        self._place(row)
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if any(each.empty for each in self.grid.thumbnails):
            self._panel.forget(self._owner)  # nobody waits for the others

    def _place(self, row: QWidget) -> None:
        """At the left of the row, or at its right where there is no room; the row's own tip comes below."""
        self.adjustSize()
        at = row.mapToGlobal(QPoint(-self.width() - 12, row.height() - self.height()))
        screen = row.screen().availableGeometry()
        if at.x() < screen.left():
            at.setX(row.mapToGlobal(QPoint(row.width() + 12, 0)).x())
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
