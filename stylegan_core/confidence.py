"""How sure a number is: half the width of its 95 % confidence interval, which is what "±" says; no torch.

All of them come from what was measured anyway, so that nothing has to be drawn twice.
"""

import math

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
NORMAL = 1.959964  # the quantile of the normal distribution that 95 % of confidence need on either side


def student(freedom: int) -> float:
    """The quantile of Student's t for 95 % between both sides (Abramowitz & Stegun 26.7.5; within 1 % from 3 on)."""
    exact = {1: 12.7062, 2: 4.3027}
    if freedom in exact:
        return exact[freedom]
    z, n = NORMAL, freedom
    terms = (
        z,
        (z**3 + z) / (4 * n),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3),
    )
    return sum(terms)


def of_mean(values: Doubles) -> Doubles:
    """Of means over the first axis: ``values`` [N, ...] of N ≥ 2 independent draws -> [...]."""
    half: Doubles = student(len(values) - 1) * values.std(axis=0, ddof=1) / math.sqrt(len(values))
    return half


def of_left_out(values: Doubles) -> Doubles:
    """Of a number that was taken anew without each of N ≥ 2 equal parts: ``values`` [N, ...] -> [...] (jackknife)."""
    parts = len(values)
    half: Doubles = student(parts - 1) * (parts - 1) / math.sqrt(parts) * values.std(axis=0, ddof=1)
    return half


def of_share(share: float, count: int) -> float:
    """Of a share of ``count`` independent cases, also where it is none or all of them (Wilson's interval)."""
    z = NORMAL
    return z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
