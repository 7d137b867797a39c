"""The strip of layers beside a direction: small cells in the colours of their bands, dragged to choose a range."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus
from stylegan_core.info import ModelInfo

REST = 400


class LayerStrip(ShowsFocus, QWidget):
    """Which layers a control touches; ``changing`` and ``committed`` carry first and last layer.

    Drag across the cells to choose, double-click for every layer; arrow keys move the range, with Shift its end.
    """

    changing = Signal(int, int)
    committed = Signal(int, int)

    def __init__(self, info: ModelInfo, name: str = "Layers", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._sides = info.num_layers, info.layer_resolutions
        self._bands = [info.band_of(layer).name for layer in range(info.num_layers)]
        self._first, self._last, self._anchor = 0, info.num_layers - 1, 0
        self._dragged = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(lambda: self.committed.emit(self._first, self._last))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self._tell()

    @property
    def range(self) -> tuple[int, int]:
        """First and last layer, both included."""
        return self._first, self._last

    def set_range(self, first: int, last: int | None) -> None:
        """Shows a range without emitting; ``last`` None is the last layer."""
        top = self._count - 1
        self._last = top if last is None else min(last, top)
        self._first = max(0, min(first, self._last))
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._count * self._pitch + 2, 18)

    @property
    def _pitch(self) -> int:
        return 6 if self._count <= 12 else 4

    def _rect(self, layer: int) -> QRectF:
        return QRectF(1 + layer * self._pitch, 5, self._pitch - 1, 9)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours = theme.current()
        for layer, name in enumerate(self._bands):
            inside = self._first <= layer <= self._last and self.isEnabled()
            painter.setBrush(colours.band(name) if inside else colours.colour("raised"))
            painter.drawRoundedRect(self._rect(layer), 1, 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.colour("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -1.5), 3, 3)

    def _layer_at(self, x: float) -> int:
        return max(0, min(self._count - 1, int((x - 1) // self._pitch)))

    def _choose(self, first: int, last: int) -> None:
        low, high = max(0, min(first, last)), min(self._count - 1, max(first, last))
        if (low, high) != (self._first, self._last):
            self.set_range(low, high)
            self.changing.emit(low, high)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._rest.stop()
            self._dragged = False
            self._anchor = self._layer_at(event.position().x())
            self._choose(self._anchor, self._anchor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._dragged = True
            self._choose(self._anchor, self._layer_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._dragged:
            self.committed.emit(self._first, self._last)
        else:
            self._rest.start()  # it may be the first half of a double-click: both are one gesture

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._anchor = 0
        self._choose(0, self._count - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._choose(self._first, max(self._first, self._last + step))
        elif self._first + step >= 0 and self._last + step < self._count:
            self._choose(self._first + step, self._last + step)
        self._rest.start()

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            layer = self._layer_at(event.pos().x())
            name = f"Layer {layer}, {self._sides[layer]}² ({self._bands[layer]})"
            text = f"{name}. {self._words()} Drag to choose, double-click for all."
            QToolTip.showText(event.globalPos() + QPoint(0, 8), text, self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def _words(self) -> str:
        if self._first == 0 and self._last == self._count - 1:
            return "Acts on every layer."
        return f"Acts on layers {self._first} to {self._last}."

    def _tell(self) -> None:
        self.setAccessibleDescription(self._words())
