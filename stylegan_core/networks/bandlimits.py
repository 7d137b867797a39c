"""How StyleGAN3's layers divide the frequencies between them, as plain data (its paper, section 3.2, appendix D).

A signal of cutoff f needs 2·f samples a side, so a layer that lets f through can draw what a picture of (2·f)² shows:
that is the resolution it counts as when layers are sorted into coarse, middle and fine.
"""

import math
from dataclasses import dataclass
from functools import cache

LAYERS = 14  # before the one that makes red, green and blue
CRITICAL = 2  # the last ones, which sample no denser than the picture
FIRST_CUTOFF = 2.0
FIRST_STOPBAND = 2**2.1
LAST_STOPBAND = 2**0.3  # times the last cutoff
MARGIN = 10  # samples drawn beyond each edge, so that no layer sees where the picture ends


@dataclass(frozen=True, slots=True)
class Bandlimit:
    """What leaves a layer: ``cutoff``, ``half_width`` of its transition, ``rate`` in samples a side of the picture.

    ``size`` is the side of its map, margins included; ``critical``: nothing is left between cutoff and rate.
    """

    cutoff: float
    half_width: float
    rate: int
    size: int
    channels: int
    critical: bool

    @property
    def margin(self) -> int:
        """Samples beyond each edge of the picture."""
        return (self.size - self.rate) // 2

    @property
    def resolution(self) -> int:
        """The nearest power of two that shows what the layer lets through: 4, 8, 16, ..."""
        return 1 << round(math.log2(2 * self.cutoff))


@cache
def bandlimits(resolution: int, fmap_base: int, fmap_max: int) -> tuple[Bandlimit, ...]:
    """All 15 layers, the last of them toRGB; channels are min(fmap_base / cutoff, fmap_max), rounded, then 3."""
    last = resolution / 2
    found = []
    for index in range(LAYERS + 1):
        part = min(index / (LAYERS - CRITICAL), 1.0)
        cutoff = FIRST_CUTOFF * (last / FIRST_CUTOFF) ** part
        stopband = FIRST_STOPBAND * (last * LAST_STOPBAND / FIRST_STOPBAND) ** part
        rate = 1 << math.ceil(math.log2(min(2 * stopband, resolution)))
        size = resolution if index >= LAYERS - 1 else rate + 2 * MARGIN
        channels = 3 if index == LAYERS else round(min(fmap_base / cutoff, fmap_max))
        half_width = max(stopband, rate / 2) - cutoff
        found.append(Bandlimit(cutoff, half_width, rate, size, channels, index >= LAYERS - CRITICAL))
    return tuple(found)


def layer_resolutions(resolution: int) -> tuple[int, ...]:
    """The resolution each of the 16 w counts as: that of the Fourier features, then that of every layer."""
    first, *others = (min(each.resolution, resolution) for each in bandlimits(resolution, 1, 1))
    return (first, first, *others)
