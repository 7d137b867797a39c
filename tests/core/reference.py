"""Finds the reference networks, which lie beside the checkout and are never copied into it."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
