"""Preview: three small pictures beside a row while the pointer rests on it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.controls.thumbnails import ThumbnailGrid

SIDE = 84


class Preview(QFrame):
    """A small window without focus that shows one picture for each caption."""

    def __init__(self, captions: list[str], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.grid = ThumbnailGrid(len(captions), len(captions), SIDE)
        self.grid.set_captions(captions)
        for thumbnail, caption in zip(self.grid.thumbnails, captions, strict=True):
            thumbnail.setToolTip(f"This face at {caption}.")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.grid)
        self.grid.setFixedWidth(len(captions) * (SIDE + 6))

    def open_beside(self, widget: QWidget) -> None:
        """Opens at the left of a widget, or at its right where there is no room; the tip of that comes below."""
        self.adjustSize()
        at = widget.mapToGlobal(QPoint(-self.width() - 12, widget.height() - self.height()))
        screen = widget.screen().availableGeometry()
        if at.x() < screen.left():
            at.setX(widget.mapToGlobal(QPoint(widget.width() + 12, 0)).x())
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()
