"""The list of runs: what each folder says about itself at a glance, read from the end of its log."""

import time
from dataclasses import dataclass
from pathlib import Path

from explorer.run_state import RunState, judge, signs_of, tail_events
from explorer.train.record import growth_of
from stylegan_core.rundir import RunDir


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run in the list; ``progress`` from 0 to 1 or None where the plan is unknown, ``time`` of its last word."""

    path: Path
    preset: str
    state: RunState
    kimg: float
    total_kimg: float
    resolution: int
    picture: Path | None
    time: float

    @property
    def progress(self) -> float | None:
        """How much of the plan is done."""
        return min(self.kimg / self.total_kimg, 1.0) if self.total_kimg else None


def summarise(path: Path) -> RunSummary:
    """What one run directory says. Broken files make an honest summary, not an error."""
    run = RunDir(path)
    try:
        config = run.config()
        trouble = ""
    except (OSError, ValueError) as error:
        config, trouble = {}, str(error)
    growth = growth_of(config)
    events = tail_events(run)
    last = events[-1] if events else None
    heard = last.time if last else 0.0
    state = judge(signs_of(run, last, heard), time.time())
    if trouble and not events:
        state = RunState("empty", trouble)
    return RunSummary(
        path,
        str(config.get("preset", "")),
        state,
        max((event.img for event in events), default=0) / 1000,
        growth.total_kimg if growth else 0.0,
        4 << growth.top_level if growth else 0,
        run.newest_grid(),
        heard or _changed(path),
    )


def list_runs(folder: Path, also: tuple[Path, ...] = ()) -> list[RunSummary]:
    """Every run below a folder and those opened from elsewhere, newest word first."""
    found = {path.resolve() for path in also if path.is_dir()}
    if folder.is_dir():
        found |= {path.parent.resolve() for path in folder.glob("*/config.json")}
        found |= {path.parent.resolve() for path in folder.glob("*/events.jsonl")}
    return sorted((summarise(path) for path in found), key=lambda each: each.time, reverse=True)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
