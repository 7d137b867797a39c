"""What the Lab's measurements have in common: of which network, which attributes, measured with what; no torch."""

import json
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
DOUBT = "labels_doubt"  # its name in ``how``


@dataclass(frozen=True, slots=True)
class Measurement:
    """Numbers about the network with hash ``model``, for A attributes.

    ``spreads`` [A] are the standard deviations of the attributes ``names`` over faces at psi 1, ``how`` says in JSON
    what was measured with.
    """

    model: str
    names: tuple[str, ...]
    how: str
    spreads: Doubles = field(repr=False, compare=False)

    @property
    def doubt(self) -> str:
        """Why the answers of its labels may be wrong, in one sentence; empty where they are not, or there are none."""
        return str(json.loads(self.how).get(DOUBT, ""))
