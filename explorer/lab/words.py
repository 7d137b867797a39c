"""What the layer inspector says in words: numbers of a steady width, layers and channels in a sentence."""

import math

from stylegan_core.layer_facts import ChannelPictures, LayerFacts

COLOURS = ("red", "green", "blue")
_DECIMALS = ((0, 99.95), (1, 9.995), (2, 0.0995), (3, 0.00995))  # from which size on, once rounded


def number(value: float) -> str:
    """Three digits or so, with as many decimals as they leave: "-0.02", "14.3", "250"; "–" for what is no number."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    decimals = next((count for count, least in _DECIMALS if size >= least), 4) if value else 2
    written = f"{value:.{decimals}f}"
    return written.lstrip("-") if not float(written) else written  # a zero has no sign


def title(facts: LayerFacts) -> str:
    """ "Layer 7 · 32²"."""
    return f"{facts.name.capitalize()} · {facts.resolution}²"


def sentence(facts: LayerFacts) -> str:
    """What a layer hands on, in one sentence."""
    side = f"{facts.resolution}×{facts.resolution}"
    numbers = f"mean {number(facts.mean)}, standard deviation {number(facts.deviation)}, "
    numbers += f"from {number(facts.minimum)} to {number(facts.maximum)}"
    if facts.is_picture:
        return f"The picture so far, red, green and blue at {side}: {numbers}; black is -1 and white is 1."
    share = f"{100 * facts.not_positive:.0f} % are zero or below"
    return f"{facts.channels} channels of {side} values: {numbers}; {share}."


def row_words(facts: LayerFacts) -> str:
    """A row of the list for those who hear it, and as its tooltip."""
    what = f"{facts.name.capitalize()} at {facts.resolution}², {facts.band}"
    return f"{what}: mean {number(facts.mean)}, standard deviation {number(facts.deviation)}."


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
