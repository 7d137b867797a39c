"""Channels: sliders of single numbers of the style space, found by a place of the picture or by an attribute."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from explorer.controls.boxes import Across, Down, discard
from explorer.controls.buttons import IconButton, chip
from explorer.controls.judge_chip import JudgeChip
from explorer.controls.panel import Panel, allow
from explorer.controls.search_row import SearchRow
from explorer.controls.strength_preview import StrengthPreview
from explorer.controls.text import text_label
from explorer.explore.channels.menu import AttributeMenu
from explorer.explore.channels.names import Names
from explorer.explore.channels.row import ChannelRow, Found, Place
from explorer.jobs import Done, Failed, FindByAttribute, FindChannels, Piece, Strip
from explorer.picture.pills import WAITS
from explorer.session import Session
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.latents.learned_labels import LearnedLabels, labels_beside
from stylegan_core.latents.library import NamedChannel
from stylegan_core.latents.questions import MEASURED
from stylegan_core.latents.region import Region
from stylegan_core.recipe import AppliedChannel, Recipe
from stylegan_core.run.stems import kimg_of

FIND, PREVIEW = "channels.find", "channels.preview"
COUNT = 8  # channels that a search brings, and named ones that are shown beside
FACES = 4  # that a place is looked at on where one is not enough
STRENGTHS = (-5.0, 0.0, 5.0)
EMPTY = "Point at a place, or choose an attribute, to get sliders for it."
LOOKING = "Looking for channels that change this place alone"
FOUND = "At the right: how much of the change stays inside."
NONE = "No channel changes this place in a way that could be seen: choose another."
LOOKING_FOR = "Looking for channels that change {} alone"
FOUND_FOR = "At the right: the part of {} in all that changes."
NONE_FOR = "No channel changes {} in a way that could be seen."
MEASURES = tuple(question.attribute for question in MEASURED)
TIPS = {
    "by_place": "You draw a rectangle on the picture, and the channels are found that change hardly anything else (T).",
    "by_attribute": "You choose what is to change, brightness for one, and channels are found that change little else.",
    "on_more": "Looks at the same place on three other faces, too, which takes four times as long: what is found "
    "is less of this face and more of all.",
    "reset": "Sets every channel back to 0.",
}


class ChannelsPanel(Panel):
    """A slider for each channel in use and for those that were found last; absent where a network has no styles."""

    pick_wanted = Signal()  # a place of the picture is to be chosen, or no longer
    learn_wanted = Signal(int, int)  # layer and number of a channel that is to be steered from afar
    named = Signal(object)  # a NamedChannel that the library is to keep, without a name where it is to forget it
    channels_changed = Signal(object)  # every channel that has a row, in order
    sweep_wanted = Signal(object)  # an AppliedChannel that is to be looked at in the Lab

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "Channels", parent)
        self._rows: dict[Place, ChannelRow] = {}  # in their order
        self._found: dict[Place, Found] = {}
        self._names = Names()
        self._labels: LearnedLabels | None = None
        self._sought = ""  # what the search is for, in words that may become names
        self._looking, self._left = "", TimeLeft()
        self._menu: AttributeMenu | None = None
        self._waits = False
        self._absent = False  # the network has no styles
        self._found_in = Path()  # the file of the network that is shown
        self.reset_all = IconButton("reset", TIPS["reset"])
        self.by_place = chip("by place", TIPS["by_place"], checkable=True)
        self.by_attribute = chip("by attribute ▾", TIPS["by_attribute"])
        self.labels, self.on_more = JudgeChip(), chip(f"on {FACES} faces", TIPS["on_more"])
        self._region: Region | None = None  # that was found last, on one face
        self.message, self.search = text_label(EMPTY, "small", wraps=True), SearchRow("search for channels")
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
        for each in (self.reset_all, self.by_place, self.by_attribute):
            self.section.add_action(each)
        said, learnt = Across(spacing=8), Across()
        said.addWidget(self.message, 1)
        said.addWidget(self.on_more)
        learnt.add(self.labels, None)
        self.body.addLayout(self._column)
        self.body.addLayout(said)
        self.body.addWidget(self.search)
        self.body.addLayout(learnt)
        self.labels.hide()
        self.on_more.hide()

    def _connect(self) -> None:
        session = self.session
        self.reset_all.clicked.connect(self._reset)
        self.by_place.clicked.connect(self._ask_for_place)
        self.by_attribute.clicked.connect(self._choose_attribute)
        self.on_more.clicked.connect(lambda: self.look_at(self._region, FACES) if self._region else None)
        self.labels.changed.connect(lambda: self.labels.setHidden(self.labels.idle))
        self.search.given_up.connect(self.give_up)
        self.add_command(
            "Find channels by place …", "T", TIPS["by_place"], self.by_place.click, self.by_place, shows=True
        )
        self.add_command(
            "Find channels by attribute …",
            "",
            TIPS["by_attribute"],
            self._choose_attribute,
            self.by_attribute,
            shows=True,
        )
        self.add_command("Reset every channel", "", TIPS["reset"], self._reset, self.by_place)
        session.moves_itself.connect(lambda _: self.preview.hide())

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
        self._say_if_empty()

    def show_model(self, info: ModelInfo) -> None:
        follows = self._follows(info)
        self.info = info
        self.preview.hide()
        self.search.end(FIND)
        self.message.setText(EMPTY)
        if not follows:
            self._found.clear()
            self._names.forget_proposals()
            self._offer_more(None)
            self._keep(self._named(()))
        reason = info.why_not("styles")
        if bool(reason) != self._absent:
            self._absent = bool(reason)
            self.setVisible(not reason)
        allow(self.by_place, reason, TIPS["by_place"])
        allow(self.by_attribute, reason, TIPS["by_attribute"])
        self.labels.show_network(info.resolution)
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
            self._say_if_empty()

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

    def _say_if_empty(self) -> None:
        if not self.search.owners and self.message.text() in ("", EMPTY):
            self.message.setText("" if self._rows else EMPTY)
        self.message.setVisible(bool(self.message.text()))

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self._say_if_empty()

    # -- the search ---------------------------------------------------------------------------------------------

    def look_at(self, region: Region, faces: int = 1) -> None:
        """Looks for the channels that change this place of the picture; a newer search takes an older one's place.

        With more than one of ``faces`` others are looked at as well.
        """
        if self.info is None or self.info.why_not("styles"):
            return
        self.section.set_open(True)
        if self._waits:
            self._say(WAITS)
            return
        self._sought = region.words
        self._begin(LOOKING)
        self.ask_anew(FindChannels(FIND, self.session.recipe, region, COUNT, faces))

    def look_for(self, attribute: str) -> None:
        """Looks for the channels that change an attribute of faces; a newer search takes an older one's place."""
        if self.info is None or self.info.why_not("styles"):
            return
        self.section.set_open(True)
        labels = None if attribute in MEASURES else self._known_labels()
        recipe, self._sought = self.session.recipe, attribute
        of = Recipe(label=recipe.label, level=recipe.level, alpha=recipe.alpha)
        self._begin(LOOKING_FOR.format(attribute))
        self.ask_anew(FindByAttribute(FIND, of, attribute, labels, COUNT))

    def _begin(self, words: str) -> None:
        self._looking, self._left = words, TimeLeft()
        self._offer_more(None)
        self.search.begin(FIND)
        self._say(f"{words} …")

    def _offer_more(self, region: Region | None) -> None:
        """Offers to look at a place on more faces, or no longer."""
        self._region = region
        self.on_more.setVisible(region is not None)

    def use_labels(self, labels: LearnedLabels | None) -> None:
        """Labels whose answers are attributes, too, or none."""
        self._labels = labels

    def _known_labels(self) -> LearnedLabels | None:
        """Those that were learned, or else those that came with the network."""
        return self._labels or labels_beside(Path(self.session.model_path))

    def _choose_attribute(self) -> None:
        if self._menu is not None:
            self._menu.deleteLater()  # only now: what it asked for may have been answered after it was closed
        labels = self._known_labels()
        questions = () if labels is None else labels.questions
        learn = self.labels.ask if self.labels.idle else None
        menu = self._menu = AttributeMenu(MEASURES, questions, self.look_for, learn, self)
        menu.popup(self.by_attribute.mapToGlobal(QPoint(0, self.by_attribute.height() + 2)))

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
            self._say(f"{self._looking}{self._left.clause(answer.index + 1, answer.total)} …")
        else:
            self.search.end(FIND)
            self._take_found(answer.value, answer.request)

    def failed(self, answer: Failed) -> None:
        if answer.request.owner == FIND:
            self.search.end(FIND)
            self._say(answer.reason)

    def _take_found(self, found: Sequence[Found], request: object) -> None:
        """Those in use stay, the others make room for what was found; named ones are shown beside."""
        used = self._used(self.session.recipe)
        new = {(each.layer, each.channel): each for each in found}
        self._found = {place: each for place, each in self._found.items() if place in used} | new
        self._names.propose(new, self._sought, used)
        before = [place for place in self._rows if place in used]
        shown = [*before, *(place for place in new if place not in before)]
        self._keep([*shown, *self._named(shown)])
        if isinstance(request, FindByAttribute):
            self._say((FOUND_FOR if found else NONE_FOR).format(request.attribute))
        else:
            self._say(FOUND if found else NONE)
            if isinstance(request, FindChannels) and request.faces == 1 and found:
                self._offer_more(request.region)
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

    def _ask_for_place(self) -> None:
        self.by_place.setChecked(False)  # the picture says whether it is on
        self.pick_wanted.emit()

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
