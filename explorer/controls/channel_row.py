"""One number of the style space: its layer and number, strength in sigma, and how much of its change stays inside."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.direction_row import BEND, HOVER
from explorer.controls.slider import LabelledSlider
from explorer.controls.text import text_label
from stylegan_core.info import ModelInfo
from stylegan_core.latents.region import LocalChannel
from stylegan_core.recipe import AppliedChannel, knob

NAME_WIDTH, SHARE_WIDTH = 92, 32  # "1024² 17:31" fits
Place = tuple[int, int]
"""Layer and number of a channel."""


class ChannelRow(QWidget):
    """``moved`` follows the slider, ``committed`` ends the gesture.

    ``asked`` carries a word from the row's menu: "preview" or "learn"; ``hovered`` opens and shuts the preview.
    """

    moved = Signal(float)
    committed = Signal()
    asked = Signal(str)
    hovered = Signal(bool)

    def __init__(self, place: Place, info: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        layer, channel = place
        self.title, band = info.channel_name(layer, channel), info.band_of(layer).name
        self.name = QPushButton(self.title)
        strength = knob(AppliedChannel, "strength")
        self.slider = LabelledSlider("", strength, 0.0, signed=True, bend=BEND, colour=band, number_width=48)
        self.share = text_label("", "small-number")
        self._what = f"Layer {layer}, number {channel}, {band}: {scales_words(info, layer)}"
        self._hover = QTimer(self, singleShot=True, interval=HOVER)
        self._hover.timeout.connect(lambda: self.hovered.emit(True))
        self._lay_out()
        self._connect()
        self._name_parts()
        self.show_found(None)

    def show_found(self, found: LocalChannel | None) -> None:
        """How much of its change stayed in the place that was looked at; None where it was not found by one."""
        if found is None:
            self.share.setText("")
            words = "It came with the picture, or from the Lab; it was not found by place."
        else:
            self.share.setText(f"{100 * found.inside:.0f}%")
            words = (
                f"At ±3 σ {100 * found.inside:.0f} % of the change, in squares, fell into the place that was chosen, "
                f"where pixels changed by {found.effect:.0f} of 255."
            )
        self.share.setToolTip(words)
        self.name.setToolTip(f"{self._what} {words} Click for choices.")

    def show_strength(self, strength: float) -> None:
        """Shows what the recipe has, silently."""
        self.slider.set_value(strength)

    def _lay_out(self) -> None:
        self.name.setProperty("kind", "name")
        self.name.setFlat(True)
        self.name.setFixedSize(NAME_WIDTH, 22)
        self.share.setFixedWidth(SHARE_WIDTH)
        self.share.setAlignment(theme.ALIGN_NUMBER)
        row = Across(self, 6)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.share)

    def _connect(self) -> None:
        self.slider.changing.connect(self.moved)
        self.slider.committed.connect(lambda _: self.committed.emit())
        self.name.clicked.connect(self._menu)

    def _name_parts(self) -> None:
        spoken = f"Channel {self.title}"
        self.name.setAccessibleName(f"{spoken}, menu")
        self.slider.setAccessibleName(spoken)
        self.slider.track.setAccessibleName(spoken)
        self.slider.number.setAccessibleName(f"{spoken}, number")

    def _menu(self) -> None:
        self._leave()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show it at −5, 0 and +5 σ", lambda: self.asked.emit("preview"))
        menu.addAction("Reset", self.slider.reset)
        menu.addSeparator()
        menu.addAction("Learn remote control …", lambda: self.asked.emit("learn"))
        menu.popup(self.name.mapToGlobal(self.name.rect().bottomLeft()))

    def _leave(self) -> None:
        self._hover.stop()
        self.hovered.emit(False)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover.start()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._menu()


def scales_words(info: ModelInfo, layer: int) -> str:
    """What a number of a layer's style does there, in one sentence."""
    if info.scales_inputs:
        return f"it scales one feature map where layer {layer}'s convolution reads it."
    return f"it scales one feature map that leaves layer {layer}."
