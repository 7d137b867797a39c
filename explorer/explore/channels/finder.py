"""What looks for channels, by a place or by an attribute: what it says, how far it is, what it brings and offers."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.judge_chip import JudgeChip
from explorer.controls.panel import Asking, allow
from explorer.controls.search_row import SearchRow
from explorer.controls.text import text_label
from explorer.explore.channels.menu import AttributeMenu
from explorer.explore.channels.row import Found
from explorer.jobs import Done, Failed, FindByAttribute, FindChannels, Piece
from explorer.picture.pills import WAITS
from explorer.work.time_left import TimeLeft
from stylegan_core.info import ModelInfo
from stylegan_core.latents.learned_labels import LearnedLabels, labels_beside
from stylegan_core.latents.questions import MEASURED
from stylegan_core.latents.region import Region
from stylegan_core.recipe import Recipe

FIND = "channels.find"
COUNT = 8  # channels that a search brings
FACES = 4  # that a place is looked at on where one is not enough
EMPTY = "Point at a place, or choose an attribute, to get sliders for it."
LOOKING = "Looking for channels that change this place alone"
FOUND = "At the right: how much of the change stays inside."
NONE = "No channel changes this place in a way that could be seen: choose another."
LOOKING_FOR = "Looking for channels that change {} alone"
FOUND_FOR = "At the right: the part of {} in all that changes."
NONE_FOR = "No channel changes {} in a way that could be seen."
GIVEN_UP = "The search was given up."
MEASURES = tuple(question.attribute for question in MEASURED)
TIPS = {
    "by_place": "You draw a rectangle on the picture, and the channels are found that change hardly anything else (T).",
    "by_attribute": "You choose what is to change, brightness for one, and channels are found that change little else.",
    "on_more": "Looks at the same place on three other faces, too, which takes four times as long: what is found "
    "is less of this face and more of all.",
}


class ChannelFinder(QObject):
    """Searches in the network of a panel, which puts these widgets into its head and body."""

    began = Signal()
    pick_wanted = Signal()  # a place of the picture is to be chosen, or no longer
    found = Signal(object, str)  # the channels, and what they were looked for in words that may become names

    def __init__(self, panel: Asking) -> None:
        super().__init__(panel)
        self._panel = panel
        self._labels: LearnedLabels | None = None
        self._sought = ""
        self._looking, self._left = "", TimeLeft()
        self._menu: AttributeMenu | None = None
        self._waits = self._has_rows = False
        self._region: Region | None = None  # that was found last, on one face
        self.by_place = chip("by place", TIPS["by_place"], checkable=True)
        self.by_attribute = chip("by attribute ▾", TIPS["by_attribute"])
        self.labels, self.on_more = JudgeChip(), chip(f"on {FACES} faces", TIPS["on_more"])
        self.message, self.search = text_label(EMPTY, "small", wraps=True), SearchRow("search for channels")
        self.by_place.clicked.connect(self._ask_for_place)
        self.by_attribute.clicked.connect(self.choose_attribute)
        self.on_more.clicked.connect(lambda: self.look_at(self._region, FACES) if self._region else None)
        self.labels.changed.connect(lambda: self.labels.setHidden(self.labels.idle))
        self.search.given_up.connect(self.give_up)

    def lay_out(self, body: Down) -> None:
        """Adds what it says and offers below the sliders."""
        said, learnt = Across(spacing=8), Across()
        said.addWidget(self.message, 1)
        said.addWidget(self.on_more)
        learnt.add(self.labels, None)
        body.addLayout(said)
        body.addWidget(self.search)
        body.addLayout(learnt)
        self.labels.hide()
        self.on_more.hide()

    def open(self, info: ModelInfo, *, follows: bool) -> None:
        """Another network, which ``follows`` as the next snapshot of a run; a search in the one before is over."""
        self.search.end(FIND)
        self.message.setText(EMPTY)
        if not follows:
            self._offer_more(None)
        reason = info.why_not("styles")
        allow(self.by_place, reason, TIPS["by_place"])
        allow(self.by_attribute, reason, TIPS["by_attribute"])
        self.labels.show_network(info.resolution)

    def note_rows(self, there: bool) -> None:
        """Whether there are sliders: where there are none and nothing else is said, it is said how to get some."""
        self._has_rows = there
        if not self.search.owners and self.message.text() in ("", EMPTY):
            self.message.setText("" if there else EMPTY)
        self.message.setVisible(bool(self.message.text()))

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self.note_rows(self._has_rows)

    # -- what is looked for --------------------------------------------------------------------------------------

    def look_at(self, region: Region, faces: int = 1) -> None:
        """Looks for the channels that change this place of the picture; a newer search takes an older one's place.

        With more than one of ``faces`` others are looked at as well.
        """
        if not self._can_begin():
            return
        if self._waits:
            self._say(WAITS)
            return
        self._begin(LOOKING, region.words)
        self._panel.ask_anew(FindChannels(FIND, self._panel.session.recipe, region, COUNT, faces))

    def look_for(self, attribute: str) -> None:
        """Looks for the channels that change an attribute of faces; a newer search takes an older one's place."""
        if not self._can_begin():
            return
        labels = None if attribute in MEASURES else self._known_labels()
        recipe = self._panel.session.recipe
        of = Recipe(label=recipe.label, level=recipe.level, alpha=recipe.alpha)
        self._begin(LOOKING_FOR.format(attribute), attribute)
        self._panel.ask_anew(FindByAttribute(FIND, of, attribute, labels, COUNT))

    def set_picking(self, on: bool) -> None:
        """Whether a place is being chosen on the picture."""
        self.by_place.setChecked(on)

    def choose_attribute(self) -> None:
        """Opens the menu of the attributes that can be looked for."""
        if self._menu is not None:
            self._menu.deleteLater()  # only now: what it asked for may have been answered after it was closed
        labels = self._known_labels()
        questions = () if labels is None else labels.questions
        learn = self.labels.ask if self.labels.idle else None
        menu = self._menu = AttributeMenu(MEASURES, questions, self.look_for, learn, self._panel)
        menu.popup(self.by_attribute.mapToGlobal(QPoint(0, self.by_attribute.height() + 2)))

    def use_labels(self, labels: LearnedLabels | None) -> None:
        """Labels whose answers are attributes, too, or none."""
        self._labels = labels

    def wait(self, foreign: bool) -> None:
        """While the picture is another network's, no place of it can be looked at."""
        self._waits = foreign
        if not foreign and self.message.text() == WAITS:
            self._say("" if self._has_rows else EMPTY)

    def _ask_for_place(self) -> None:
        self.by_place.setChecked(False)  # the picture says whether it is on
        self.pick_wanted.emit()

    def _known_labels(self) -> LearnedLabels | None:
        """Those that were learned, or else those that came with the network."""
        return self._labels or labels_beside(Path(self._panel.session.model_path))

    def _can_begin(self) -> bool:
        """Whether the network has channels; then what is found is to be seen."""
        info = self._panel.info
        if info is None or info.why_not("styles"):
            return False
        self.began.emit()
        return True

    def _begin(self, words: str, sought: str) -> None:
        self._looking, self._sought, self._left = words, sought, TimeLeft()
        self._offer_more(None)
        self.search.begin(FIND)
        self._say(f"{words} …")

    def _offer_more(self, region: Region | None) -> None:
        """Offers to look at a place on more faces, or no longer."""
        self._region = region
        self.on_more.setVisible(region is not None)

    # -- what comes of it ----------------------------------------------------------------------------------------

    def give_up(self) -> None:
        """Ends the search; the sliders of the one before stay."""
        self._panel.forget(FIND)
        self.search.end(FIND)
        self._say(GIVEN_UP)

    def take(self, answer: Piece | Done) -> None:
        """How far the search is, or what it has brought."""
        if isinstance(answer, Piece):
            self.search.advance(answer.index + 1, answer.total)
            self._say(f"{self._looking}{self._left.clause(answer.index + 1, answer.total)} …")
            return
        self.search.end(FIND)
        self.found.emit(answer.value, self._sought)
        self._say_found(answer.value, answer.request)

    def failed(self, answer: Failed) -> None:
        """Says why the search has come to nothing."""
        self.search.end(FIND)
        self._say(answer.reason)

    def _say_found(self, found: Sequence[Found], request: object) -> None:
        if isinstance(request, FindByAttribute):
            self._say((FOUND_FOR if found else NONE_FOR).format(request.attribute))
        else:
            self._say(FOUND if found else NONE)
            if isinstance(request, FindChannels) and request.faces == 1 and found:
                self._offer_more(request.region)
