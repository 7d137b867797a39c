"""What a number of the style space did to an attribute of several faces, and to all others: a plain value."""

from dataclasses import dataclass

import numpy as np

from stylegan_core.confidence import Doubles, of_left_out


@dataclass(frozen=True, slots=True)
class ChannelEffect:
    """A number of the style space that was found by attribute, and what it changed when it was tried.

    ``effect`` is the mean slope of the ``attribute`` between −``reach`` and +``reach`` sigma over so many ``faces``, in
    standard deviations of the attribute per sigma, as in ``lab/entanglement.py``; ``confidence`` half the width of its
    95 % confidence interval (Student's t); ``purity``, 0 to 1, its part in the sum of the sizes of the effects on all
    attributes, ± ``purity_confidence``, None where it was found before that was measured. ``leak`` names the other one
    that changes most, by ``leaked``.
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
    purity_confidence: float | None = None

    @property
    def words(self) -> str:
        """ "Glasses +0.31 per σ, leaks most into size −0.05"."""
        leak = f", leaks most into {self.leak} {signed(self.leaked)}" if self.leak else ""
        return f"{self.attribute} {signed(self.effect)} per σ{leak}"

    @property
    def purity_text(self) -> str:
        """ "41 ± 6 %", or "41 %" where nothing is known of how sure that is."""
        return percent(self.purity, self.purity_confidence)


def purity_of(slopes: Doubles, main: int) -> tuple[float, float]:
    """Of slopes [faces, A]: |mean slope| of one attribute / sum of them all, and its ± (the jackknife over the faces).

    Both are 0 where nothing changes; the ± is infinite for one face.
    """
    faces = len(slopes)
    purity = float(_share(slopes.mean(axis=0), main))
    if faces < 2:
        return purity, np.inf
    return purity, float(of_left_out(_share((slopes.sum(axis=0) - slopes) / (faces - 1), main)))


def percent(share: float, confidence: float | None = None) -> str:
    """ "41 ± 6 %"; "41 %" where the confidence is not known."""
    half = half_percent(confidence)
    return f"{100 * share:.0f} {half.replace('±', '± ')} %" if half else f"{100 * share:.0f} %"


def half_percent(confidence: float | None) -> str:
    """ "±6", whole percents and at least one; empty where the confidence is not known."""
    return "" if confidence is None or not np.isfinite(confidence) else f"±{max(100 * confidence, 1):.0f}"


def _share(effects: Doubles, main: int) -> Doubles:
    """|the main one| / sum of all, of effects [..., A]."""
    sizes = np.abs(effects)
    share: Doubles = sizes[..., main] / np.maximum(sizes.sum(axis=-1), np.finfo(float).tiny)
    return share


def signed(value: float) -> str:
    """ "+0.80", "−0.21", "0.00": an effect as it is shown everywhere."""
    text = f"{value:+.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")
