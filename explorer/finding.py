"""Where every slider and panel of Explore is, and the favourites with names: what the command palette finds, too."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from explorer.controls.literal import literal_tip
from explorer.controls.panel import Panel
from explorer.controls.scrolling import reveal
from explorer.controls.slider import LabelledSlider
from explorer.history.history_file import Entry


def controls_of(panels: Iterable[Panel], show: Callable[[], object], parent: QObject) -> Iterator[QAction]:
    """An action for each panel that is shown and each slider in it that can be moved; it goes there.

    ``show`` brings up the page that they are on. The panel's name is the action's status tip, the meaning of the
    slider its tooltip.
    """
    for panel in panels:
        if panel.isHidden():
            continue
        title = panel.accessibleName()
        yield _action(title, "panel", f"Goes to the panel {title}.", parent, partial(_go, panel, None, show))
        for slider in panel.findChildren(LabelledSlider):
            if slider.isEnabled() and panel.section.holds(slider):
                name, go = slider.track.accessibleName(), partial(_go, panel, slider, show)
                yield _action(name, title, slider.toolTip(), parent, go)


def favourites_of(entries: Iterable[Entry], go_to: Callable[[str], object], parent: QObject) -> Iterator[QAction]:
    """An action for each favourite that has a name; ``go_to`` brings back the one with its key."""
    for entry in entries:
        if entry.favourite and entry.name:
            tip = f"Brings the favourite {entry.name} back."
            yield _action(entry.name, "favourite", literal_tip(tip), parent, partial(go_to, entry.key))


def _action(name: str, where: str, tip: str, parent: QObject, go: Callable[[], object]) -> QAction:
    made = QAction(name.replace("&", "&&"), parent)
    made.setStatusTip(where)
    made.setToolTip(tip)
    made.triggered.connect(lambda _=False: go())
    return made


def _go(panel: Panel, slider: LabelledSlider | None, show: Callable[[], object]) -> None:
    """Opens a panel, scrolls to it, and gives the keyboard to its slider; that may be gone since it was found."""
    show()
    panel.seen_wanted.emit()  # of two columns that share a side one may be hidden
    panel.section.set_open(True)
    there = slider if slider is not None and shiboken6.isValid(slider) else None
    target: QWidget = there or panel
    reveal(target)
    if there is not None:
        there.track.setFocus()
