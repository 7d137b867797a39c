"""Writes run directories as a trainer would, without one: a 16² run that grows, fades, saves and samples."""

import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from stylegan_core.run import events
from stylegan_core.rundir import EventWriter, RunDir
from stylegan_core.schedule import phase_at
from stylegan_core.training.config import TrainingConfig, changed, preset

BEGAN = 1_750_000_000.0
COLOURS = np.random.RandomState(1).randint(40, 255, (32, 3))


def config() -> TrainingConfig:
    """A plan with fades that is long enough to look at: 4² 8, 8² 8 + 8, 16² 12 + 20 kimg."""
    lengths = ["growth.4.stable_kimg=8", "growth.8.fade_kimg=8", "growth.8.stable_kimg=8"]
    return changed(preset("tiny"), [*lengths, "growth.16.fade_kimg=12", "growth.16.stable_kimg=20"])


def write_run(path: Path, kimg: float, *, step: float = 1.0, began: float = BEGAN, pictures: bool = True) -> RunDir:
    """A run from its start to ``kimg``: a tick every ``step`` kimg and 2 s, samples and a checkpoint every 5 kimg."""
    run, plan = RunDir(path), config()
    run.create()
    run.write_config(plan.to_dict())
    writer = EventWriter(run)
    writer.write(events.Start(time=began, version="1", preset="tiny", machine="here", threads=1))
    told = -1
    for count in range(int(kimg / step) + 1):
        now = count * step
        phase = phase_at(now, plan.growth)
        common = {"time": began + 2 * count, "img": int(1000 * now)}
        if phase.index != told:
            told = phase.index
            writer.write(begin(phase, common))
        writer.write(tick(now, phase.level, phase.alpha, common))
        if now % 5 == 0:
            writer.write(write_samples(run, now, phase.level, phase.alpha, common, pictures))
            writer.write(events.Checkpoint(path=f"checkpoints/{int(now):06d}.safetensors", level=phase.level, **common))
    writer.close()
    return run


def begin(phase, common) -> events.PhaseBegin:
    """The event that announces a phase."""
    return events.PhaseBegin(
        level=phase.level, phase=phase.kind, begin_kimg=phase.begin_kimg, end_kimg=phase.end_kimg, batch=phase.batch,
        rate=phase.rate, **common,
    )  # fmt: skip


def tick(kimg: float, level: int, alpha: float, common) -> events.Tick:
    """A tick with numbers that look like those of a run."""
    wave = np.sin(kimg / 3)
    return events.Tick(
        kimg=kimg, level=level, alpha=alpha, loss_g=1.4 + 0.3 * wave, loss_d=0.9 - 0.2 * wave, d_real=0.8, d_fake=-0.6,
        r1=0.02 + 0.01 * wave, grad_g=0.4, grad_d=0.7, diversity=0.3 + 0.001 * kimg, img_per_s=400 / (1 + level),
        memory=900_000_000, left_phase=40.0, left_total=400.0, **common,
    )  # fmt: skip


def write_samples(run: RunDir, kimg: float, level: int, alpha: float, common, pictures: bool) -> events.Samples:
    """A grid of 8 × 4 faces of one colour each, 16² like the finished network, and strips of four."""
    stem = f"{int(kimg):06d}"
    names = {"path": f"{stem}.png"} | {
        kind: f"{stem}-{kind.replace('_', '-')}.png" for kind in ("fakes_old", "fakes_new", "reals_old", "reals_new")
    }
    if pictures:
        side = 4 << level
        faces = np.repeat(np.repeat(COLOURS.reshape(4, 8, 3), 16, 0), 16, 1)
        Image.fromarray(faces.astype(np.uint8)).save(run.samples / names["path"])
        strip = np.repeat(np.repeat(COLOURS[:4].reshape(1, 4, 3), side, 0), side, 1).astype(np.uint8)
        for kind in ("fakes_new", "reals_new"):
            Image.fromarray(strip).save(run.samples / names[kind])
        for kind in ("fakes_old", "reals_old"):
            Image.fromarray(strip // 2).save(run.samples / names[kind])
    paths = {kind: f"samples/{name}" for kind, name in names.items()}
    return events.Samples(level=level, alpha=alpha, **paths, **common)


def append(run: RunDir, *news: events.Event) -> None:
    """Says more."""
    writer = EventWriter(run)
    for event in news:
        writer.write(event)
    writer.close()


def leave_lock(run: RunDir, host: str | None = None) -> None:
    """The lock file of a trainer that is gone, of this machine or another."""
    said = f'{{"host": "{host or socket.gethostname()}", "pid": 1}}'
    run.lock_file.write_text(said, encoding="utf-8")


def end(reason: str, img: int, text: str = "") -> events.End:
    """How a run ended."""
    return replace(events.End(), reason=reason, img=img, text=text, time=BEGAN + 1000)
