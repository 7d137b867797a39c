"""What the Lab asks of the engine: frozen values as those of :mod:`explorer.jobs`, no torch."""

from dataclasses import dataclass

from stylegan_core.lab.sweep_plan import EntanglementPlan, Sweep
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Layers:
    """What every layer hands on while the recipe is drawn exactly, in numbers (activations.py).

    Piece: layer_facts.LayerFacts of stage ``index`` of ``total``, or None while it is measured; Done: a tuple of them.
    """

    owner: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of one stage as grey pictures of at most ``size``² pixels, all on one scale if ``together``.

    Piece: None; Done: layer_facts.ChannelPictures.
    """

    owner: str
    recipe: Recipe
    stage: int
    size: int = 128
    together: bool = False


@dataclass(frozen=True, slots=True)
class ChannelMap:
    """The values of one channel of one stage. Piece: None; Done: float32 [h, w]."""

    owner: str
    recipe: Recipe
    stage: int
    channel: int


@dataclass(frozen=True, slots=True)
class LayerTable:
    """What :class:`Layers` answers, written as CSV. Piece: None, its ``index`` is progress; Done: the path, as text."""

    owner: str
    recipe: Recipe
    path: str


@dataclass(frozen=True, slots=True)
class ChannelSheet:
    """The channels of one stage at its own resolution on one page, a PNG that carries the recipe.

    Piece: None, its ``index`` of ``total`` is progress; Done: the path, as text.
    """

    owner: str
    recipe: Recipe
    stage: int
    path: str
    together: bool = False
    by_spread: bool = True


@dataclass(frozen=True, slots=True)
class SweepGrid:
    """The pictures of a sweep, at most ``size``² pixels each, and what changes along it (lab/sweeping.py).

    Piece: uint8 [size, size, 3] at ``index``, row after row, then None for what is measured besides; Done:
    sweep_facts.SweepFacts. ``features`` asks for distances in features, ``labels`` names a judge whose answers are
    measured too.
    """

    owner: str
    sweep: Sweep
    size: int = 96
    features: bool = False
    labels: LearnedLabels | None = None


@dataclass(frozen=True, slots=True)
class Entangle:
    """What directions change beside what they are meant to (stylegan_core/lab/entangling.py).

    Piece: None, its ``index`` of ``total`` is progress; Done: entanglement.Entanglement. ``labels`` as in SweepGrid.
    """

    owner: str
    plan: EntanglementPlan
    labels: LearnedLabels | None = None


Inspection = Layers | Channels | ChannelMap | LayerTable | ChannelSheet
Measurement = SweepGrid | Entangle
