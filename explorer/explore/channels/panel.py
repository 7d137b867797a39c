"""Channels: sliders of single numbers of the style space, found by a place of the picture or by an attribute."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Down, discard
from explorer.controls.buttons import IconButton
from explorer.controls.panel import Panel
from explorer.controls.strength_preview import StrengthPreview
from explorer.explore.channels.finder import COUNT, FIND, TIPS, ChannelFinder
from explorer.explore.channels.names import Names
from explorer.explore.channels.row import ChannelRow, Found, Place
from explorer.jobs import Done, Failed, Piece, Strip
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import NamedChannel
from stylegan_core.recipe import AppliedChannel, Recipe
from stylegan_core.run.stems import of_one_run

PREVIEW = "channels.preview"
STRENGTHS = (-5.0, 0.0, 5.0)
RESET = "Sets every channel back to 0."


class ChannelsPanel(Panel):
    """A slider for each channel in use and for those that were found last; absent where a network has no styles."""

    learn_wanted = Signal(int, int)  # layer and number of a channel that is to be steered from afar
    named = Signal(object)  # a NamedChannel that the library is to keep, without a name where it is to forget it
    channels_changed = Signal(object)  # every channel that has a row, in order
    sweep_wanted = Signal(object)  # an AppliedChannel that is to be looked at in the Lab

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Channels", parent)
        self._rows: dict[Place, ChannelRow] = {}  # in their order
        self._found: dict[Place, Found] = {}
        self._names = Names()
        self._absent = False  # the network has no styles
        self._found_in = Path()  # the file of the network that is shown
        self.finder = ChannelFinder(self)
        self.reset_all = IconButton("reset", RESET)
        self.preview = StrengthPreview(self, PREVIEW, STRENGTHS)
        self._column = Down(spacing=2)
        self._lay_out()
        self._connect()

    @property
    def rows(self) -> list[ChannelRow]:
        """The sliders, in their order."""
        return list(self._rows.values())

    @property
    def at_rest(self) -> tuple[AppliedChannel, ...]:
        """Every channel that has a row, in order, at no strength."""
        return tuple(self._at_rest(place) for place in self._rows)

    def called(self, place: Place) -> str:
        """What a channel is called here; empty where it has no name."""
        return self._names.of(place, self.session.recipe)

    def _lay_out(self) -> None:
        for each in (self.reset_all, self.finder.by_place, self.finder.by_attribute):
            self.section.add_action(each)
        self.body.addLayout(self._column)
        self.finder.lay_out(self.body)

    def _connect(self) -> None:
        finder = self.finder
        self.reset_all.clicked.connect(self._reset)
        finder.began.connect(lambda: self.section.set_open(True))
        finder.found.connect(self._take_found)
        place, attribute = finder.by_place, finder.by_attribute
        self.add_command("Find channels by place …", "T", TIPS["by_place"], place.click, place, shows=True)
        self.add_command(
            "Find channels by attribute …", "", TIPS["by_attribute"], finder.choose_attribute, attribute, shows=True
        )
        self.add_command("Reset every channel", "", RESET, self._reset, place)
        self.session.moves_itself.connect(lambda _: self.preview.hide())

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_recipe(self, recipe: Recipe) -> None:
        self.preview.hide()
        if self.info is None:
            return
        used = self._used(recipe)
        if not self._rows.keys() >= set(used):
            self._keep([*self._rows, *(place for place in used if place not in self._rows)])
        for place, row in self._rows.items():
            row.show_strength(recipe.strength_of(*place))
        self._show_names()
        self.reset_all.setVisible(bool(used))
        self.finder.note_rows(bool(self._rows))

    def show_model(self, info: ModelInfo) -> None:
        follows = self._follows(info)
        self.info = info
        self.preview.hide()
        self.finder.open(info, follows=follows)
        if not follows:
            self._found.clear()
            self._names.forget_proposals()
            self._keep(self._named(()))
        absent = bool(info.why_not("styles"))
        if absent != self._absent:
            self._absent = absent
            self.setVisible(not absent)
        super().show_model(info)

    def _follows(self, info: ModelInfo) -> bool:
        """Whether the network is another snapshot of the same run: what was found is still worth trying."""
        here, before = Path(self.session.model_path), self._found_in
        self._found_in = here
        same = self.info is not None and self.info.style_channels == info.style_channels
        return same and of_one_run(here, before)

    def hideEvent(self, event: QHideEvent) -> None:
        self.preview.hide()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.finder.search.owners:
            self.finder.give_up()
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
        self._show_names()
        self.channels_changed.emit(self.at_rest)

    def _named(self, before: Sequence[Place]) -> list[Place]:
        """The first of those that have a name here and are not among others."""
        info = self.info
        named = [place for place in self._names.places if info is not None and info.has_channel(*place)]
        return [place for place in named if place not in before][:COUNT]

    def _at_rest(self, place: Place) -> AppliedChannel:
        return AppliedChannel(*place, 0.0, self.called(place))

    def _show_names(self) -> None:
        for place, row in self._rows.items():
            row.show_name(self.called(place), self._names.proposal(place))

    def show_library(self, channels: Sequence[NamedChannel]) -> None:
        """The channels that have names in the library of the open network."""
        self._names.show_library(channels)
        if self.info is not None:
            self._keep([*self._rows, *self._named([*self._rows])])
            self.finder.note_rows(bool(self._rows))

    def _add(self, place: Place) -> None:
        assert self.info is not None
        row = self._rows[place] = ChannelRow(place, self.info)
        row.moved.connect(lambda strength: self.set_strength(*place, strength))
        row.committed.connect(self.session.commit)
        row.renamed.connect(lambda name: self._rename(place, name))
        row.asked.connect(lambda word: self._do(row, word))
        row.hovered.connect(lambda on: self._preview(row) if on else self.preview.hide())
        row.show_found(self._found.get(place))
        self._column.addWidget(row)

    # -- what comes back ----------------------------------------------------------------------------------------

    def take(self, answer: Piece | Done) -> None:
        if not isinstance(answer.request, Strip):
            self.finder.take(answer)
        elif isinstance(answer, Piece):
            self.preview.grid.show_pixels(answer.index, answer.value)

    def failed(self, answer: Failed) -> None:
        if answer.request.owner == FIND:
            self.finder.failed(answer)

    def _take_found(self, found: Sequence[Found], sought: str) -> None:
        """Those in use stay, the others make room for what was found; named ones are shown beside."""
        used = self._used(self.session.recipe)
        new = {(each.layer, each.channel): each for each in found}
        self._found = {place: each for place, each in self._found.items() if place in used} | new
        self._names.propose(new, sought, used)
        before = [place for place in self._rows if place in used]
        shown = [*before, *(place for place in new if place not in before)]
        self._keep([*shown, *self._named(shown)])
        self.show_recipe(self.session.recipe)

    # -- what a row asks for ------------------------------------------------------------------------------------

    def set_strength(self, layer: int, channel: int, strength: float) -> None:
        """Sets a channel that need not be on show to a strength in sigma, in a gesture that goes on."""
        named = self.session.recipe.with_channel(layer, channel, strength, self.called((layer, channel)))
        self.session.edit_recipe(named)

    def _rename(self, place: Place, name: str) -> None:
        """A new name, in the library and in the recipe; an empty one is none."""
        self.named.emit(NamedChannel(*place, name))
        recipe = self.session.recipe
        if recipe.strength_of(*place):
            self.session.apply(recipe.with_channel(*place, recipe.strength_of(*place), name))

    def _reset(self) -> None:
        recipe = self.session.recipe
        for place in self._used(recipe):
            recipe = recipe.with_channel(*place, 0.0)
        self.session.apply(recipe)

    def _preview(self, row: ChannelRow) -> None:
        recipe = self.session.recipe
        self.preview.open(row, lambda strength: recipe.with_channel(*row.place, strength))

    def _do(self, row: ChannelRow, word: str) -> None:
        if word == "preview":
            self._preview(row)
        elif word == "sweep":
            self.sweep_wanted.emit(self._at_rest(row.place))
        elif word == "learn":
            self.learn_wanted.emit(*row.place)
