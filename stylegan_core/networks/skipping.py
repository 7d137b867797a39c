"""Gradients of pictures that will be differentiated again (R1): those of the weights are not wanted on the way."""

import contextlib
from collections.abc import Iterator

_skipping = False


@contextlib.contextmanager
def gradients_of_inputs() -> Iterator[None]:
    """Around a gradient of the inputs that will be differentiated again: those of the weights are not computed."""
    global _skipping
    before, _skipping = _skipping, True
    try:
        yield
    finally:
        _skipping = before


def skips_weights() -> bool:
    """Whether this is inside :func:`gradients_of_inputs`."""
    return _skipping
