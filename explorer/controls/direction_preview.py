"""A direction at three strengths: small pictures beside its row while the pointer rests on the name."""

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QFrame

from explorer.controls.boxes import Down
from explorer.controls.direction_row import DirectionRow
from explorer.controls.panel import Asking
from explorer.controls.thumbnails import ThumbnailGrid
from explorer.jobs import Strip
from stylegan_core.lab.sweep_plan import with_direction
from stylegan_core.recipe import AppliedDirection

SIDE = 84
STRENGTHS = (-2.0, 0.0, 2.0)  # sigma
OWNER = "directions.preview"


class DirectionPreview(QFrame):
    """A small window without focus; ``panel`` asks for its pictures."""

    def __init__(self, panel: Asking) -> None:
        super().__init__(panel, Qt.WindowType.ToolTip)
        self._panel = panel
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.grid = ThumbnailGrid(len(STRENGTHS), len(STRENGTHS), SIDE)
        captions = [f"{sigma:+g} σ" if sigma else "0" for sigma in STRENGTHS]
        self.grid.set_captions(captions)
        for thumbnail, caption in zip(self.grid.thumbnails, captions, strict=True):
            thumbnail.setToolTip(f"This face at {caption}.")
        Down(self, edges=(8, 8, 8, 8)).addWidget(self.grid)
        self.grid.setFixedWidth(len(STRENGTHS) * (SIDE + 6))

    def open(self, row: DirectionRow) -> None:
        """Opens beside a row, unless a button of the mouse is held."""
        if QApplication.mouseButtons() or self._panel.info is None:
            return
        recipe = self._panel.session.recipe
        shown = (AppliedDirection(row.entry.direction, sigma, *row.range) for sigma in STRENGTHS)
        recipes = (replace(recipe, directions=with_direction(recipe.directions, each)) for each in shown)
        if self._panel.ask(Strip(OWNER, tuple(recipes), waited_for=True)):
            self.grid.clear()
        self._place(row)
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if any(each.empty for each in self.grid.thumbnails):
            self._panel.forget(OWNER)  # nobody waits for the others

    def _place(self, row: DirectionRow) -> None:
        """At the left of the row, or at its right where there is no room; the row's own tip comes below."""
        self.adjustSize()
        at = row.mapToGlobal(QPoint(-self.width() - 12, row.height() - self.height()))
        screen = row.screen().availableGeometry()
        if at.x() < screen.left():
            at.setX(row.mapToGlobal(QPoint(row.width() + 12, 0)).x())
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
