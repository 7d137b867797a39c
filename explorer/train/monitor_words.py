"""What the monitor says of a run in words: the sentence on top, and the line at the foot."""

import html
import time
from pathlib import Path

from explorer.runs import RunWatcher
from explorer.train.record import RunRecord
from explorer.train.words import headline, kimg_text, square
from stylegan_core.amounts import counted, duration, size_text, thousands
from stylegan_core.files.names import set_apart


def sentence(watcher: RunWatcher, record: RunRecord) -> str:
    """Where the run is now, or what is the matter with it; rich text, alpha in bold."""
    if not watcher.looked:
        return f"Reading the log, {size_text(watcher.behind)} to go." if watcher.behind else "Reading the log."
    state, phase = watcher.state, record.phase
    if state.name in ("died", "failed", "silent", "empty", "starting") or phase is None:
        return html.escape(state.sentence, quote=False) or "Waiting for the first word of the trainer."
    if state.name == "training" and record.busy:
        return f"{html.escape(record.busy, quote=False)}; the count of images stands still meanwhile"
    if state.name == "finished":
        took = record.last_event.time - record.first_time if record.last_event else 0
        return f"Finished: {square(phase.resolution)} after {kimg_text(record.kimg)}, {duration(took)} after it began"
    is_last = phase.resolution == max(each.resolution for each in record.plan)
    is_only = len({each.level for each in record.plan}) == 1
    tick = record.last_tick
    left = tick.left_phase if tick is not None and state.name == "training" else float("nan")
    said = headline(phase, is_last, left if left == left else None, is_only)
    begins = {"paused": "Paused. ", "pausing": "Pausing. ", "stopped": "Stopped. ", "stopping": "Saving a checkpoint. "}
    return begins.get(state.name, "") + said


def status(path: Path, watcher: RunWatcher, record: RunRecord, has_config: bool) -> str:
    """When the trainer said its last word, where the run lies, what it takes, and what is not as it should be."""
    parts = [set_apart(f"…/{path.parent.name}/{path.name}")]
    last, tick = record.last_event, record.last_tick
    if last is not None:
        ago = duration(max(time.time() - watcher.heard, 0))
        alive = "trainer alive, last word" if watcher.state.live else "last word"
        parts.insert(0, f"{alive} {ago} ago")
    if tick is not None and tick.memory:
        parts.append(size_text(tick.memory))
    if watcher.disk_free >= 0:
        parts.append(f"disk {size_text(watcher.disk_free)} free")
    return "   ·   ".join([*parts, *_oddities(watcher, len(record.ticks), has_config)])


def _oddities(watcher: RunWatcher, ticks: int, has_config: bool) -> list[str]:
    """What is not as it should be, and what is not shown."""
    starts = watcher.state.name == "starting"  # then it is not written yet
    found = [] if has_config or starts or not watcher.looked else ["config.json is missing or damaged"]
    if watcher.broken:
        found.append(f"{counted(watcher.broken, 'damaged line')} of the log skipped")
    if watcher.thinned:
        found.append(f"curves of {thousands(ticks)} of {thousands(ticks + watcher.thinned)} ticks")
    return found
