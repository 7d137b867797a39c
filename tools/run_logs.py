"""What the logs of finished runs say, for the cards of the networks that came of them."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from stylegan_core.training.config import TrainingConfig

GAP = 60.0  # seconds without a word that count as a pause, not as training


@dataclass(frozen=True, slots=True)
class Log:
    """What a run's log says: images, seconds at work, the Fréchet distance at each kimg, diversity at the end.

    ``device`` is what it computed on last, as its start said: "CPU" or a GPU's name.
    """

    config: TrainingConfig
    img: int
    seconds: float
    curve: tuple[tuple[float, float], ...]
    diversity: tuple[float, float]
    device: str = "CPU"


def read_log(run: Path, until: float = math.inf) -> Log:
    """Reads events.jsonl up to ``until`` images; time between two events a minute apart is not counted as work."""
    config = TrainingConfig.from_dict(json.loads((run / "config.json").read_text(encoding="utf-8")))
    img, seconds, last, curve, diversity, device = 0, 0.0, 0.0, {}, (math.nan, math.nan), "CPU"
    for line in (run / "events.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if int(event.get("img", img)) > until:
            break
        img = int(event.get("img", img))
        seconds += event["time"] - last if 0 < event["time"] - last < GAP else 0.0
        last = event["time"]
        if event["kind"] == "metric" and event.get("name") == "FD-E":
            curve[img / 1000] = float(event["value"])
        elif event["kind"] == "tick":
            diversity = event["diversity"], event["diversity_features"]
        elif event["kind"] in ("start", "resume"):
            device = str(event.get("machine", device)).partition(",")[0] or device
    return Log(config, img, seconds, tuple(sorted(curve.items())), diversity, device)


def read_logs(run: Path, until: float = math.inf) -> list[Log]:
    """The logs of a run up to ``until`` images, and of those it goes back to by ``--init``, the first run first."""
    log = read_log(run, until)
    origin = Path(log.config.init.path)
    if not log.config.init.path or not (origin / "config.json").is_file():
        return [log]
    return [*read_logs(origin), log]


def whole_curve(logs: list[Log]) -> list[tuple[float, float]]:
    """Kimg since the first run began and FD-E as measured then, of the runs at the last one's resolution."""
    before = [sum(log.img for log in logs[:index]) / 1000 for index in range(len(logs))]
    side = logs[-1].config.network.resolution
    return [
        (start + kimg, value)
        for start, log in zip(before, logs, strict=True)
        for kimg, value in log.curve
        if log.config.network.resolution == side
    ]
