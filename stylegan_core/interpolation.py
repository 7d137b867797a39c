"""The way from one picture's styles to another's; no torch."""

import numpy as np
import numpy.typing as npt

from stylegan_core.info import ModelInfo

Floats = npt.NDArray[np.float32]


def between(a: Floats, b: Floats, part: float, info: ModelInfo) -> Floats:
    """ws [num_layers, w_dim] ``part`` of the way from ``a`` to ``b``: a straight line in W.

    Where a network without styles draws the code itself, its length goes along as well: halfway between two codes of
    usual length lies one that no face was learned from.
    """
    made = np.array(a + part * (b - a), np.float32)
    if info.why_not("styles"):
        code = np.s_[:, : info.z_dim]  # beside it stands the label
        lengths = [np.linalg.norm(each[code], axis=1, keepdims=True) for each in (a, b, made)]
        made[code] *= ((1 - part) * lengths[0] + part * lengths[1]) / np.maximum(lengths[2], 1e-12)
    return made
