"""What a run has said so far, arranged for drawing: numpy columns, snapshots, messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stylegan_core.networks.config import NetworkConfig
from stylegan_core.run.events import (
    Alert,
    Best,
    Checkpoint,
    End,
    Event,
    Heartbeat,
    Metric,
    PhaseBegin,
    Resume,
    Samples,
    Start,
    Stretch,
    Tick,
)
from stylegan_core.schedule import Growth, LevelPlan, Phase, phase_at, phases

Floats = NDArray[np.float64]
COLUMNS = (
    "kimg",
    "time",
    "level",
    "alpha",
    "loss_g",
    "loss_d",
    "d_real",
    "d_fake",
    "r1",
    "grad_g",
    "grad_d",
    "critic_real",
    "critic_fake",
    "diversity",
    "diversity_features",
    "ada_p",
    "img_per_s",
    "memory",
)
ROW = attrgetter(*COLUMNS)


class Table:
    """Rows of floats that grow at the end without copying everything each time."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._rows = np.empty((256, len(names)))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def extend(self, rows: list[tuple[float, ...]]) -> None:
        """Appends rows, each with one number per name."""
        if not rows:
            return
        needed = self._count + len(rows)
        if needed > len(self._rows):
            larger = np.empty((max(needed, 2 * len(self._rows)), len(self.names)))
            larger[: self._count] = self._rows[: self._count]
            self._rows = larger
        self._rows[self._count : needed] = rows
        self._count = needed

    def column(self, name: str) -> Floats:
        """One column, a view: [rows] float64."""
        return self._rows[: self._count, self.names.index(name)]


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the message list: ``tone`` is "good", "warning", "bad" or "muted"."""

    time: float
    tone: str
    text: str


class RunRecord:
    """The story of one run; ``add`` takes what a reader's poll gave, ``restart`` begins anew after a resume."""

    def __init__(self) -> None:
        self.growth: Growth | None = None
        self.restart(())

    def restart(self, events: Iterable[Event]) -> None:
        """Forgets everything but the plan and takes ``events`` as the whole story."""
        self.ticks = Table(COLUMNS)
        self.metrics: dict[str, Table] = {}
        self.samples: list[Samples] = []
        self.checkpoints: list[Checkpoint] = []
        self.messages: list[Message] = []
        self._told_checkpoint = False  # in the newest message
        self.begun: list[PhaseBegin] = []
        self.alerts: list[Alert] = []
        self.last_tick: Tick | None = None
        self.last_event: Event | None = None
        self.first_time = self.kimg = 0.0
        self.end: End | None = None
        self.busy, self._busy_at = "", -1  # what the trainer does beside training, while it does
        self.add(events)

    def add(self, news: Iterable[Event]) -> None:
        """Takes events in the order of the log."""
        rows: list[tuple[float, ...]] = []
        for event in news:
            if isinstance(event, Tick):
                rows.append(ROW(event))
                self.last_tick = event
            else:
                self._note(event)
            self.last_event = event
            if isinstance(event, Heartbeat):
                self.busy, self._busy_at = event.text, event.img
            elif (
                not isinstance(event, Tick) or event.img != self._busy_at
            ):  # ticks go on while the counter stands still
                self.busy = ""
            if not isinstance(event, Heartbeat):  # a trainer that starts has a pulse before it knows where it is
                self.kimg = event.img / 1000
            self.first_time = self.first_time or event.time
        self.ticks.extend(rows)

    def _note(self, event: Event) -> None:
        match event:
            case Stretch():
                self.end = None
            case End():
                self.end = event
            case PhaseBegin():
                self.begun.append(event)
            case Samples():
                if self.samples and self.samples[-1].img == event.img:  # a run that ends at a snapshot draws it again
                    self.samples.pop()
                self.samples.append(event)
            case Checkpoint():
                self.checkpoints.append(event)
            case Alert():
                self.alerts.append(event)
            case Metric():
                self.metrics.setdefault(event.name, Table(("kimg", "value"))).extend([(event.img / 1000, event.value)])
        self._tell(event)

    def _tell(self, event: Event) -> None:
        """Puts what there is to say of an event into the list of messages."""
        message = message_of(event)
        if message is None or (self.messages and self.messages[-1].text == message.text):
            return
        if isinstance(event, Checkpoint) and self._told_checkpoint:  # a night has a hundred, and an alert among them
            self.messages.pop()
        self._told_checkpoint = isinstance(event, Checkpoint)
        self.messages.append(message)

    @property
    def plan(self) -> tuple[Phase, ...]:
        """Every phase of the run: as planned, or where the plan is unknown, as far as the log tells."""
        if self.growth is not None:
            return phases(self.growth)
        return tuple(_told(index, event) for index, event in enumerate(self.begun))

    @property
    def phase(self) -> Phase | None:
        """Where the run is now, with its alpha; None before the first word."""
        if self.growth is not None:
            return phase_at(self.kimg, self.growth)
        return _told(len(self.begun) - 1, self.begun[-1], self.kimg) if self.begun else None

    @property
    def total_kimg(self) -> float:
        """The length of the whole run, or of what is known of it."""
        if self.growth is not None:
            return self.growth.total_kimg
        return max([self.kimg, *(event.end_kimg for event in self.begun)])

    def boundaries(self) -> list[float]:
        """The kimg at which a new level begins to appear."""
        plan = self.plan
        return [after.begin_kimg for before, after in pairwise(plan) if after.level > before.level]


def _told(index: int, event: PhaseBegin, kimg: float | None = None) -> Phase:
    """The phase that an event announced, with alpha at ``kimg``; the lod of a plan that is not known is 0."""
    length = event.end_kimg - event.begin_kimg
    alpha = 1.0 if event.phase == "stable" else 0.0
    if kimg is not None and event.phase == "fade" and length > 0:
        alpha = min(max((kimg - event.begin_kimg) / length, 0.0), 1.0)
    return Phase(
        index=max(index, 0),
        kind=event.phase,
        level=event.level,
        alpha=alpha,
        begin_kimg=event.begin_kimg,
        end_kimg=event.end_kimg,
        batch=event.batch,
        rate=event.rate,
        lod=0.0,
    )


def message_of(event: Event) -> Message | None:
    """What the message list says about an event; None for what the curves show better."""
    said = _said_of(event)
    return Message(event.time, *said) if said is not None else None


def _said_of(event: Event) -> tuple[str, str] | None:
    """The tone and the words."""
    kimg = f"{event.img / 1000:.4g} kimg"
    match event:
        case Start():
            return "muted", f"begins: {event.preset or 'unnamed preset'} on {event.machine or '?'}"
        case Resume():
            return "muted", f"resumes at {kimg}"
        case PhaseBegin():
            size = 4 << event.level
            what = f"{size}×{size} begins to fade in" if event.phase == "fade" else f"{size}×{size} is stable"
            return "good", f"{what}, batch {event.batch}, rate {event.rate:g}"
        case Checkpoint():
            return "muted", f"checkpoint at {kimg} saved"
        case Best():
            return "good", f"best {event.name} so far: {event.value:.4g} at {kimg}"
        case Alert():
            return "warning", event.text or event.code
        case End(reason="stopped"):
            return "good", "stopped, with a checkpoint"
        case End():
            tone = "bad" if event.reason == "error" else "good"
            return tone, f"{event.reason}: {event.text}" if event.text else event.reason
    return None


def growth_of(config: dict[str, Any]) -> Growth | None:
    """The growth plan inside a run's config.json, or None where it holds none that makes sense."""
    try:
        levels = config["growth"]["levels"]
        return Growth(
            tuple(
                LevelPlan(
                    int(plan["level"]),
                    float(plan["fade_kimg"]),
                    float(plan["stable_kimg"]),
                    int(plan["batch"]),
                    float(plan["rate"]),
                )
                for plan in levels
            )
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def resolution_of(config: dict[str, Any]) -> int:
    """The side of the finished network's pictures that a run's config.json names; 0 where it names none."""
    try:
        return int(config["network"]["resolution"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0


def network_of(config: dict[str, Any]) -> NetworkConfig | None:
    """The network that a run's config.json describes; None where it describes none."""
    try:
        return NetworkConfig.from_dict(config["network"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
