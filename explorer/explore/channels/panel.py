"""Channels: sliders of single numbers of the style space, found by pointing at a place of the picture."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down, discard
from explorer.controls.buttons import IconButton, chip
from explorer.controls.panel import Panel, allow
from explorer.controls.search_row import SearchRow
from explorer.controls.strength_preview import StrengthPreview
from explorer.controls.text import text_label
from explorer.explore.channels.row import ChannelRow, Place
from explorer.jobs import Done, Failed, FindChannels, Piece, Strip
from explorer.picture.pills import WAITS
from explorer.session import Session
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.recipe import Recipe
from stylegan_core.run.stems import kimg_of

FIND, PREVIEW = "channels.find", "channels.preview"
COUNT = 8  # channels that a search brings
STRENGTHS = (-5.0, 0.0, 5.0)
EMPTY = "Point at a place of the picture to get sliders for it."
LOOKING = "Looking for channels that change this place alone"
FOUND = "At the right: how much of the change stays inside."
NONE = "No channel changes this place in a way that could be seen: choose another."
TIPS = {
    "by_place": "You draw a rectangle on the picture, and the channels are found that change hardly anything else (T).",
    "reset": "Sets every channel back to 0.",
}


class ChannelsPanel(Panel):
    """A slider for each channel in use and for those that were found last; absent where a network has no styles."""

    pick_wanted = Signal()  # a place of the picture is to be chosen, or no longer
    learn_wanted = Signal(int, int)  # layer and number of a channel that is to be steered from afar

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Channels", parent)
        self._rows: dict[Place, ChannelRow] = {}  # in their order
        self._found: dict[Place, LocalChannel] = {}
        self._left = TimeLeft()
        self._waits = False
        self._absent = False  # the network has no styles
        self._found_in = Path()  # the file of the network that is shown
        self.reset_all = IconButton("reset", TIPS["reset"])
        self.by_place = chip("find by place", TIPS["by_place"], checkable=True)
        self.message, self.search = text_label(EMPTY, "small", wraps=True), SearchRow("search for channels")
        self.preview = StrengthPreview(self, PREVIEW, STRENGTHS)
        self._column = Down(spacing=2)
        self._lay_out()
        self._connect()

    @property
    def rows(self) -> list[ChannelRow]:
        """The sliders, in their order."""
        return list(self._rows.values())

    def _lay_out(self) -> None:
        self.section.add_action(self.reset_all)
        self.section.add_action(self.by_place)
        self.body.addLayout(self._column)
        self.body.addWidget(self.message)
        self.body.addWidget(self.search)

    def _connect(self) -> None:
        session = self.session
        self.reset_all.clicked.connect(self._reset)
        self.by_place.clicked.connect(self._ask_for_place)
        self.search.given_up.connect(self.give_up)
        self.add_command("Find channels by place …", "T", TIPS["by_place"], self.by_place.click, self.by_place)
        self.add_command("Reset every channel", "", TIPS["reset"], self._reset, self.by_place)
        session.moves_itself.connect(lambda _: self.preview.hide())

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_recipe(self, recipe: Recipe) -> None:
        self.preview.hide()
        if self.info is None:
            return
        used = self._used(recipe)
        for place in used:
            if place not in self._rows:
                self._add(place)
        for place, row in self._rows.items():
            row.show_strength(recipe.strength_of(*place))
        self.reset_all.setVisible(bool(used))
        self._say_if_empty()

    def show_model(self, info: ModelInfo) -> None:
        follows = self._follows(info)
        self.info = info
        self.preview.hide()
        self.search.end(FIND)
        self.message.setText(EMPTY)
        if not follows:
            self._found.clear()
            self._keep(())
        reason = info.why_not("styles")
        if bool(reason) != self._absent:
            self._absent = bool(reason)
            self.setVisible(not reason)
        allow(self.by_place, reason, TIPS["by_place"])
        super().show_model(info)

    def _follows(self, info: ModelInfo) -> bool:
        """Whether the network is another snapshot of the same run: what was found is still worth trying."""
        here, before = Path(self.session.model_path), self._found_in
        self._found_in = here
        same = self.info is not None and self.info.style_channels == info.style_channels
        return same and here.parent == before.parent and kimg_of(here) is not None

    def hideEvent(self, event: QHideEvent) -> None:
        self.preview.hide()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.owners:
            self.give_up()
        else:
            super().keyPressEvent(event)

    def _used(self, recipe: Recipe) -> list[Place]:
        """The channels of this network that a recipe moves."""
        if self.info is None:
            return []
        places = dict.fromkeys((each.layer, each.channel) for each in recipe.channels)
        return [place for place in places if self.info.has_channel(*place) and recipe.strength_of(*place)]

    def _keep(self, places: Sequence[Place]) -> None:
        """Shows the rows of these places alone, in this order; one that is there stays, so that a hand is not lost."""
        for place in self._rows.keys() - set(places):
            discard(self._rows.pop(place))
        for place in places:
            if place not in self._rows:
                self._add(place)
        self._rows = {place: self._rows[place] for place in places}
        for at, row in enumerate(self._rows.values()):
            if self._column.indexOf(row) != at:
                self._column.insertWidget(at, row)
            row.show_found(self._found.get(row.place))

    def _add(self, place: Place) -> None:
        assert self.info is not None
        row = self._rows[place] = ChannelRow(place, self.info)
        row.moved.connect(lambda strength: self.set_strength(*place, strength))
        row.committed.connect(self.session.commit)
        row.asked.connect(lambda word: self._do(row, word))
        row.hovered.connect(lambda on: self._preview(row) if on else self.preview.hide())
        row.show_found(self._found.get(place))
        self._column.addWidget(row)

    def _say_if_empty(self) -> None:
        if not self.search.owners and self.message.text() in ("", EMPTY):
            self.message.setText("" if self._rows else EMPTY)
        self.message.setVisible(bool(self.message.text()))

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self._say_if_empty()

    # -- the search ---------------------------------------------------------------------------------------------

    def look_at(self, region: Region) -> None:
        """Looks for the channels that change this place of the picture; a newer search takes an older one's place."""
        if self.info is None or self.info.why_not("styles"):
            return
        self.section.set_open(True)
        if self._waits:
            self._say(WAITS)
            return
        self.search.begin(FIND)
        self._left = TimeLeft()
        self._say(f"{LOOKING} …")
        self.ask_anew(FindChannels(FIND, self.session.recipe, region, COUNT))

    def wait(self, foreign: bool) -> None:
        """While the picture is another network's, no place of it can be looked at."""
        self._waits = foreign
        if not foreign and self.message.text() == WAITS:
            self._say("" if self._rows else EMPTY)

    def set_picking(self, on: bool) -> None:
        """Whether a place is being chosen on the picture."""
        self.by_place.setChecked(on)

    def give_up(self) -> None:
        """Ends the search; the sliders of the one before stay."""
        self.forget(FIND)
        self.search.end(FIND)
        self._say("The search was given up.")

    def take(self, answer: Piece | Done) -> None:
        if isinstance(answer.request, Strip):
            if isinstance(answer, Piece):
                self.preview.grid.show_pixels(answer.index, answer.value)
        elif isinstance(answer, Piece):
            self.search.advance(answer.index + 1, answer.total)
            self._say(LOOKING + self._left.clause(answer.index + 1, answer.total, " …"))
        else:
            self.search.end(FIND)
            self._take_found(answer.value)

    def failed(self, answer: Failed) -> None:
        if answer.request.owner == FIND:
            self.search.end(FIND)
            self._say(answer.reason)

    def _take_found(self, found: tuple[LocalChannel, ...]) -> None:
        """Those in use stay, the others make room for what was found."""
        used = self._used(self.session.recipe)
        self._found = {place: each for place, each in self._found.items() if place in used}
        self._found |= {(each.layer, each.channel): each for each in found}
        before = [place for place in self._rows if place in used]
        new = [(each.layer, each.channel) for each in found]
        self._keep([*before, *(place for place in new if place not in before)])
        self._say(FOUND if found else NONE)
        self.show_recipe(self.session.recipe)

    # -- what a row asks for ------------------------------------------------------------------------------------

    def set_strength(self, layer: int, channel: int, strength: float) -> None:
        """Sets a channel that need not be on show to a strength in sigma, in a gesture that goes on."""
        self.session.edit_recipe(self.session.recipe.with_channel(layer, channel, strength))

    def _reset(self) -> None:
        recipe = self.session.recipe
        for place in self._used(recipe):
            recipe = recipe.with_channel(*place, 0.0)
        self.session.apply(recipe)

    def _ask_for_place(self) -> None:
        self.by_place.setChecked(False)  # the picture says whether it is on
        self.pick_wanted.emit()

    def _preview(self, row: ChannelRow) -> None:
        recipe = self.session.recipe
        self.preview.open(row, lambda strength: recipe.with_channel(*row.place, strength))

    def _do(self, row: ChannelRow, word: str) -> None:
        if word == "preview":
            self._preview(row)
        elif word == "learn":
            self.learn_wanted.emit(*row.place)
