"""The fields of a dialog, one below the other, each with its name before it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFormLayout, QLabel, QWidget


def field_form(fields: Sequence[QWidget]) -> QFormLayout:
    """Rows of a label, which is a field's accessible name and leads to it, and the field."""
    form = QFormLayout()
    form.setVerticalSpacing(8)
    form.setHorizontalSpacing(12)
    for field in fields:
        label = QLabel(field.accessibleName())
        label.setFixedHeight(field.sizeHint().height())  # in the middle of its field
        label.setBuddy(field)
        form.addRow(label, field)
    return form
