"""Coarse, middle, fine: which layers and resolutions each band has, said once for every panel."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Band:
    """One band of style layers; ``layers`` is empty where a small network has no such band."""

    name: str
    low: int
    high: int
    layers: range

    @property
    def resolutions(self) -> str:
        """The resolutions in words: "4²–8²", "64²", or "–" for an empty band."""
        if not self.layers:
            return "–"
        return f"{self.low}²" if self.low == self.high else f"{self.low}²–{self.high}²"

    @property
    def why_none(self) -> str:
        """One sentence where the network has no such layers, else nothing."""
        return "" if self.layers else f"This model has no {self.name} layers."


NAMES = ("coarse", "middle", "fine")


@cache
def bands(resolution: int, layers: tuple[int, ...] = ()) -> tuple[Band, Band, Band]:
    """Coarse, middle and fine of a network that draws ``resolution``² pictures (paper, section 3.1, figure 3).

    64² and up: 4–8 / 16–32 / the rest; 32²: 4–8 / 16 / 32; 16²: 4 / 8 / 16; 8²: 4 / – / 8. ``layers``: what each style
    layer works at, from the lowest resolution up; two at each, where nothing is said.
    Raises ValueError if the resolution is no power of two from 4 on.
    """
    if resolution < 4 or resolution & (resolution - 1):
        raise ValueError(f"A model's resolution is a power of two from 4 on, not {resolution}.")
    return tuple(  # type: ignore[return-value]
        Band(name, low, high, _layers(low, high, layers or two_each(resolution)))
        for name, (low, high) in zip(NAMES, _edges(resolution), strict=True)
    )


def band_of_layer(layer: int, resolution: int, layers: tuple[int, ...] = ()) -> Band:
    """The band that style layer ``layer`` belongs to; layers beyond the network count as its last."""
    every = bands(resolution, layers)
    found = [band for band in every if layer in band.layers]
    return found[0] if found else every[0 if resolution == 4 else 2]


def band_of_resolution(pixels: int, resolution: int) -> Band:
    """The band that works at ``pixels``² inside a network of ``resolution``²."""
    return band_of_layer(2 * (pixels.bit_length() - 3), resolution)


def layer_resolution(layer: int) -> int:
    """The resolution at which style layer ``layer`` works: 4, 4, 8, 8, 16, 16, ... (spec-core 1.4)."""
    return 4 << (layer // 2)


def two_each(resolution: int) -> tuple[int, ...]:
    """The resolutions of all style layers of a network that has two at each from 4² up."""
    return tuple(layer_resolution(layer) for layer in range(2 * (resolution.bit_length() - 2)))


def _edges(resolution: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Lowest and highest resolution of each band; an empty band has a lowest above its highest."""
    if resolution >= 64:
        return (4, 8), (16, 32), (64, resolution)
    if resolution == 32:
        return (4, 8), (16, 16), (32, 32)
    if resolution == 16:
        return (4, 4), (8, 8), (16, 16)
    if resolution == 8:
        return (4, 4), (8, 4), (8, 8)
    return (4, 4), (8, 4), (8, 4)


def _layers(low: int, high: int, layers: tuple[int, ...]) -> range:
    """The layers that work from ``low`` to ``high``."""
    below, within = (sum(each < edge for each in layers) for edge in (low, high + 1))
    return range(below, max(within, below))
