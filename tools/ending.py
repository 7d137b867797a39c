"""How a tool ends: with its exit code, or with one sentence about what it could not use."""

import sys
from collections.abc import Callable

from stylegan_core.__main__ import one_sentence


def run(main: Callable[[], int]) -> None:
    """Runs a tool and ends the process; 1 and a sentence on stderr for input that cannot be used."""
    try:
        sys.exit(main())
    except (ValueError, OSError) as error:
        sys.exit(one_sentence(error))
