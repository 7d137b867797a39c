"""What a recipe is made of, each a frozen value: latents, directions, channels, mixes, noise …; and their knobs."""

import math
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt

SEEDS = 2**32
FARTHEST = 1e6  # of any number in a recipe: a picture tells nothing apart long before, and float32 overflows far beyond
GRID_ROW = 100  # the seed below another on the latent pad lies 100 further, as in NVIDIA's visualizer


@dataclass(frozen=True, slots=True)
class Knob:
    """What a slider needs to know: range, step and one line that says what it does to the picture."""

    meaning: str
    minimum: float = 0.0
    maximum: float = 1.0
    step: float = 0.01


def knobbed(default: Any, meaning: str, minimum: float = 0.0, maximum: float = 1.0, step: float = 0.01) -> Any:
    """A field with its default and its Knob."""
    return field(default=default, metadata={"knob": Knob(meaning, minimum, maximum, step)})


def knob(owner: type, name: str) -> Knob:
    """Range, step and meaning of a field of Recipe or of one of its parts."""
    return cast(Knob, next(f for f in fields(owner) if f.name == name).metadata["knob"])


def default(owner: type, name: str) -> Any:
    """The default of such a field, stated once for recipe and slider."""
    value = next(f for f in fields(owner) if f.name == name).default
    return None if value is MISSING else value


@dataclass(frozen=True, slots=True)
class Vector:
    """A float32 array that is frozen, hashable and travels in JSON as base64."""

    shape: tuple[int, ...]
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """The frozen copy of any array of numbers; raises ValueError if one is not finite."""
        array = np.ascontiguousarray(values, dtype="<f4")
        if not np.isfinite(array).all():
            raise ValueError("A stored latent or direction must hold finite numbers only.")
        return cls(array.shape, array.tobytes())

    @property
    def array(self) -> npt.NDArray[np.float32]:
        """The values as a read-only float32 array."""
        return np.frombuffer(self.data, dtype="<f4").reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Latent:
    """Where a face comes from: a seed, a point between grid seeds, or a stored w [w_dim] or ws [layers, w_dim].

    ``x`` and ``y`` are steps on the grid of seeds around ``seed``: one step right is the next seed, one down the
    hundredth next; between four grid points w is bilinear. A stored ``w`` stands instead of seed, x and y.
    """

    seed: int = knobbed(0, "The number this face is drawn from; another seed is another face.", 0, SEEDS - 1, 1)
    x: float = knobbed(0.0, "Moves between this seed and its neighbours to the left and right.", -5, 5)
    y: float = knobbed(0.0, "Moves between this seed and its neighbours above and below.", -5, 5)
    w: Vector | None = None
    unknown: str = ""

    def corners(self) -> tuple[tuple[int, float], ...]:
        """The up to four (seed, weight) whose w are summed; weights add to one, zero weights are left out."""
        left, top = math.floor(self.x), math.floor(self.y)
        right_part, low_part = self.x - left, self.y - top
        every = (
            (grid_seed(self.seed, left + column, top + row), across * down)
            for row, down in ((0, 1 - low_part), (1, low_part))
            for column, across in ((0, 1 - right_part), (1, right_part))
        )
        return tuple((seed, weight) for seed, weight in every if weight)


def grid_seed(seed: int, column: int, row: int) -> int:
    """The seed ``column`` steps right and ``row`` steps down of ``seed`` on the latent pad."""
    return (seed + column + GRID_ROW * row) % SEEDS


@dataclass(frozen=True, slots=True)
class Direction:
    """A named direction in W (or per layer): moving by one sigma adds ``sigma`` · ``vector``."""

    name: str
    vector: Vector
    sigma: float = 1.0
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class AppliedDirection:
    """A direction at work: strength in sigma on the layers first..last; ``last`` None is the last of any model."""

    direction: Direction
    strength: float = knobbed(0.0, "Moves the face along this direction, in standard deviations.", -10, 10, 0.1)
    first: int = 0
    last: int | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class AppliedChannel:
    """One number of the style space at work: that which scales one feature map of one style layer.

    ``layer`` and ``channel`` count from 0; ``strength`` is in standard deviations of that number over random w of the
    network (``style_space.style_sigmas``), and is added after everything that happens in W. ``name`` is what a person
    calls it; it changes nothing.
    """

    layer: int
    channel: int
    strength: float = knobbed(0.0, "Scales one feature map of this network, in standard deviations.", -10, 10, 0.1)
    name: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Mix:
    """Layers whose w is taken, by ``weight``, from another latent: those of ``band``, or first..last without one."""

    source: Latent
    weight: float = knobbed(1.0, "How much of these layers comes from the other face.")
    band: str | None = None
    first: int = 0
    last: int | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class NoiseLayer:
    """The noise of one layer: on or off, a factor on its trained strength, and a seed (None: the stored map)."""

    on: bool = True
    strength: float = knobbed(1.0, "How strongly this layer's noise stirs hair, skin and other fine detail.", 0, 2)
    seed: int | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Transform:
    """How the whole picture is turned about its middle, then moved, with all that lies beyond its edges.

    ``x`` (to the right) and ``y`` (down) are parts of its side; ``rotation`` is in degrees, anticlockwise: NVIDIA's
    ``translate`` and ``rotate``. Only the input of a StyleGAN3 can do that.
    """

    x: float = knobbed(0.0, "Moves the whole picture to the right, in parts of its width.", -1, 1)
    y: float = knobbed(0.0, "Moves the whole picture down, in parts of its height.", -1, 1)
    rotation: float = knobbed(0.0, "Turns the whole picture anticlockwise, in degrees.", -180, 180, 0.5)
    unknown: str = ""

    @property
    def inverse(self) -> npt.NDArray[np.float64]:
        """The matrix [3, 3] from a place of the picture to the one that is seen there; (0, 0) is the middle of both."""
        turn = math.radians(self.rotation)
        cosine, sine = math.cos(turn), math.sin(turn)
        back = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        whole: npt.NDArray[np.float64] = back @ [[1.0, 0.0, -self.x], [0.0, 1.0, -self.y], [0.0, 0.0, 1.0]]
        return whole
