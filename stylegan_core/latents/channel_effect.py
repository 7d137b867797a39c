"""What a number of the style space did to an attribute of several faces, and to all others: a plain value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelEffect:
    """A number of the style space that was found by attribute, and what it changed when it was tried.

    ``effect`` is the mean slope of the ``attribute`` between −``reach`` and +``reach`` sigma over so many ``faces``, in
    standard deviations of the attribute per sigma, as in ``lab/entanglement.py``; ``purity``, 0 to 1, its part in the
    sum of the sizes of the effects on all attributes. ``leak`` names the other one that changes most, by ``leaked``.
    """

    layer: int
    channel: int
    attribute: str
    effect: float
    purity: float
    leak: str
    leaked: float
    faces: int
    reach: float

    @property
    def words(self) -> str:
        """ "Glasses +0.31 per σ, leaks most into size −0.05"."""
        leak = f", leaks most into {self.leak} {signed(self.leaked)}" if self.leak else ""
        return f"{self.attribute} {signed(self.effect)} per σ{leak}"


def signed(value: float) -> str:
    """ "+0.80", "−0.21", "0.00": an effect as it is shown everywhere."""
    text = f"{value:+.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")
