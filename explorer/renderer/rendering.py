"""What drawing needs and tells, whichever thread or process it happens in: the backend, and news about files."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from explorer.jobs import Request
from explorer.problem import Problem
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Recipe
from stylegan_core.steps import retold

Precision = Literal["exact", "draft"]
Pixels = npt.NDArray[np.uint8]
Steps = Generator[tuple[int, int, Any], None, Any]
Report = Callable[[float], bool]
"""Told the fraction of a file that is loaded, 0 to 1; answers False when the loading is given up."""
Tell = Callable[[object], None]
"""Takes what a renderer has to say: a Frame, Piece, Done, Failed, Problem, news about a file, the device, idleness."""


def in_percent(steps: Generator[float, None, Any]) -> Steps:
    """Turns a generator of progress 0..1 into steps of a hundred."""
    return retold(steps, lambda part: (round(100 * part), 100, None))


class Unwanted(Exception):
    """Nobody waits for a picture any more that is being drawn."""


class Backend(Protocol):
    """What really draws; made, used and dropped on one thread alone."""

    def heed(self, between: Callable[[], None]) -> None:
        """From now on calls this between two parts of any picture.

        It may draw another one meanwhile, and raises Unwanted to give up the one that is being drawn.
        """
        ...

    def device(self) -> str:
        """Where it draws and how, for the footer: "CPU, bfloat16 while dragging"."""
        ...

    def dtype(self, precision: Precision) -> str:
        """The numbers a precision draws with, in words: "bfloat16"."""
        ...

    def load(self, path: str, report: Report) -> ModelInfo:
        """Makes the model of a file the current one, or raises ValueError or OSError and keeps the old one.

        Raises Cancelled where ``report`` says so.
        """
        ...

    def draw(self, recipe: Recipe, precision: Precision) -> Pixels:
        """uint8 [R, R, 3] of the current model."""
        ...

    def job(self, request: Request) -> Steps:
        """Yields (index, total, value) and returns the final value, one small step at a time."""
        ...

    def set_threads(self, count: int) -> None:
        """Uses this many cores from now on."""
        ...

    def rest(self) -> None:
        """Nothing has been asked for in a while: gives back what is not used any more."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model is the current one."""

    info: ModelInfo
    path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file cannot be loaded; the old model stays."""

    path: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Loading:
    """How far a file is loaded, 0 to 1."""

    path: str
    fraction: float


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Loading was given up; the old model stays."""

    path: str


@dataclass(frozen=True, slots=True)
class Begun:
    """What is drawn from now on: something of a job's owner, or the picture on screen where that is empty."""

    owner: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is left in a renderer's mailbox; None stands for no change.

    ``of`` is the hash of the model that ``slot`` was meant for, empty for any: another one does not draw it.
    """

    slot: tuple[Recipe, Precision] | None = None
    load: str | None = None
    job: Request | None = None
    quiet: bool | None = None
    threads: int | None = None
    of: str = ""


class Renderer(Protocol):
    """A mailbox whose owner draws: :class:`explorer.renderer.thread.Worker`, here or in a process of its own."""

    def start(self) -> None:
        """Begins to draw."""
        ...

    def put(self, wanted: Wanted) -> None:
        """Leaves something in the mailbox; what was there and is not yet begun is overwritten."""
        ...

    def drop(self, owner: str) -> None:
        """Forgets the job of an owner, begun or not."""
        ...

    def cancel_load(self) -> None:
        """Forgets the load that waits and gives up the one that has begun."""
        ...

    def stop(self, timeout: float) -> None:
        """Ends after the present step and what must be written; seconds to wait for it."""
        ...
