"""Work that is done in steps: all of it at once, or with each step told in other words."""

from collections.abc import Callable, Generator
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")
Told = TypeVar("Told")


def run_through(steps: Generator[S, None, T], hear: Callable[[S], object] | None = None) -> T:
    """All steps at once: what they return. ``hear`` is called with what each yields."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if hear is not None:
            hear(step)


def retold(steps: Generator[S, None, T], tell: Callable[[S], Told]) -> Generator[Told, None, T]:
    """The same steps, each yielding what ``tell`` makes of it."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        yield tell(step)
