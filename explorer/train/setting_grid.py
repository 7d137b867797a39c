"""The settings of a run that people change most, each in a field of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from explorer import theme
from explorer.controls.boxes import Across
from explorer.controls.field import Field
from explorer.controls.text import restyle, text_label
from explorer.train.words import square
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.groups import PAPER_TARGET
from stylegan_core.training.names import values_of

COLUMNS = 3
LABEL_WIDTH = 108  # "1024×1024, kimg" fits
BY_LEVEL, ITS_OWN = "by level", "its own"


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    text: str
    tip: str


FIELDS = (
    _Row("growth.{top}.stable_kimg", "{square}, kimg", "How long it trains at full size, in thousands of images."),
    _Row("growth.batch", "batch", "How many images a step looks at."),
    _Row(
        "growth.rate",
        "learning rate",
        "How far a step goes: 0.01 for some hundred thousand images, 0.002 for millions.",
    ),
    _Row("gamma", "R1 γ", "Holds the discriminator back: more against collapse, less where pictures stay blurred."),
    _Row("network.fmap_max", "channels", "The most a layer may have: more can draw more and takes longer."),
    _Row("snapshot_kimg", "snapshot, kimg", "After how many thousand images samples and a checkpoint are written."),
    _Row("metric_kimg", "measure, kimg", "After how many thousand images FD-E is measured; 0 is only when asked."),
)
MIRROR = _Row("data.mirror", "mirror half of them", "Right for faces, whose sides are alike; wrong for letters.")
AUGMENT = _Row(
    "ada.target", "augment", "Shows the discriminator turned and tinted pictures: for some thousand pictures or fewer."
)


class SettingField(Field):
    """One setting as text; ``set_by_hand`` carries what was typed, an empty text where it is as usual again."""

    set_by_hand = Signal(str)

    def __init__(self, row: _Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._text = ""
        self.setProperty("kind", "setting")
        self.setFont(theme.mono())
        self.setAlignment(theme.ALIGN_NUMBER)
        self.setAccessibleName(row.text)

    def sizeHint(self) -> QSize:
        return QSize(76, super().sizeHint().height())

    def show_setting(self, text: str, usual: str, own: bool) -> None:
        """Shows a value and whether it is a person's ``own`` or the usual one, which an empty field brings back."""
        self._text = text
        self.setPlaceholderText(usual)
        back = f" Usual here: {usual}; an empty field brings that back." if own else ""
        self.setToolTip(self.row.tip + back)
        restyle(self, "own", own)
        if not (self.hasFocus() and self.isModified()):
            self.write()

    def write(self) -> None:
        self.setText(self._text)
        self.setModified(False)

    def take(self) -> None:
        text, typed = self.text().strip(), self.isModified()
        self.setModified(False)
        if typed and text != self._text:
            self.set_by_hand.emit("" if text == self.placeholderText() else text.replace(",", "."))
        else:
            self.write()


class SettingGrid(QWidget):
    """Shows what a run's settings are; ``set_by_hand`` brings the key and the value of one that a person changed.

    The value is an empty text where it is as usual again.
    """

    set_by_hand = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = [SettingField(row) for row in FIELDS]
        self.labels = [text_label(row.text, "muted") for row in FIELDS]
        self.mirror, self.augment = QCheckBox(MIRROR.text), QCheckBox(AUGMENT.text)
        self._preset: TrainingConfig | None = None
        self._lay_out()
        for field in self.fields:
            field.set_by_hand.connect(lambda value, field=field: self.set_by_hand.emit(self._key(field.row), value))
        self.mirror.clicked.connect(lambda on: self._switch(MIRROR.key, "true" if on else "false"))
        self.augment.clicked.connect(lambda on: self._switch(AUGMENT.key, f"{PAPER_TARGET if on else 0}"))

    def show_settings(
        self, preset: TrainingConfig, config: TrainingConfig, changes: Sequence[str], begins_from_another: bool
    ) -> None:
        """Shows a configuration, which is a preset with these changes as far as they make sense.

        A network that ``begins_from_another`` has that one's widths, unless a person sets them.
        """
        self._preset = preset
        own = dict(change.partition("=")[::2] for change in changes)
        for field, label in zip(self.fields, self.labels, strict=True):
            key = self._key(field.row)
            text = field.row.text.format(square=square(preset.network.resolution))
            label.setText(text)
            field.setAccessibleName(text)
            inherited = begins_from_another and key.startswith("network.")
            usual = ITS_OWN if inherited else _text(preset, key)
            field.show_setting(own.get(key) or (usual if inherited else _text(config, key)), usual, key in own)
        self.mirror.setChecked(config.data.mirror)
        self.augment.setChecked(config.ada.target > 0)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        for at, (field, label) in enumerate(zip(self.fields, self.labels, strict=True)):
            label.setBuddy(field)
            cell = Across(spacing=8)
            label.setFixedWidth(LABEL_WIDTH)
            cell.addWidget(label)
            cell.addWidget(field, 1)
            grid.addLayout(cell, at // COLUMNS, at % COLUMNS)
        for at, (box, row) in enumerate(((self.mirror, MIRROR), (self.augment, AUGMENT)), len(self.fields)):
            box.setToolTip(row.tip)
            box.setAccessibleName(row.text)
            grid.addWidget(box, at // COLUMNS, at % COLUMNS)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)

    def _key(self, row: _Row) -> str:
        return row.key.format(top=self._preset.network.resolution) if self._preset else row.key

    def _switch(self, key: str, value: str) -> None:
        usual = self._preset is not None and _text(self._preset, key) == value
        self.set_by_hand.emit(key, "" if usual else value)


def _text(config: TrainingConfig, key: str) -> str:
    """The value of a setting as it would be typed."""
    values: set[Any] = set(values_of(config, key))
    if len(values) > 1:
        return BY_LEVEL
    value = values.pop()
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
