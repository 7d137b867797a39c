"""The dialog in which the open network is blended with another: three columns of faces, a slider for each band."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QLabel, QWidget

from explorer.bundled import network_name
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button
from explorer.controls.progress import ProgressBar
from explorer.controls.questions import ask_to_open, ask_to_save, unasked, with_ending
from explorer.controls.scrolling import ScrollPage
from explorer.controls.slider import LabelledSlider
from explorer.controls.text import restyle, text_label
from explorer.controls.thumbnails import Thumbnail
from explorer.jobs import Answer, Blend, Blendable, BlendFile, Done, Failed, Piece, Request, Strip
from stylegan_core.blend_amounts import LEAST, MOST, RELATED, Amounts, agreement
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import SEEDS, Knob, Latent, Recipe

FIRST, SECOND, BETWEEN, FILE, LIST = "blend-first", "blend-second", "blend", "blend-file", "blend-list"  # who asks
ALL = Amounts(1.0, 1.0, 1.0, 1.0)
SHOWN_FIRST = Amounts(fine=1.0)
FACES, SIDE = 3, 112
SUFFIX = ".safetensors"
KIND = f"Model (*{SUFFIX})"
NETWORKS = "Models (*.safetensors *.pkl *.pt *.pth *.model);;Every file (*)"
ANOTHER = "another model"
BY_FILE = "Choose a file…"
BEST_WITH = "A model between two: best where one was trained on from the other."
ALONE = "No other model here is built like this one: train one on from it (Train, New run, Model…), or choose a file."
DIFFER = "Of another kind or size, with other classes, or not grown as far, so they do not blend with this one:"
PARTS = (
    ("mapping", "Who", "Whose mapping network says who is drawn: 0 is the open model, 1 the other."),
    ("coarse", "Coarse", "Whose coarse layers: pose, shape, outline."),
    ("middle", "Middle", "Whose middle layers: features."),
    ("fine", "Fine", "Whose fine layers: colours and small detail."),
)
READY_MADE = (
    ("Its shapes", Amounts(coarse=1.0), "The coarse layers of the other model, all else of the open one."),
    ("Its detail", SHOWN_FIRST, "The fine layers of the other model, all else of the open one."),
    ("Half of all", Amounts(0.5, 0.5, 0.5, 0.5), "Half way between the two, in every layer."),
)


class BlendDialog(QDialog):
    """Shows the open network, a blend and another network side by side; the blend can be saved as a network.

    Of ``others``, name and path each, those are proposed that may blend with the open one. Closing gives up what is
    under way.
    """

    asked = Signal(object)  # Blendable, Strip, Blend or BlendFile
    cancelled = Signal(str)  # owner
    made = Signal(str)  # the path of a network that was written

    def __init__(
        self, recipe: Recipe, info: ModelInfo, others: Sequence[tuple[str, str]], folder: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._info, self._folder, self._others = info, folder, others
        seeds = [(recipe.latent.seed + step) % SEEDS for step in range(1, FACES)]
        self._recipes = (recipe, *(replace(recipe, latent=Latent(seed)) for seed in seeds))
        self._path = ""
        self._kin: float | None = None
        self._requests: dict[str, Request] = {}
        self._late = False  # the sliders were moved while the blend was drawn
        self.setWindowTitle("Blend models")
        self.other = QComboBox()
        self._set_up_list()
        self.faces = {owner: [Thumbnail(SIDE) for _ in range(FACES)] for owner in (FIRST, BETWEEN, SECOND)}
        self._heads = {owner: text_label("", "muted") for owner in self.faces}
        self.sliders = {name: _slider(name, label, meaning, info) for name, label, meaning in PARTS}
        self.ready_made = [button(label, tip) for label, _, tip in READY_MADE]
        self._says, self._rest_of_them = text_label("", "muted", wraps=True), text_label("", "small", wraps=True)
        self._progress = ProgressBar("reading the other model")
        self.save = button("Save and open…", "Asks where, writes the blend as a model, and opens it.", "primary")
        self._close = button("Cancel", "Closes without saving.")
        self._connect()
        self._lay_out()
        self._rest()

    def begin(self) -> None:
        """Asks which networks may blend with the open one, and for its faces."""
        self._ask(Blendable(LIST, tuple(path for _, path in self._others)))
        self._ask(Strip(FIRST, self._recipes, SIDE, waited_for=True))

    @property
    def amounts(self) -> Amounts:
        """What the sliders say."""
        return Amounts(**{name: slider.value for name, slider in self.sliders.items()})

    def choose(self, path: str) -> None:
        """Takes this file as the other network."""
        at = self.other.findData(path)
        if at < 0:
            at = 0
            self._propose(at, network_name(Path(path)), path)
        self.other.setCurrentIndex(at)
        if path == self._path:
            return
        self._path, self._kin = path, None
        self._head(SECOND, self.other.currentText())
        for face in (*self.faces[SECOND], *self.faces[BETWEEN]):
            face.show_pixmap(None)
        self._tell("Reading the other model …")
        self._rest()
        self._ask(Blend(SECOND, path, ALL, self._recipes, SIDE))

    def save_to(self, path: str) -> None:
        """Has the blend written there; a name that nobody was asked about replaces nothing."""
        target = with_ending(path, SUFFIX)
        if why := unasked(path, target):
            self._tell(why, "warning")
            return
        self._tell("Writing the blend …")
        self._ask(BlendFile(FILE, self._path, self.amounts, target))
        self._rest()

    def job_done(self, answer: Answer) -> None:
        """Follows the answers to its own requests."""
        owner = answer.request.owner
        if self._requests.get(owner) != answer.request:
            return
        if isinstance(answer, Piece):
            self._take(owner, answer)
            return
        del self._requests[owner]
        self._progress.hide()
        if isinstance(answer, Failed):
            self._refuse(owner, answer.reason)
        elif isinstance(answer, Done):
            self._finish(owner, answer)
        self._rest()

    def _take(self, owner: str, piece: Piece) -> None:
        if piece.value is not None:
            self.faces[owner][piece.index].show_pixels(piece.value)
        elif owner == SECOND and piece.index < piece.total:
            self._progress.advance(piece.index, piece.total)
            self._progress.show()

    def _refuse(self, owner: str, reason: str) -> None:
        if owner in (SECOND, BETWEEN):
            self._path = ""
            self.other.setCurrentIndex(-1)
            self._head(SECOND, ANOTHER)
        self._tell(reason, "bad")

    def _finish(self, owner: str, done: Done) -> None:
        if owner == LIST:
            self._show_others(done.value)
        elif owner == SECOND:
            kin = self._kin = float(done.value)
            self._tell(*_kinship_words(kin))
            if self.amounts == Amounts():
                self._set(SHOWN_FIRST)
            else:
                self._blend()
        elif owner == BETWEEN and self._late:
            self._blend()
        elif owner == FILE:
            self.made.emit(str(done.value))
            self.accept()

    def _blend(self) -> None:
        """Draws what the sliders say now, after what is being drawn."""
        if self._kin is None:
            return
        self._late = BETWEEN in self._requests
        if not self._late:
            self._ask(Blend(BETWEEN, self._path, self.amounts, self._recipes, SIDE))

    def _head(self, owner: str, text: str) -> None:
        """What stands above a column, as much of it as there is room for; the tooltip has all of it."""
        head = self._heads[owner]
        head.ensurePolished()
        head.setText(head.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, SIDE))
        head.setToolTip(text if head.text() != text else "")

    def _ask(self, request: Request) -> None:
        self._requests[request.owner] = request
        self.asked.emit(request)

    def _rest(self) -> None:
        """Only what means something can be touched."""
        ready = self._kin is not None and FILE not in self._requests
        for control in (*self.sliders.values(), *self.ready_made):
            control.setEnabled(ready)
        self.save.setEnabled(ready)
        self.other.setEnabled(FILE not in self._requests)

    def _tell(self, text: str, tone: str = "") -> None:
        self._says.setText(text)
        restyle(self._says, "tone", tone)

    def _show_others(self, fitting: Sequence[str]) -> None:
        """Proposes those that may blend with the open network, and says which do not."""
        for at, (name, path) in enumerate(each for each in self._others if each[1] in fitting):
            if self.other.findData(path) < 0:  # else somebody has chosen it by its file meanwhile
                self._propose(at, name, path)
        rest = [name for name, path in self._others if path not in fitting]
        if not self._path:
            self._tell(BEST_WITH if fitting else ALONE)
        if rest and fitting:
            many = f"{len(rest)} other models do" if len(rest) > 1 else "1 other model does"
            self._rest_of_them.setText(f"{many} not blend with this one.")
            self._rest_of_them.setToolTip(f"{DIFFER} {', '.join(rest)}.")
        self._rest_of_them.setVisible(bool(rest and fitting))

    def _propose(self, at: int, name: str, path: str) -> None:
        self.other.insertItem(at, name, path)
        self.other.setItemData(at, path, Qt.ItemDataRole.ToolTipRole)

    def _set_up_list(self) -> None:
        self.other.setAccessibleName("The other model")
        self.other.setToolTip("The model that is blended with the open one; best one that was trained on from it.")
        self.other.setPlaceholderText("Choose a model")
        self.other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.other.setMinimumContentsLength(24)
        self.other.addItem(BY_FILE, "")
        self.other.setCurrentIndex(-1)

    def _chosen(self, at: int) -> None:
        path = self.other.itemData(at)
        if path:
            self.choose(path)
            return
        self.other.setCurrentIndex(self.other.findData(self._path) if self._path else -1)
        ask_to_open(self, "The other model", NETWORKS, self.choose, self._folder)

    def _moved(self, slider: LabelledSlider, value: float) -> None:
        """A number that was typed may be more than a blend takes."""
        slider.set_value(min(max(value, LEAST), MOST))
        self._blend()

    def _set(self, amounts: Amounts) -> None:
        for name, slider in self.sliders.items():
            slider.set_value(getattr(amounts, name))
        self._blend()

    def _connect(self) -> None:
        self.other.activated.connect(self._chosen)
        for slider in self.sliders.values():
            slider.changing.connect(partial(self._moved, slider))
        for one, (_, amounts, _) in zip(self.ready_made, READY_MADE, strict=True):
            one.clicked.connect(partial(self._set, amounts))
        self.save.clicked.connect(self._ask_path)
        self._close.clicked.connect(self.reject)
        self.finished.connect(lambda _: self._give_up())

    def _give_up(self) -> None:
        for owner in self._requests:
            self.cancelled.emit(owner)

    def _ask_path(self) -> None:
        name = f"{self._info.name}+{Path(self._path).stem}{SUFFIX}"
        ask_to_save(self, "Save the blend", name, KIND, self.save_to, self._folder)

    def _lay_out(self) -> None:
        faces = QGridLayout()
        faces.setHorizontalSpacing(12)
        faces.setVerticalSpacing(6)
        heads = {FIRST: self._info.name, BETWEEN: "the blend", SECOND: ANOTHER}
        for column, (owner, made) in enumerate(self.faces.items()):
            self._head(owner, heads[owner])
            faces.addWidget(self._heads[owner], 0, column, Qt.AlignmentFlag.AlignHCenter)
            for row, face in enumerate(made):
                face.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                face.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                face.setAccessibleName(f"{heads[owner]}, face {row + 1}")
                faces.addWidget(face, row + 1, column)
        knobs = Down(spacing=10)
        label = QLabel("Blend with")
        label.setBuddy(self.other)
        knobs.add(label, self.other, self._rest_of_them, self._progress)
        knobs.addSpacing(8)
        knobs.add(*self.sliders.values())
        chips = Across(spacing=8)
        chips.add(*self.ready_made, None)
        knobs.addSpacing(4)
        knobs.add(chips, self._says, None)
        inside = QWidget()
        across = Across(inside, 24)
        across.add(faces, knobs)
        foot = Across()
        foot.add(None, self._close, self.save)
        whole = Down(self, 14, edges=(20, 18, 20, 16))
        whole.add(text_label("Blend models", "headline"))
        whole.addWidget(ScrollPage(inside), 1)
        whole.add(foot)
        self._progress.hide()
        self._rest_of_them.hide()
        self._says.setText(BEST_WITH)
        self.resize(760, self.sizeHint().height())


def _slider(name: str, label: str, meaning: str, info: ModelInfo) -> LabelledSlider:
    band = next((band for band in info.bands if band.name == name), None)
    made = LabelledSlider(label, Knob(meaning), 0.0, colour=name if band else "", label_width=56, number_width=48)
    if band is not None:
        made.label.setToolTip(band.resolutions)
        made.setVisible(band.resolutions != "–")
    return made


def _kinship_words(kin: float) -> tuple[str, str]:
    """What the agreement of two networks' weights says, and its tone."""
    share = agreement(kin)
    if kin >= RELATED:
        return f"The weights of the two agree to {share}: one was trained on from the other.", ""
    return (
        f"The weights of the two agree to {share}: they were trained apart, so expect no faces between them. Train one "
        "on from the other first (Train, New run, Model…).",
        "warning",
    )
