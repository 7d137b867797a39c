"""The last checkpoint of a run: asked of the disk again and again, and tried even where an error ends the run."""

import logging
import time
from collections.abc import Callable

from stylegan_core.training.keeping import Keeper
from stylegan_core.training.state import TrainingState

TRIES = 12
PAUSE = 5.0  # seconds between two tries: a minute in all
LOOK = 0.1  # seconds between two questions whether somebody gave up
log = logging.getLogger(__name__)


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


def rescue(keeper: Keeper, state: TrainingState, save: Callable[[], bool]) -> None:
    """One more checkpoint before an error ends a run, unless it would hold half an update or nothing new."""
    if state.torn or not state.counters.steps or keeper.holds(state):
        return
    try:
        save()
    except Exception as error:  # noqa: BLE001 - the error that ends the run is the one to be told
        log.error("The last checkpoint could not be written (%s).", error)
