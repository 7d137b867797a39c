"""One number of the style space: what it is called, its strength in sigma, and how much of its change was asked for."""

from PySide6.QtWidgets import QMenu, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.literal import literal, literal_tip
from explorer.controls.strength_row import StrengthRow
from explorer.controls.text import text_label
from stylegan_core.info import ModelInfo
from stylegan_core.latents.channel_effect import ChannelEffect
from stylegan_core.latents.region import LocalChannel
from stylegan_core.recipe import AppliedChannel, knob

NAME_WIDTH, SHARE_WIDTH = 92, 32  # "1024² 17:31" fits
Place = tuple[int, int]
"""Layer and number of a channel."""
Found = LocalChannel | ChannelEffect


class ChannelRow(StrengthRow):
    """``asked`` carries "preview", "sweep" or "learn"; ``renamed`` an empty name where it is to have none."""

    def __init__(self, place: Place, info: ModelInfo, parent: QWidget | None = None) -> None:
        layer, channel = place
        band = info.band_of(layer).name
        super().__init__(knob(AppliedChannel, "strength"), NAME_WIDTH, band, parent)
        self.place, self.title = place, info.channel_name(layer, channel)
        self._name = self._proposal = ""
        self.share = text_label("", "small-number")
        self._what = f"Layer {layer}, number {channel}, {band}: {scales_words(info, layer)}"
        self._lay_out()
        self.show_name("")
        self.show_found(None)

    @property
    def own_name(self) -> str:
        return self._name

    @property
    def proposal(self) -> str:
        return self._name or self._proposal

    def show_name(self, name: str, proposal: str = "") -> None:
        """What it is called, else its place in the network; and what it may be called."""
        self._name, self._proposal = name, proposal
        self.write_name(name or self.title)
        self.speak(f"Channel {name or self.title}")
        self._explain()

    def show_found(self, found: Found | None) -> None:
        """How much of its change was what was looked for; None where it was not found by a search."""
        match found:
            case None:
                share, self._words_found = (
                    None,
                    "It was not found by a search, but came with its name, the picture or the Lab.",
                )
            case LocalChannel():
                share = found.inside
                self._words_found = (
                    f"At ±3 σ{_of(found.faces)} {100 * share:.0f} % of the change, in squares, fell into the place "
                    "that was chosen;\n"
                    f"pixels there changed by {found.effect:.0f} of 255."
                )
            case ChannelEffect():
                share, sure = found.purity, " (95 % confidence)" if found.purity_confidence is not None else ""
                self._words_found = (
                    f"At ±{found.reach:g} σ, over {found.faces} faces: {found.words}.\n"
                    f"Purity {found.purity_text}: its part in all that changes{sure}."
                )
        self.share.setText("" if share is None else f"{100 * share:.0f}%")
        self.share.setToolTip(literal_tip(self._words_found))
        self._explain()

    def show_strength(self, strength: float) -> None:
        """Shows what the recipe has, silently."""
        self.slider.set_value(strength)

    def _explain(self) -> None:
        name = f"{self._name}: {self.title}.\n" if self._name else ""
        self.name.setToolTip(literal_tip(f"{name}{self._what}\n{self._words_found}\nClick for choices; F2 renames."))

    def _lay_out(self) -> None:
        self._words_found = ""
        self.field.setAccessibleName("Name of the channel")
        self.share.setFixedWidth(SHARE_WIDTH)
        self.share.setAlignment(theme.ALIGN_NUMBER)
        row = Across(self, 6)
        row.addWidget(self.naming)
        row.addWidget(self.slider, 1)
        row.addWidget(self.share)

    def fill(self, menu: QMenu) -> None:
        if self._proposal and not self._name:
            menu.addAction(literal(f"Call it “{self._proposal}”"), lambda: self.renamed.emit(self._proposal))
        menu.addAction("Rename…", self.rename)
        if self._name:
            menu.addAction("Take the name away", lambda: self.renamed.emit(""))
        menu.addSeparator()
        menu.addAction("Show it at −5, 0 and +5 σ", lambda: self.asked.emit("preview"))
        menu.addAction("Sweep it in the Lab", lambda: self.asked.emit("sweep"))
        menu.addAction("Reset", self.slider.reset)
        menu.addSeparator()
        menu.addAction("Learn remote control…", lambda: self.asked.emit("learn"))


def _of(faces: int) -> str:
    return f", over {faces} faces," if faces > 1 else ""


def scales_words(info: ModelInfo, layer: int) -> str:
    """What a number of a layer's style does there, in one sentence."""
    if info.scales_inputs:
        return f"it scales one feature map where layer {layer}'s convolution reads it."
    return f"it scales one feature map that leaves layer {layer}."
