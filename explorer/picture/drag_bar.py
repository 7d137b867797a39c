"""The line of pills over the lower edge of the picture while points are dragged: what goes on, and what can be done."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtWidgets import QWidget

from explorer.controls.pill import Pill
from stylegan_core.latents.drag import Handle

GAP = 6
BEGIN = "Press on the face and drag"
TIPS = {
    "words": "How far the handle that is farthest from its target still is, in parts of the picture's width.",
    "keep": "Whether what is far from the handles is to stay as it is, or may follow as well.",
    "clear": "Takes every handle away; the face stays as it is.",
    "leave": "Ends dragging points and takes the handles away (Escape).",
}
THERE = 0.02  # of the picture's width, at which a handle has come to its target for the eye


class DragBar(QObject):
    """The pills, as children of the widget over the picture."""

    cleared = Signal()
    left = Signal()
    keep_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.keeps = True
        self.words, self.keep = Pill(parent=parent), Pill(parent=parent)
        self.clear, self.leave = Pill(parent=parent), Pill(parent=parent)
        for name, tip in TIPS.items():
            getattr(self, name).setToolTip(tip)
        for pill in (self.keep, self.clear, self.leave):
            pill.set_clickable(True)
        self.clear.hide()  # until it says something
        self.leave.say("leave  Esc")
        self._show_keep()
        self.keep.clicked.connect(self.switch_keep)
        self.clear.clicked.connect(self.cleared)
        self.leave.clicked.connect(self.left)

    def switch_keep(self) -> None:
        """Holds what is far from the handles, or no longer."""
        self.keeps = not self.keeps
        self._show_keep()
        self.keep_changed.emit()

    def tell(self, handles: Sequence[Handle], searching: bool) -> None:
        """How it stands, in words."""
        left = max((handle.left for handle in handles), default=0.0)
        if not handles:
            self.words.say(BEGIN, "accent")
        elif searching:
            self.words.say(f"following · {100 * left:.0f} % to go", "accent")
        elif left > THERE:
            self.words.say(f"as far as it goes · {100 * left:.0f} % left", "warning")
        elif len(handles) == 1 and (handles[0].from_x, handles[0].from_y) == (handles[0].to_x, handles[0].to_y):
            self.words.say("Drag the handle", "accent")
        else:
            self.words.say("there", "good")
        self.clear.say("clear" if handles else "")

    def place(self, box: QRectF) -> None:
        """Puts the pills along the lower edge of the picture, below it where there is room."""
        parent = self.parent()
        assert isinstance(parent, QWidget)
        below = box.bottom() + 26 <= parent.height()
        top = round(box.bottom() + 6 if below else box.bottom() - 28)
        inside = 0 if below else 8
        self.words.move(round(box.left()) + inside, top)
        right = round(box.right()) - inside
        for pill in (self.leave, self.clear, self.keep):
            if pill.text:
                right -= pill.width()
                pill.move(right, top)
                right -= GAP

    def _show_keep(self) -> None:
        self.keep.say("rest stays" if self.keeps else "rest follows", "good" if self.keeps else "warning")
