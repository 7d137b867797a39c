"""What alpha does right now: the old level enlarged, the new block, and their blend, for the same face."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer import theme
from explorer.controls.boxes import Across, Down
from explorer.controls.buttons import chip
from explorer.controls.slider import LabelledSlider
from explorer.controls.text import text_label
from explorer.pixels import Pixels, image_of
from explorer.train.pictures import tiles
from explorer.train.words import square
from stylegan_core.recipe import Knob
from stylegan_core.schedule import Phase

ALPHA = Knob("The weight of the newest block: 0 draws the level below, enlarged, 1 the new block alone.")
GAP = 22  # pixels between two pictures, where + and = stand


@dataclass(frozen=True, slots=True)
class Pairs:
    """The same faces without and with the newest block: two lists of uint8 [R, R, 3], equally long."""

    old: tuple[Pixels, ...]
    new: tuple[Pixels, ...]


def blend(old: Pixels, new: Pixels, alpha: float) -> Pixels:
    """(1 - alpha) · old + alpha · new, uint8 [R, R, 3]; exact, because the network blends in RGB (spec-core 1.5)."""
    mixed = (1 - alpha) * old.astype(np.float32) + alpha * new.astype(np.float32)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def pairs(old: Pixels | None, new: Pixels | None) -> Pairs | None:
    """The pictures of two strips, side by side; None where one is missing or they do not match."""
    if old is None or new is None or old.shape != new.shape:
        return None
    return Pairs(tuple(tiles(old)), tuple(tiles(new)))


class BlendRow(QWidget):
    """Three pictures with + and = between them and their weights below; a click shows the next face.

    Without ``sums`` they are three of the same kind, and nothing stands between them.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: list[QPixmap] = []
        self._captions: list[tuple[str, str]] = []
        self._sums = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("A click shows the next face.")
        self.setMinimumWidth(240)
        self._refit()

    def sizeHint(self) -> QSize:
        """As wide as there is room, as high as the pictures then are."""
        return QSize(330, self.height())

    @property
    def side(self) -> int:
        """The side length of one picture in logical pixels."""
        return max(min((self.width() - 2 * GAP) // 3, 168), 48)

    def _refit(self) -> None:
        self.setFixedHeight(self.side + 42)

    def resizeEvent(self, _event: object) -> None:
        """Follows the width."""
        self._refit()

    def show_pictures(self, pictures: list[Pixels], captions: list[tuple[str, str]], sums: bool = True) -> None:
        """Three pictures, each with a caption and a smaller one below; an empty list shows empty wells."""
        self._sums = sums
        self._pictures = [QPixmap.fromImage(image_of(each)) for each in pictures]
        self._captions = captions
        self.setAccessibleName(", ".join(" ".join(each) for each in captions))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Pictures are enlarged without blurring: a 16×16 picture must look like one."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.side
        left = (self.width() - 3 * side - 2 * GAP) / 2
        for index in range(3):
            box = QRectF(left + index * (side + GAP), 0, side, side)
            path = QPainterPath()
            path.addRoundedRect(box, 7, 7)
            painter.fillPath(path, tokens.colour("raised"))
            if index < len(self._pictures):
                painter.save()
                painter.setClipPath(path)
                painter.drawPixmap(box.toRect(), self._pictures[index])
                painter.restore()
                painter.setPen(QPen(tokens.colour("line"), 1))  # a white picture on a white card has edges too
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(path)
            self._paint_words(painter, box, index)

    def _paint_words(self, painter: QPainter, box: QRectF, index: int) -> None:
        tokens = theme.current()
        painter.setPen(tokens.colour("muted"))
        painter.setFont(theme.sans(theme.BODY))
        if index and self._sums:
            between = QRectF(box.left() - GAP, 0, GAP, box.height())
            painter.drawText(between, Qt.AlignmentFlag.AlignCenter, "+" if index == 1 else "=")
        if index < len(self._captions):
            first, second = self._captions[index]
            wide = box.adjusted(-GAP / 2, 0, GAP / 2, 0)
            painter.setFont(theme.sans(theme.LABEL))
            painter.setPen(tokens.colour("text"))
            top = QPointF(wide.left(), box.bottom() + 4)
            painter.drawText(QRectF(top.x(), top.y(), wide.width(), 18), Qt.AlignmentFlag.AlignCenter, first)
            painter.setFont(theme.mono(theme.SMALL))
            painter.setPen(tokens.colour("muted"))
            painter.drawText(QRectF(top.x(), top.y() + 18, wide.width(), 16), Qt.AlignmentFlag.AlignCenter, second)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The next face."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class AlphaPanel(QWidget):
    """The pair of pictures behind a fade, blended at the run's alpha, or at any other by hand; fakes and reals."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fakes: Pairs | None = None
        self._reals: Pairs | None = None
        self._resolution = self._first = 4
        self._grows = True
        self._awaited: int | None = None
        self._alpha = 1.0
        self._held = self._roomy = self._lost = False
        self._face = 0
        self.fakes, self.reals, self.slider = BlendRow(), BlendRow(), LabelledSlider("alpha", ALPHA, 1.0)
        self.face = chip("face 1", "Shows the next of the fixed faces.")
        self.which = chip("reals", "Shows the real pictures, faded with the same alpha.", checkable=True)
        self.follow = chip("follow the run", "Sets alpha back to what the trainer uses now.")
        self.title, self.explanation = text_label("", "title"), text_label("", "muted", wraps=True)
        self._lay_out()
        self.slider.changing.connect(self._drag)
        self.face.clicked.connect(self._next_face)
        self.fakes.clicked.connect(self._next_face)
        self.reals.clicked.connect(self._next_face)
        self.follow.clicked.connect(self._follow)
        self.which.toggled.connect(lambda _: self._show())
        self._show()

    def _lay_out(self) -> None:
        column = Down(self, 8)
        head = Across()
        head.add(self.title, None, self.follow, self.which, self.face)
        column.add(head, self.fakes, self.reals, self.slider, self.explanation)

    def set_plan(self, plan: tuple[Phase, ...]) -> None:
        """The phases of the run: at its first level, and in a run without fades, there is nothing to blend."""
        first = min((phase.resolution for phase in plan), default=4)
        grows = not plan or any(phase.kind == "fade" for phase in plan)
        if (first, grows) != (self._first, self._grows):
            self._first, self._grows = first, grows
            self._show()

    def set_pairs(self, fakes: Pairs | None, reals: Pairs | None, resolution: int) -> None:
        """The pictures of the newest samples; ``resolution`` is the working one of the newest block."""
        self._fakes, self._reals, self._resolution, self._lost = fakes, reals, resolution, False
        self._show()

    def set_lost(self) -> None:
        """The pictures of the newest samples are gone or cannot be read."""
        self._lost = True
        self._show()

    def set_awaited(self, resolution: int | None) -> None:
        """The level that fades in while the newest pictures are still without it; None where they have it."""
        if resolution != self._awaited:
            self._awaited = resolution
            self._show()

    def set_alpha(self, alpha: float) -> None:
        """What the trainer uses now; a person's hand on the slider has precedence."""
        changed = alpha != self._alpha
        self._alpha = alpha
        if changed and not self._held:
            self._show()

    def set_roomy(self, roomy: bool) -> None:
        """With room the real pictures stand below the drawn ones, without they take turns."""
        if roomy != self._roomy:
            self._roomy = roomy
            self._show()

    @property
    def alpha(self) -> float:
        """The alpha that is drawn."""
        return self.slider.value if self._held else self._alpha

    def _drag(self, _value: float) -> None:
        self._held = True
        self._show()

    def _follow(self) -> None:
        self._held = False
        self._show()

    def _next_face(self) -> None:
        self._face += 1
        self._show()

    @property
    def blends(self) -> bool:
        """True where a level lies below the newest block, from which alpha leads to it."""
        return self._grows and self._resolution > self._first

    def _show(self) -> None:
        alpha = self.alpha
        explains = self.blends or (self._grows and self._fakes is None)
        self.title.setText("What alpha does right now" if explains else "Drawn and real")
        self.slider.setVisible(explains)
        self.follow.setVisible(self._held and self.blends)
        if not self._held:
            self.slider.set_value(round(alpha, 2))
        count = len(self._fakes.new) if self._fakes else 0
        self.face.setText(f"face {self._face % count + 1} of {count}" if count else "face")
        self.face.setEnabled(count > 1)
        if self.blends:
            self._show_blends(alpha)
        else:
            self._fill_alike(self.fakes, self._fakes, "drawn")
            self._fill_alike(self.reals, self._reals, "real")
        self.which.setVisible(self._reals is not None and not self._roomy)
        self.reals.setVisible(self._reals is not None and (self._roomy or self.which.isChecked()))
        self.fakes.setVisible(self._roomy or not self.which.isChecked() or self._reals is None)
        self.explanation.setText(self._sentence())

    def _show_blends(self, alpha: float) -> None:
        here, below = square(self._resolution), square(self._resolution // 2)
        weights = (f"weight {1 - alpha:.2f}", f"weight {alpha:.2f}", f"alpha {alpha:.2f}")
        self._fill(self.fakes, self._fakes, (f"{below}, enlarged", f"new {here} block", "the blend"), weights)
        self._fill(self.reals, self._reals, (f"real, {below}", f"real, {here}", "shown to D"), ("", "", ""))

    def _fill_alike(self, row: BlendRow, pairs: Pairs | None, word: str) -> None:
        """Three pictures of one kind, the chosen face first."""
        new = pairs.new if pairs is not None else ()
        shown = [new[(self._face + place) % len(new)] for place in range(min(len(new), 3))]
        row.show_pictures(shown, [(word, square(self._resolution))] * len(shown), sums=False)

    def _fill(self, row: BlendRow, pairs: Pairs | None, first: tuple[str, ...], second: tuple[str, ...]) -> None:
        captions = list(zip(first, second, strict=True))
        if pairs is None or not pairs.new or not pairs.old:
            row.show_pictures([], [])
            return
        at = self._face % min(len(pairs.new), len(pairs.old))
        old, new = pairs.old[at], pairs.new[at]
        row.show_pictures([old, new, blend(old, new, self.alpha)], captions)

    def _sentence(self) -> str:
        if self._fakes is None and self._lost:
            return "The pictures of the newest samples are gone or cannot be read; those of the next appear here."
        if self._fakes is None:
            how = ", without and with the newest block" if self._grows else ""
            return f"With the first samples the pictures appear here{how}."
        if self._awaited is not None:
            return f"These are from before the {square(self._awaited)} block; the next samples show it."
        if not self._grows:
            return "This model is trained at its full size from the start: nothing fades in, alpha is 1 throughout."
        if not self.blends:
            above = square(2 * self._resolution)
            return f"The first level has nothing to fade from; from {above} on alpha blends each new one in."
        if self.alpha < 1:
            return "The real pictures are faded with the same alpha, so D never sees more detail than G can draw."
        return f"The {square(self._resolution)} block is fully there; drag alpha to see the picture without it."
