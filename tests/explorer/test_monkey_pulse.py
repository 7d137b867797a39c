"""A game that was held up as a whole is no slow window."""

import math

from tests.explorer.monkey_pulse import BEAT, Pulse


def test_what_was_lost_is_told_in_two_answers() -> None:
    now, slept = 100.0, iter((BEAT, 87.0, 2.0))

    def sleep(_seconds: float) -> None:
        nonlocal now
        now += next(slept)

    pulse = Pulse(lambda: now, sleep)
    assert pulse.lost() == math.inf
    for _ in range(3):
        pulse.beat()
    assert [round(pulse.lost(), 6) for _ in range(3)] == [round(87.0 - BEAT, 6)] * 2 + [0.0]
