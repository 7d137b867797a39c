"""What the layer inspector says in words: numbers of a steady width, layers and channels in a sentence."""

import math

from stylegan_core.lab.layer_facts import ChannelPictures, LayerFacts

COLOURS = ("red", "green", "blue")
_DECIMALS = ((0, 99.95), (1, 9.995), (2, 0.0995), (3, 0.00995))  # from which size on, once rounded


def number(value: float) -> str:
    """Three digits or so, with as many decimals as they leave: "-0.02", "14.3", "250"; "–" for what is no number.

    Very large and very small ones with their power of ten: "1.2e8", "3e-30".
    """
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if _needs_power(size):
        return powered(value)
    decimals = next((count for count, least in _DECIMALS if size >= least), 4) if value else 2
    written = f"{value:.{decimals}f}"
    return _unsigned_zero(written)


def powered(value: float, digits: int = 1) -> str:
    """With its power of ten and at most so many decimals: "-1.2e8", "3e-30"."""
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if digits else mantissa}e{int(power)}"


def tick(value: float) -> str:
    """A round number below an axis, with all its digits."""
    return powered(value, 6) if _needs_power(abs(value)) else f"{value:.10g}"


def ends(low: float, high: float) -> tuple[str, str]:
    """Both ends of a narrow range, with two digits of its width: "250.1" and "250.3"."""
    size, width = max(abs(low), abs(high)), high - low
    if not (math.isfinite(width) and width > 0):
        return number(low), number(high)
    finest = math.floor(math.log10(width * (1 + 1e-9))) - 1  # a tenth may be a little less, as a difference
    if _needs_power(size):
        digits = min(max(math.floor(math.log10(size)) - finest, 1), 16)
        return powered(low, digits), powered(high, digits)
    decimals = max(-finest, 0)
    return _unsigned_zero(f"{low:.{decimals}f}"), _unsigned_zero(f"{high:.{decimals}f}")


def _needs_power(size: float) -> bool:
    return size >= 999_999.5 or 0 < size < 0.99995e-4  # as they are once rounded


def _unsigned_zero(written: str) -> str:
    return written if float(written) else written.lstrip("-")


def title(facts: LayerFacts) -> str:
    """ "Layer 7 · 32²"."""
    return f"{facts.name.capitalize()} · {facts.resolution}²"


def sentence(facts: LayerFacts) -> str:
    """What a layer hands on, in one sentence."""
    side = f"{facts.resolution}×{facts.resolution}"
    numbers = f"mean {number(facts.mean)}, standard deviation {number(facts.deviation)}, "
    numbers += f"from {number(facts.minimum)} to {number(facts.maximum)}"
    lost = _not_finite(facts)
    if facts.is_picture:
        return f"The picture so far, red, green and blue at {side}: {numbers}; black is -1 and white is 1{lost}."
    share = f"{100 * facts.not_positive:.0f} % are zero or below"
    return f"{facts.channels} channels of {side} values: {numbers}; {share}{lost}."


def _not_finite(facts: LayerFacts) -> str:
    count = facts.not_finite
    return f"; {count} value{' is no number' if count == 1 else 's are no numbers'}" if count else ""


def row_words(facts: LayerFacts) -> str:
    """A row of the list for those who hear it, and as its tooltip."""
    what = f"{facts.name.capitalize()} at {facts.resolution}², {facts.band}"
    return f"{what}: mean {number(facts.mean)}, standard deviation {number(facts.deviation)}{_not_finite(facts)}."


def channel_name(channel: int, facts: LayerFacts) -> str:
    """ "137", or the colour where the layer makes a picture."""
    return COLOURS[channel] if facts.is_picture and channel < len(COLOURS) else str(channel)


def channel_words(channel: int, facts: LayerFacts, pictures: ChannelPictures) -> str:
    """Mean and standard deviation of one channel in a sentence."""
    name = channel_name(channel, facts)
    mean, deviation = number(float(pictures.mean[channel])), number(float(pictures.deviation[channel]))
    return f"Channel {name}: mean {mean}, standard deviation {deviation}."


def place_words(place: int, count: int) -> str:
    """ "1st of 64", "23rd of 64": a rank counted from ``place`` 0."""
    rank = place + 1
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} of {count}"
