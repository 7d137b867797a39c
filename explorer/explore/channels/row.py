"""One number of the style space: its layer and number, strength in sigma, and how much of its change stays inside."""

from PySide6.QtWidgets import QMenu, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.strength_row import StrengthRow
from explorer.controls.text import text_label
from stylegan_core.info import ModelInfo
from stylegan_core.latents.region import LocalChannel
from stylegan_core.recipe import AppliedChannel, knob

NAME_WIDTH, SHARE_WIDTH = 92, 32  # "1024² 17:31" fits
Place = tuple[int, int]
"""Layer and number of a channel."""


class ChannelRow(StrengthRow):
    """``asked`` carries "preview" or "learn"."""

    def __init__(self, place: Place, info: ModelInfo, parent: QWidget | None = None) -> None:
        layer, channel = place
        band = info.band_of(layer).name
        super().__init__(knob(AppliedChannel, "strength"), band, parent)
        self.place, self.title = place, info.channel_name(layer, channel)
        self.name.setText(self.title)
        self.share = text_label("", "small-number")
        self._what = f"Layer {layer}, number {channel}, {band}: {scales_words(info, layer)}"
        self._lay_out()
        self.speak(f"Channel {self.title}")
        self.show_found(None)

    def show_found(self, found: LocalChannel | None) -> None:
        """How much of its change stayed in the place that was looked at; None where it was not found by one."""
        if found is None:
            self.share.setText("")
            words = "It came with the picture, or from the Lab; it was not found by place."
        else:
            self.share.setText(f"{100 * found.inside:.0f}%")
            words = (
                f"At ±3 σ {100 * found.inside:.0f} % of the change, in squares, fell into the place that was chosen;\n"
                f"pixels there changed by {found.effect:.0f} of 255."
            )
        self.share.setToolTip(words)
        self.name.setToolTip(f"{self._what}\n{words}\nClick for choices.")

    def show_strength(self, strength: float) -> None:
        """Shows what the recipe has, silently."""
        self.slider.set_value(strength)

    def _lay_out(self) -> None:
        self.name.setFixedSize(NAME_WIDTH, 22)
        self.share.setFixedWidth(SHARE_WIDTH)
        self.share.setAlignment(theme.ALIGN_NUMBER)
        row = Across(self, 6)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.share)

    def fill(self, menu: QMenu) -> None:
        menu.addAction("Show it at −5, 0 and +5 σ", lambda: self.asked.emit("preview"))
        menu.addAction("Reset", self.slider.reset)
        menu.addSeparator()
        menu.addAction("Learn remote control …", lambda: self.asked.emit("learn"))


def scales_words(info: ModelInfo, layer: int) -> str:
    """What a number of a layer's style does there, in one sentence."""
    if info.scales_inputs:
        return f"it scales one feature map where layer {layer}'s convolution reads it."
    return f"it scales one feature map that leaves layer {layer}."
