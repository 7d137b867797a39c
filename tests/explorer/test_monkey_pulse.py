"""A machine that stands still is no slow window."""

import math

from tests.explorer.monkey_pulse import BEAT, Pulse


def test_what_the_machine_has_lost_is_told_once() -> None:
    now, slept = 100.0, iter((BEAT, 87.0, 2.0))

    def sleep(_seconds: float) -> None:
        nonlocal now
        now += next(slept)

    pulse = Pulse(lambda: now, sleep)
    assert pulse.lost() == math.inf
    for _ in range(3):
        pulse.beat()
    assert abs(pulse.lost() - 87.0 + BEAT) < 1e-9 and pulse.lost() == 0.0
