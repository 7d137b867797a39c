"""Keeps every picture of a data set at every level on disk once it was decoded, so that training decodes none twice."""

import logging
import os
import shutil
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from stylegan_core.data.pictures import Pixels, pyramid
from stylegan_core.data.source import Dataset
from stylegan_core.files.places import home, standing

FREE_SHARE = 0.5  # of the free space that one cache may take
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """Which levels of a cache have room on their disk: bytes still to be written for each, the lowest first.

    ``levels`` is how many there are in all; those beyond ``missing`` have no room and are decoded each time.
    """

    folder: Path
    missing: tuple[int, ...]
    levels: int


def room_for(folder: Path, pictures: int, levels: int) -> Room:
    """From the lowest level up, as many as the free space allows, counting what is in ``folder`` already.

    Raises OSError where the disk does not answer.
    """
    sizes = [pictures * 3 * (4 << level) ** 2 for level in range(levels)]
    there = [_on_disk(folder / f"level-{level}.raw") for level in range(levels)]
    room = shutil.disk_usage(standing(folder)).free * FREE_SHARE + sum(there)
    fitting = [level for level in range(levels) if sum(sizes[: level + 1]) <= room]
    return Room(folder, tuple(max(sizes[level] - there[level], 0) for level in fitting), levels)


def cache_folder(dataset: Dataset) -> Path:
    """Where a data set's decoded pictures are kept unless somebody says otherwise."""
    return home() / "caches" / "pictures" / dataset.cache_key


def _on_disk(path: Path) -> int:
    """Bytes that a file takes, holes not counted; 0 where it is not there, or where nobody says."""
    return getattr(path.stat(), "st_blocks", 0) * 512 if path.exists() else 0


class LevelCache:
    """The pictures of a data set at level k, 4·2^k pixels: `batch(level, indices)`.

    One file per level holds them raw, one after the other; it is filled as pictures are first asked for. A checksum
    per picture says which are there, so a process that was killed, a torn write or two trainers at once do no harm:
    what does not fit its checksum is decoded again. So is, once in a process, a picture that another stood in for; one
    that only stands in now is never kept. Levels that do not fit on the disk are decoded each time.
    """

    def __init__(self, dataset: Dataset, folder: Path | None = None) -> None:
        """`folder` is where caches lie (None: the person's caches); what cannot be kept there is decoded each time."""
        self.dataset = dataset
        self.top = dataset.resolution.bit_length() - 3
        self.folder = folder / dataset.cache_key if folder else cache_folder(dataset)
        self._lock = threading.Lock()
        self._files: dict[int, _LevelFile] = {}
        try:
            self._open()
        except OSError as error:
            self._give_up(error)

    def batch(self, level: int, indices: Sequence[int] | NDArray[np.int64]) -> Pixels:
        """Pictures by number, uint8 [N, 3, r, r] with r = 4·2^level.

        Raises OSError where the data set is gone, ValueError for a level above the data set's resolution.
        """
        if not 0 <= level <= self.top:
            raise ValueError(f"{self.dataset.path} was opened at {self.dataset.resolution}; it has no level {level}.")
        side = 4 << level
        out = np.empty((len(indices), 3, side, side), np.uint8)
        with self._lock:
            for row, index in enumerate(indices):
                self._fetch(level, int(index), out[row])
        return out

    def label(self, index: int) -> int | None:
        """The class of the picture that `batch` shows for this number; None without labels."""
        return self.dataset.label(index)

    def close(self) -> None:
        """Closes the files; the cache stays on disk."""
        with self._lock:
            self._close_files()

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        room = room_for(self.folder, len(self.dataset), self.top + 1)
        if len(room.missing) < room.levels:
            log.info("%s has no room for pictures above level %d.", self.folder, len(room.missing) - 1)
        for level in range(len(room.missing)):
            self._files[level] = _LevelFile(self.folder, level, len(self.dataset))

    def _give_up(self, error: OSError) -> None:
        log.warning("%s cannot be used (%s): pictures are decoded each time.", self.folder, error.strerror or error)
        self._close_files()

    def _close_files(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _fetch(self, level: int, index: int, out: Pixels) -> None:
        source = self._kept(level, index, out)
        if source is not None and source in (index, self.dataset.stand_ins.get(index)):
            self.dataset.show(index, source)
            return
        levels = pyramid(self.dataset.read(index))  # also where another stood in for it, which may have been mended
        out[:] = levels[level]
        if index not in self.dataset.passing:
            self._store(index, levels)

    def _kept(self, level: int, index: int, out: Pixels) -> int | None:
        """As :meth:`_LevelFile.read`; None also where nothing is kept."""
        file = self._files.get(level)
        try:
            return file.read(index, out) if file else None
        except OSError as error:
            self._give_up(error)
            return None

    def _store(self, index: int, levels: list[Pixels]) -> None:
        try:
            for level, file in self._files.items():
                file.write(index, levels[level], self.dataset.source(index))
        except OSError as error:
            self._give_up(error)


class _LevelFile:
    """Raw pictures of one level, and beside them for each its checksum and the number of the picture it really is."""

    MARK = np.dtype([("crc", "<u4"), ("source_plus_1", "<u4")])

    def __init__(self, folder: Path, level: int, count: int) -> None:
        self._size = 3 * (4 << level) ** 2
        self._pixels = _open_both_ways(folder / f"level-{level}.raw")
        self._marks_file = _open_both_ways(folder / f"level-{level}.marks")
        data = self._marks_file.read(count * self.MARK.itemsize)
        self._marks = np.zeros(count, self.MARK)
        known = len(data) // self.MARK.itemsize
        self._marks[:known] = np.frombuffer(data[: known * self.MARK.itemsize], self.MARK)

    def read(self, index: int, out: Pixels) -> int | None:
        """Fills `out`; the number of the picture it is, or None where it is not there yet."""
        crc, source_plus_1 = self._marks[index].item()
        if source_plus_1 == 0:
            return None
        self._pixels.seek(index * self._size)
        data = self._pixels.read(self._size)
        if len(data) != self._size or zlib.crc32(data) != crc:
            return None
        out.reshape(-1)[:] = np.frombuffer(data, np.uint8)
        return int(source_plus_1) - 1

    def write(self, index: int, pixels: Pixels, source: int) -> None:
        data = pixels.tobytes()
        self._marks[index] = zlib.crc32(data), source + 1
        for file, offset, part in (
            (self._pixels, index * self._size, data),
            (self._marks_file, index * self.MARK.itemsize, self._marks[index].tobytes()),
        ):
            file.seek(offset)
            file.write(part)

    def close(self) -> None:
        self._pixels.close()
        self._marks_file.close()


def _open_both_ways(path: Path) -> IO[bytes]:
    """A file to read and write anywhere in, made if missing, without a buffer of its own."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    return open(descriptor, "r+b", buffering=0)  # noqa: PTH123 - closed by close()
