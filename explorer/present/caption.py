"""Words over a picture that fills a screen: large, on a ground of their own, readable from the last row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractAnimation, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls import icons

DOT = "  ·  "  # between two parts
WIDTHS = (0.5, 0.6, 0.7, 0.8, 0.92)  # of the parent's width, those beyond the third only where the lines do not suffice
LEADING = 1.32  # height of a line in heights of its letters
_GROUND = QColor(10, 11, 14, 230)  # over white it is #1d1e20: every colour of the dark theme keeps 4.5:1 on it


@dataclass(frozen=True, slots=True)
class Part:
    """Words that are not broken, in the colour ``token`` of the dark theme."""

    text: str
    token: str = "text"


Line = list[Part]


def broken(parts: Sequence[Part], room: float, measure: Callable[[str], float], between: str, most: int) -> list[Line]:
    """Fills lines with parts as a text is broken between words; beyond ``most`` lines it says how many are left out."""
    lines: list[Line] = []
    for at, part in enumerate(parts):
        if lines and measure(between.join([*(each.text for each in lines[-1]), part.text])) <= room:
            lines[-1].append(part)
        elif len(lines) < most:
            lines.append([part])
        else:
            return _shortened(lines, len(parts) - at, room, measure, between)
    return lines


def _shortened(lines: list[Line], left: int, room: float, measure: Callable[[str], float], between: str) -> list[Line]:
    """The lines with the number of what is left out at their end."""
    last = lines[-1]
    while len(last) > 1 and measure(between.join([*(each.text for each in last), f"and {left} more"])) > room:
        last.pop()
        left += 1
    last.append(Part(f"and {left} more", "muted"))
    return lines


class Sign(QWidget):
    """Rows of parts, the first larger than the others; a mouse goes through it. Without words it is hidden.

    ``share`` is the size of the letters of the first row as a share of the parent's height, and ``between`` what
    stands between two parts.
    """

    def __init__(self, parent: QWidget, share: float, between: str = DOT, most: int = 2) -> None:
        super().__init__(parent)
        self._share, self._between, self._most = share, between, most
        self._rows: tuple[tuple[Part, ...], ...] = ()
        self._icon = self._tone = ""
        self._lines: list[tuple[QFont, Line]] = []
        self._size = QSize()
        self._wanted, self._seen = True, 0.0
        self._fade = QVariantAnimation(self)
        self._fade.valueChanged.connect(self._show_fade)
        self._fade.finished.connect(self._faded)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """Everything it says, a row a line."""
        return "\n".join(self._between.join(part.text for part in row) for row in self._rows)

    @property
    def wanted(self) -> bool:
        """Whether it is to be seen when it has something to say."""
        return self._wanted

    def say(self, *rows: Sequence[Part], icon: str = "", tone: str = "text") -> None:
        """Changes the words; ``icon`` stands before them in the colour of ``tone``."""
        told = tuple(tuple(row) for row in rows if row)
        if (told, icon, tone) == (self._rows, self._icon, self._tone):
            return
        self._rows, self._icon, self._tone = told, icon, tone
        self.setAccessibleName(self.text)
        self.fit()
        self._turn()

    def set_wanted(self, wanted: bool) -> None:
        """Shows it, or fades it out."""
        self._wanted = wanted
        self._turn()

    def fit(self) -> None:
        """Breaks the lines anew for the size of the parent."""
        parent = self.parentWidget()
        assert parent is not None
        self._lines = []
        for number, row in enumerate(self._rows):
            font = theme.sans(max(13, round(self._share * parent.height() * (0.86 if number else 1.0))))
            if not number and len(self._rows) > 1:
                font.setWeight(QFont.Weight.DemiBold)
            self._lines += [(font, line) for line in self._fitted(row, font, parent.width())]
        self._size = self._measured()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self._size

    def _fitted(self, row: Sequence[Part], font: QFont, width: int) -> list[Line]:
        """The lines of a row, about equally long."""
        rooms = [share * width - 2 * self._padding(font) - self._icon_room(font) for share in WIDTHS]
        short = [_elided(part, font, rooms[-1]) for part in row]
        measure = QFontMetricsF(font).horizontalAdvance
        tried = [broken(short, room, measure, self._between, len(short)) for room in rooms]
        fewest = min(len(tried[2]), self._most)
        fallback = broken(short, rooms[-1], measure, self._between, self._most)
        return next((lines for lines in tried if len(lines) <= fewest), fallback)

    def _padding(self, font: QFont) -> float:
        return 0.7 * font.pixelSize()

    def _icon_room(self, font: QFont) -> float:
        return 1.6 * font.pixelSize() if self._icon else 0.0

    def _measured(self) -> QSize:
        if not self._lines:
            return QSize()
        widths = [QFontMetricsF(font).horizontalAdvance(self._joined(line)) for font, line in self._lines]
        height = sum(LEADING * font.pixelSize() for font, _ in self._lines)
        first = self._lines[0][0]
        padding = self._padding(first)
        return QSize(round(max(widths) + 2 * padding + self._icon_room(first)) + 1, round(height + padding))

    def _joined(self, line: Line) -> str:
        return self._between.join(part.text for part in line)

    def _turn(self) -> None:
        """Fades towards what is wanted; where motion is reduced it is there at once."""
        aim = 1.0 if self._wanted and self._rows else 0.0
        self._fade.stop()
        if aim:
            self.show()
        if theme.motion() and self._rows and aim != self._seen:
            self._fade.setStartValue(self._seen)
            self._fade.setEndValue(aim)
            self._fade.setDuration(theme.motion())
            self._fade.start()
        else:
            self._show_fade(aim)
            self._faded()

    def _show_fade(self, seen: float) -> None:
        self._seen = seen
        self.update()

    def _faded(self) -> None:
        if not self._seen and self._fade.state() == QAbstractAnimation.State.Stopped:
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lines:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(self._seen)
        first = self._lines[0][0]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(QRectF(self.rect()), 0.4 * first.pixelSize(), 0.4 * first.pixelSize())
        left, top = self._icon_room(first), self._padding(first) / 2
        if self._icon:
            size = round(1.1 * first.pixelSize())
            mark = icons.pixmap(self._icon, theme.DARK.colour(self._tone), size, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(self._padding(first), top + (LEADING * first.pixelSize() - size) / 2), mark)
        for font, line in self._lines:
            height = LEADING * font.pixelSize()
            self._paint_line(painter, font, line, QRectF(left, top, self.width() - left, height))
            top += height

    def _paint_line(self, painter: QPainter, font: QFont, line: Line, box: QRectF) -> None:
        """One line, part by part, in the middle of its box or, after an icon, at the left."""
        measure = QFontMetricsF(font).horizontalAdvance
        whole = measure(self._joined(line))
        left = box.left() + (self._padding(font) if self._icon else (box.width() - whole) / 2)
        painter.setFont(font)
        told = ""
        for part in line:
            if told:
                painter.setPen(theme.DARK.colour("muted"))
                painter.drawText(_at(box, left + measure(told)), Qt.AlignmentFlag.AlignVCenter, self._between)
                told += self._between
            painter.setPen(theme.DARK.colour(part.token))
            painter.drawText(_at(box, left + measure(told)), Qt.AlignmentFlag.AlignVCenter, part.text)
            told += part.text


def _at(box: QRectF, left: float) -> QRectF:
    """The line from ``left`` on, wide enough for whatever is written there."""
    return QRectF(left, box.top(), 1e5, box.height())


def _elided(part: Part, font: QFont, room: float) -> Part:
    text = QFontMetricsF(font).elidedText(part.text, Qt.TextElideMode.ElideMiddle, room)
    return part if text == part.text else Part(text, part.token)
