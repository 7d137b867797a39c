"""How far a command is: a bar on standard error for a person, lines there for the program that asked."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def counting(title: str, *, stays: bool = False) -> Progress:
    """A bar that says how many of how many are done; one that does not stay leaves an error to stand alone."""
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=not stays)


def passing(*, hidden: bool = False) -> Progress:
    """A bar that is gone when the work is done."""
    return Progress(console=Console(stderr=True), transient=True, disable=hidden)


def say(done: int, total: int) -> None:
    """One line for the program that asked, such as the explorer."""
    sys.stderr.write(f"progress {done} {total}\n")
    sys.stderr.flush()


class InLines:
    """Says how far it is ten times a second at most, and at the first and the last."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Takes how far it is."""
        now = time.monotonic()
        if done in (1, total) or now - self._said > 0.1:
            self._said = now
            say(done, total)


@contextmanager
def telling(title: str, total: int, *, for_program: bool) -> Iterator[Callable[[int], None]]:
    """Takes how much of ``total`` is done, and says it as a bar or, to a program, in lines."""
    with passing(hidden=for_program) as bar:
        task, in_lines = bar.add_task(title, total=total), InLines()

        def tell(done: int) -> None:
            bar.update(task, completed=done)
            if for_program:
                in_lines(done, total)

        yield tell
