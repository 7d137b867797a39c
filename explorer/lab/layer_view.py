"""The layer that was chosen: facts in a sentence, its histogram, its channels as a grid, and one of them seen large."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import Segments, chip
from explorer.controls.scrolling import Pages
from explorer.controls.text import restyle, text_label
from explorer.controls.yielding import YieldingRow, hides, moves
from explorer.lab.channel_grid import ChannelGrid
from explorer.lab.close_up import CloseUp
from explorer.lab.export import ExportChip
from explorer.lab.histogram import Histogram
from explorer.lab.words import channel_name, channel_words, place_words, sentence, title
from stylegan_core.lab.layer_facts import ChannelPictures, Floats, LayerFacts

ORDERS = ("by spread", "by number")
TIPS = {
    "by spread": "Puts the channels with the largest standard deviation first.",
    "by number": "Leaves the channels in the order the model has them.",
    "together": "Draws all channels on one scale of grey, so that weak ones stay grey; else each has its own.",
    "export": "Saves all channels of this layer at its own resolution on one page.",
}
SCALES = (
    "black is 3 sd below each channel's own mean, white 3 sd above",
    "black is 3 sd below the layer's mean, white 3 sd above, the same for all",
)
WIDE = 800  # pixels from which on there is room to say what the greys mean
NO_CHANNELS = "There are no channels yet: choose a layer first."


class LayerView(QWidget):
    """``wanted`` comes where the channels, or the one seen large, must be asked for; ``again`` where that failed."""

    wanted = Signal()
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts: LayerFacts | None = None
        self.channel: int | None = None  # the one that is seen large
        self.headline, self.words = text_label("", "headline"), text_label("", "muted", wraps=True)
        self.band, self.scale = text_label(), text_label("", "small")
        self.histogram, self.grid, self.close_up = Histogram(), ChannelGrid(), CloseUp()
        self.orders = Segments(ORDERS, [TIPS[order] for order in ORDERS])
        self.together = chip("one scale", TIPS["together"], checkable=True)
        self.export = ExportChip(TIPS["export"], "Picture (*.png)")
        self.title, self.message = text_label("Channels", "title"), text_label(tone="bad", wraps=True)
        self.retry = chip("try again", "Asks for the channels once more.")
        self.stack, self._card = Pages(), QFrame()
        self._lay_out()
        self._connect()
        self.clear()

    def clear(self) -> None:
        """Nothing is known: another network was opened."""
        self.facts = None
        for label in (self.headline, self.band, self.words):
            label.clear()
        self.histogram.show_facts(None)
        self.show_layer(None)

    def show_layer(self, facts: LayerFacts | None) -> None:
        """Another layer: its channels are still to come."""
        self.show_all()
        self.show_channels(None)
        if facts is not None:
            self.show_facts(facts)

    def show_facts(self, facts: LayerFacts) -> None:
        """The numbers of the layer."""
        self.facts = facts
        self.headline.setText(title(facts))
        self.band.setText(facts.band)
        restyle(self.band, "band", facts.band)
        self.words.setText(sentence(facts))
        self.histogram.show_facts(facts)

    def show_channels(self, pictures: ChannelPictures | None, *, together: bool = False) -> None:
        """The channels of the layer, on one scale or each on its own, or the empty grid."""
        self.message.clear()
        self.scale.setText(SCALES[together] if pictures is not None else "")
        self._make_room()
        self.grid.show_channels(self.facts, pictures)
        count = len(self.grid.order)
        self.title.setText(f"{count} channels" if count else "Channels")
        self.export.allow("" if count else NO_CHANNELS)
        if self.channel is not None and pictures is not None:
            self._name_channel()

    def set_stale(self, *, numbers: bool, channels: bool, values: bool) -> None:
        """What is older than the recipe: the facts, the grid, the channel that is seen large."""
        self.words.setEnabled(not numbers)
        self.histogram.set_stale(numbers)
        self.grid.set_stale(channels)
        self.close_up.words.setEnabled(not channels)  # they come with the channels
        self.close_up.pair.set_stale(values)

    def show_values(self, values: Floats) -> None:
        """The values of the channel that is seen large."""
        self.close_up.pair.show_values(values)

    def show_face(self, image: QImage | None, stale: bool) -> None:
        """The picture beside the channel."""
        self.close_up.pair.show_face(image, stale)

    def say(self, sentence: str) -> None:
        """Why the channels cannot be shown, with a way on; empty where they can."""
        self.message.setText(sentence)
        self._make_room()

    def say_waiting(self, sentence: str) -> None:
        """What is waited for, where there are no channels to look at meanwhile."""
        self.grid.say_waiting(sentence)

    def open(self, channel: int) -> None:
        """Shows one channel large."""
        self.channel = channel
        self.close_up.pair.show_values(None)
        self._name_channel()
        self._turn(self.close_up)
        self.close_up.setFocus(Qt.FocusReason.OtherFocusReason)
        self.wanted.emit()

    def show_all(self) -> None:
        """Back to all channels; the one that was seen large stays the current one."""
        if self.channel is None:
            return
        channel, self.channel = self.channel, None
        focused = QApplication.focusWidget()
        inside = focused is not None and (focused is self.close_up or self.close_up.isAncestorOf(focused))
        self._turn(self.grid)
        if channel in self.grid.order:
            self.grid.setCurrentIndex(self.grid.channels.index(self.grid.order.index(channel)))
        if inside:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self, page: QWidget) -> None:
        """The grid with the histogram above it, or one channel with all the room there is."""
        self.stack.setCurrentWidget(page)
        for each in (self._card, self.together):
            each.setVisible(page is self.grid)
        self._make_room()

    def _make_room(self) -> None:
        """What the greys mean, where there is room for it beside the controls."""
        failed = bool(self.message.text())
        self.message.setVisible(failed)
        self.retry.setVisible(failed)
        self.scale.setVisible(self.channel is None and self.width() >= WIDE and not failed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the grid, whichever control here has the focus."""
        if event.key() == Qt.Key.Key_Escape and self.channel is not None:
            self.show_all()
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        order = self.grid.order
        if self.channel in order and 0 <= order.index(self.channel) + by < len(order):
            self.open(order[order.index(self.channel) + by])

    def _name_channel(self) -> None:
        order, pictures, facts = self.grid.order, self.grid.pictures, self.facts
        if facts is None or pictures is None or self.channel not in order:
            return
        place = order.index(self.channel)
        self.close_up.name.setText(f"Channel {channel_name(self.channel, facts)}")
        numbers = channel_words(self.channel, facts, pictures).partition(": ")[2]
        self.close_up.words.setText(f"{place_words(place, len(order))} {ORDERS[self.orders.index]}; {numbers}")
        self.close_up.previous.setEnabled(place > 0)
        self.close_up.next.setEnabled(place + 1 < len(order))

    def _order(self, index: int) -> None:
        self.grid.set_by_spread(index == 0)
        self._name_channel()

    def _connect(self) -> None:
        self.grid.opened.connect(self.open)
        self.retry.clicked.connect(self.again)
        self.close_up.left.connect(self.show_all)
        self.close_up.stepped.connect(self._step)
        self.orders.chosen.connect(self._order)
        self.together.toggled.connect(lambda _: self.wanted.emit())

    def _lay_out(self) -> None:
        self.scale.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it never widens the window
        self.band.setStyleSheet("font-size: 13px; font-weight: 600;")
        head, yielding = Across(spacing=10), YieldingRow()
        row = yielding.row
        row.setSpacing(8)
        for label in (self.headline, self.band):
            head.addWidget(label, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        row.addWidget(self.title)
        row.addWidget(self.scale, 100)
        row.addWidget(self.message, 100)
        row.add(self.retry, None, self.orders, self.together, self.export)
        # The sentence above the histogram says how many there are, too.
        yielding.yield_by(hides(self.title), moves(self.export, row, head))
        self._card.setObjectName("card")
        inside = Down(self._card, edges=(8, 8, 8, 6))
        inside.addWidget(self.histogram)
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.close_up)
        column = Down(self, 8, edges=(18, 12, 14, 10))
        column.add(head, self.words, self._card, yielding)
        column.addWidget(self.stack, 1)
