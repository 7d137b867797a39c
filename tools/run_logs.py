"""What the logs of finished runs say, for the cards of the networks that came of them."""

import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stylegan_core.files.tensor_file import read_safetensors
from stylegan_core.run.events import End, Event, Heartbeat, Metric, Stretch, Tick, decode, retell
from stylegan_core.rundir import RunDir
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.metric import NAME, story

GAP = 60.0  # seconds without a word that count as a pause, not as training


@dataclass(frozen=True, slots=True)
class Log:
    """What a run's log says: images, seconds at work, the Fréchet distance at each kimg, diversity at the end.

    ``before`` are the thousands of images that the weight file it began from says it has seen, 0 without one: read with
    the log, for a run that began from the network in the box may take its place there.

    ``device`` is what it computed on last, as its start said: "CPU" or a GPU's name; ``cores`` are the numbers of
    threads it had, of all its processes, each once and in turn.
    """

    config: TrainingConfig
    img: int
    seconds: float
    curve: tuple[tuple[float, float], ...]
    diversity: tuple[float, float]
    device: str = "CPU"
    cores: tuple[int, ...] = (1,)
    before: float = 0.0


def read_log(run: Path, until: float = math.inf) -> Log:
    """Reads events.jsonl up to ``until`` images; time between two events a minute apart is not counted as work.

    Heartbeats that neither say nor count anything are no events in this sense: a paused trainer sends them too.
    Stretches that a killed run trained twice count as work twice; what was measured in one given up does not count.
    """
    config = TrainingConfig.from_dict(json.loads((run / "config.json").read_text(encoding="utf-8")))
    img, seconds, last, device = 0, 0.0, 0.0, "CPU"
    story: list[Event] = []
    cores: dict[int, None] = {}
    for event in _events(run):
        if event.img > until or (isinstance(event, Heartbeat) and not event.text and event.img == img):
            continue
        img = event.img
        seconds += event.time - last if 0 < event.time - last < GAP else 0.0
        last = event.time
        retell(story, [event])
        if isinstance(event, Stretch):
            device = event.machine.partition(",")[0] or device
            cores[event.processes * (event.threads or config.threads or 1)] = None
    curve = {event.img / 1000: event.value for event in story if isinstance(event, Metric) and event.name == NAME}
    ticks = [event for event in story if isinstance(event, Tick)]
    diversity = (ticks[-1].diversity, ticks[-1].diversity_features) if ticks else (math.nan, math.nan)
    return Log(
        config,
        img,
        seconds,
        tuple(sorted(curve.items())),
        diversity,
        device,
        tuple(cores) or (1,),
        _seen_before(config),
    )


def _events(run: Path) -> Iterator[Event]:
    """All that the log says, replayed stretches included; lines that say nothing are left out."""
    for line in RunDir(run).events_file.read_bytes().splitlines():
        with contextlib.suppress(ValueError):
            event = decode(line)
            if event is not None:
                yield event


def finished(run: Path) -> bool:
    """Whether the run has come to the end of its plan."""
    return any(isinstance(event, End) and event.reason == "finished" for event in story(RunDir(run)))


def read_logs(run: Path, until: float = math.inf) -> list[Log]:
    """The logs of a run up to ``until`` images, and of those it goes back to by ``--init``, the first run first."""
    log = read_log(run, until)
    origin = Path(log.config.init.path)
    if not log.config.init.path or not (origin / "config.json").is_file():
        return [log]
    return [*read_logs(origin), log]


def _seen_before(config: TrainingConfig) -> float:
    path = Path(config.init.path)
    if not config.init.path or not path.is_file():
        return 0.0
    metadata, _ = read_safetensors(path)
    return float(json.loads(metadata["facts"]).get("kimg", 0.0)) if "facts" in metadata else 0.0


def whole_curve(logs: list[Log]) -> list[tuple[float, float]]:
    """Kimg of all images seen and FD-E as measured then, of the runs at the last one's resolution."""
    before = [logs[0].before + sum(log.img for log in logs[:index]) / 1000 for index in range(len(logs))]
    side = logs[-1].config.network.resolution
    return [
        (start + kimg, value)
        for start, log in zip(before, logs, strict=True)
        for kimg, value in log.curve
        if log.config.network.resolution == side
    ]
