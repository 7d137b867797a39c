"""A game that was held up as a whole is no slow window."""

import math
from collections.abc import Iterable

import pytest

from tests.explorer.monkey_pulse import BEAT, Pulse


class Machine:
    """A clock, and sleeps that take as long as is told."""

    def __init__(self, slept: Iterable[float]) -> None:
        self.now, self._slept = 100.0, iter(slept)

    def clock(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        self.now += next(self._slept)


def test_what_was_lost_is_told_in_two_answers() -> None:
    machine = Machine((BEAT, 87.0, 0.2, BEAT))
    pulse = Pulse(machine.clock, machine.sleep)
    assert pulse.lost() == math.inf
    for _ in range(3):
        pulse.beat()
    assert [round(pulse.lost(), 6) for _ in range(2)] == [round(87.0 - BEAT, 6)] * 2
    pulse.beat()
    assert pulse.lost() == pytest.approx(0.0)


def test_standstills_that_follow_each_other_are_one_for_the_window() -> None:
    """Measuring stopped a game twice for 56 seconds, with too little between them for the window to draw breath."""
    machine = Machine((56.0, 0.1, 56.0))
    pulse = Pulse(machine.clock, machine.sleep)
    pulse.lost()
    for _ in range(3):
        pulse.beat()
    assert pulse.lost() == pytest.approx(112.0 - 2 * BEAT)


def test_a_standstill_counts_before_the_pulse_has_noticed() -> None:
    machine = Machine((BEAT,))
    pulse = Pulse(machine.clock, machine.sleep)
    pulse.lost()
    pulse.beat()
    machine.now += 56.0
    assert pulse.lost() == pytest.approx(56.0, abs=BEAT)
