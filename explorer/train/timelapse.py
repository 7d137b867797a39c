"""Time-lapse: all snapshots of a run as a GIF or an mp4 film, one face or the whole grid, kimg and alpha burnt in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtCore import QObject, Signal

from explorer.pixels import Pixels
from explorer.problem import Problem
from explorer.theme import RESOURCES
from explorer.train.pictures import read_picture, tile_side, tiles
from explorer.train.words import kimg_text
from explorer.work.task import Report, Task
from explorer.work.time_left import TimeLeft
from stylegan_core.film.moving_picture import write_moving
from stylegan_core.run.events import Samples

SMALLEST, LARGEST = 384, 1280  # pixels of the longer side
BAR = 28  # pixels below the picture for the words
SECONDS, LAST_SECONDS = 0.25, 2.0  # how long a snapshot stays, and the last one
FPS = 24


@dataclass(frozen=True, slots=True)
class Wish:
    """What to film: the snapshots of ``run``, one ``face`` or None for all, with words below or without."""

    run: Path
    snapshots: tuple[Samples, ...]
    resolution: int
    face: int | None
    words: bool


def frames(wish: Wish, report: Report) -> Iterator[tuple[Image.Image, float]]:
    """Every readable snapshot as an equally large picture, with the seconds it stays. Raises ValueError without any."""
    waiting: Image.Image | None = None
    size: tuple[int, int] | None = None
    total = len(wish.snapshots)
    for done, event in enumerate(wish.snapshots):
        report(done, total)
        pixels = read_picture(wish.run / event.path)
        if pixels is None:
            continue
        if waiting is not None:
            yield waiting, SECONDS
        picture = _picture(wish, event, pixels, size)
        size = picture.size
        waiting = _with_words(picture, event) if wish.words else picture
    if waiting is None:
        raise ValueError(f"{wish.run / 'samples'} holds no picture that can be read; a time-lapse needs some.")
    yield waiting, LAST_SECONDS
    report(total, total)


def _picture(wish: Wish, event: Samples, pixels: Pixels, size: tuple[int, int] | None) -> Image.Image:
    if wish.face is not None:
        cells = tiles(pixels, tile_side(event, wish.resolution, pixels))
        pixels = cells[min(wish.face, len(cells) - 1)]
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if size is None:
        longest = max(picture.size)
        factor = max(-(-SMALLEST // longest), 1) if longest < LARGEST else LARGEST / longest
        # Even sides, because films in 4:2:0 need them.
        size = (round(picture.width * factor) // 2 * 2, round(picture.height * factor) // 2 * 2)
    method = Image.Resampling.NEAREST if picture.width <= size[0] else Image.Resampling.LANCZOS
    return picture.resize(size, method)


def _with_words(picture: Image.Image, event: Samples) -> Image.Image:
    made = Image.new("RGB", (picture.width, picture.height + BAR), "#14161b")
    made.paste(picture, (0, 0))
    side = 4 << event.level
    text = f"{kimg_text(event.img / 1000)}   {side}×{side}   alpha {event.alpha:.2f}".replace("\u2009", "")
    font = ImageFont.truetype(str(RESOURCES / "fonts" / "JetBrainsMono-Regular.ttf"), 14)
    ImageDraw.Draw(made).text((8, picture.height + 5), text, "#e9ebf1", font)
    return made


def write_timelapse(path: Path, wish: Wish, report: Report = lambda _done, _total: None) -> None:
    """Writes a .gif or .mp4, whole or not at all, at least one ``report`` a picture.

    Raises ValueError or OSError with one sentence, and what ``report`` raises.
    """
    count = len(wish.snapshots)
    write_moving(path, frames(wish, report), FPS, look=lambda: report(count, count))


class Timelapses(QObject):
    """Writes one time-lapse at a time; it outlives the monitor that asked, so the end is told wherever a person is."""

    said = Signal(object, str)  # Problem: how it ended; tone
    advanced = Signal(str)  # how far it is in a few words, or empty where none is being written

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.words = ""  # as last ``advanced``
        self._path, self._left = Path(), TimeLeft()
        self._task = Task("time-lapse", self)
        self._task.progress.connect(self._advance)
        self._task.done.connect(lambda _: self._end(f"Saved the time-lapse as {self._path}.", "good"))
        self._task.failed.connect(lambda why: self._end(why, "bad"))
        self._task.cancelled.connect(
            lambda: self._end(f"The time-lapse was given up; {self._path.name} is not written.", "warning")
        )

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return [f"the time-lapse {self._path.name} ({self.words})"] if self._task.busy else []

    def write(self, path: Path, wish: Wish) -> None:
        """Begins; the end comes as a signal."""
        self._path, self._left = path, TimeLeft()
        self._advance(0, len(wish.snapshots))
        self._task.begin(lambda report: write_timelapse(path, wish, report))

    def cancel(self) -> None:
        """Gives up what is being written; nothing is left of it."""
        self._task.cancel()

    def close(self) -> None:
        """Gives it up without a word, and without waiting."""
        self._task.close()

    def _advance(self, done: int, total: int) -> None:
        self._say(self._left.words(done, total) or f"{done} of {total}")

    def _say(self, words: str) -> None:
        self.words = words
        self.advanced.emit(words)

    def _end(self, sentence: str, tone: str) -> None:
        self._say("")
        self.said.emit(Problem(sentence), tone)
