"""A number that is typed or stepped through with arrows and wheel, written as the command line takes it."""

import math
import re
from typing import Any

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

_State = QValidator.State
BLANKS = str.maketrans("", "", " '\u2009\u202f\xa0")
NUMBER = re.compile(r"-?(?=\.?[0-9])[0-9]*(?:\.([0-9]*))?")
GROUPED = re.compile(r"-?[0-9]{1,3}(?:[,.][0-9]{3})+")
HALF_GROUPED = re.compile(r"-?[0-9]{1,3}(?:[,.][0-9]{3})*[,.][0-9]{0,2}")


class Spin(QDoubleSpinBox):
    """A whole number, or one with decimals; also one for which a QSpinBox is too small.

    It shows plain digits and a point whatever the system's language: 2000, 0.5. It takes 2,000 and 2 000, too, and
    where it has decimals a comma for the point.
    """

    def __init__(
        self,
        name: str,
        tip: str,
        least: float,
        most: float,
        value: float,
        *,
        decimals: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setDecimals(decimals)
        self.setRange(least, most)
        self.setValue(value)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.lineEdit().setTextMargins(7, 0, 7, 0)

    @property
    def whole(self) -> int:
        """The number without what stands behind the point."""
        return round(self.value())

    def textFromValue(self, value: float) -> str:
        return f"{value:.{self.decimals()}f}"

    def valueFromText(self, text: str) -> float:
        value = self._read(text)
        return self.value() if math.isnan(value) else value

    def validate(self, text: str, position: int) -> Any:
        """What is being typed may still lie below the range, lack digits of a group, or be nothing."""
        plain = self._plain(text)
        value = self._read(text)
        if plain in ("", "-", ".", "-.") or (not self.decimals() and HALF_GROUPED.fullmatch(plain)):
            state = _State.Intermediate
        elif math.isnan(value) or value > self.maximum() or (plain.startswith("-") and self.minimum() >= 0):
            state = _State.Invalid
        else:
            state = _State.Acceptable if value >= self.minimum() else _State.Intermediate
        return state, text, position

    def _plain(self, text: str) -> str:
        bare = text.removeprefix(self.prefix()).removesuffix(self.suffix()).translate(BLANKS)
        bare = bare.replace("\N{MINUS SIGN}", "-")
        if self.decimals():
            return bare.replace(",", ".")
        return bare.replace(",", "").replace(".", "") if GROUPED.fullmatch(bare) else bare

    def _read(self, text: str) -> float:
        """The number that stands there; NaN for anything else, and for more decimals than it has."""
        found = NUMBER.fullmatch(self._plain(text))
        behind = found[1] if found else None
        if found is None or (behind is not None and not 0 < self.decimals() >= len(behind)):
            return math.nan
        return float(found[0])
