"""Standard output and error of a command: closed, short of letters, on a full disk, or left by their reader."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

SEEN_ENOUGH = 141  # 128 + SIGPIPE, as a shell says it of a program whose reader has left, such as head
UNKNOWN = "backslashreplace"  # a letter that a stream lacks, as on Windows, becomes its number


class Aside(io.TextIOWrapper):
    """What is told on the way is not worth the work, such as days of training: where nobody takes it, it is lost."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            return


class Answer(io.TextIOWrapper):
    """What was asked for: an error of the disk says that it is this which cannot be written."""

    def write(self, text: str, /) -> int:
        with _naming():
            return super().write(text)

    def flush(self) -> None:
        with _naming():
            super().flush()


@contextmanager
def _naming() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(f"The output cannot be written ({error.strerror or error}): write it elsewhere.") from None


def prepare() -> None:
    """Makes the streams of this process take everything but what standard output, the answer, cannot hold."""
    if sys.stdout is None:
        sys.stdout = _nowhere()
    elif isinstance(sys.stdout, io.TextIOWrapper):
        out = sys.stdout
        encoding, by_line, at_once = out.encoding, out.line_buffering, out.write_through
        sys.stdout = Answer(out.detach(), encoding, UNKNOWN, line_buffering=by_line, write_through=at_once)
    if sys.stderr is None:
        sys.stderr = _nowhere()
    elif isinstance(sys.stderr, io.TextIOWrapper):
        encoding = sys.stderr.encoding
        sys.stderr = Aside(sys.stderr.detach(), encoding, UNKNOWN, line_buffering=True)


def finish(code: int) -> int:
    """Writes what is left of standard output; returns the exit code, 141 or 2 where that was not possible."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _lose(sys.stdout)
        return code or SEEN_ENOUGH
    except OSError as error:
        _lose(sys.stdout)
        if not code:
            sys.stderr.write(f"{error}\n")
        return code or 2
    return code


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _lose(stream: TextIO) -> None:
    """What is still in the buffer goes nowhere, or Python would try again at its end and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
