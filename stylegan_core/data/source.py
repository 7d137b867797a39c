"""Opens any data set: a folder or zip of pictures, or an idx file, as numbered pictures of one size."""

import logging
from pathlib import Path

from stylegan_core.data.containers import Container, fingerprint_of, open_container
from stylegan_core.data.labels import Labels, attribute_tables, read_labels
from stylegan_core.data.pictures import Colour, Fit, Pixels

WHITE: Colour = (255, 255, 255)
MAX_RESOLUTION = 1024
log = logging.getLogger(__name__)


class Dataset:
    """Numbered pictures uint8 [3, R, R], and a class for each where there are labels.

    A picture that cannot be read is named once in the log and in `problems`, and from then on the next readable one
    stands in for it, so a number always means the same picture.
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
        """One picture, uint8 [3, R, R]. Raises OSError where the data set is gone or nothing in it can be read."""
        first = index
        for _ in range(len(self)):
            index = self.stand_ins.get(index, index)
            try:
                return self._container.read(index, self.resolution, self.fit, self._background)
            except ValueError as error:
                self._report(index, error)
                index = (index + 1) % len(self)
                self.stand_ins[first] = index
        raise OSError(f"{self.path} holds no picture that can be read; the first problem: {self.problems[0]}")

    def label(self, index: int) -> int | None:
        """The class of a picture (of its stand-in, once reading it has failed); None without labels."""
        if self._labels.values is None:
            return None
        return self._labels.values[self.source(index)]

    def source(self, index: int) -> int:
        """The number of the picture that `read(index)` shows."""
        return self.stand_ins.get(index, index)

    def _report(self, index: int, error: ValueError) -> None:
        if index not in self._reported:
            self._reported.add(index)
            self.problems.append(f"{self.path}: {self.name(index)} cannot be read and is skipped: {error}.")
            log.warning(self.problems[-1])


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
