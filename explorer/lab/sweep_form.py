"""What is swept: the knob, its range and steps, and whether from this face or over several seeds."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import Segments, chip
from explorer.controls.judge_chip import JudgeChip
from explorer.controls.panel import allow
from explorer.controls.slider import NumberField
from explorer.controls.text import restyle, text_label
from stylegan_core.bands import NAMES
from stylegan_core.info import ModelInfo
from stylegan_core.lab.sweep_plan import LEVEL, MOST_FACES, Sweep, Swept, along, knobs, of_channel, steps_between
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import SEEDS, AppliedChannel, Latent, Mix, Recipe

STEPS, FACES = 9, 8
VISIBLE = 18  # knobs that are listed at once
MOST = 1024  # pictures of one sweep
MIXED = Recipe(mixes=tuple(Mix(Latent(), band=name) for name in NAMES))  # what it lacks, the network lacks
TIPS = {
    "knob": "What goes over its range: a direction, psi, noise, a mix, or how far the model has grown.",
    "low": "Where the sweep begins.",
    "high": "Where the sweep ends.",
    "steps": "How many values the sweep has.",
    "faces": "How many seeds the sweep is drawn for, a row each.",
    "seed": "The first of these seeds.",
    "features": "Measures distances in the features of EfficientNet-Lite0 too, as PPL-E does; that takes about twice "
    "as long.",
}
FROM = ("this face", "seeds")
FROM_TIPS = ("Sweeps the face that is open in Explore.", "Sweeps several faces, a row each, and shows their spread.")
NO_SEEDS = "The sweep is of this face alone: choose seeds first."


class SweepForm(QWidget):
    """``changed`` comes where another sweep is wanted, ``left`` where a typed number gives the keyboard back."""

    changed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info: ModelInfo | None = None
        self._entries: Sequence[Entry] = ()
        self._channels: Sequence[AppliedChannel] = ()
        self._knobs: list[Swept] = []
        self._wanted: Swept | None = None  # what a person has chosen
        self._ranged = ""  # the kind of knob that the range is for
        self.knob, self.origin = QComboBox(), Segments(FROM, FROM_TIPS)
        self.low, self.high = NumberField(2), NumberField(2)
        self.steps, self.faces, self.seed = NumberField(0), NumberField(0), NumberField(0)
        self.labels = JudgeChip()
        self.features, self.words = chip("features", TIPS["features"], checkable=True), text_label(wraps=True)
        for field, value in ((self.steps, STEPS), (self.faces, FACES), (self.seed, 0)):
            field.show_value(value)
        self._lay_out()
        self._connect()

    @property
    def swept(self) -> Swept | None:
        """The chosen knob."""
        at = self.knob.currentData()
        return self._knobs[at] if at is not None else None

    def show_model(self, info: ModelInfo) -> None:
        """The knobs of another network."""
        self._info = info
        self.labels.show_network(info.resolution)
        self._ranged = "" if self._ranged == LEVEL else self._ranged  # whose range is that of the network
        self._fill()

    def offer(self, entries: Sequence[Entry]) -> None:
        """The directions that can be swept."""
        if entries != self._entries:
            self._entries = entries
            self._fill()

    def offer_channels(self, channels: Sequence[AppliedChannel]) -> None:
        """The channels that can be swept."""
        if channels != self._channels:
            self._channels = channels
            self._fill()

    def choose(self, swept: Swept) -> None:
        """Takes a knob that is offered, with the range that belongs to it."""
        self._wanted = swept
        self._select()
        self.changed.emit()

    def show_recipe(self, recipe: Recipe) -> None:
        """Which knobs this recipe has no use for, and why."""
        items = self.knob.model()
        assert isinstance(items, QStandardItemModel) and self._info is not None
        for row in range(items.rowCount()):
            at = self.knob.itemData(row)
            if at is not None:
                reason = self._knobs[at].why_not(self._info, recipe)
                items.item(row).setEnabled(not reason)
                items.item(row).setToolTip(reason)

    def plan(self, recipe: Recipe) -> Sweep | str:
        """The sweep that is wanted from a recipe, or why there is none."""
        swept, info = self.swept, self._info
        if swept is None or info is None:
            return "There is nothing to sweep yet."
        if reason := swept.why_not(info, recipe):
            return reason
        count = round(self.steps.value)
        seeded = self.origin.index == 1
        faces = round(self.faces.value) if seeded else 1
        if not 1 <= faces <= MOST_FACES or faces * count > MOST:
            return f"A sweep has up to {MOST_FACES} faces and {MOST} pictures: take fewer."
        first = round(self.seed.value)
        seeds = [(first + at) % SEEDS for at in range(faces)] if seeded else []
        try:
            values = steps_between(self.low.value, self.high.value, count)
            return swept.why_not_to(info, max(values)) or Sweep.of(recipe, _as_applied(swept, recipe), values, seeds)
        except ValueError as error:
            return str(error)

    def show_plan(self, plan: Sweep | str) -> None:
        """Says how large it is, or what is wrong with it."""
        doubt = self.labels.doubt
        if isinstance(plan, str):
            self.words.setText(plan)
        else:
            rows, columns = len(plan.rows), len(plan.values)
            many = f"{rows} faces at {columns} values: {rows * columns} pictures" if rows > 1 else f"{columns} pictures"
            self.words.setText(f"{many}. {doubt}" if doubt else many)
        restyle(self.words, "tone", "bad" if isinstance(plan, str) else "warning" if doubt else "muted")
        for field in (self.faces, self.seed):
            tip = TIPS["faces"] if field is self.faces else TIPS["seed"]
            allow(field, "" if self.origin.index == 1 else NO_SEEDS, tip)

    def _fill(self) -> None:
        if self._info is None:
            return
        directions = [along(entry.direction, entry.first, entry.last) for entry in self._entries]
        of_channels = [of_channel(each, self._info) for each in self._channels if self._has(each)]
        self._knobs = [*directions, *of_channels, *knobs(self._info)]
        ends = {len(directions), len(directions) + len(of_channels)} - {0}
        self.knob.blockSignals(True)
        self.knob.clear()
        for at, swept in enumerate(self._knobs):
            if at in ends:
                self.knob.insertSeparator(self.knob.count())
            self.knob.addItem(swept.name, at)
        self.knob.blockSignals(False)
        self._select()

    def _has(self, channel: AppliedChannel) -> bool:
        return self._info is not None and self._info.has_channel(channel.layer, channel.channel)

    def _select(self) -> None:
        """Shows the knob that was chosen, or its namesake of another network, else the first that means something."""
        wanted, info = self._wanted, self._info
        assert info is not None
        useful = [(at, swept) for at, swept in enumerate(self._knobs) if not swept.why_not(info, MIXED)]
        same = [at for at, swept in useful if _same(swept, wanted)]
        alike = [at for at, swept in useful if wanted is not None and swept.name == wanted.name]
        at = (same or alike or [at for at, _ in useful] or [0])[0]
        self.knob.setCurrentIndex(self.knob.findData(at))
        self._show_range()

    def _show_range(self) -> None:
        """The range that belongs to the knob, unless it is of the kind that the range on show was chosen for."""
        swept = self.swept
        if swept is not None and self._info is not None and swept.kind != self._ranged:
            self._ranged = swept.kind
            for field, value in zip((self.low, self.high), swept.range(self._info), strict=True):
                field.show_value(value)

    def _choose(self) -> None:
        self._wanted = self.swept
        self._show_range()
        self.changed.emit()

    def _connect(self) -> None:
        self.knob.activated.connect(lambda _: self._choose())
        self.origin.chosen.connect(lambda _: self.changed.emit())
        self.features.toggled.connect(lambda _: self.changed.emit())
        for field in (self.low, self.high, self.steps, self.faces, self.seed):
            field.typed.connect(lambda _: self.changed.emit())
            field.finished.connect(self.left)

    def _lay_out(self) -> None:
        self.knob.setMaxVisibleItems(VISIBLE)
        self.knob.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        named = (
            (self.knob, "knob", "What is swept"), (self.low, "low", "From"), (self.high, "high", "To"),
            (self.steps, "steps", "Values"), (self.faces, "faces", "Faces"), (self.seed, "seed", "First seed"),
        )  # fmt: skip
        for widget, tip, name in named:
            widget.setAccessibleName(name)
            widget.setToolTip(TIPS[tip])
        for field in (self.low, self.high, self.steps, self.faces, self.seed):
            field.setProperty("kind", "mono")
            field.setFixedWidth(58)
        column = Down(self, 8)
        column.add(
            _row("sweep", self.knob),
            _row("from", self.low, "to", self.high, "values", self.steps, None),
            _row("of", self.origin, self.faces, "from", self.seed, None),
            _row(self.words, self.labels, self.features),
        )


def _row(*parts: QWidget | str | None) -> Across:
    """Widgets beside each other with words between them; None is room."""
    row = Across(spacing=8)
    for at, part in enumerate(parts):
        if part is None:
            row.addStretch(1)
        elif isinstance(part, QWidget):
            row.addWidget(part, 1 if isinstance(part, QComboBox | QLabel) else 0)
        else:
            label = text_label(part, "muted")
            if at == 0:
                label.setFixedWidth(38)
            row.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
    return row


def _same(one: Swept, other: Swept | None) -> bool:
    if other is not None and one.channel is not None and other.channel is not None:
        return (one.channel.layer, one.channel.channel) == (other.channel.layer, other.channel.channel)
    if other is None or one.direction is None or other.direction is None:
        return one == other
    return one.direction.direction.vector == other.direction.direction.vector


def _as_applied(swept: Swept, recipe: Recipe) -> Swept:
    """A direction on the layers that the recipe has it on, where it has it."""
    own = swept.direction
    vector = own.direction.vector if own is not None else None
    used = [each for each in recipe.directions if each.direction.vector == vector]
    return along(used[0].direction, used[0].first, used[0].last) if used else swept
