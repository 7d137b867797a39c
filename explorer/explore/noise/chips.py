"""Noise chips: one switch a layer, in the colour of its band; the one last touched is the selected layer."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down, discard
from explorer.controls.text import text_label
from stylegan_core.bands import NAMES, band_of_resolution


class LayerChip(QAbstractButton):
    """A switch with the number of its layer: filled while on, an outline while off."""

    selected = Signal()

    def __init__(self, number: int, band: str, resolution: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._band, self.marked = number, band, False
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(26)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Noise of layer {number}, {resolution}²")
        self.setToolTip(
            f"Switches the noise of layer {number} ({resolution}², {band}) on or off; right-click or S selects it only."
        )

    def sizeHint(self) -> QSize:
        return QSize(22, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(11 if self._number < 10 else 17, 24)  # all 18 of 1024² fit into the left column

    def set_marked(self, marked: bool) -> None:
        """Marks the chip as the selected layer."""
        if marked != self.marked:
            self.marked = marked
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self.selected.emit()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_S:
            self.selected.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        colour = colours.band(self._band) if self.isEnabled() else colours.colour("dim")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1.5, 3.5, -1.5, -1.5)
        painter.setBrush(colour if self.isChecked() else colours.colour("raised"))
        painter.setPen(QPen(colours.colour("text") if self.hasFocus() else colour, 1.5 if self.hasFocus() else 1))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(colours.colour("on_accent" if self.isChecked() else "muted"))
        painter.setFont(theme.mono(10 if self.width() < 20 else theme.SMALL))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(self._number))
        if self.marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.colour("text"))
            painter.drawRoundedRect(QRectF(box.left() + 2, 0, box.width() - 4, 2), 1, 1)


class NoiseChips(QWidget):
    """All chips under the words coarse, middle, fine. ``switched`` carries layer and state, ``picked`` the layer."""

    switched = Signal(int, bool)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: list[LayerChip] = []
        self.bands: list[str] = []
        self._groups: list[QWidget] = []
        self._row = Across(self, 6)
        self._row.addStretch(1)

    def set_model(self, noise_resolutions: Sequence[int], resolution: int) -> None:
        """Makes one chip for each noise layer of a network."""
        for old in self._groups:
            discard(old)
        self._groups = []
        self.bands = [band_of_resolution(side, resolution).name for side in noise_resolutions]
        self.chips = [
            LayerChip(number, band, side)
            for number, (band, side) in enumerate(zip(self.bands, noise_resolutions, strict=True))
        ]
        for name in NAMES:
            group = [chip for chip, band in zip(self.chips, self.bands, strict=True) if band == name]
            if group:
                made = _group(name, group)
                self._row.insertWidget(len(self._groups), made, len(group))
                self._groups.append(made)
        for number, chip in enumerate(self.chips):
            chip.clicked.connect(lambda on, at=number: self._switch(at, on))
            chip.selected.connect(lambda at=number: self.pick(at))

    def show_states(self, on: Sequence[bool]) -> None:
        """Shows which layers are on, without emitting."""
        for chip, state in zip(self.chips, on, strict=True):
            chip.setChecked(state)

    def pick(self, layer: int) -> None:
        """Selects a layer."""
        for number, chip in enumerate(self.chips):
            chip.set_marked(number == layer)
        self.picked.emit(layer)

    def _switch(self, layer: int, on: bool) -> None:
        self.pick(layer)
        self.switched.emit(layer, on)


def _group(name: str, chips: list[LayerChip]) -> QWidget:
    made = QWidget()
    column = Down(made, 1)
    label = text_label(name, "small")
    label.setProperty("band", name)
    label.setMinimumWidth(1)
    column.addWidget(label)
    row = Across(spacing=1)
    for chip in chips:
        row.addWidget(chip)
    column.addLayout(row)
    return made
