"""The training loop: phases, steps, ticks, snapshots, and everything that may interrupt them."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import torch

from stylegan_core.data.loader import Loader
from stylegan_core.device import wished_dtype
from stylegan_core.memory import let_go, out_of_memory
from stylegan_core.run.events import Heartbeat, Metric, PhaseBegin, Samples, Tick
from stylegan_core.rundir import RunDir
from stylegan_core.schedule import Phase, phase_at
from stylegan_core.training.asked import Asked, Stopped
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.distributed import Team
from stylegan_core.training.ending import insist, rescue
from stylegan_core.training.forecast import forecast, pays
from stylegan_core.training.graphs import stepper_kind
from stylegan_core.training.journal import Journal, Means, memory_in_use, owed
from stylegan_core.training.keeping import Keeper
from stylegan_core.training.metric import Measurer, story
from stylegan_core.training.reals import Reals
from stylegan_core.training.returning import came_past, go_back
from stylegan_core.training.samples import STRIP, look, write_samples
from stylegan_core.training.settling import REALS, Settler, grows_into
from stylegan_core.training.speed import Speed
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers
from stylegan_core.training.watch import Watch

TICK = 1.5  # seconds; contracts.md allows 2
MOST_SKIPPED = 4  # updates of one kind in a row that were not finite, before going back
log = logging.getLogger(__name__)

Shown = Callable[[Tick], None]


class Loop(Asked):
    """Trains ``state`` until its plan ends or somebody stops it; writes only into the run directory."""

    def __init__(
        self,
        run: RunDir,
        state: TrainingState,
        loader: Loader,
        journal: Journal,
        measurer: Measurer,
        shown: Shown = lambda _: None,
        team: Team | None = None,
    ) -> None:
        super().__init__(run, journal, team or Team(), Speed(state.config))
        self.state = state
        self.config: TrainingConfig = state.config
        self.measurer = measurer
        self.keeper = Keeper(run, journal)
        self.watch = Watch(journal, self.config.objective.loss)
        self.shown = shown
        self.device = state.generator.w_avg.device
        self.reals = Reals(loader, self.config, self.device, self.team, self.check)
        self.dtype = wished_dtype(self.config.precision, self.device)
        self.stepper = stepper_kind(self.device)(state, self.dtype, self.check, journal.alert, self.team)
        self.means = Means()
        self._snapshot_every = round(self.config.snapshot_kimg * 1000)
        self.diversity = self.diversity_features = float("nan")
        self._ticked = time.monotonic()

    @property
    def kimg(self) -> float:
        """Thousands of real images shown."""
        return self.state.counters.img / 1000

    def train(self) -> bool:
        """Goes on to the end of the plan; True if it came there, False if it was stopped. Checkpoints either way.

        Raises OSError, saying what is lost, where the last checkpoint cannot be written, and what else ends a run.
        """
        self.journal.img = self.state.counters.img
        try:
            self._begin()
            self._look_ahead()
            while self.kimg < self.config.growth.total_kimg:
                self.step()
            finished = True
        except Stopped:
            finished = False
        except Exception:
            if self.team.leads and not self.replaced:
                rescue(self.keeper, self.state, self.checkpoint)
            raise
        self._save_at_the_end()
        if finished:
            with suppress(Stopped):
                self.samples()
        return finished

    def _begin(self) -> None:
        """The pictures of the start, or what was planned at the image it goes on from and not done when it stopped."""
        img = self.state.counters.img
        if not img:
            if self.config.init.path:
                self.checkpoint()  # what the run started from may be gone when it goes on
            self.samples()
        elif self.team.leads:
            events = story(self.run)
            if owed(events, Samples, self._snapshot_every, img):
                self.samples()
            if owed(events, Metric, self.measurer.every, img):
                self._measure(self.run.checkpoint_file(img).is_file())

    def _look_ahead(self) -> None:
        """Times the levels to come, for the time left; the run is the same with or without."""
        if self.team.leads and pays(self.config, self.kimg):
            with self._busy("Timing the levels to come"):
                self.speed.forecast = forecast(self.config, self.device, self.dtype, self.kimg, self.check)

    def _save_at_the_end(self) -> None:
        """Asks for the last checkpoint until it is written, for a minute at most or until a second stop."""
        if not self.team.leads or self.checkpoint() or self.keeper.holds(self.state):
            return
        self.stop_wanted = False
        best = self.measurer.best(self.state.counters.img)
        with self._busy("The last checkpoint waits for the disk"):
            insist(self.keeper, self.state, best, lambda: self.stop_wanted or self.run.take("stop"))

    def step(self) -> None:
        """One batch: the half steps that are due, then whatever the clock or somebody asks for."""
        counters = self.state.counters
        phase = phase_at(self.kimg, self.config.growth)
        self._enter(phase)
        pixels, labels = self.reals.batch(counters.img, phase.level, phase.batch)
        numbers = StepNumbers()
        before = counters.img
        self._half_steps(pixels, labels, phase, numbers)
        self.journal.img = counters.img
        self.means.add(numbers)
        self.watch.step(numbers)
        self.speed.mark(counters.img, phase.level)
        if numbers.skipped:
            who = " and the ".join(numbers.skipped)
            self.journal.alert("not-finite", f"The gradients of the {who} were not finite; this update was left out.")
        self._go_back_or_on()
        self.check()
        self.obey_together()
        self._snapshots(before)

    def check(self) -> None:
        """Called between micro-batches: ticks, waits while paused, and raises Stopped if asked to stop."""
        if time.monotonic() - self._ticked >= TICK:
            self.tick()
        if self.team.world == 1:
            self.obey()

    def tick(self) -> None:
        """Writes how training goes; reads numbers only, so the run is the same with or without."""
        self._ticked = time.monotonic()
        phase = phase_at(self.kimg, self.config.growth)
        left_phase, left_total = self.speed.left(self.kimg, phase)
        tick = Tick(
            kimg=self.kimg,
            level=phase.level,
            alpha=phase.alpha,
            diversity=self.diversity,
            diversity_features=self.diversity_features,
            ada_p=self.state.counters.ada_p if self.config.ada.target else float("nan"),
            img_per_s=self.speed.per_second or float("nan"),  # 0 would be a machine that stands still
            memory=memory_in_use(self.device),
            left_phase=left_phase,
            left_total=left_total,
            **self.means.take(),  # type: ignore[arg-type]
        )
        self.journal.write(tick)
        if self.journal.busy:
            self.journal.write(Heartbeat(text=self.journal.busy))
        self.shown(tick)

    def samples(self) -> None:
        """Draws the fixed latents and some reals, and writes them; a full disk or memory is an alert, not the end."""
        if not self.team.leads:
            return
        try:
            self._draw_samples()
        except OSError as error:
            self.journal.alert("disk", f"The samples could not be written, training goes on: {error}")
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            let_go()
            self.journal.alert("memory", f"Memory ran out while samples were drawn, training goes on: {error}")

    def _draw_samples(self) -> None:
        phase, img = phase_at(self.kimg, self.config.growth), self.state.counters.img
        seen = look(self.state, phase, self.dtype)
        self.diversity, self.diversity_features = seen.diversity, seen.diversity_features
        self.watch.diversities(phase.level, seen.diversity, seen.diversity_features)
        reals = self.reals.first(phase.level, STRIP)
        self.follow()
        self.journal.write(write_samples(self.run, seen.drawn, reals, phase, img, self.config.network.resolution))

    def checkpoint(self) -> bool:
        """Writes a checkpoint and names it by an event; False, and an alert, if the disk would not take it."""
        self.follow()
        return self.team.leads and self.keeper.save(self.state, self.measurer.best(self.state.counters.img))

    def _half_steps(self, reals: torch.Tensor, labels: torch.Tensor | None, phase: Phase, numbers: StepNumbers) -> None:
        if not self.state.counters.half:
            self.stepper.discriminator_half(reals, labels, phase, numbers)
            self.check()
        self.stepper.generator_half(labels, phase.batch, phase, numbers)

    def _enter(self, phase: Phase) -> None:
        counters = self.state.counters
        if phase.index != counters.phase:
            self._settle(phase)
            self.state.reset_adams()
            counters.phase = phase.index
            self.journal.write(
                PhaseBegin(
                    level=phase.level,
                    phase=phase.kind,
                    begin_kimg=phase.begin_kimg,
                    end_kimg=phase.end_kimg,
                    batch=phase.batch,
                    rate=phase.rate,
                )
            )
            log.info("%s %d² from %g to %g kimg", phase.kind, phase.resolution, phase.begin_kimg, phase.end_kimg)
            self.tick()
        self.state.set_rate(phase.rate)

    def _settle(self, phase: Phase) -> None:
        """Where the network grows, its new layers first learn what the level below does; the counter stands still."""
        if not grows_into(phase, self.state.counters.phase, self.config):
            return
        what = f"The layers of {phase.resolution}² learn to draw what {phase.resolution // 2}² draws"
        log.info("%s", what)
        self.stepper.forget()  # what was recorded below takes room and is of no more use

        def progress(share: float) -> None:
            self.journal.busy = f"{what}, {share:.0%}"

        settler = Settler(self.state, self.dtype, self.check, self.journal.alert, self.team)
        with self._busy(what):
            settled = settler.settle(phase, *self.reals.of_all(self.state.counters.img, phase.level, REALS), progress)
        if not settled:
            self.journal.alert("not-finite", f"The layers of {phase.resolution}² could not be settled and begin anew.")

    @contextmanager
    def _busy(self, what: str) -> Iterator[None]:
        """Something beside training goes on, during which the counter stands still."""
        self.journal.busy = what
        try:
            yield
        finally:
            self.journal.busy = ""
            self.speed.pause()

    def _snapshots(self, before: int) -> None:
        if not self.team.leads:
            return
        every, img = self._snapshot_every, self.state.counters.img
        snapshot = self.run.take("snapshot") or img // every > before // every
        measuring = self.measurer.due(before, img)
        saved = (
            snapshot or measuring or self.keeper.idle_for(self.config.checkpoint_minutes)
        ) and self.checkpoint()  # before anything that may fail
        if snapshot:
            self.samples()
        if measuring:
            self._measure(saved)

    def _measure(self, saved: bool) -> None:
        img = self.state.counters.img
        path = f"checkpoints/{self.run.checkpoint_file(img).name}" if saved else ""
        phase = phase_at(self.kimg, self.config.growth)
        begin = time.monotonic()
        with self._busy("Measuring the Fréchet distance"):
            self.measurer.measure(self.state.average, phase, img, path, self.check)
        self.speed.measuring = time.monotonic() - begin

    def _go_back_or_on(self) -> None:
        """After each step: back if too many updates were left out, on at the whole rate if that is past."""
        if self.state.counters.most_skipped >= MOST_SKIPPED:
            self.state = self.stepper.state = go_back(self.run, self.state, self.team, self.journal)
            self.checkpoint()
        elif came_past(self.state.counters, self._snapshot_every):
            self.journal.alert("rollback", "Training came past the trouble and goes on at the whole rate.")
            if self.team.leads:
                self.keeper.forget_left()
