"""The end of a run: its last checkpoint is asked of the disk again and again before it is given up."""

import time
from collections.abc import Callable

TRIES = 12
PAUSE = 5.0  # seconds between two tries: a minute in all
LOOK = 0.1  # seconds between two questions whether somebody gave up


def insists(save: Callable[[], bool], given_up: Callable[[], bool]) -> bool:
    """Calls ``save`` every few seconds for a minute, until it is True; False where it never was or somebody gave up."""
    begin = time.monotonic()
    for number in range(1, TRIES + 1):
        while time.monotonic() < begin + number * PAUSE:
            if given_up():
                return False
            time.sleep(LOOK)
        if save():
            return True
    return False
