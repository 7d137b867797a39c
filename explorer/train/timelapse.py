"""Time-lapse: all snapshots of a run as a GIF or an mp4 film, one face or the whole grid, kimg and alpha burnt in."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtCore import QObject, Signal

from explorer.theme import RESOURCES
from explorer.train.pictures import Pixels, read_picture, tile_side, tiles
from explorer.train.words import kimg_text
from stylegan_core.events import Samples

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


def frames(wish: Wish, progress: Callable[[int], None]) -> list[Image.Image]:
    """Every readable snapshot as an equally large picture. Raises ValueError where there is none."""
    found: list[Image.Image] = []
    size: tuple[int, int] | None = None
    for done, event in enumerate(wish.snapshots, 1):
        pixels = read_picture(wish.run / event.path)
        if pixels is not None:
            picture = _picture(wish, event, pixels, size)
            size = picture.size
            found.append(_with_words(picture, event) if wish.words else picture)
        progress(done)
    if not found:
        raise ValueError(f"{wish.run / 'samples'} holds no picture that can be read; a time-lapse needs some.")
    return found


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


def write_timelapse(path: Path, wish: Wish, progress: Callable[[int], None] = lambda _: None) -> None:
    """Writes a .gif or .mp4 beside ``path`` and renames it. Raises ValueError or OSError with one sentence."""
    pictures = frames(wish, progress)
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        if path.suffix.lower() == ".mp4":
            _write_film(beside, pictures)
        else:
            times = [round(1000 * SECONDS)] * (len(pictures) - 1) + [round(1000 * LAST_SECONDS)]
            pictures[0].save(beside, save_all=True, append_images=pictures[1:], duration=times, loop=0)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OSError(f"{path} cannot be written ({error.strerror or error}): choose another folder.") from None


def _write_film(path: Path, pictures: Sequence[Image.Image]) -> None:
    try:
        import av
    except ModuleNotFoundError:
        raise ValueError("An mp4 film needs the package av: install it with pip install av, or choose .gif.") from None
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=Fraction(FPS), options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = *pictures[0].size, "yuv420p"
        for index, picture in enumerate(pictures):
            seconds = LAST_SECONDS if index == len(pictures) - 1 else SECONDS
            for _ in range(round(seconds * FPS)):
                film.mux(stream.encode(av.VideoFrame.from_image(picture)))
        film.mux(stream.encode())


class TimelapseWriter(QObject):
    """Writes one time-lapse at a time beside the window's thread."""

    progress = Signal(int)
    written = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="time-lapse")

    def write(self, path: Path, wish: Wish) -> None:
        """Begins; the end comes as a signal."""
        self._pool.submit(self._write, path, wish)

    def _write(self, path: Path, wish: Wish) -> None:
        try:
            write_timelapse(path, wish, self.progress.emit)
        except (OSError, ValueError) as error:
            self.failed.emit(str(error))
        else:
            self.written.emit(path)

    def close(self) -> None:
        """Waits for what is being written."""
        self.blockSignals(True)
        self._pool.shutdown(wait=True, cancel_futures=True)
