"""Recipe: the one frozen value that decides a picture completely, and its JSON."""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt

from stylegan_core.bands import NAMES

VERSION = 1
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


def _knob(default: Any, meaning: str, minimum: float = 0.0, maximum: float = 1.0, step: float = 0.01) -> Any:
    return field(default=default, metadata={"knob": Knob(meaning, minimum, maximum, step)})


def knob(owner: type, name: str) -> Knob:
    """Range, step and meaning of a field of Recipe, Latent, Mix, AppliedDirection, NoiseLayer or Transform."""
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

    seed: int = _knob(0, "The number this face is drawn from; another seed is another face.", 0, SEEDS - 1, 1)
    x: float = _knob(0.0, "Moves between this seed and its neighbours to the left and right.", -5, 5)
    y: float = _knob(0.0, "Moves between this seed and its neighbours above and below.", -5, 5)
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
    strength: float = _knob(0.0, "Moves the face along this direction, in standard deviations.", -10, 10, 0.1)
    first: int = 0
    last: int | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Mix:
    """Layers whose w is taken, by ``weight``, from another latent: those of ``band``, or first..last without one."""

    source: Latent
    weight: float = _knob(1.0, "How much of these layers comes from the other face.")
    band: str | None = None
    first: int = 0
    last: int | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class NoiseLayer:
    """The noise of one layer: on or off, a factor on its trained strength, and a seed (None: the stored map)."""

    on: bool = True
    strength: float = _knob(1.0, "How strongly this layer's noise stirs hair, skin and other fine detail.", 0, 2)
    seed: int | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Transform:
    """How the whole picture is turned about its middle, then moved, with all that lies beyond its edges.

    ``x`` (to the right) and ``y`` (down) are parts of its side; ``rotation`` is in degrees, anticlockwise: NVIDIA's
    ``translate`` and ``rotate``. Only the input of a StyleGAN3 can do that.
    """

    x: float = _knob(0.0, "Moves the whole picture to the right, in parts of its width.", -1, 1)
    y: float = _knob(0.0, "Moves the whole picture down, in parts of its height.", -1, 1)
    rotation: float = _knob(0.0, "Turns the whole picture anticlockwise, in degrees.", -180, 180, 0.5)
    unknown: str = ""

    @property
    def inverse(self) -> npt.NDArray[np.float64]:
        """The matrix [3, 3] from a place of the picture to the one that is seen there; (0, 0) is the middle of both."""
        turn = math.radians(self.rotation)
        cosine, sine = math.cos(turn), math.sin(turn)
        back = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        whole: npt.NDArray[np.float64] = back @ [[1.0, 0.0, -self.x], [0.0, 1.0, -self.y], [0.0, 0.0, 1.0]]
        return whole


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a picture; order of operations: w → mixes → truncation → directions → synthesis.

    ``noise`` and layer ranges may be shorter or longer than the network; what is missing is default, what lies
    beyond is ignored when drawing, as is ``transform`` where a network has none. ``unknown`` keeps fields of a newer
    version as JSON text.
    """

    latent: Latent = field(default_factory=Latent)
    psi: float = _knob(
        0.7, "Pulls the face towards the mean face (0) or lets it be itself (1); beyond 1 it exaggerates.", -1, 2
    )
    cutoff: int | None = _knob(None, "Truncates only the layers before this one; none means every layer.", 0, 18, 1)
    psi_bands: tuple[float, float, float] | None = None
    mixes: tuple[Mix, ...] = ()
    directions: tuple[AppliedDirection, ...] = ()
    noise: tuple[NoiseLayer, ...] = ()
    transform: Transform = field(default_factory=Transform)
    label: int | None = None
    level: int | None = None
    alpha: float | None = _knob(None, "The weight of the newest block of a network that is still growing.")
    unknown: str = ""

    def __post_init__(self) -> None:
        noise = self.noise
        while noise and noise[-1] == NoiseLayer():
            noise = noise[:-1]
        object.__setattr__(self, "noise", noise)

    def noise_layer(self, layer: int) -> NoiseLayer:
        """The noise of one layer, default where the recipe does not say."""
        return self.noise[layer] if layer < len(self.noise) else NoiseLayer()

    def with_noise(self, layer: int, **changes: Any) -> Self:
        """This recipe with one noise layer changed."""
        layers = [self.noise_layer(index) for index in range(max(layer + 1, len(self.noise)))]
        layers[layer] = replace(layers[layer], **changes)
        return replace(self, noise=tuple(layers))

    def with_transform(self, **changes: Any) -> Self:
        """This recipe with the transform changed."""
        return replace(self, transform=replace(self.transform, **changes))

    def mix(self, band: str) -> Mix | None:
        """The mix of a band, if there is one."""
        return next((mix for mix in self.mixes if mix.band == band), None)

    def with_mix(self, band: str, mix: Mix | None) -> Self:
        """This recipe with the mix of a band replaced or, with None, taken away; bands keep their order."""
        others = [old for old in self.mixes if old.band != band] + ([mix] if mix else [])
        banded = sorted((m for m in others if m.band), key=lambda m: NAMES.index(m.band or ""))
        return replace(self, mixes=tuple(banded) + tuple(m for m in others if not m.band))

    def to_json(self) -> str:
        """The recipe as one line of JSON with its version; fields of newer versions come back as they were."""
        return json.dumps({"version": VERSION, **_encode(self)}, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads :meth:`to_json`; missing fields are default. Raises ValueError with one sentence on anything else."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"This is no recipe: its JSON cannot be read ({error}).") from None
        if not isinstance(data, dict) or type(data.get("version")) is not int:
            raise ValueError("This is no recipe: a recipe is a JSON object with a version.")
        return cast(Self, _decode(cls, {name: value for name, value in data.items() if name != "version"}, "recipe"))


_NESTED: dict[tuple[str, str], type] = {
    ("Recipe", "latent"): Latent,
    ("Recipe", "mixes"): Mix,
    ("Recipe", "directions"): AppliedDirection,
    ("Recipe", "noise"): NoiseLayer,
    ("Recipe", "transform"): Transform,
    ("Mix", "source"): Latent,
    ("AppliedDirection", "direction"): Direction,
}
_LISTS = {"mixes", "directions", "noise"}
_KINDS: dict[str, tuple[type, ...]] = {
    "seed": (int,), "first": (int,), "last": (int,), "cutoff": (int,), "label": (int,), "level": (int,),
    "x": (int, float), "y": (int, float), "strength": (int, float), "weight": (int, float), "sigma": (int, float),
    "psi": (int, float), "alpha": (int, float), "rotation": (int, float), "on": (bool,), "name": (str,), "band": (str,),
}  # fmt: skip
_OPTIONAL = {"w", "psi_bands", "cutoff", "label", "level", "alpha", "last", "band"}
DEEPEST = 50  # objects and lists within each other in a field of a newer version; no recipe has a tenth of that
LARGEST = 2**24  # numbers in one stored vector: a w+ of any network has far fewer


def _encode(value: Any) -> dict[str, Any]:
    """One recipe part as a JSON object; its kept unknown fields are laid back beside the known ones."""
    made: dict[str, Any] = dict(json.loads(value.unknown)) if value.unknown else {}
    for item in fields(value):
        content = getattr(value, item.name)
        if item.name == "unknown":
            continue
        if isinstance(content, Vector):
            content = {"shape": list(content.shape), "float32": base64.b64encode(content.data).decode("ascii")}
        elif item.name in _LISTS:
            content = [_encode(part) for part in content]
        elif (type(value).__name__, item.name) in _NESTED:
            content = _encode(content)
        made[item.name] = content
    return made


def _decode(owner: type, data: Any, where: str) -> Any:
    """Builds one recipe part from a JSON object; raises ValueError naming the field that is wrong."""
    if not isinstance(data, Mapping):
        raise ValueError(f"The {where} must be a JSON object.")
    known = {item.name for item in fields(owner)} - {"unknown"}
    made = {name: _field(owner, name, value, f"{where}.{name}") for name, value in data.items() if name in known}
    strange = {name: value for name, value in data.items() if name not in known}
    made["unknown"] = kept(strange, where)
    try:
        return owner(**made)
    except TypeError:
        raise ValueError(f"The {where} lacks a field it cannot do without.") from None


def kept(strange: Mapping[str, Any], where: str) -> str:
    """Fields of a newer version as JSON text, empty without any; raises ValueError if they could not be written again.

    JSON has no number that is not finite, and what is nested without end is read more easily than written.
    """
    for name, value in strange.items():
        if not _writable(value, DEEPEST):
            raise ValueError(f"The field {name[:40]!r} of the {where} is nested too deeply or not finite.")
    return json.dumps(strange, sort_keys=True) if strange else ""


def _writable(value: Any, deep: int) -> bool:
    if isinstance(value, dict | list):
        return deep > 0 and all(_writable(v, deep - 1) for v in (value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def _field(owner: type, name: str, value: Any, where: str) -> Any:
    nested = _NESTED.get((owner.__name__, name))
    if nested and name in _LISTS:
        if not isinstance(value, list):
            raise ValueError(f"The {where} must be a list.")
        return tuple(_decode(nested, part, where) for part in value)
    if nested:
        return _decode(nested, value, where)
    if value is None and (name in _OPTIONAL or (owner is NoiseLayer and name == "seed")):
        return None
    if name in ("w", "vector"):
        return _vector(value, where)
    if name == "psi_bands":
        if not isinstance(value, list) or len(value) != 3:
            raise ValueError(f"The {where} must be three numbers, for coarse, middle and fine.")
        return tuple(_number(part, (int, float), where) for part in value)
    return _checked(name, value, where)


def _checked(name: str, value: Any, where: str) -> Any:
    if name == "band" and value not in NAMES:
        raise ValueError(f"The {where} must be coarse, middle or fine.")
    if _KINDS[name] in ((bool,), (str,)):
        if not isinstance(value, _KINDS[name]):
            raise ValueError(f"The {where} must be {'a text' if name in ('name', 'band') else 'true or false'}.")
        return value
    number = _number(value, _KINDS[name], where)
    if name == "seed" and not 0 <= number < SEEDS:
        raise ValueError(f"The {where} must be a whole number from 0 to {SEEDS - 1}.")
    if name in ("first", "last", "cutoff", "label", "level") and number < 0:
        raise ValueError(f"The {where} must not be negative.")
    return number


def _number(value: Any, kinds: tuple[type, ...], where: str) -> Any:
    number: Any = value
    if isinstance(value, bool) or not isinstance(value, kinds) or not -math.inf < number < math.inf:
        raise ValueError(f"The {where} must be a {'whole' if kinds == (int,) else 'finite'} number.")
    if float in kinds and abs(number) > FARTHEST:
        raise ValueError(f"The {where} must be a number from -{FARTHEST:g} to {FARTHEST:g}.")
    return float(number) if float in kinds else number


def _vector(value: Any, where: str) -> Vector:
    try:
        shape = tuple(int(side) for side in value["shape"])
        data = base64.b64decode(value["float32"], validate=True)
    except (TypeError, KeyError, ValueError, OverflowError):
        raise ValueError(f"The {where} must be an object with shape and float32 (base64).") from None
    if not 1 <= len(shape) <= 2 or min(shape) < 1 or math.prod(shape) > LARGEST or len(data) != 4 * math.prod(shape):
        raise ValueError(f"The {where} does not hold as many numbers as its shape says.")
    return Vector.of(np.frombuffer(data, dtype="<f4").reshape(shape))
