"""What a window asks of a trainer: files in the run's control/, which a flaky disk may hide or hold on to."""

import logging
from pathlib import Path

REQUESTS = ("stop", "pause", "snapshot", "metric")
log = logging.getLogger(__name__)


class Control:
    """The files in control/. A disk that fails to answer for once is told to the log once, and is no request."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._obeyed: set[str] = set()  # and still there, for it could not be deleted
        self._told: set[str] = set()

    def request(self, name: str) -> None:
        """Asks for something in REQUESTS; raises ValueError for anything else."""
        if name not in REQUESTS:
            raise ValueError(f"A trainer cannot be asked to {name!r}; it knows {', '.join(REQUESTS)}.")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).touch()

    def withdraw(self, name: str) -> None:
        """Takes a request back. Raises OSError."""
        (self.folder / name).unlink(missing_ok=True)

    def waits(self, name: str) -> bool:
        """Whether a request is there that was not obeyed."""
        try:
            (self.folder / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            self._obeyed.discard(name)
            return False
        except OSError as error:
            self._tell(f"{self.folder / name} cannot be looked for ({error.strerror or error}); it is tried again.")
            return False
        return name not in self._obeyed

    def take(self, name: str) -> bool:
        """True once for a request that is there. What cannot be deleted counts anew only after it was gone."""
        waits = self.waits(name)
        if waits or name in self._obeyed:
            self.void(name)
        return waits

    def void(self, name: str) -> None:
        """Takes a request back, and ignores it where it cannot be deleted, until it was gone."""
        try:
            self.withdraw(name)
        except OSError as error:
            self._obeyed.add(name)
            self._tell(f"{self.folder / name} cannot be deleted ({error.strerror or error}); it counts once.")
        else:
            self._obeyed.discard(name)

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            log.warning("%s", text)
