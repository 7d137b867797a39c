"""How many cores this process may use, and what is to be said of more threads than those."""

import os


def all_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def too_many_threads(threads: int) -> str:
    """One sentence where a run's ``threads`` are more than the cores there are, else an empty text.

    They are not lowered: sums round by the number of threads, and a run goes on bit by bit only with its own.
    """
    cores = all_cores()
    if threads <= cores:
        return ""
    here = "1 core" if cores == 1 else f"{cores} cores"
    return (
        f"threads={threads} is more than the {here} that training may use on this machine, which slows every step; "
        f"begin the run with threads={cores}."
    )
