"""Sounds whose beats are known, written as wav files."""

import wave
from pathlib import Path

import av
import numpy as np

RATE = 24_000


def beats_of(tempo: float, seconds: float, first: float = 0.37) -> np.ndarray:
    return np.arange(first, seconds - 0.2, 60 / tempo)


def drums(tempo: float, seconds: float) -> np.ndarray:
    """A bass drum and a snare in turn, a hat between them, over a chord and a little hiss; float64 [n], −1 to 1."""
    rng = np.random.default_rng(1)
    at = np.arange(round(RATE * seconds)) / RATE
    sound = rng.normal(0, 0.01, len(at)) + 0.02 * sum(np.sin(2 * np.pi * hertz * at) for hertz in (196, 247, 330))
    short = np.arange(round(0.12 * RATE)) / RATE
    for number, beat in enumerate(beats_of(tempo, seconds)):
        drum = np.sin(2 * np.pi * 60 * short) if number % 2 == 0 else rng.normal(0, 0.5, len(short))
        _add(sound, beat, drum * np.exp(-30 * short) / 2)
        _add(sound, beat + 30 / tempo, rng.normal(0, 0.05, len(short)) * np.exp(-90 * short))
    return sound


def bars(tempo: float, seconds: float, bar: str) -> np.ndarray:
    """The same bar again and again, a letter for each half of a beat; float64 [n], −1 to 1.

    K is a bass drum, S a snare, both with a guitar; g the guitar alone, - nothing.
    """
    rng = np.random.default_rng(1)
    short = np.arange(round(0.12 * RATE)) / RATE
    fading = np.exp(-30 * short)
    guitar = 0.25 * rng.normal(0, 0.5, len(short)) * fading
    hits = {
        "K": np.sin(2 * np.pi * 60 * short) * fading / 2 + guitar,
        "S": rng.normal(0, 0.5, len(short)) * fading / 2 + guitar,
        "g": guitar,
    }
    sound = rng.normal(0, 0.01, round(RATE * seconds))
    for number, half in enumerate(beats_of(2 * tempo, seconds)):
        if (letter := bar[number % len(bar)]) in hits:
            _add(sound, half, hits[letter])
    return sound


def _add(sound: np.ndarray, seconds: float, hit: np.ndarray) -> None:
    begin = round(seconds * RATE)
    sound[begin : begin + len(hit)] += hit[: max(len(sound) - begin, 0)]


def write_wav(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def write_coded(path: Path, codec: str, sound: np.ndarray) -> Path:
    """The sound in the format of the file's ending."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.clip(sound, -1, 1).astype(np.float32)[None], "fltp", "mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format, "mono", RATE, frame_size=1024 if codec == "aac" else 1152)
        for each in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(each))
        file.mux(stream.encode(None))
    return path
