"""The pills over the picture: precision, time and drag points at its left, A/B and enlargement at its right."""

import time

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtWidgets import QWidget

from explorer.controls.pill import Pill
from explorer.jobs import Frame
from explorer.picture.compare import BEFORE, Mode
from explorer.work.pace import Pace
from explorer.work.time_left import WORTH_SAYING
from stylegan_core.amounts import duration

TIPS = {
    "precision": "How the picture on screen was drawn; a moving hand gets a fast draft.",
    "time": "How long the last picture took to draw.",
    "drag": "Puts handles on the picture, and the face follows where they are dragged (D).",
    "compare": "Hold B to see the picture before the last change. Click to wipe between the two, and again for a map "
    "of where they differ.",
    "zoom": "How much the picture is enlarged. Click for smooth or pixel by pixel.",
}
GAP = 6
LATE, FOREIGN = "behind", "of the network before"  # and what is said where a place of such a picture is pointed at:
WAITS = "This face was drawn by the network before: wait until it is drawn by this one."
COUNTED = 3  # seconds behind from which they are told: a person waits then, and wonders


class PicturePills:
    """Pills above the picture, or on it where the window is low."""

    def __init__(self, pace: Pace, parent: QWidget) -> None:
        self._pace = pace
        self.precision, self.time = Pill(parent=parent), Pill(mono=True, parent=parent)
        self.drag, self.compare, self.zoom = Pill(parent=parent), Pill(parent=parent), Pill(parent=parent)
        self._frame: Frame | None = None  # the last one there was
        self._late = LATE  # why it is not what is wanted
        self._since = 0.0  # when it came, or fell behind
        self._asked = 0.0  # when what is wanted was asked for
        self._box = QRectF()
        self._second = QTimer(parent, singleShot=True, interval=1000)
        self._second.timeout.connect(self._count)
        for name, tip in TIPS.items():
            pill: Pill = getattr(self, name)
            pill.setToolTip(tip)
            pill.hide()
        for pill in (self.drag, self.compare, self.zoom):
            pill.set_clickable(True)

    def tell(self, frame: Frame, stale: bool, failure: str, foreign: bool = False) -> None:
        """How the picture was drawn and how long that took; amber while it is older than what is wanted.

        ``foreign``: it was drawn by the network that was open before. ``failure`` is the sentence that says why what is
        wanted cannot be drawn, or empty.
        """
        self._late = FOREIGN if foreign else LATE
        if failure:
            self.precision.say("cannot be drawn", "bad")
        elif stale:
            self._fall_behind(frame)
        else:
            self.precision.say(f"{frame.precision} · {frame.dtype}", "good" if frame.precision == "exact" else "accent")
        if failure or not stale:
            self._second.stop()
        self._frame = frame
        self.precision.setToolTip(failure or TIPS["precision"])
        self.tell_dragging(bool(self.drag.dot))
        self.time.say(_time(self._pace.last))

    def tell_asked(self) -> None:
        """Another picture is wanted from now on."""
        self._asked = time.monotonic()

    def _fall_behind(self, frame: Frame) -> None:
        """Counts from the last picture that came, or from when it ceased to be what is wanted."""
        if frame is not self._frame or not self._second.isActive():  # a hand that moves on is not told at every step
            self._since = time.monotonic()
            self._second.start()
            self.precision.say(f"{self._late} · drawing", "warning")

    def _count(self) -> None:
        seconds = int(time.monotonic() - self._since)
        if seconds >= COUNTED:
            self.precision.say(self._left() or f"{self._late} · drawing, {seconds} s", "warning")
            self.place(self._box)
        self._second.start()

    def _left(self) -> str:
        """How long what is wanted may still take; empty where that is short, not known, or over already."""
        whole = self._pace.longest
        left = whole - (time.monotonic() - self._asked)
        return f"{self._late} · about {duration(left)} left" if whole >= WORTH_SAYING and left >= 1 else ""

    def tell_dragging(self, on: bool) -> None:
        """Whether a press on the picture puts a handle."""
        self.drag.say("drag points", "accent" if on else "")

    def set_seen(self, seen: bool) -> None:
        """Hides the pills, or shows those that have something to say."""
        if not seen:
            self._second.stop()  # what it says would be seen
        for pill in (self.precision, self.time, self.drag, self.compare, self.zoom):
            pill.setVisible(seen and bool(pill.text))

    def tell_compared(self, held: bool, mode: Mode, possible: bool, name: str = BEFORE) -> None:
        """Which side of A/B is seen: A while it is ``held``, or both by ``mode``; nothing where it is not possible.

        ``name`` says what A is of both.
        """
        if held:
            self.compare.say(f"A · {BEFORE}", "warning")
        elif mode is Mode.WIPE:
            self.compare.say(f"A {name} | B now", "accent")
        elif mode is Mode.DIFFERENCE:
            self.compare.say("difference ×4" if name == BEFORE else f"difference ×4 from the {name}", "accent")
        else:
            self.compare.say("A/B  hold B" if possible else "")

    def place(self, box: QRectF) -> None:
        """Puts the pills at the upper corners of the picture; where it is narrow, some are left out."""
        self._box = box
        above = box.top() >= 28
        top = round(box.top() - 26 if above else box.top() + 8)
        inside = 0 if above else 8
        left, right = round(box.left()) + inside, round(box.right()) - inside
        shown = self._fitting(right - left)
        for pill in (self.precision, self.time, self.drag):
            pill.setVisible(pill in shown)
            pill.move(left, top)
            left += (pill.width() + GAP) * (pill in shown)
        for pill in (self.zoom, self.compare):
            pill.setVisible(pill in shown)
            if pill not in shown:
                continue
            right -= pill.width()
            pill.move(right, top)
            right -= GAP

    def _fitting(self, room: int) -> list[Pill]:
        """Those that have something to say, without as many as it takes of those that can be missed."""
        shown = [pill for pill in (self.precision, self.time, self.drag, self.compare, self.zoom) if pill.text]
        for missed in (self.zoom, self.drag, self.time):
            if sum(pill.width() + GAP for pill in shown) - GAP > room and missed in shown:
                shown.remove(missed)
        return shown


def _time(seconds: float) -> str:
    if seconds >= 0.9995:
        return f"{seconds:.1f} s"
    return f"{1000 * seconds:.{1 if seconds < 0.1 else 0}f} ms"
