"""The moments of a film: the recipe of every time between its keys; no torch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stylegan_core.film.drive import Drive
from stylegan_core.film.film import Film
from stylegan_core.info import ModelInfo
from stylegan_core.interpolation import Floats, between
from stylegan_core.recipe import AppliedChannel, Latent, NoiseLayer, Recipe, Transform, Vector

STANDING = 1e-6  # of the film's way through W: less between two keys is what rounding of their styles is made of
AT_A_KEY = 1e-6  # of the way from one key to the next: what rounding of times is made of, and no eye could tell


@dataclass(frozen=True)
class Timeline:
    """A film and the styles of its keys: the recipe of every moment.

    ``styles``: of each key the ws [num_layers, w_dim] with mixing, truncation and directions in them, as
    ``styles.Styles.ws`` has them. Between two keys the way is a straight line in W (on the sphere of codes for a
    network without styles), so the recipe of a moment holds its ws and needs no psi, mixes or directions; at a key it
    is the key's own recipe. Channels, strengths, depth of growth and what moves and turns the picture go along evenly
    (from 0 to 360 degrees is a whole turn, and from 170 to -170 almost one); where two keys have other noise in a
    layer, it fades out and the other in.

    ``own`` says of each section whether it lasts as long as its key says: every one of an eased film; at constant
    speed the cuts (0 s) and those in which W stands still, while the others share their time by how far they go.

    With music the film moves with its accents, as far as ``motion`` says, and its pictures go farther from the mean
    face at them, as far as ``pulse`` says: a key is then its own recipe only where it is quiet.
    """

    film: Film
    styles: Sequence[Floats]
    info: ModelInfo
    times: tuple[float, ...] = field(init=False)  # at which each section begins, and where the last one ends
    own: tuple[bool, ...] = field(init=False)
    _drive: Drive | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        told = [self.film.keys[first].seconds for first, _ in self.film.sections]
        lengths: list[float | None] = self._shared(told) if self.film.pace == "constant" else [None] * len(told)
        seconds = [t if shared is None else shared for t, shared in zip(told, lengths, strict=True)]
        object.__setattr__(self, "times", (0.0, *np.cumsum(seconds, dtype=np.float64).tolist()))
        object.__setattr__(self, "own", tuple(shared is None for shared in lengths))
        object.__setattr__(self, "_drive", Drive(self.film.music) if self.film.music is not None else None)

    @property
    def seconds(self) -> float:
        """How long the film lasts."""
        return self.times[-1]

    def frame(self, number: int) -> Recipe:
        """The recipe of one of ``film.frames`` pictures; the one after the last of a loop is the first."""
        steps = self.film.frames if self.film.loop else self.film.frames - 1
        return self.at(self.seconds * number / max(steps, 1))

    def at(self, seconds: float) -> Recipe:
        """The recipe of a moment; beyond its end a loop begins again and another film stands still."""
        place, part = self.place(seconds)
        way = _eased(part) if self.film.pace == "eased" else part
        lift = 0.0
        if (drive := self._drive) is not None:
            begin, end = self.times[place], self.times[place + 1]
            way += drive.motion * (drive.part(begin, end, part) - way)
            if drive.pulse and not self.info.why_not("truncation"):
                lift = drive.pulse * drive.level(begin + part * (end - begin))
        return self.on_the_way(*self.film.sections[place], way, lift)

    def place(self, seconds: float) -> tuple[int, float]:
        """Which section a moment lies in, and how far through it in 0..1 of its time."""
        total = self.seconds
        if self.film.loop and total and not 0 <= seconds < total:
            seconds %= total
        seconds = min(max(seconds, 0.0), total)
        place = min(int(np.searchsorted(self.times, seconds, "right")) - 1, len(self.film.sections) - 1)
        length = self.times[place + 1] - self.times[place]
        return place, min((seconds - self.times[place]) / length, 1.0) if length else 1.0

    def on_the_way(self, first: int, last: int, part: float, lift: float = 0.0) -> Recipe:
        """The recipe ``part`` of the way from one key to another, and farther from the mean face by ``lift`` of it."""
        a, b = self.film.keys[first].recipe, self.film.keys[last].recipe
        if not lift and (part < AT_A_KEY or a == b):
            return a
        if not lift and part > 1 - AT_A_KEY:
            return b
        ws = between(self.styles[first], self.styles[last], part, self.info)
        level, alpha = self._grown(a, b, part)
        return Recipe(
            latent=Latent(w=Vector.of(ws)),
            psi=1.0 + lift,
            channels=_channels(a, b, part),
            noise=_noise(a, b, part),
            transform=_transform(a.transform, b.transform, part),
            label=(a if part < 0.5 else b).label,
            level=level,
            alpha=alpha,
        )

    def _shared(self, told: list[float]) -> list[float | None]:
        """The seconds of each section at constant speed by how far it goes; None where it keeps those it was told."""
        ways = [float(np.linalg.norm(self.styles[last] - self.styles[first])) for first, last in self.film.sections]
        least = STANDING * math.fsum(ways)
        moves = [t > 0 and way > least for t, way in zip(told, ways, strict=True)]
        time = math.fsum(t for t, moving in zip(told, moves, strict=True) if moving)
        whole = math.fsum(way for way, moving in zip(ways, moves, strict=True) if moving)
        return [time * (way / whole) if moving else None for way, moving in zip(ways, moves, strict=True)]

    def _grown(self, a: Recipe, b: Recipe, part: float) -> tuple[int | None, float | None]:
        """Level and alpha on the way: as deep into the growth as ``part`` says."""
        if (a.level, a.alpha) == (b.level, b.alpha):
            return a.level, a.alpha
        start, end = (self._depth(recipe) for recipe in (a, b))
        depth = start + part * (end - start)
        level = math.ceil(depth)
        return level, depth - level + 1

    def _depth(self, recipe: Recipe) -> float:
        level = self.info.level if recipe.level is None else min(recipe.level, self.info.top_level)
        own = self.info.alpha if level == self.info.level else 1.0
        alpha = own if recipe.alpha is None else min(max(recipe.alpha, 0.0), 1.0)
        return level - 1 + alpha if level else 0.0


def _eased(part: float) -> float:
    """From rest to rest."""
    return part * part * (3 - 2 * part)


def _transform(a: Transform, b: Transform, part: float) -> Transform:
    if a == b:
        return a
    ends = ((a.x, b.x), (a.y, b.y), (a.rotation, b.rotation))
    x, y, rotation = ((1 - part) * start + part * end for start, end in ends)
    return Transform(x, y, rotation)


def _channels(a: Recipe, b: Recipe, part: float) -> tuple[AppliedChannel, ...]:
    """Those of both, each as far on its way; one that a key does not have is at 0 there."""
    if a.channels == b.channels:
        return a.channels
    places = dict.fromkeys((each.layer, each.channel) for each in a.channels + b.channels)
    names = {(each.layer, each.channel): each.name for each in b.channels + a.channels if each.name}
    ends = ((place, a.strength_of(*place), b.strength_of(*place)) for place in places)
    return tuple(
        AppliedChannel(*place, (1 - part) * start + part * end, names.get(place, "")) for place, start, end in ends
    )


def _noise(a: Recipe, b: Recipe, part: float) -> tuple[NoiseLayer, ...]:
    if a.noise == b.noise:
        return a.noise
    count = max(len(a.noise), len(b.noise))
    return tuple(_noise_layer(a.noise_layer(layer), b.noise_layer(layer), part) for layer in range(count))


def _noise_layer(a: NoiseLayer, b: NoiseLayer, part: float) -> NoiseLayer:
    strong_a, strong_b = (each.strength if each.on else 0.0 for each in (a, b))
    if a.seed == b.seed or not strong_a or not strong_b:
        seed = a.seed if strong_a else b.seed
        return NoiseLayer(strength=(1 - part) * strong_a + part * strong_b, seed=seed)
    if part < 0.5:
        return NoiseLayer(strength=strong_a * (1 - 2 * part), seed=a.seed)
    return NoiseLayer(strength=strong_b * (2 * part - 1), seed=b.seed)
