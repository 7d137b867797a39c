"""Which picture is shown as number n: a function of the image counter alone, so resuming needs no saved state."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class DataOrder:
    """Every epoch shows each picture once, in an order of its own, each mirrored or not by a coin of its own.

    Image n is position n mod count of epoch n div count; the order and the coins of an epoch come from (seed, epoch).
    """

    def __init__(self, count: int, seed: int, mirror: bool = False) -> None:
        if count < 1:
            raise ValueError("A data set needs at least one picture.")
        self.count = count
        self.mirror = mirror
        self._epoch = lru_cache(maxsize=2)(lambda epoch: epoch_order(count, seed, epoch))

    def at(self, first: int, number: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Indices [number] and coins [number] of the images first, first + 1, ... on the counter."""
        indices = np.empty(number, np.int64)
        flips = np.zeros(number, np.bool_)
        done = 0
        while done < number:
            epoch, position = divmod(first + done, self.count)
            order, coins = self._epoch(epoch)
            some = min(number - done, self.count - position)
            indices[done : done + some] = order[position : position + some]
            if self.mirror:
                flips[done : done + some] = coins[position : position + some]
            done += some
        return indices, flips


def epoch_order(count: int, seed: int, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A permutation of the pictures and a coin for each position.

    Made from the raw 64 bits of PCG64, which numpy promises never to change, rather than from `permutation`.
    """
    bits = np.random.PCG64([seed, epoch]).random_raw(count)
    order = np.argsort(bits, kind="stable")
    return order, (bits[order] & 1).astype(np.bool_)
