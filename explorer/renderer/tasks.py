"""What the one that draws is given to do, one thing at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.jobs import Request
from explorer.renderer.rendering import Precision, Steps
from stylegan_core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Threads:
    """From now on so many cores are used."""

    count: int


@dataclass(frozen=True, slots=True)
class Load:
    """A file becomes the current model."""

    path: str


@dataclass(frozen=True, slots=True)
class Draw:
    """The picture that the window waits for is drawn; ``begun`` by the clock of the agenda."""

    recipe: Recipe
    precision: Precision
    begun: float


@dataclass(eq=False, slots=True)
class Job:
    """What a panel asks. ``steps`` is None until it begins, and is for the one that draws alone."""

    request: Request
    steps: Steps | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A job is done at one go."""

    job: Job


@dataclass(frozen=True, slots=True)
class Slice:
    """A job goes on for a short while; it has been put at the end of the queue."""

    job: Job


class Wait:
    """Nothing can be done until something new is left here."""


class End:
    """Nothing will have to be done any more."""


Task = Threads | Load | Draw | Whole | Slice | Wait | End
Doing = Sequence[Draw | Job]
"""What is under way: each was begun in the middle of a picture of the one before. The last one asks what comes next."""
