"""What is swept: one knob of the picture over a row of values, from one face or from several seeds; no torch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stylegan_core.bands import NAMES, band_of_resolution
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import FARTHEST, AppliedChannel, AppliedDirection, Direction, Latent, Recipe

DIRECTION, CHANNEL, PSI, NOISE, MIX, LEVEL, ALPHA = "direction", "channel", "psi", "noise", "mix", "level", "alpha"
OF_TRANSFORM = {"translate-x": "x", "translate-y": "y", "rotate": "rotation"}  # kinds, and the fields they set
MOST_VALUES, MOST_FACES = 41, 256
CHANNEL_STEPS = 3.0  # steps that a channel is moved while a direction is moved one: as far as the search tries them
_DECIMALS = 6  # of a value, so that a row of steps of 0.1 has 0.3 in it and not 0.30000000000000004
_RANGES = {
    DIRECTION: (-3.0, 3.0),
    CHANNEL: (-5.0, 5.0),
    PSI: (-1.0, 2.0),
    NOISE: (0.0, 2.0),
    MIX: (0.0, 1.0),
    ALPHA: (0.0, 1.0),
}
_NEEDED = {CHANNEL: "styles", PSI: "truncation", NOISE: "noise", MIX: "mixing", LEVEL: "growing", ALPHA: "growing"}
_NEEDED |= dict.fromkeys(OF_TRANSFORM, "transform")
_RANGES |= {"translate-x": (-0.5, 0.5), "translate-y": (-0.5, 0.5), "rotate": (-90.0, 90.0)}


@dataclass(frozen=True, slots=True)
class Swept:
    """One knob: a direction on its layers, a channel, psi, noise of some layers, a mix's weight, growth, the transform.

    ``layers`` are the noise layers of a noise group. The strength that a direction or a channel has says nothing: the
    value stands for it.
    """

    kind: str
    name: str
    direction: AppliedDirection | None = None
    band: str = ""
    layers: tuple[int, ...] = ()
    channel: AppliedChannel | None = None

    @property
    def unit(self) -> str:
        """What a value is counted in, empty where it is a plain number."""
        return "σ" if self.kind in (DIRECTION, CHANNEL) else ""

    def at(self, recipe: Recipe, value: float) -> Recipe:
        """The recipe with this knob at a value; psi holds in all bands then."""
        if self.direction is not None:
            moved = replace(self.direction, strength=value)
            return replace(recipe, directions=with_direction(recipe.directions, moved))
        if self.channel is not None:
            return recipe.with_channel(self.channel.layer, self.channel.channel, value, self.channel.name)
        if self.kind == PSI:
            return replace(recipe, psi=value, psi_bands=None)
        if self.kind == NOISE:
            for layer in self.layers:
                recipe = recipe.with_noise(layer, on=True, strength=value)
            return recipe
        if self.kind == MIX:
            mix = recipe.mix(self.band)
            return recipe if mix is None else recipe.with_mix(self.band, replace(mix, weight=value))
        if self.kind in OF_TRANSFORM:
            return recipe.with_transform(**{OF_TRANSFORM[self.kind]: value})
        return replace(recipe, level=round(value)) if self.kind == LEVEL else replace(recipe, alpha=value)

    def range(self, info: ModelInfo) -> tuple[float, float]:
        """The values that a sweep goes over where nobody says otherwise."""
        return (0.0, float(info.level)) if self.kind == LEVEL else _RANGES[self.kind]

    def why_not(self, info: ModelInfo, recipe: Recipe) -> str:
        """Why this network or this recipe has no such knob, in one sentence; empty if it has."""
        if self.kind in _NEEDED and (reason := info.why_not(_NEEDED[self.kind])):
            return reason
        if self.channel is not None:
            return info.why_no_channel(self.channel.layer, self.channel.channel)
        if self.kind in (LEVEL, ALPHA) and info.finished:
            return "This model is fully grown: there is nothing to blend or to leave out."
        if self.kind == ALPHA and recipe.level == 0:
            return "At 4×4 there is no level below to blend with."
        if self.kind == NOISE and not self.layers:
            return f"This model has no {self.band} noise."
        if self.kind == MIX and recipe.mix(self.band) is None:
            return f"The {self.band} layers come from no other face: choose one in Mixing first."
        return ""

    def why_not_to(self, info: ModelInfo, highest: float) -> str:
        """Why a sweep cannot reach a value in this network, in one sentence; empty if it can."""
        if self.kind != LEVEL or round(highest) <= info.level:
            return ""
        return f"This model has learned the levels 0 to {info.level}: a sweep draws none above."


def along(direction: Direction, first: int = 0, last: int | None = None) -> Swept:
    """The knob of a direction on some layers."""
    return Swept(DIRECTION, direction.name, AppliedDirection(direction, 0.0, first, last))


def of_channel(channel: AppliedChannel, info: ModelInfo) -> Swept:
    """The knob of one number of the style space, under its name or else its place in this network.

    Raises ValueError where the network does not have it.
    """
    layer, number = channel.layer, channel.channel
    if reason := info.why_no_channel(layer, number):
        raise ValueError(reason)
    return Swept(CHANNEL, channel.name or info.channel_name(layer, number), channel=replace(channel, strength=0.0))


def knobs(info: ModelInfo) -> tuple[Swept, ...]:
    """Every knob of a network that is no direction, also those it has no use for, but for the rare transform."""
    groups = [("", tuple(range(info.num_noise_layers)))]
    for name in NAMES:
        sides = enumerate(info.noise_resolutions)
        groups.append((name, tuple(at for at, side in sides if band_of_resolution(side, info.resolution).name == name)))
    mixed = [band.name for band in info.bands if band.layers]
    return (
        Swept(PSI, "psi"),
        *(Swept(NOISE, f"noise, {band or 'all'}", band=band, layers=layers) for band, layers in groups),
        *(Swept(MIX, f"mix, {band}", band=band) for band in mixed),
        Swept(LEVEL, "level"),
        Swept(ALPHA, "alpha"),
        *(Swept(kind, kind.replace("-", ", ")) for kind in OF_TRANSFORM if info.capabilities.transform),
    )


def steps_between(first: float, last: float, count: int) -> tuple[float, ...]:
    """``count`` values from first to last, equally far from each other.

    Raises ValueError for fewer than two, for values that do not differ, and for those that no recipe can hold.
    """
    if not (abs(first) <= FARTHEST and abs(last) <= FARTHEST):
        raise ValueError(f"The values of a sweep lie between -{FARTHEST:,.0f} and {FARTHEST:,.0f}: choose others.")
    steps = range(count if 2 <= count <= MOST_VALUES else 0)
    values = tuple(round(first + (last - first) * at / (count - 1), _DECIMALS) + 0.0 for at in steps)
    if not values or len(set(values)) < count:
        raise ValueError(f"A sweep has 2 to {MOST_VALUES} different values: choose a range and a number of steps.")
    return values


@dataclass(frozen=True, slots=True)
class Sweep:
    """A knob at each of ``values``, for the face of ``base`` or, where there are some, for those of ``seeds``.

    Everything else is as ``base`` has it.
    """

    base: Recipe
    swept: Swept
    values: tuple[float, ...]
    seeds: tuple[int, ...] = ()

    @classmethod
    def of(cls, recipe: Recipe, swept: Swept, values: Sequence[float], seeds: Sequence[int] = ()) -> "Sweep":
        """The sweep from a recipe, the same whatever value the recipe has of what is swept.

        Raises ValueError where fewer than two levels lie between the values.
        """
        if swept.kind == LEVEL:
            values = sorted({max(0, round(value)) for value in values})
        if len(values) < 2:
            raise ValueError("Levels are whole numbers from 0 on, and a sweep has two or more: choose a wider range.")
        latent = Latent(seeds[0]) if seeds else recipe.latent
        base = swept.at(replace(recipe, latent=latent), values[len(values) // 2])
        return cls(base, swept, tuple(float(value) for value in values), tuple(seeds))

    @property
    def middle(self) -> int:
        """The column that distances and changes are measured from."""
        return len(self.values) // 2

    @property
    def rows(self) -> tuple[Recipe, ...]:
        """The recipe that each row begins from."""
        return tuple(replace(self.base, latent=Latent(seed)) for seed in self.seeds) or (self.base,)

    @property
    def cells(self) -> tuple[Recipe, ...]:
        """The recipe of each picture, row after row."""
        return tuple(self.swept.at(row, value) for row in self.rows for value in self.values)

    @property
    def sheet(self) -> tuple[tuple[Recipe | None, ...], tuple[str, ...], int]:
        """Recipes, captions and columns of a contact sheet: before each row what is swept and on which face."""
        recipes, captions = list[Recipe | None](), list[str]()
        columns, cells = len(self.values), self.cells
        for at, row in enumerate(self.rows):
            recipes += [None, *cells[at * columns : (at + 1) * columns]]
            face = "stored w" if row.latent.w is not None else f"seed {row.latent.seed}"
            values = (self.words(column).replace("σ", "sigma") for column in range(columns))  # its letters are Latin
            captions += [f"{self.swept.name}\n{face}", *values]
        return tuple(recipes), tuple(captions), columns + 1

    def words(self, column: int) -> str:
        """The value of a column: "+1.5 σ", "0.7"."""
        value, unit = self.values[column], self.swept.unit
        return f"{value:+.3g} {unit}" if unit and value else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class EntanglementPlan:
    """Which directions are measured on which faces, ``step`` sigma either way; ``base`` says all but the face.

    ``channels`` are measured after them, CHANNEL_STEPS times as far either way, since one sigma of them does little.
    What ``base`` mixes in and which directions and channels it has are left out: the faces are those of their seeds.
    """

    base: Recipe
    directions: tuple[AppliedDirection, ...]
    seeds: tuple[int, ...]
    step: float = 1.0
    channels: tuple[AppliedChannel, ...] = ()

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        directions: Sequence[AppliedDirection],
        seeds: Sequence[int],
        step: float = 1.0,
        channels: Sequence[AppliedChannel] = (),
    ) -> "EntanglementPlan":
        """The plan for a recipe's psi, noise, label and state of growth. Raises ValueError for fewer than two faces."""
        if not (directions or channels) or not 2 <= len(seeds) <= MOST_FACES or step <= 0:
            raise ValueError(
                f"Measure at least one direction or channel, on 2 to {MOST_FACES} faces, with a step above 0."
            )
        if len({*seeds}) < len(seeds):
            raise ValueError("A seed is named twice: one face counts once, or the confidence would be too good.")
        base = replace(recipe, latent=Latent(seeds[0]), mixes=(), directions=(), channels=())
        moved = tuple(replace(each, strength=0.0) for each in directions)
        return cls(base, moved, tuple(seeds), step, tuple(replace(each, strength=0.0) for each in channels))

    @property
    def names(self) -> tuple[str, ...]:
        """What is measured: directions, then channels with their place, such as "Smile 5:110" or "channel 5:110"."""
        channels = [f"{each.name or 'channel'} {each.layer}:{each.channel}" for each in self.channels]
        return *(each.direction.name for each in self.directions), *channels

    @property
    def reaches(self) -> tuple[float, ...]:
        """How many sigma either way each of them is moved."""
        return (*(self.step for _ in self.directions), *(CHANNEL_STEPS * self.step for _ in self.channels))

    def moved(self, face: Recipe, row: int, strength: float) -> Recipe:
        """A face with one of them at a strength in sigma."""
        at = row - len(self.directions)
        if at < 0:
            return replace(face, directions=(replace(self.directions[row], strength=strength),))
        return replace(face, channels=(replace(self.channels[at], strength=strength),))

    @property
    def faces(self) -> tuple[Recipe, ...]:
        """The faces that directions start from."""
        return tuple(replace(self.base, latent=Latent(seed)) for seed in self.seeds)

    @property
    def whole_faces(self) -> tuple[Recipe, ...]:
        """The same at psi 1, over which the spread of an attribute is taken."""
        return tuple(replace(face, psi=1.0, psi_bands=None) for face in self.faces)


def with_direction(applied: Sequence[AppliedDirection], new: AppliedDirection) -> tuple[AppliedDirection, ...]:
    """A recipe's directions with this one at its strength; at 0 it is taken out."""
    made = list(applied)
    places = [at for at, each in enumerate(made) if each.direction.vector == new.direction.vector]
    if new.strength and places:
        made[places[0]] = new
    elif new.strength:
        made.append(new)
    elif places:
        del made[places[0]]
    return tuple(made)
