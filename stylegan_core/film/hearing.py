"""Hears music as a film needs it: where its beats are, and how hard it sounds at every moment; numpy, no torch.

Onsets are what grows in the logarithm of a mel-like spectrum from one moment to the next. The tempo is where they are
most like themselves a little later, and the beats are the path through them that is loud and keeps the tempo (Ellis,
"Beat tracking by dynamic programming", 2007).
"""

import errno
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stylegan_core.files.places import check_ends
from stylegan_core.film.music import ACCENTS, LONGEST_MUSIC, Music

Floats = npt.NDArray[np.float32]
Tell = Callable[[int, int], None]

RATE = 24_000  # samples a second that are looked at
HOP = 240  # samples from one look to the next: 100 a second
HOPS = RATE // HOP
WINDOW = 1024
BANDS = 40
LOWEST, HIGHEST = 30.0, 10_000.0  # Hz
DEEP = 4  # of the bands, up to some 250 Hz
LOUD = 1000.0  # what is far below a full sound still counts
CLOSE = 2  # looks: what grows is told from so long before
SLOWEST, FASTEST, USUAL = 40.0, 240.0, 120.0  # beats a minute
SPREAD = 0.85  # octaves around the usual tempo
FINE = 0.25  # looks from one period that is tried to the next
TIGHT = 300.0  # how much a beat off the tempo costs
FADE = 0.18  # seconds in which an accent falls to 1/e
NEAR = 4.0  # seconds around a moment that say what is loud there
FAINT = 0.3  # growth of the logarithms: where nothing begins harder, as with a choir, there is no beat to be seen
SILENT = 1e-3  # an onset that is none
LEAST_LOST, MOST_LOST = 0.02, 60.0  # seconds that are missing between two sounds of a file, and become silence
ROLL = 1.0  # seconds that are decoded before the first that is wanted, since packets build upon those before them
LIKE = 0.05  # of how much like themselves the onsets are at once: less a beat later is no beat
_OF_THE_SYSTEM = {errno.ENOENT, errno.EACCES, errno.EISDIR, errno.EIO, errno.EPERM}

# What a file may be; of a list of other files, as some formats are, nothing is opened.
FORMATS = "mp3,wav,w64,flac,ogg,mov,mp4,m4a,aac,aiff,matroska,webm,caf,au"
OPTIONS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}


def hear(path: Path, tell: Tell | None = None) -> Music:
    """What a film needs to know of a sound file; ``tell`` hears how many of its seconds are done, of how many.

    Raises ValueError or OSError with one sentence.
    """
    parts, seconds = _onsets(path, tell)
    whole = np.percentile(parts, 98, axis=0) if len(parts) else np.zeros(2)
    onsets = _together(parts, whole)
    beats = _beats(onsets, seconds) if whole.max() > FAINT else ()
    return Music(str(path.absolute()), seconds, beats, _accents(onsets))


def samples_of(path: Path, rate: int, layout: str, tell: Tell | None = None, *, start: float = 0.0) -> Iterator[Floats]:
    """The sound of a file from its second ``start`` on, piece by piece.

    Yields float32 [channels, n] at ``rate`` a second, ``layout`` mono or stereo. ``tell`` hears how many seconds are
    done, of how many. Raises ValueError or OSError with one sentence.
    """
    av = package("Music needs the package av: install it with pip install av.")
    check_ends(path)
    if path.is_dir():
        raise ValueError(f"{path} is no file.")
    try:
        # Absolute, for what stands before a colon is else a protocol.
        with av.open(str(path.absolute()), options=dict(OPTIONS)) as source:
            if not source.streams.audio:
                raise ValueError(f"{path} holds no sound.")
            total, told = int((source.duration or 0) / av.time_base), 0
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
            done = round(start * rate)
            cut = None  # samples before the first one that is wanted
            for frame, second in _frames(av, source, start):
                if cut is None:
                    cut = max(round((start - second) * rate), 0)
                if LEAST_LOST < second - done / rate < MOST_LOST:
                    silence = np.zeros((len(resampler.layout.channels), round(second * rate) - done), np.float32)
                    done += silence.shape[1]
                    yield silence
                for each in resampler.resample(frame):
                    done += max(each.samples - cut, 0)
                    yield each.to_ndarray()[:, cut:]
                    cut = max(cut - each.samples, 0)
                if tell is not None and (now := int(second)) > told:
                    told = now
                    tell(now, max(total, now))
            for each in resampler.resample(None):
                yield each.to_ndarray()
    except av.FFmpegError as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_SYSTEM:
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise ValueError(f"{path}: no sound can be read from it; mp3, wav, flac, ogg and m4a can be.") from None


def _frames(av: Any, source: Any, start: float) -> Iterator[tuple[Any, float]]:
    """What a file sounds like from its second ``start`` on, and at how many seconds behind its first sound.

    It leaves out damage, as a player does; raises InvalidDataError where most is damaged. Packets before the start are
    read over rather than sought past: not every format knows where its seconds lie.
    """
    whole, damaged, first, broken = 0, 0, None, None
    for packet in source.demux(source.streams.audio[0]):
        if first is not None and packet.pts is not None and packet.pts * packet.time_base - first < start - ROLL:
            continue
        try:
            frames = packet.decode()
        except (av.InvalidDataError, av.ArgumentError) as error:
            damaged, broken = damaged + 1, error
            continue
        for frame in frames:
            whole, first = whole + 1, (frame.time or 0.0) if first is None else first
            second = (frame.time or first) - first
            if second + frame.samples / frame.sample_rate > start:
                yield frame, second
    if broken is not None and damaged > whole:
        raise broken


def package(missing: str) -> Any:
    """The package av. Raises ValueError with the sentence ``missing`` where it is not there."""
    try:
        import av
    except ModuleNotFoundError:
        raise ValueError(missing) from None
    return av


def _onsets(path: Path, tell: Tell | None) -> tuple[Floats, float]:
    """How much deep and other sound begins at each look [n, 2], and how many seconds the sound lasts."""
    window, bands = np.hanning(WINDOW).astype(np.float32), _bands()
    rest, before = np.zeros(WINDOW // 2, np.float32), np.zeros((CLOSE, BANDS), np.float32)
    found, heard = [np.zeros((0, 2), np.float32)], 0
    for piece in _in_pieces(samples_of(path, RATE, "mono", tell)):
        heard += piece.size
        if heard > LONGEST_MUSIC * RATE:
            raise ValueError(f"{path} is longer than {LONGEST_MUSIC / 3600:g} hours: take a part of it.")
        rest = np.concatenate([rest, piece])
        if rest.size < WINDOW:
            continue
        looks = np.lib.stride_tricks.sliding_window_view(rest, WINDOW)[::HOP]
        spectra = np.abs(np.fft.rfft(looks * window, axis=1)).astype(np.float32)
        loud = np.concatenate([before, np.log1p(LOUD / WINDOW * (spectra @ bands))])
        grown = np.maximum(loud[CLOSE:] - loud[:-CLOSE], 0)
        found.append(np.stack([grown[:, :DEEP].mean(axis=1), grown[:, DEEP:].mean(axis=1)], axis=1))
        before, rest = loud[-CLOSE:], rest[len(looks) * HOP :]
    if not heard:
        raise ValueError(f"{path} holds no sound.")
    return np.concatenate(found), heard / RATE


def _together(parts: Floats, whole: npt.NDArray[Any]) -> Floats:
    """Onsets [n] of both kinds [n, 2], each by a ``whole`` one of its kind: a bass drum counts as much as a snare."""
    return np.asarray((parts / np.maximum(whole, max(float(whole.max()) / 5, SILENT))).sum(axis=1), np.float32)


def _in_pieces(samples: Iterator[Floats]) -> Iterator[Floats]:
    """Ten seconds at a time [n], and what is left."""
    waiting: list[Floats] = []
    for each in samples:
        waiting.append(each[0])
        if sum(map(len, waiting)) >= 10 * RATE:
            yield np.concatenate(waiting)
            waiting.clear()
    if waiting:
        yield np.concatenate(waiting)


def _bands() -> Floats:
    """Weights [frequencies, BANDS] of triangles that are evenly spaced as the ear has it (mel)."""
    ends = np.linspace(math.log1p(LOWEST / 700), math.log1p(HIGHEST / 700), BANDS + 2)
    at = np.log1p(np.fft.rfftfreq(WINDOW, 1 / RATE) / 700)[:, None]
    width = ends[1] - ends[0]
    return np.asarray(np.clip(1 - np.abs(at - ends[1:-1]) / width, 0, None), np.float32)


def _accents(onsets: Floats) -> bytes:
    """How hard it sounds ACCENTS times a second, 0 to 255 of the hardest around: it hits and dies away."""
    if not len(onsets):
        return b""
    each = HOPS // ACCENTS
    hits = np.pad(onsets, (0, -len(onsets) % each)).reshape(-1, each).max(axis=1)
    hits = np.clip(hits - np.median(hits), 0, None)
    whole = float(np.percentile(hits, 98))
    if whole < SILENT:
        return bytes(len(hits))
    near, places = round(NEAR * ACCENTS), np.arange(0, len(hits), ACCENTS)
    around = [np.percentile(hits[max(place - near, 0) : place + near + 1], 95) for place in places]
    loud = np.maximum(np.interp(np.arange(len(hits)), places, around), whole / 3)
    hits = np.minimum(hits / loud, 1)
    left, kept = 0.0, math.exp(-1 / (FADE * ACCENTS))
    fading = np.empty_like(hits)
    for at, hit in enumerate(hits.tolist()):
        left = max(hit, left * kept)
        fading[at] = left
    return bytes(np.round(255 * fading).astype(np.uint8))


def _beats(onsets: Floats, seconds: float) -> tuple[float, ...]:
    """The seconds of its beats; none where nothing keeps a tempo."""
    period = _period(onsets)
    if not period:
        return ()
    size = max(round(period / 16), 1)
    blurred = np.convolve(onsets, np.hanning(2 * size + 3)[1:-1], "same")
    strength = blurred / (float(blurred.std()) or 1.0)
    nearest, farthest = round(period / 2), round(2 * period)
    costs = -TIGHT * np.log(np.arange(farthest, nearest - 1, -1) / period) ** 2
    score, came = strength.astype(np.float64), np.full(len(strength), -1)
    for now in range(farthest, len(strength)):
        past = score[now - farthest : now - nearest + 1] + costs
        best = int(past.argmax())
        score[now] += past[best]
        came[now] = now - farthest + best
    now = len(score) - farthest + int(score[-farthest:].argmax())
    path = [now]
    while came[path[-1]] >= 0:
        path.append(int(came[path[-1]]))
    beats = _heard(np.array(path[::-1]), strength) / HOPS
    return tuple(beats[(beats > 0) & (beats < seconds)].round(3).tolist())


def _period(onsets: Floats) -> float:
    """Looks from one beat to the next; 0 where the onsets are not like themselves anywhere."""
    slow, fast = HOPS * 60 / SLOWEST, HOPS * 60 / FASTEST
    if len(onsets) < 4 * fast or float(onsets.max()) < SILENT:
        return 0.0
    level = onsets - onsets.mean()
    size = 2 ** math.ceil(math.log2(2 * len(level)))
    alike = np.fft.irfft(np.abs(np.fft.rfft(level, size)) ** 2, size)[: len(level)]
    lags = np.arange(fast, min(slow, (len(level) - 1) / 2), FINE)
    at_once = [np.interp(lags * times, np.arange(len(alike)), alike, right=0.0) for times in (0.5, 1, 2, 4, 3, 6)]
    half, once, two, four, three, six = at_once
    bars = half + once + np.maximum(two + four, three + six)
    usual = np.exp(-0.5 * (np.log2(lags * USUAL / (60 * HOPS)) / SPREAD) ** 2)
    at = int((bars * usual).argmax())
    return float(lags[at]) if once[at] >= LIKE * alike[0] else 0.0


def _heard(path: npt.NDArray[np.int_], strength: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int_]:
    """Without the beats before the first and behind the last one that is heard."""
    loud = strength[path]
    there = np.flatnonzero(loud > np.sqrt(np.mean(loud**2)) / 2)
    return path[there[0] : there[-1] + 1] if len(there) else path[:0]
