"""The preset of a new run: what it becomes, its settings and changes of them, and the network that it begins from."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import button
from explorer.controls.questions import ask_to_open
from explorer.controls.text import text_label
from explorer.train.data_card import REST_MS
from explorer.train.layout import head_row
from explorer.train.proposals import settings_in, with_setting
from explorer.train.setting_grid import SettingGrid
from explorer.train.timeline import GrowthTimeline
from explorer.train.words import kimg_text, square
from stylegan_core.files.places import is_there
from stylegan_core.schedule import Growth, phases
from stylegan_core.training.config import PRESETS, TrainingConfig, changed, preset

OF_THE_NETWORK = ("network.", "init.")  # settings of a run that one which begins from its network does not repeat
FIRST_PRESET = "avatars-32"
TIPS = {
    "Preset": "Chooses network, growth and pace together; all of it is told below and can be changed.",
    "Changes of the preset": "Changes single settings of the preset, each written key=value, with blanks between them "
    'and a value that has some in quotation marks: data.label="Wearing Hat".',
    "Begin from": "Goes on from a trained network instead of from chance; one that is dropped on the page is taken.",
}
WEIGHTS = "Networks (*.safetensors *.pkl *.npz *.pt *.pth *.onnx *.ckpt);;All files (*)"


class PresetCard(QWidget):
    """Chooses what is trained, and from where.

    ``changed`` comes when another text stands in a field, ``settled`` when another preset is chosen or it has rested.
    """

    changed = Signal()
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preset, self.meaning, self.plan = QComboBox(), text_label("", "muted", wraps=True), GrowthTimeline()
        self.changes = QLineEdit(placeholderText="Other changes, such as noise_rate=0.01 keep=5")
        self.grid = SettingGrid()
        self.init = QLineEdit(placeholderText="Begins anew; or name a checkpoint or weight file to go on from")
        self.init_button = button("Network…", "Chooses a trained network to go on from.")
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._lay_out()
        self.preset.currentIndexChanged.connect(lambda _: self.settled.emit())
        self.grid.set_by_hand.connect(self._set_by_hand)
        self.changes.editingFinished.connect(self.settled)
        self.changes.textChanged.connect(lambda _: self.changed.emit())
        self.init.textChanged.connect(lambda _: self._rest.start())
        self.init.textChanged.connect(lambda _: self.changed.emit())
        self.init_button.clicked.connect(self._ask_network)
        self._rest.timeout.connect(self.settled)

    @property
    def config(self) -> TrainingConfig:
        """The chosen preset with its changes; without them where they make no sense."""
        try:
            return changed(self._chosen, self.settings())
        except ValueError:
            return self._chosen

    @property
    def network(self) -> str:
        """The file to begin from, or an empty text."""
        return self.init.text().strip()

    @property
    def resolutions(self) -> tuple[int, ...]:
        """The working resolutions of the chosen preset, lowest first."""
        return tuple(4 << plan.level for plan in self.config.growth.levels)

    def settings(self) -> list[str]:
        """The changes as key=value."""
        return settings_in(self.changes.text())

    def change(self, key: str, value: str) -> None:
        """Sets one of the changes; an empty value takes it back."""
        self.changes.setText(with_setting(self.changes.text(), key, value))

    def begin_from(self, network: Path, config: dict[str, Any]) -> None:
        """Chooses a network to begin from, and where it is still there the preset of the run it comes from.

        What a person had set for that run is set here too, but for what the network brings itself.
        """
        index = self.preset.findData(config.get("preset"))
        if index >= 0:
            self.preset.setCurrentIndex(index)
            asked = config.get("asked")
            self._take_settings(asked if isinstance(asked, list) else [])
        self.init.setText(str(network))

    def _take_settings(self, asked: list[Any]) -> None:
        """Replaces the changes by those of another run, each ``key=value``."""
        self.changes.clear()
        for setting in map(str, asked):
            key, _, value = setting.partition("=")
            if not key.startswith(OF_THE_NETWORK):
                self.change(key, value)

    def show_choice(self) -> None:
        """Says what the preset becomes with its changes, and what its settings are then."""
        config = self.config
        self.grid.show_settings(self._chosen, config, self.settings(), bool(self.network))
        total = kimg_text(config.growth.total_kimg)
        penalty = f", R1 γ {config.gamma:g}" if config.gamma else ""
        since = f" from {kimg_text(config.critic.from_kimg)} on" if config.critic.from_kimg else ""
        critic = f", a critic beside it{since}" if config.critic.weight else ""
        self.meaning.setText(f"{config.meaning} {total} in all{penalty}{critic}.")

    def show_plan(self, growth: Growth) -> None:
        """Draws how the network grows."""
        self.plan.set_plan(phases(growth))

    def why_not(self) -> str:
        """Why nothing can be trained with these choices, in one sentence; empty where it can."""
        try:
            changed(self._chosen, self.settings())
        except ValueError as error:
            return str(error)
        if self.network and not is_there(Path(self.network)):
            return f"{Path(self.network).name}, the network to begin from, is not there."
        return ""

    def close_card(self) -> None:
        """Ends the wait for the rest of a hand."""
        self._rest.stop()

    @property
    def _chosen(self) -> TrainingConfig:
        return preset(self.preset.currentData())

    def _lay_out(self) -> None:
        column = Down(self, 8)
        begin = Across()
        begin.add(self.init, self.init_button)
        column.add(head_row("Preset: what it becomes"), self.preset, self.meaning, self.plan, self.grid, self.changes)
        column.addLayout(begin)
        for name in PRESETS:
            self.preset.addItem(f"{name}   ·   {square(preset(name).network.resolution)}", name)
        self.preset.setCurrentIndex(list(PRESETS).index(FIRST_PRESET))
        fields = zip(TIPS, (self.preset, self.changes, self.init), strict=True)
        for name, field in fields:
            field.setAccessibleName(name)
            field.setToolTip(TIPS[name])

    def _set_by_hand(self, key: str, value: str) -> None:
        self.change(key, value)
        self.settled.emit()

    def _ask_network(self) -> None:
        ask_to_open(self, "Network to go on from", WEIGHTS, self.init.setText, self.network)
