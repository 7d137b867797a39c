"""The Tab key follows the eye: through the layouts as they are seen, whatever was made or moved first."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QButtonGroup, QLayout, QWidget


def focus_next(window: QWidget, forward: bool) -> bool:
    """Moves the focus to what comes next, or before, round and round; False where nothing takes it.

    Qt's own order is that of making: what comes later, such as a picture of the history, would be last of all.
    """
    stops = stops_in(window)
    here = window.focusWidget()
    if not stops:
        return False
    if here in stops:
        target = stops[(stops.index(here) + (1 if forward else -1)) % len(stops)]
    else:
        target = _beside(window, here, stops, forward)
    target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def stops_in(window: QWidget) -> list[QWidget]:
    """What the Tab key reaches, in the order of the layouts.

    Of buttons in a group it is one, that with the focus, the chosen one or the first: arrow keys go to the others.
    """
    every = [each for each in _every(window) if _takes_focus(each)]
    stops: dict[QButtonGroup | QWidget, QWidget] = {}
    here = window.focusWidget()
    for each in every:
        whole = _group(each) or each
        if whole not in stops or each is here or (stops[whole] is not here and _is_chosen(each)):
            stops[whole] = each
    return list(stops.values())


def _group(widget: QWidget) -> QButtonGroup | None:
    return widget.group() if isinstance(widget, QAbstractButton) else None


def _is_chosen(widget: QWidget) -> bool:
    """Whether it is the choice that is made among several."""
    group = _group(widget)
    return group is not None and group.exclusive() and isinstance(widget, QAbstractButton) and widget.isChecked()


def _beside(window: QWidget, here: QWidget | None, stops: list[QWidget], forward: bool) -> QWidget:
    """The stop after or before a widget that is no stop itself: one that takes a click alone, or was just hidden."""
    every = list(_every(window, hidden=here is not None and not here.isVisible()))
    at = every.index(here) if here in every else -1
    after = [each for each in every[at + 1 :] if each in stops]
    index = len(stops) - len(after)
    return stops[index % len(stops) if forward else index - 1]


def _takes_focus(widget: QWidget) -> bool:
    """Whether the Tab key may reach it; of buttons in a group Qt lets it reach the one alone that had it last.

    A list or table of nothing has no place to show that it has the focus.
    """
    if isinstance(widget, QAbstractItemView) and widget.model() is not None and not widget.model().rowCount():
        return False
    kinds = Qt.FocusPolicy.StrongFocus if _group(widget) is not None else Qt.FocusPolicy.TabFocus
    by_tab = bool(widget.focusPolicy() & kinds)
    return by_tab and widget.focusProxy() is None and widget.isVisible() and widget.isEnabled()


def _every(widget: QWidget, hidden: bool = False) -> Iterator[QWidget]:
    """A widget and all below it that are seen, or also what is ``hidden``, as they are laid out.

    What lies in no layout comes from below to above. By nothing but ``children``: what ``findChildren`` and
    ``nextInFocusChain`` bring, PySide takes for owned by the widget that was asked. Of one that has been taken out of a
    stack and is deleted next, as a closed monitor, it then keeps a reference for ever.
    """
    yield widget
    children = [each for each in widget.children() if isinstance(each, QWidget)]
    placed = list(_laid_out(widget.layout(), children))
    for child in (*placed, *(each for each in children if each not in placed)):
        if (hidden or child.isVisible()) and not child.isWindow():
            yield from _every(child, hidden)


def _laid_out(layout: QLayout | None, widgets: Sequence[QWidget]) -> Iterator[QWidget]:
    """Those of these widgets that are in a layout or in one inside it, in their order.

    Nothing asks the layout for its items. Python's idea of an item stays in the layout's when Qt deletes the item with
    its widget, and a widget that later comes to lie at the same address takes the program down when it goes.
    """
    if layout is None:
        return
    placed: list[tuple[int, QWidget | QLayout]] = [(layout.indexOf(each), each) for each in widgets]
    placed += [(layout.indexOf(each), each) for each in layout.children() if isinstance(each, QLayout)]
    for at, each in sorted(placed, key=lambda pair: pair[0]):
        if isinstance(each, QLayout):
            yield from _laid_out(each, widgets)
        elif at >= 0:
            yield each
