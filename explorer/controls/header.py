"""The header and the footer of the window, which yield where it is narrow."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from explorer.controls.action_button import ActionButton
from explorer.controls.boxes import Across
from explorer.controls.buttons import IconButton, Segments, button
from explorer.controls.dot import StateDot
from explorer.controls.literal import literal, literal_tip
from explorer.controls.text import text_label
from explorer.controls.yielding import ElidedLabel, Step, YieldingRow, hides

EDGES, SPACE, TIGHT, TIGHT_SPACE = (16, 14), 8, 8, 5  # pixels around and between the parts
LONG, SHORT = 240, 80  # pixels of a model's name where there is no room for all of it, and where there is little


class Header(YieldingRow):
    """Name, model, workspaces, and what is done most; everything in it has a place in a menu or the palette, too.

    Where it is narrow a long name of a model is cut first, then the program's goes, then the words of the buttons.
    """

    def __init__(self, workspaces: Sequence[str], tips: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setFixedHeight(48)
        self._name, self._cut = "", {LONG: False, SHORT: False}
        self._tip = "Opens another model, a run or a saved picture."
        self.title = text_label("StyleGAN Explorer", "title")
        self.model_button = button("no model", self._tip)
        self.workspaces = Segments(workspaces, tips)
        self.more_button = IconButton("more", "More", "More: theme, copying, help.")
        self._tighten(False)
        self.row.add(self.title)
        self.row.addSpacing(8)
        self.row.add(self.model_button)
        self.row.addSpacing(8)
        self.row.add(self.workspaces, None)

    def add_actions(self, actions: Sequence[QAction], raised: QAction, primary: QAction) -> None:
        """Buttons at the right: some plain ones, a raised one, ``primary`` as the one in colour."""
        plain = [ActionButton(action) for action in actions]
        last = [ActionButton(raised, "", "present"), ActionButton(primary, "primary")]
        self.row.add(*plain, self.more_button, *last)
        words = [each.bares for each in (*plain[::-1], *last)]
        tight = Step(
            self._tighten, lambda: EDGES[0] + EDGES[1] - 2 * TIGHT + (self.row.count() - 1) * (SPACE - TIGHT_SPACE)
        )
        self.yield_by(self._cuts(LONG), hides(self.title), *words, self._cuts(SHORT), tight)

    def _tighten(self, tight: bool) -> None:
        left, right = (TIGHT, TIGHT) if tight else EDGES
        self.row.setContentsMargins(left, 0, right, 0)
        self.row.setSpacing(TIGHT_SPACE if tight else SPACE)

    def show_model(self, name: str) -> None:
        """The name of the model that is open."""
        self._name = name
        self.model_button.setAccessibleName(f"Model {name}")
        self._write()
        self.fit()

    def _cuts(self, room: int) -> Step:
        """A step that leaves the name this room, beyond what was cut of it before."""
        before = max((each for each in self._cut if each > room), default=None)

        def take(gone: bool) -> None:
            self._cut[room] = gone
            self._write()

        return Step(take, lambda: self._width(before) - self._width(room))

    def _shown(self, room: int | None) -> str:
        """As much of the name as there is room for."""
        if room is None:
            return self._name
        return self.model_button.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)

    def _width(self, room: int | None) -> int:
        return self.model_button.fontMetrics().horizontalAdvance(self._shown(room))

    def _write(self) -> None:
        """Shows the name; the tooltip has all of one that is cut."""
        if self._name:
            shown = self._shown(min((room for room, cut in self._cut.items() if cut), default=None))
            self.model_button.setText(f"{literal(shown)} ▾")
            self.model_button.setToolTip(
                self._tip if shown == self._name else literal_tip(f"{self._name}\n{self._tip}")
            )


class Footer(QFrame):
    """State, model, device, hash and autosave; where it is narrow the facts of model and device are cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.setFixedHeight(26)
        self.state = StateDot()
        self.facts, self.device = ElidedLabel(role="muted"), ElidedLabel(role="muted")
        self.hash, self.saved = text_label("", "muted"), text_label("", "muted")
        self.hash.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hash.setStyleSheet('font-family: "JetBrains Mono"; font-size: 11px;')
        for label in (self.hash, self.saved):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.row = Across(self, 18, edges=(14, 0, 14, 0))
        self.row.add(self.state, self.facts, self.device, None, self.hash, self.saved)

    def add(self, widget: QWidget) -> None:
        """Puts a sign before the model's hash."""
        self.row.insertWidget(self.row.indexOf(self.hash), widget)
