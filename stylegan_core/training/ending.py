"""The end of a run: its last checkpoint is asked of the disk again and again before it is given up."""

import time
from collections.abc import Callable

from stylegan_core.training.keeping import Keeper
from stylegan_core.training.state import TrainingState

TRIES = 12
PAUSE = 5.0  # seconds between two tries: a minute in all
LOOK = 0.1  # seconds between two questions whether somebody gave up


def insist(keeper: Keeper, state: TrainingState, best: str, given_up: Callable[[], bool]) -> None:
    """Tries to save every few seconds. Raises OSError, saying what is lost, after a minute or if somebody gave up."""
    begin = time.monotonic()
    for number in range(1, TRIES + 1):
        while time.monotonic() < begin + number * PAUSE:
            if given_up():
                raise OSError(keeper.loss(state))
            time.sleep(LOOK)
        if keeper.tries_to_save(state, best):
            return
    raise OSError(keeper.loss(state))
