"""log.txt: what a run logs, and the place of a crash; a disk that takes no more of it does not stop training."""

import contextlib
import faulthandler
import logging
import sys
from collections.abc import Iterator
from typing import IO

from stylegan_core.rundir import RunDir

log = logging.getLogger(__name__)


class _Lines(logging.StreamHandler[IO[str]]):
    """Writes lines; that they cannot be written is said once, where somebody else listens."""

    _mute = False

    def handleError(self, record: logging.LogRecord) -> None:
        """Keeps Python's own words for everything but a disk that is full or gone."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._mute:
            self._mute = True
            log.error("log.txt cannot be written (%s); training goes on without it.", error.strerror or error)


@contextlib.contextmanager
def log_file(run: RunDir) -> Iterator[None]:
    """What is logged goes into log.txt too, and so does the place of a crash."""
    file = run.log_file.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
    handler = _Lines(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("stylegan_core")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    already = faulthandler.is_enabled()
    if not already:
        faulthandler.enable(file)
    try:
        yield
    finally:
        if not already:
            faulthandler.disable()
        root.setLevel(level)
        root.removeHandler(handler)
        with contextlib.suppress(OSError):  # lines that found no room are tried once more, and were told elsewhere
            file.close()
