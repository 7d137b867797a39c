"""Items of layouts, which Python may hold longer than what they stand for."""

import gc

import shiboken6
from PySide6.QtWidgets import QSpacerItem, QWidgetItem


def known_items() -> int:
    """How many items of layouts Python takes for alive."""
    gc.collect()
    return sum(type(each) in (QWidgetItem, QSpacerItem) and shiboken6.isValid(each) for each in gc.get_objects())
