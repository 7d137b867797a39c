"""Writes moving pictures: GIF, and mp4 a picture at a time, with sound, so that its length costs no memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from PIL import Image

from stylegan_core.files.whole_file import beside
from stylegan_core.film.hearing import package
from stylegan_core.film.sound_track import Sound, SoundTrack

FORMATS = (".mp4", ".gif")
GIF_FPS = 50  # most of what programs show a GIF at: below 0.02 s a frame they take 0.1 s instead
GIF_BYTES = 2 << 30  # Pillow holds every frame of a GIF, a byte a pixel, until the last one is there
QUALITY = "16"  # x264's constant rate factor; 18 is called visually lossless

BT709, LIMITED = 1, 1  # as FFmpeg numbers them: the colours that players expect of anything high; said, for the others

Timed = Iterator[tuple[Image.Image, float]]
"""Pictures of one size, each with the seconds it stays."""


def write_moving(
    path: Path,
    pictures: Timed,
    fps: int,
    said: str = "",
    look: Callable[[], None] = lambda: None,
    sound: Sound | None = None,
) -> None:
    """Writes a .gif, or else an mp4 in which every picture stays for whole frames; whole or not at all.

    ``said`` is put in as the file's comment; ``look`` is called between two pieces of work and may raise to give up;
    ``sound`` is heard in an mp4. Raises OSError, ValueError, and what the pictures and ``look`` raise.
    """
    with beside(path) as part:
        if path.suffix.lower() == ".gif":
            with part.open("wb") as file:
                _write_gif(cast(IO[bytes], _Watched(file, look)), pictures, said)
        else:
            _write_mp4(part, pictures, fps, said, sound)


class _Watched:
    """A file that looks up before every write: after the last picture is taken, much of a GIF is still to be written.

    It has no ``fileno``, so that Pillow writes through it.
    """

    def __init__(self, file: IO[bytes], look: Callable[[], object]) -> None:
        self._file, self._look = file, look

    def write(self, data: bytes) -> int:
        """As of a file."""
        self._look()
        return self._file.write(data)

    def flush(self) -> None:
        """As of a file."""
        self._file.flush()


def _write_gif(file: IO[bytes], pictures: Timed, said: str) -> None:
    rest = _in_centiseconds(pictures)
    comment: dict[str, Any] = {"comment": said.encode()} if said else {}
    next(rest).save(file, "GIF", save_all=True, append_images=rest, loop=0, **comment)


def _in_centiseconds(pictures: Timed) -> Iterator[Image.Image]:
    """Pictures with a duration in whole hundredths of a second, which is all a GIF knows, and no error that adds up."""
    end, told = 0.0, 0
    for picture, seconds in pictures:
        end += seconds
        hundredths = max(round(100 * end) - told, 1)
        told += hundredths
        picture.info["duration"] = 10 * hundredths  # Pillow's are milliseconds
        yield picture


def _write_mp4(path: Path, pictures: Timed, fps: int, said: str, sound: Sound | None) -> None:
    """``path`` is made absolute, for FFmpeg takes what stands before a colon in any other for a protocol."""
    av = package("An mp4 film needs the package av: install it with pip install av, or choose .gif.")
    first = next(pictures)
    with (
        _system_errors(av),
        av.open(str(path.absolute()), "w", format="mp4", options={"movflags": "+faststart"}) as film,
    ):
        if said:
            film.metadata["comment"] = said
        stream = film.add_stream("libx264", rate=Fraction(fps), options={"crf": QUALITY})
        stream.width, stream.height, stream.pix_fmt = *first[0].size, "yuv420p"
        _mark_colours(stream.codec_context)
        track = SoundTrack(av, film, sound) if sound is not None else None
        shown = 0
        for picture, seconds in chain([first], pictures):
            frame = av.VideoFrame.from_image(picture).reformat(format="yuv420p", dst_colorspace=BT709)
            for _ in range(max(round(seconds * fps), 1)):
                frame.pts, frame.time_base = shown, Fraction(1, fps)
                film.mux(stream.encode(frame))
                shown += 1
            if track is not None:
                track.write(shown / fps)
        film.mux(stream.encode())
        if track is not None:
            track.end()


def _mark_colours(codec: Any) -> None:
    codec.color_primaries = codec.color_trc = codec.colorspace = BT709
    codec.color_range = LIMITED


@contextmanager
def _system_errors(av: Any) -> Iterator[None]:
    """FFmpeg's errors as those of the system where they are: a full disk has a number there, too."""
    try:
        yield
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise OSError(error.errno, error.strerror) from None
