"""Which layer of one network stands where another was looked at."""

from collections.abc import Sequence

from stylegan_core.info import ModelInfo
from stylegan_core.lab.layer_facts import LayerFacts


def same_layers(one: ModelInfo, other: ModelInfo) -> bool:
    """Whether two networks draw in the same layers, as two moments of one run do."""
    return (one.architecture, one.resolution) == (other.architecture, other.resolution)


def same_place(facts: LayerFacts, other: LayerFacts | None) -> bool:
    """Whether a layer is in its network what another one is in its own."""
    place = (facts.number, facts.is_picture, facts.resolution)
    return other is not None and place == (other.number, other.is_picture, other.resolution)


def worth_seeing(rows: Sequence[LayerFacts], before: LayerFacts | None) -> int:
    """The stage to begin with: at the resolution last looked at, else the last of the middle layers, else the last."""
    layers = [facts for facts in rows if not facts.is_picture] or rows
    same = [facts for facts in layers if before is not None and facts.resolution == before.resolution]
    middle = [facts for facts in layers if facts.band == "middle"]
    return (same or middle or layers)[-1].stage
