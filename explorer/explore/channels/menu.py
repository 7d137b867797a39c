"""The menu of attributes that channels can be found by: those of labels, and what can be measured in any picture."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from explorer.controls.literal import literal

MEASURED = "What can be measured in any picture"
LEARN = "Labels of a data set…"
LEARN_TIP = "Learns from a labelled data set what its labels look like, which takes a minute or so."


class AttributeMenu(QMenu):
    """``choose`` is called with the name of an attribute; ``learn``, where labels can be learned, with nothing."""

    def __init__(
        self, measures: Sequence[str], questions: Sequence[str], choose: Callable[[str], object],
        learn: Callable[[], object] | None, parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setToolTipsVisible(True)
        for name in questions:
            self.addAction(literal(name), partial(choose, name))
        if questions:
            self.addSeparator()
        below = self.addMenu(MEASURED) if questions else self
        for name in measures:
            below.addAction(literal(name), partial(choose, name))
        self.addSeparator()
        if learn is not None:
            self.addAction(LEARN, learn).setToolTip(LEARN_TIP)
