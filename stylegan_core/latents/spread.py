"""How w spreads: the measure of a step in W, and of the numbers that a network's layers make of it."""

import numpy as np
import torch
from torch import Tensor

from stylegan_core.latents.samples import Floats, sample_w
from stylegan_core.model import Model
from stylegan_core.steps import run_through

SAMPLES = 1000  # of W


def spread_of_w(model: Model) -> Tensor:
    """How the styles of one class spread [n, w_dim]: normal numbers [n] times it are as far apart as w are.

    Networks without styles move their code, which is normal itself; a label's part of it stays.
    """
    if not model.info.capabilities.styles:
        return torch.eye(model.z_dim, model.w_dim, device=model.device)
    kept = model.derived.get("spread of w")
    if not isinstance(kept, Tensor):
        kept = model.derived["spread of w"] = torch.from_numpy(_spread(model)).to(model.device)
    return kept


def _spread(model: Model) -> Floats:
    ws, classes = run_through(sample_w(model, SAMPLES)).astype(np.float64), max(len(model.classes), 1)
    for each in range(classes):  # they take turns
        ws[each::classes] -= ws[each::classes].mean(axis=0)
    values, vectors = np.linalg.eigh(ws.T @ ws / len(ws))
    return np.asarray(np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T, np.float32)
