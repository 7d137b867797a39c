"""All runs as cards: last picture, state, progress; a click watches one. Without any: one sentence, one button."""

import time
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QHideEvent,
    QImage,
    QImageReader,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer import theme
from explorer.controls.boxes import Across, Down, discard
from explorer.controls.buttons import button
from explorer.controls.literal import literal_tip
from explorer.controls.questions import ask_for_folder
from explorer.controls.scrolling import scroll_by_keys
from explorer.controls.text import text_label
from explorer.train.pill import tone
from explorer.train.summary import RunSummary, list_runs
from explorer.train.timeline import GrowthTimeline
from explorer.train.words import kimg_text, square
from explorer.work.background import Background
from stylegan_core.amounts import duration
from stylegan_core.files.names import one_line
from stylegan_core.schedule import phases
from stylegan_core.training.config import preset

CARD = QSize(380, 108)
REFRESH_MS = 2000
PICTURE = 88  # logical pixels
SHOWN_PRESET = "avatars-32"  # its plan is drawn where there is no run yet


class RunCard(QAbstractButton):
    """One run: the corner of its newest samples, its name, state and progress."""

    def __init__(self, summary: RunSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = summary
        self._picture: QPixmap | None = None
        self.setMinimumSize(300, CARD.height())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_summary(summary)

    def sizeHint(self) -> QSize:
        """Every card is equally large."""
        return CARD

    def show_summary(self, summary: RunSummary) -> None:
        """Shows what the folder says now."""
        self.summary = summary
        name = f"{summary.path.name}: {summary.state.name}"
        self.setAccessibleName(name)
        self.setToolTip(literal_tip(f"{summary.path}\n{summary.state.sentence}".strip()))
        self.update()

    def show_picture(self, image: QImage | None) -> None:
        """Shows the newest samples."""
        if image is not None:
            self._picture = QPixmap.fromImage(image)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Picture left, words right, progress below."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge = "accent" if self.hasFocus() else "muted" if self.underMouse() else "line"
        painter.setPen(QPen(tokens.colour(edge), 1))
        painter.setBrush(tokens.colour("panel"))
        painter.drawRoundedRect(box, 10, 10)
        picture = QRectF(10, 10, PICTURE, PICTURE)
        path = QPainterPath()
        path.addRoundedRect(picture, 7, 7)
        painter.fillPath(path, tokens.colour("raised"))
        if self._picture is not None:
            painter.save()
            painter.setClipPath(path)
            painter.drawPixmap(picture.toRect(), self._picture)
            painter.restore()
        self._paint_words(painter, QRectF(112, 12, self.width() - 126, 84))

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        tokens, run = theme.current(), self.summary
        line = QRectF(box.left(), box.top(), box.width(), 20)
        painter.setFont(theme.sans(theme.BODY, QFont.Weight.DemiBold))
        painter.setPen(tokens.colour("text"))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(
            one_line(run.path.name), Qt.TextElideMode.ElideMiddle, round(box.width()) - 90
        )
        painter.drawText(line, left, name)
        painter.setFont(theme.sans(theme.LABEL, QFont.Weight.Medium))
        painter.setPen(tokens.colour(tone(run.state.name)))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, run.state.name)
        painter.setFont(theme.sans(theme.LABEL))
        painter.setPen(tokens.colour("muted"))
        what = " · ".join(filter(None, [run.preset, square(run.resolution) if run.resolution else ""]))
        painter.drawText(line.translated(0, 22), left, what or "config.json is missing or damaged")
        total = f" of {kimg_text(run.total_kimg)}" if run.total_kimg else ""
        ago = f"{duration(max(time.time() - run.time, 0))} ago" if run.time else ""
        painter.drawText(line.translated(0, 42), left, f"{kimg_text(run.kimg)}{total}")
        painter.drawText(line.translated(0, 42), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, ago)
        self._paint_progress(painter, QRectF(box.left(), box.bottom() - 10, box.width(), 4))

    def _paint_progress(self, painter: QPainter, bar: QRectF) -> None:
        tokens = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("line"))
        painter.drawRoundedRect(bar, 2, 2)
        if self.summary.progress:
            painter.setBrush(tokens.colour(tone(self.summary.state.name)))
            bar.setWidth(max(bar.width() * self.summary.progress, 4))
            painter.drawRoundedRect(bar, 2, 2)


class RunList(QWidget):
    """The cards of all runs below a folder; looked at again every two seconds while it is on screen."""

    chosen = Signal(object)
    new_requested = Signal()
    open_requested = Signal(object)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.also: tuple[Path, ...] = ()
        self.cards: dict[Path, RunCard] = {}
        self._in_order: list[RunCard] = []
        self._arranged = 0  # cards in a row
        self._seen: dict[Path, float] = {}  # of pictures, when they were written; the thread's own
        self._disk = Background(self)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._pages, self._grid = QStackedWidget(), QGridLayout()
        self.new = button("New run", "Chooses data and a preset, and starts a trainer.", "primary")
        self.begin = button("Start the first run", "Chooses data and a preset, and starts a trainer.", "primary")
        self.open = button("Open a run folder…", "Watches a run that lies anywhere, also on a network folder.")
        self._lay_out()
        self._timer.timeout.connect(self.refresh)
        self.new.clicked.connect(self.new_requested)
        self.begin.clicked.connect(self.new_requested)
        self.open.clicked.connect(self._ask_folder)

    def _lay_out(self) -> None:
        outer = Down(self, 14, edges=(24, 16, 24, 16))
        head = Across()
        head.add(text_label("Runs", "headline"), None, self.open, self.new)
        outer.addLayout(head)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(self._cards_page())
        outer.addWidget(self._pages, 1)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        words = text_label("No run yet. Watch a model learn to draw, from a blur up to faces.", "muted", wraps=True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        plan = GrowthTimeline()
        plan.set_plan(phases(preset(SHOWN_PRESET).growth))
        plan.setMaximumWidth(640)
        across = Across()
        across.addStretch(1)
        across.addWidget(plan, 1000)
        across.addStretch(1)
        column.addStretch(1)
        column.addLayout(across)
        column.addWidget(words)
        column.addSpacing(12)
        column.addWidget(self.begin, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    def _cards_page(self) -> QWidget:
        content = QWidget()
        column = Down(content, edges=(0, 0, 6, 0))
        self._grid.setSpacing(12)
        column.add(self._grid, None)
        scroll = QScrollArea()
        scroll_by_keys(scroll, "Runs")
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        return scroll

    def refresh(self) -> None:
        """Looks at the folders again, beside the window's thread."""
        if not self._disk.busy:
            folder, also = self.folder, self.also
            self._disk.do(lambda: self._look(folder, also), self._show_listed)

    def _look(self, folder: Path, also: tuple[Path, ...]) -> list[tuple[RunSummary, QImage | None]]:
        """Beside the window's thread: the runs, and the pictures that are new."""
        return [(run, self._new_picture(run.picture)) for run in list_runs(folder, also)]

    def _new_picture(self, path: Path | None) -> QImage | None:
        try:
            changed = path.stat().st_mtime if path is not None else 0.0
        except OSError:
            return None
        if path is None or self._seen.get(path) == changed:
            return None
        self._seen[path] = changed
        return corner(path)

    def _show_listed(self, listed: list[tuple[RunSummary, QImage | None]]) -> None:
        self.show_runs([run for run, _ in listed])
        for run, image in listed:
            self.cards[run.path].show_picture(image)

    def show_runs(self, runs: list[RunSummary]) -> None:
        """Shows these, in this order."""
        self._pages.setCurrentIndex(1 if runs else 0)
        self.new.setVisible(bool(runs))
        for path in set(self.cards) - {run.path for run in runs}:
            discard(self.cards.pop(path))
        for run in runs:
            if run.path in self.cards:
                self.cards[run.path].show_summary(run)
            else:
                card = RunCard(run)
                card.clicked.connect(lambda _=False, path=run.path: self.chosen.emit(path))
                self.cards[run.path] = card
        self._arrange([self.cards[run.path] for run in runs])

    @property
    def _columns(self) -> int:
        return max((self.width() - 48) // (CARD.width() + 12), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many cards in a row as there is room for."""
        super().resizeEvent(event)
        if self.cards and self._columns != self._arranged:
            self._arrange(self._in_order)

    def _arrange(self, cards: list[RunCard]) -> None:
        self._in_order, self._arranged = cards, self._columns
        columns = self._arranged
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        for index, card in enumerate(cards):
            self._grid.addWidget(card, index // columns, index % columns)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)

    def _ask_folder(self) -> None:
        ask_for_folder(self, "Open a run folder", lambda name: self.open_requested.emit(Path(name)), str(self.folder))

    def showEvent(self, event: QShowEvent) -> None:
        """Looks at once and goes on looking."""
        super().showEvent(event)
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is read."""
        super().hideEvent(event)
        self._timer.stop()

    def close_list(self) -> None:
        """Ends the thread; what it still finds is not shown."""
        self._timer.stop()
        self._disk.leave()


def corner(path: Path) -> QImage | None:
    """The first pictures of a grid of samples, large enough for a card; None if it cannot be read."""
    if not path.is_file():  # whoever opens a pipe may wait for ever
        return None
    reader = QImageReader(str(path))
    size = reader.size()
    side = min(size.height() // 2, size.width() // 2)  # two rows of two, or four of eight: enough to see
    image = reader.read()
    if image.isNull():
        return None
    return image.copy(0, 0, side, side).scaled(2 * PICTURE, 2 * PICTURE)
