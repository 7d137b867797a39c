"""The lower part of the dialog: what came in last, what it did, and how much of it there was."""

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.literal import literal_tip
from explorer.controls.scrolling import scroll_by_keys
from explorer.controls.text import restyle, text_label
from explorer.controls.yielding import ElidedLabel
from explorer.remote.log import MOST, Row
from explorer.remote.remote import Remote
from stylegan_core.amounts import counted, thousands

LOOK = 100  # milliseconds between two looks: no eye reads faster
NOTHING = "Nothing has come in yet."


class MessageList(QWidget):
    """Looks at the log of a Remote while it is seen."""

    def __init__(self, remote: Remote) -> None:
        super().__init__()
        self._remote = remote
        self._shown: object = None
        self._labels: list[tuple[QLabel, QLabel, QLabel]] = []
        self.total = text_label("", "small")
        self.clear = chip("clear", "Forgets the messages of this list.")
        self.clear.clicked.connect(self._clear)
        self._grid = QGridLayout()
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self.show_log)
        self._lay_out()
        self.show_log()

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """What is shown: message, what it did, how often."""
        return [(a.text(), b.text(), c.text()) for a, b, c in self._labels if not a.isHidden()]

    def show_log(self) -> None:
        """Shows the log as it is now."""
        inbox, log = self._remote.inbox, self._remote.log
        state = (log.changes, inbox.came, inbox.unread, inbox.dropped)
        if state == self._shown:
            return
        self._shown = state
        rows = log.rows
        while len(self._labels) < len(rows):
            self._add_line()
        for labels, row in zip(self._labels, [*rows, *([None] * (MOST - len(rows)))], strict=False):
            self._write(labels, row)
        parts = [counted(inbox.came, "message") if rows or inbox.came else NOTHING]
        counts = (log.unknown, "to no control"), (inbox.unread, "not readable"), (inbox.dropped, "too many")
        for count, words in counts:
            parts += [f"{thousands(count)} {words}"] if count else []
        self.total.setText(" · ".join(parts))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.show_log()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._shown = None
        super().changeEvent(event)

    def _write(self, labels: tuple[QLabel, QLabel, QLabel], row: Row | None) -> None:
        for label in labels:
            label.setVisible(row is not None)
        if row is None:
            return
        words, effect, times = labels
        words.setText(row.words)
        effect.setText(row.effect)
        words.setToolTip(literal_tip(row.words))
        times.setText(f"× {row.times}" if row.times > 1 else "")
        restyle(effect, "tone", "muted" if row.tone == "good" else row.tone)

    def _clear(self) -> None:
        inbox = self._remote.inbox
        inbox.came = inbox.unread = inbox.dropped = 0
        self._remote.log.clear()
        self.show_log()

    def _add_line(self) -> None:
        words, times = ElidedLabel(role="number"), text_label("", "small-number")
        effect = text_label(tone="muted", wraps=True)
        for label in (words, effect):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        times.setFixedWidth(64)
        times.setAlignment(theme.ALIGN_NUMBER)
        at = len(self._labels)
        for column, label in enumerate((words, effect, times)):
            self._grid.addWidget(label, at, column, Qt.AlignmentFlag.AlignTop)
        self._labels.append((words, effect, times))

    def _lay_out(self) -> None:
        title = text_label("Messages", "title")
        head = Across(spacing=8)
        head.add(title, None, self.total, self.clear)
        inside = QWidget()
        self._grid.setContentsMargins(10, 8, 8, 8)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 6)
        self._grid.setColumnStretch(1, 7)
        whole = Down(inside)
        whole.add(self._grid, None)
        scroll = QScrollArea()
        scroll.setObjectName("well")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        scroll_by_keys(scroll, "Messages")
        scroll.setMinimumHeight(110)
        column = Down(self, 6)
        column.addLayout(head)
        column.addWidget(scroll, 1)
