"""Finds the reference networks, which lie beside the checkout and are never copied into it."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

DATA = Path(os.environ.get("STYLEGAN_REFERENCE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def reference(name: str) -> Path:
    """The path of a reference file; skips the test, with the reason, where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the reference file {name} is not beside the checkout; set STYLEGAN_REFERENCE_DATA to its folder")
    return path


def arrays(name: str) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a reference .npz; skips the test where it is absent."""
    with np.load(reference(name)) as found:
        return dict(found)


@cache
def tensors(name: str) -> dict[str, torch.Tensor]:
    """The same as tensors, read once."""
    return {key: torch.from_numpy(values) for key, values in arrays(name).items()}


# What NVIDIA's code drew from stylegan2-ada-64.pkl: the name in its arrays, psi, cutoff and noise.
ADA_PICTURES = pytest.mark.parametrize(
    ("name", "psi", "cutoff", "noise"),
    [
        ("img_psi1", 1.0, 10, "const"),
        ("img_psi07", 0.7, 10, "const"),
        ("img_psi05_cut4", 0.5, 4, "const"),
        ("img_none", 1.0, 10, "none"),
    ],
)
