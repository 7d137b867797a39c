"""What a person asks of a trainer while it works: to stop or to wait, and to go on where its folder lies by now."""

import time

from stylegan_core.rundir import RunDir
from stylegan_core.training.distributed import Team
from stylegan_core.training.journal import Journal
from stylegan_core.training.speed import Speed

LOOK = 0.1  # seconds between looks into control/


class Stopped(Exception):
    """Somebody asked the run to stop."""


class Asked:
    """The part of the training loop that looks into the run's folder; ``stop_wanted`` asks it to stop, too."""

    def __init__(self, run: RunDir, journal: Journal, team: Team, speed: Speed) -> None:
        self.run = run
        self.journal = journal
        self.team = team
        self.speed = speed
        self.stop_wanted = False
        self._looked = time.monotonic()

    def obey(self) -> None:
        """Between micro-batches of a single process: waits while paused.

        Raises Stopped where somebody asked for that, and OSError where the run's folder was deleted.
        """
        now = time.monotonic()
        if now - self._looked < LOOK and not self.stop_wanted:
            return
        self._looked = now
        while True:
            self.follow()
            if self.stop_wanted or self.run.take("stop"):
                raise Stopped
            if self.run.deleted():
                raise self._deleted()
            if not self.run.requested("pause"):
                return
            self._wait()

    def obey_together(self) -> None:
        """Between steps, as several processes stop and pause all at the same one, also where the run was deleted."""
        while self.team.world > 1:
            leads = self.team.leads
            self.follow()
            stop = self.stop_wanted or (leads and self.run.take("stop"))
            asked = [stop, leads and self.run.requested("pause"), leads and self.run.deleted()]
            stop_all, pause, deleted = self.team.most(asked)
            if deleted and leads:
                raise self._deleted()
            if deleted or stop_all:
                raise Stopped
            if not pause:
                return
            self._wait()

    @property
    def replaced(self) -> bool:
        """Whether another run lies where this one was deleted: nothing is to be written there."""
        return self.run.deleted() and self.run.exists()

    def follow(self) -> None:
        """Where somebody renamed the run's folder, training goes on in it under its new name."""
        before = self.run.path
        if self.run.follow():
            self.journal.alert("moved", f"{before} is now {self.run.path}; training goes on there.")

    def _wait(self) -> None:
        self.speed.pause()
        time.sleep(LOOK)

    def _deleted(self) -> OSError:
        if self.replaced:
            return OSError(f"{self.run.lock_file} was deleted, so that another may train there by now: this one ends.")
        return OSError(f"{self.run.path} was deleted while it was trained: the training ends.")
