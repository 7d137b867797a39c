"""Has the next batches of real pictures ready before the training loop asks for them, from one background thread."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from stylegan_core.data.cache import LevelCache
from stylegan_core.data.order import DataOrder

DEPTH = 2  # batches kept ready: one being copied, one in hand
STALL_SECONDS = 10.0
SLICE = 0.1  # seconds between two calls of `check` while a batch is waited for
PATIENCE = 5.0  # seconds that `close` waits for a disk or network that does not answer
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Real pictures uint8 [N, 3, r, r], mirrored where the coin says so, and their classes int64 [N] or None."""

    pixels: torch.Tensor
    labels: torch.Tensor | None


@dataclass(frozen=True, slots=True)
class Want:
    """Which batch: images `img` to `img + size` on the counter, at a level."""

    img: int
    level: int
    size: int

    def next(self) -> "Want":
        """The batch that is asked for after this one, unless the phase changes."""
        return Want(self.img + self.size, self.level, self.size)


class Loader:
    """Batches by image counter: `get(img, level, size)`.

    The thread works ahead from the last request, at most `DEPTH` batches. A request it did not foresee (a new level
    or batch size, a jump of the counter) drops what it has made. Nothing here has a random state: the same counter
    gives the same batch. `share` says which of the images 0 … size−1 of a batch this process shows (None: all).
    """

    def __init__(
        self,
        cache: LevelCache,
        order: DataOrder,
        share: Callable[[int], Sequence[int]] | None = None,
        on_stall: Callable[[str], None] = log.warning,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.waited = 0.0  # seconds that `get` has waited in all
        self._cache, self._order = cache, order
        self._share = share
        self._on_stall, self._stall_seconds = on_stall, stall_seconds
        self._ready: deque[tuple[Want, Batch]] = deque()
        self._next: Want | None = None
        self._error: Exception | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="data", daemon=True)
        self._thread.start()

    def get(self, img: int, level: int, size: int, check: Callable[[], None] = lambda: None) -> Batch:
        """The images `img` to `img + size` on the counter, this process's share of them, at 4·2^level pixels.

        `check` is called again and again while they are waited for; what it raises ends the waiting. Raises OSError or
        ValueError with one sentence where the data set cannot be read any more.
        """
        started = time.monotonic()
        with self._changed:
            if self._closed:
                raise ValueError("The loader is closed.")
            self._ask(Want(img, level, size))
        told = False
        while (batch := self._taken(min(SLICE, self._stall_seconds))) is None:
            check()
            waiting = time.monotonic() - started
            if waiting >= self._stall_seconds and not told:
                told = True
                self._on_stall(
                    f"{self._cache.dataset.path}: no pictures for {waiting:.0f} s; "
                    "the disk or network is slow or does not answer."
                )
        self.waited += time.monotonic() - started
        return batch

    def close(self) -> bool:
        """Ends the thread, which finishes the batch it is working on; False where it hangs in that, and lives on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            log.warning("%s does not answer; reading it is left to end by itself.", self._cache.dataset.path)
        return not self._thread.is_alive()

    def _taken(self, seconds: float) -> Batch | None:
        """The batch that was asked for; None if it is not there within so many seconds. Raises what stopped it."""
        with self._changed:
            if not self._ready:
                self._raise_error()
                self._changed.wait(seconds)
            if not self._ready:
                return None
            _, batch = self._ready.popleft()
            self._changed.notify_all()
            return batch

    def _ask(self, want: Want) -> None:
        """Points the thread at this batch, unless it is the one at hand or being made."""
        expected = self._ready[0][0] if self._ready else self._next
        if expected != want:
            self._ready.clear()
            self._error = None
            self._next = want
            self._changed.notify_all()

    def _raise_error(self) -> None:
        """Passes on what stopped the thread; asking again tries again."""
        if self._error:
            error, self._error = self._error, None
            self._changed.notify_all()
            raise error

    def _work(self) -> None:
        while (want := self._wait_for_work()) is not None:
            try:
                batch = self._make(want)
            except Exception as error:  # noqa: BLE001 - whatever it is, `get` raises it in the training thread
                self._deliver(want, None, error)
            else:
                self._deliver(want, batch, None)

    def _wait_for_work(self) -> Want | None:
        with self._changed:
            while not self._closed and (self._next is None or self._error or len(self._ready) >= DEPTH):
                self._changed.wait()
            return None if self._closed else self._next

    def _deliver(self, want: Want, batch: Batch | None, error: Exception | None) -> None:
        with self._changed:
            if self._next == want:  # else another batch was asked for meanwhile
                self._error = error
                if batch:
                    self._ready.append((want, batch))
                    self._next = want.next()
            self._changed.notify_all()

    def _make(self, want: Want) -> Batch:
        indices, flips = self._order.at(want.img, want.size)
        if self._share:
            places = list(self._share(want.size))
            indices, flips = indices[places], flips[places]
        pixels = self._cache.batch(want.level, indices)
        pixels[flips] = pixels[flips, ..., ::-1]
        labels = [self._cache.label(index) for index in indices.tolist()]
        known = np.array([label for label in labels if label is not None], np.int64)
        return Batch(torch.from_numpy(pixels), torch.from_numpy(known) if len(known) == len(indices) else None)
