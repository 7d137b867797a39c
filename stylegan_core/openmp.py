"""How long a thread of torch's stays awake without work; plain Python, for it must be said before torch loads."""

import os

SPINS = "2000"  # about what passes between two operators; measured in docs/speed.md


def spin_briefly() -> None:
    """Lets GNU's OpenMP, which torch brings on Linux, send its threads to sleep soon; no effect once torch is loaded.

    Left alone they stay awake for milliseconds, and where another program wants one of their cores, the thread that has
    something to do waits for one that has not: an operator then takes up to 70 times as long. LLVM's and Intel's, on
    other systems, know better. Whoever has set ``GOMP_SPINCOUNT`` or ``OMP_WAIT_POLICY`` is left alone.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
