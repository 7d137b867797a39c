"""The button that begins a measurement, and gives up the one that runs."""

from PySide6.QtWidgets import QPushButton

from explorer.controls.panel import allow

TONES = {"measured": "good", "cannot be measured": "bad"}  # of the words for how things are; of all others "warning"
MEASURE, CANCEL_TIP = "Measure", "Gives the measuring up; what was measured before stays."


class MeasureButton(QPushButton):
    """``tip`` says what is measured."""

    def __init__(self, tip: str) -> None:
        super().__init__()
        self._tip = tip
        self.setProperty("kind", "primary")
        self.show_state(busy=False)

    def show_state(self, *, busy: bool, why_not: str = "") -> None:
        """Whether a measurement runs, and why none can be begun."""
        self.setText("Cancel" if busy else MEASURE)
        self.setAccessibleName(self.text())
        allow(self, "" if busy else why_not, CANCEL_TIP if busy else self._tip)
