"""Stand-in answers for sweeps and entanglement, without torch: the same everywhere."""

import numpy as np

from stylegan_core.lab.entanglement import Entanglement
from stylegan_core.lab.sweep_facts import SweepFacts
from stylegan_core.lab.sweep_plan import EntanglementPlan, Sweep
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import Direction, Vector
from tests.explorer.explore.panel_fakes import W_DIM

NAMES = ("brightness", "colour", "width")


def entries(count: int = 3, seed: int = 0) -> tuple[Entry, ...]:
    """Directions with names, the first of them named after a measure."""
    names = ["Brighter", *(f"direction {number}" for number in range(1, count))]
    vectors = np.random.RandomState(seed).randn(count, W_DIM)
    return tuple(
        Entry(Direction(name, Vector.of(vectors[at]), 2.0), "labels", at, first=at) for at, name in enumerate(names)
    )


def swept(sweep: Sweep, *, features: bool = False) -> SweepFacts:
    """Brightness rises by 0.5 a step of the value, colour falls by 0.1, width stays."""
    rows, values = len(sweep.rows), np.array(sweep.values)
    slopes = np.array([0.5, -0.1, 0.0])[:, None, None]
    measured = slopes * values + 0.05 * np.arange(rows)[:, None] * values
    far = np.tile(np.abs(values - values[sweep.middle]), (rows, 1))
    steps = np.tile(np.diff(values), (rows, 1))
    more = (far * 2, steps * 2) if features else (None, None)
    return SweepFacts("h", NAMES, "{}", np.ones(3), sweep, measured, far, steps, *more)


def entangled(plan: EntanglementPlan, model: str) -> Entanglement:
    """Each one of the plan changes its own attribute by 0.8 and the next by -0.2, on every face nearly the same."""
    count, faces = len(plan.names), len(plan.seeds)
    slopes = np.zeros((count, faces, len(NAMES)))
    for at in range(count):
        slopes[at, :, at % 3], slopes[at, :, (at + 1) % 3] = 0.8, -0.2
    slopes += 0.01 * np.arange(faces)[:, None]
    return Entanglement(model, NAMES, "{}", np.ones(3), plan, slopes, *[np.eye(len(plan.directions))] * 2)
