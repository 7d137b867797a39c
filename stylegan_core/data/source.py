"""Opens any data set: a folder or zip of pictures, or an idx file, as numbered pictures of one size."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stylegan_core.data.containers import Container, NotNow, fingerprint_of, open_container, printable
from stylegan_core.data.labels import Labels, attribute_tables, read_labels
from stylegan_core.data.pictures import Colour, Fit, Pixels

WHITE: Colour = (255, 255, 255)
MAX_RESOLUTION = 1024
WAITS = (0.1, 0.5, 2.0)  # seconds before a picture that could not be read is tried again
MOST_PASSED = 8  # pictures in a row that may be passed over; more are a data set that does not answer
log = logging.getLogger(__name__)


class Dataset:
    """Numbered pictures uint8 [3, R, R], and a class for each where there are labels.

    For a picture that is broken the next readable one stands in from then on (``stand_ins``), so a number always means
    the same picture. For one that only could not be read now it stands in until the picture is asked for again
    (``passing``), and is not to be kept. Either is told once, in ``problems`` and the log, the latter to ``alert``.
    """

    def __init__(
        self, container: Container, resolution: int, fit: Fit, labels: Labels, background: Colour = WHITE
    ) -> None:
        self.path = container.path
        self.resolution = resolution
        self.fit = fit
        self.classes = labels.classes
        self.fingerprint = container.fingerprint  # of names and sizes; the same wherever the data lies
        self.cache_key = fingerprint_of([container.stamp, container.path.absolute(), resolution, fit, background])[:32]
        self.problems: list[str] = []
        self.stand_ins: dict[int, int] = {}
        self.passing: dict[int, int] = {}
        self.alert: Callable[[str], None] = log.warning
        self._container = container
        self._labels = labels
        self._background = background
        self._reported: set[int] = set()

    def __len__(self) -> int:
        return len(self._container.names)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names that `open_dataset(label=...)` would accept."""
        return tuple(attribute_tables(self._container))

    def name(self, index: int) -> str:
        """The file name of a picture, relative to the data set."""
        return self._container.names[index]

    def read(self, index: int) -> Pixels:
        """One picture, uint8 [3, R, R].

        Raises OSError where the data set is gone or does not answer, or nothing in it can be read.
        """
        shown = self.stand_ins.get(index, index)
        passed: list[tuple[int, NotNow]] = []
        for _ in range(len(self)):
            try:
                pixels = self._read_patiently(shown, WAITS if not passed and shown not in self._reported else ())
            except ValueError as error:
                self._report(shown, f"cannot be read and is skipped: {error}.", log.warning)
            except NotNow as error:
                if len(passed) == MOST_PASSED:
                    raise OSError(f"{self.path}: {self.name(shown)} and the pictures before it: {error}.") from error
                passed.append((shown, error))
            else:
                self.show(index, shown, passing=bool(passed))
                for other, trouble in passed:
                    self._report(other, f"is passed over until it is asked for again: {trouble}.", self.alert)
                return pixels
            shown = (shown + 1) % len(self)
            shown = self.stand_ins.get(shown, shown)
        first = self.problems[0] if self.problems else f"{self.name(index)}: {passed[0][1]}"
        raise OSError(f"{self.path} holds no picture that can be read; the first problem: {first}")

    def show(self, index: int, source: int, passing: bool = False) -> None:
        """Notes which picture is shown for a number from now on or, if ``passing``, until it is read again."""
        self.passing.pop(index, None)
        if passing:
            self.passing[index] = source
        elif source != index:
            self.stand_ins[index] = source
        else:
            self.stand_ins.pop(index, None)

    def label(self, index: int) -> int | None:
        """The class of a picture (of its stand-in, once reading it has failed); None without labels."""
        if self._labels.values is None:
            return None
        return self._labels.values[self.source(index)]

    def source(self, index: int) -> int:
        """The number of the picture that `read(index)` showed last."""
        return self.passing.get(index, self.stand_ins.get(index, index))

    def _read_patiently(self, index: int, waits: Sequence[float]) -> Pixels:
        """Tries again after so many seconds each where a picture cannot be read now."""
        for wait in waits:
            try:
                return self._container.read(index, self.resolution, self.fit, self._background)
            except NotNow:
                time.sleep(wait)
        return self._container.read(index, self.resolution, self.fit, self._background)

    def _report(self, index: int, what: str, tell: Callable[[str], None]) -> None:
        if index not in self._reported:
            self._reported.add(index)
            self.problems.append(f"{self.path}: {printable(self.name(index))} {what}")
            tell(self.problems[-1])


def open_dataset(
    path: str | Path,
    resolution: int | None = None,
    fit: Fit = "crop",
    label: str | None = None,
    background: Colour = WHITE,
) -> Dataset:
    """The data set at `path`, recognised by its content.

    `resolution` is a power of two (None: the largest the first picture fills, at most 1024); `fit` is "crop" (the
    square in the middle) or "letterbox" (all of it, with bars); `label` names the attribute that is the class;
    `background` shows through transparent pictures and in the bars. Raises OSError or ValueError with one sentence.
    """
    container = open_container(Path(path))
    if resolution is None:
        resolution = min(MAX_RESOLUTION, max(4, 1 << (container.first_side().bit_length() - 1)))
    if resolution < 4 or resolution & (resolution - 1):
        raise ValueError(f"The resolution must be a power of two from 4, such as 64; it is {resolution}.")
    if fit not in ("crop", "letterbox"):
        raise ValueError(f"A picture is made square by crop or letterbox, not by {fit!r}.")
    return Dataset(container, resolution, fit, read_labels(container, label), background)
