"""Entangling: measures what each direction and channel changes on many faces, as ``entanglement.py`` defines it."""

from collections.abc import Generator

import numpy as np

from stylegan_core.lab.entanglement import SAMPLES, Entanglement
from stylegan_core.lab.measurement import Doubles
from stylegan_core.lab.sweep_plan import EntanglementPlan
from stylegan_core.lab.sweeping import how
from stylegan_core.latents.meter import Attributes, Meter, spreads_of
from stylegan_core.recipe import AppliedDirection
from stylegan_core.render import Renderer
from stylegan_core.steps import retold
from stylegan_core.w_samples import Floats, sample_w

Steps = Generator[tuple[int, int, None], None, Entanglement]


def entanglement_steps(renderer: Renderer, plan: EntanglementPlan, meter: Meter) -> Steps:
    """Measures what each direction and channel changes; yields (index, total, None), one draw a step.

    Raises ValueError as ``render`` does, and where the faces do not differ in anything.
    """
    model = renderer.styles.model
    reaches = plan.reaches
    moved = [
        plan.moved(face, row, side * reach)
        for face in plan.faces
        for row, reach in enumerate(reaches)
        for side in (-1, 1)
    ]
    recipes, found = [*plan.whole_faces, *moved], list[Attributes]()
    for at, recipe in enumerate(recipes):
        found.append(meter(renderer.render(recipe, "exact", keep=False)))
        yield at, len(recipes), None
    spreads = spreads_of(found[: len(plan.seeds)])
    scale = np.array([*spreads.values()])
    ends = np.array([[each[name] for name in spreads] for each in found[len(plan.seeds) :]])
    ends = ends.reshape(len(plan.seeds), len(reaches), 2, len(spreads)).transpose(1, 0, 2, 3)
    slopes = (ends[:, :, 1] - ends[:, :, 0]) / (2 * np.array(reaches)[:, None, None]) / scale
    ways = np.array([_way(each, model.num_layers) for each in plan.directions])
    ways = ways.reshape(len(plan.directions), model.num_layers, model.w_dim)
    ws: Floats = yield from retold(sample_w(model, SAMPLES), lambda _: (len(recipes) - 1, len(recipes), None))
    said = how(renderer, meter, seeds=list(plan.seeds), step=plan.step, psi=plan.base.psi)
    correlation = _correlation(ways.mean(axis=1) @ ws.T.astype(np.float64))
    return Entanglement(model.info.hash, tuple(spreads), said, scale, plan, slopes, _cosine(ways), correlation)


def _way(direction: AppliedDirection, layers: int) -> Doubles:
    """A direction's vector on every layer [layers, w_dim]."""
    vector = direction.direction.vector.array.astype(np.float64)
    rows = vector[None] if vector.ndim == 1 else vector
    way: Doubles = rows[np.arange(layers).clip(max=len(rows) - 1)]
    return way


def _cosine(rows: Doubles) -> Doubles:
    """Between every two rows [N, ...]; 0 with one that is nothing."""
    flat = rows.reshape(len(rows), -1)
    unit = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    cosine: Doubles = unit @ unit.T
    return cosine


def _correlation(along: Doubles) -> Doubles:
    """Between the rows of samples [N, samples]."""
    return _cosine(along - along.mean(axis=1, keepdims=True))
