"""Reads a pickle without unpickling: our own interpreter, which can build plain data and fixed stand-ins only."""

from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.pickle_machine import MAX_STACK, Machine, Persistent, Table
from stylegan_core.formats.pickle_opcodes import ACTIONS

STOP = ord(".")
PAY_EVERY, TELL_EVERY = 1024, 16384
"""Steps between payments from the budget, and between reports of progress."""


def read_pickle(
    data: memoryview, start: int, table: Table, budget: Budget, persistent: Persistent | None = None
) -> tuple[object, int]:
    """Reads one pickle that begins at `start`; returns its object and the position after it.

    Raises RefusedFile for anything that is not plain data, not in `table`, damaged, or over the limits.
    """
    machine = Machine(data, start, table, budget, persistent)
    end, steps = len(data), 0
    while True:
        if machine.position >= end:
            raise RefusedFile("it ends in the middle: the file is truncated")
        code = data[machine.position]
        machine.position += 1
        steps += 1
        if steps % PAY_EVERY == 0:
            budget.spend_steps(PAY_EVERY)
            if steps % TELL_EVERY == 0:
                budget.report(machine.position / end)
        if code == STOP:
            budget.spend_steps(steps % PAY_EVERY)
            return machine.pop(), machine.position
        action = ACTIONS.get(code)
        if action is None:
            raise RefusedFile(f"it holds the byte 0x{code:02x} where a pickle has an instruction")
        action(machine)
        if len(machine.stack) > MAX_STACK:
            raise RefusedFile("it piles up more unfinished values than any network needs")
