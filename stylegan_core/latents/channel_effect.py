"""What a number of the style space did to an attribute of several faces, and to all others: a plain value."""

from dataclasses import dataclass

_NORMAL = 1.959964  # the quantile of the normal distribution that 95 % of confidence need on either side


@dataclass(frozen=True, slots=True)
class ChannelEffect:
    """A number of the style space that was found by attribute, and what it changed when it was tried.

    ``effect`` is the mean slope of the ``attribute`` between −``reach`` and +``reach`` sigma over so many ``faces``, in
    standard deviations of the attribute per sigma, as in ``lab/entanglement.py``; ``confidence`` half the width of its
    95 % confidence interval (Student's t); ``purity``, 0 to 1, its part in the sum of the sizes of the effects on all
    attributes. ``leak`` names the other one that changes most, by ``leaked``.
    """

    layer: int
    channel: int
    attribute: str
    effect: float
    confidence: float
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


def student(freedom: int) -> float:
    """The quantile of Student's t for 95 % between both sides (Abramowitz & Stegun 26.7.5; within 1 % from 3 on)."""
    exact = {1: 12.7062, 2: 4.3027}
    if freedom in exact:
        return exact[freedom]
    z, n = _NORMAL, freedom
    terms = (
        z,
        (z**3 + z) / (4 * n),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3),
    )
    return sum(terms)
