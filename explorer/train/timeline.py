"""The growth timeline: every level's fade and stable phase to scale, what is done, where the run is now."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer import theme
from explorer.controls.focus import ShowsFocus
from explorer.train.words import hover_text, kimg_text
from stylegan_core.amounts import duration
from stylegan_core.bands import band_of_resolution
from stylegan_core.schedule import Phase

SIDE, LABELS, BLOCK, FOOT = 14, 34, 36, 34  # pixels: margins, above the blocks, the blocks, below them
HATCH = 7.0
STEPS = 100  # keys from one end to the other


class GrowthTimeline(ShowsFocus, QWidget):
    """Blocks in band colours, hatched and with a rising alpha line while a level fades in, and a marker at now.

    ``pointed`` gives the kimg under the mouse, or NaN when it leaves: other panels show the same place.
    """

    pointed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: tuple[Phase, ...] = ()
        self._now: float | None = None
        self._left: float | None = None
        self._cursor = float("nan")
        self._live = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(LABELS + BLOCK + FOOT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Growth timeline")

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(900, LABELS + BLOCK + FOOT)

    def set_plan(self, plan: tuple[Phase, ...]) -> None:
        """The phases of the run, in order."""
        if plan != self._plan:
            self._plan = plan
            self.update()

    def set_now(self, kimg: float | None, seconds_left: float | None, live: bool) -> None:
        """Where the run is, how long it still takes (None: not known), and whether it moves."""
        if (kimg, seconds_left, live) != (self._now, self._left, self._live):
            self._now, self._left, self._live = kimg, seconds_left, live
            self.setAccessibleDescription(self._foot_text())
            self.update()

    def set_cursor(self, kimg: float) -> None:
        """Marks the place another panel points at; NaN removes the mark."""
        self._cursor = kimg
        self.update()

    @property
    def total(self) -> float:
        """The length of the plan in kimg."""
        return self._plan[-1].end_kimg if self._plan else 0.0

    def x_of(self, kimg: float) -> float:
        """The pixel column of a place in the run."""
        share = kimg / self.total if self.total else 0.0
        return SIDE + min(max(share, 0.0), 1.0) * max(self.width() - 2 * SIDE, 1)

    def kimg_at(self, x: float) -> float:
        """The place in the run at a pixel column."""
        return min(max((x - SIDE) / max(self.width() - 2 * SIDE, 1), 0.0), 1.0) * self.total

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws everything; cheap enough to do on every tick."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._plan or not self.total:
            painter.setPen(theme.current().colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "The plan of this run is not known yet.")
            return
        for phase in self._plan:
            self._paint_block(painter, phase)
        self._paint_labels(painter)
        self._paint_cursor(painter)
        self._paint_now(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.current().colour("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4.5, 4.5, -4.5, -4.5), 6, 6)

    def _colour(self, phase: Phase) -> QColor:
        top = max(each.resolution for each in self._plan)
        return theme.current().band(band_of_resolution(phase.resolution, top).name)

    def _box(self, phase: Phase) -> QRectF:
        left, right = self.x_of(phase.begin_kimg), self.x_of(phase.end_kimg)
        return QRectF(left, LABELS, max(right - left - 1.0, 1.0), BLOCK)

    def _paint_block(self, painter: QPainter, phase: Phase) -> None:
        tokens = theme.current()
        box, colour = self._box(phase), self._colour(phase)
        done = QRectF(box)
        done.setRight(min(max(self.x_of(self._now), box.left()), box.right()) if self._now is not None else box.left())
        painter.fillRect(box, tokens.colour("raised") if phase.kind == "fade" else mixed(colour, "panel", 0.32))
        if phase.kind == "fade":
            painter.fillRect(done, mixed(colour, "panel", 0.3))
            self._paint_hatch(painter, box, theme.transparent(colour, 0.4))
            self._paint_rise(painter, box, done.right(), colour)
        else:
            painter.fillRect(done, colour)
        painter.setPen(QPen(mixed(colour, "text", 0.6), 1.5))
        if phase.kind == "stable":
            painter.drawLine(box.topLeft(), box.topRight())

    def _paint_hatch(self, painter: QPainter, box: QRectF, colour: QColor) -> None:
        painter.save()
        painter.setClipRect(box)
        painter.setPen(QPen(colour, 1.6))
        x = box.left() - BLOCK - box.left() % HATCH
        while x < box.right():
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x + BLOCK, box.top()))
            x += HATCH
        painter.restore()

    def _paint_rise(self, painter: QPainter, box: QRectF, now: float, colour: QColor) -> None:
        """Alpha from 0 to 1 over the fade, the part that is done filled below."""
        top = box.bottom() - (now - box.left()) / box.width() * box.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.transparent(colour, 0.75))
        painter.drawPolygon(QPolygonF([box.bottomLeft(), QPointF(now, box.bottom()), QPointF(now, top)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.current().colour("text"), 1.4))
        painter.drawLine(box.bottomLeft(), box.topRight())

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(theme.sans(theme.LABEL, QFont.Weight.Medium))
        metrics = QFontMetricsF(painter.font())
        free_from = 0.0
        seen: set[int] = set()
        for phase in self._plan:
            if phase.level in seen:
                continue
            seen.add(phase.level)
            ends = [each.end_kimg for each in self._plan if each.level == phase.level]
            x, room = self.x_of(phase.begin_kimg), self.x_of(max(ends)) - self.x_of(phase.begin_kimg)
            text = f"{phase.resolution}×{phase.resolution}"
            if metrics.horizontalAdvance(text) + 4 > room:
                text = str(phase.resolution)
            if x >= free_from and metrics.horizontalAdvance(text) <= room + 2:
                painter.setPen(self._colour(phase))
                painter.drawText(QPointF(x + 1, LABELS - 9), text)
                free_from = x + metrics.horizontalAdvance(text) + 4

    def _paint_now(self, painter: QPainter) -> None:
        tokens = theme.current()
        painter.setFont(theme.sans(theme.LABEL))
        metrics = QFontMetricsF(painter.font())
        foot = self._foot_text()
        foot_x = self.width() - SIDE - metrics.horizontalAdvance(foot)
        base = LABELS + BLOCK + 22
        if self._now is None:
            painter.setPen(tokens.colour("muted"))
            painter.drawText(QPointF(foot_x, base), foot)
            return
        x = self.x_of(self._now)
        painter.setPen(QPen(tokens.colour("text"), 2))
        painter.drawLine(QPointF(x, LABELS - 5), QPointF(x, LABELS + BLOCK + 7))
        painter.setPen(QPen(tokens.colour("panel" if tokens.name == "dark" else "text"), 2))
        painter.setBrush(tokens.colour("handle" if self._live else "muted"))
        painter.drawEllipse(QPointF(x, LABELS + BLOCK / 2), 6, 6)
        text = ("now" if self._live else "here") + f" · {kimg_text(self._now)}"
        width = metrics.horizontalAdvance(text)
        left = min(max(x - 8, SIDE), self.width() - SIDE - width)
        painter.setPen(tokens.colour("text"))
        painter.drawText(QPointF(left, base), text)
        if left + width + 16 > foot_x:
            foot_x = SIDE
        if foot_x + metrics.horizontalAdvance(foot) + 16 < left or foot_x > left:
            painter.setPen(tokens.colour("muted"))
            painter.drawText(QPointF(foot_x, base), foot)

    def _foot_text(self) -> str:
        left = "" if self._left is None else f" · {duration(self._left)} left"
        return f"{kimg_text(self.total)} in all{left}"

    def _paint_cursor(self, painter: QPainter) -> None:
        if self._cursor == self._cursor:
            painter.setPen(QPen(theme.current().colour("muted"), 1, Qt.PenStyle.DashLine))
            x = self.x_of(self._cursor)
            painter.drawLine(QPointF(x, LABELS - 3), QPointF(x, LABELS + BLOCK + 3))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Says level, alpha, kimg, batch and rate of the place under the mouse."""
        self._point_at(self.kimg_at(event.position().x()), event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The same with the arrow keys, which begin where the run is."""
        here = self._cursor if self._cursor == self._cursor else self._now or 0.0
        step = self.total / STEPS
        places = {
            Qt.Key.Key_Left: here - step,
            Qt.Key.Key_Right: here + step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: self.total,
        }
        if not self._plan or event.key() not in places:
            super().keyPressEvent(event)
            return
        kimg = min(max(places[Qt.Key(event.key())], 0.0), self.total)
        self._point_at(kimg, self.mapToGlobal(QPoint(round(self.x_of(kimg)), LABELS + BLOCK)))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing is pointed at any more."""
        super().focusOutEvent(event)
        self._point_at(float("nan"), QPoint())

    def _point_at(self, kimg: float, where: QPoint) -> None:
        self._cursor = kimg
        self.pointed.emit(kimg)
        phase = self.phase_under(kimg)
        if phase is not None:
            said = hover_text(phase, kimg)
            self.setAccessibleDescription(said)
            QToolTip.showText(where, said, self)
        self.update()

    def phase_under(self, kimg: float) -> Phase | None:
        """The phase at a place, with the alpha it has there."""
        for phase in self._plan:
            if kimg <= phase.end_kimg:
                length = phase.end_kimg - phase.begin_kimg
                alpha = (kimg - phase.begin_kimg) / length if phase.kind == "fade" and length else phase.alpha
                return replace(phase, alpha=alpha)
        return None

    def leaveEvent(self, _event: QEvent) -> None:
        """The mouse is gone: no place is pointed at."""
        self._point_at(float("nan"), QPoint())


def mixed(colour: QColor, token: str, share: float) -> QColor:
    """``share`` of the colour over the token's colour, opaque."""
    below = theme.current().colour(token)
    parts = [
        round(share * a + (1 - share) * b)
        for a, b in zip(colour.getRgb()[:3], below.getRgb()[:3], strict=True)  # type: ignore[index]
    ]
    return QColor(*parts)
