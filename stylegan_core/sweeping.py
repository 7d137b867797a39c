"""Sweeping: draws a knob over a row of values and measures what changes, a picture at a time."""

import json
from collections.abc import Generator

import numpy as np
import torch

from stylegan_core.latents.meter import Attributes, Meter, Pixels, spreads_of
from stylegan_core.metrics.features import Extractor
from stylegan_core.picture import circumstances
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer
from stylegan_core.sweep_facts import Doubles, SweepFacts
from stylegan_core.sweep_plan import Sweep

SPREAD_FACES = 32  # seeds 0 to 31 at psi 1, over which an attribute's spread is taken
Steps = Generator[tuple[int, int, Pixels | None], None, SweepFacts]


def sweep_steps(renderer: Renderer, sweep: Sweep, meter: Meter, extractor: Extractor | None = None) -> Steps:
    """Draws and measures a sweep exactly; yields (index, total, picture uint8 [R, R, 3] or None), one draw a step.

    Pictures come row after row; what follows them are the faces that the spread of an attribute is taken over, unless
    it is known. Raises ValueError as ``render`` does, and where the network's faces do not differ in anything.
    """
    cells, kept = sweep.cells, renderer.styles.model.derived
    key = f"spreads of attributes {meter.judge_name} {sweep.base.label} {sweep.base.level} {sweep.base.alpha}"
    total = len(cells) + (0 if key in kept else SPREAD_FACES)
    found, pictures, looks = list[Attributes](), list[Doubles](), list[Doubles]()
    for at, recipe in enumerate(cells):
        pixels = renderer.render(recipe, "exact", keep=False)
        found.append(meter(pixels))
        pictures.append(pixels.astype(np.float32).ravel() / np.sqrt(np.float32(pixels.size)))
        if extractor is not None:
            looks.append(_look(extractor, pixels))
        yield at, total, pixels
    if key not in kept:
        faces = list[Attributes]()
        for at in range(SPREAD_FACES):
            faces.append(meter(renderer.render(_whole_face(sweep.base, at), "exact", keep=False)))
            yield len(cells) + at, total, None
        kept[key] = spreads_of(faces)
    spreads = kept[key]
    assert isinstance(spreads, dict)
    measured = [[each[name] for each in found] for name in spreads]
    return SweepFacts(
        sweep, renderer.styles.model.info.hash, tuple(spreads), how(renderer, meter, faces_of_spread=SPREAD_FACES),
        np.array(measured).reshape(len(spreads), len(sweep.rows), len(sweep.values)), np.array([*spreads.values()]),
        *_distances(pictures, sweep), *(_distances(looks, sweep) if looks else (None, None)),
    )  # fmt: skip


def how(renderer: Renderer, meter: Meter, **more: object) -> str:
    """What numbers were measured with, in JSON: the judge, device, threads and versions, and more."""
    judge = {"judge": meter.judge_name} if meter.judge_name else {}
    return json.dumps({**more, **judge, **circumstances(str(renderer.styles.model.device))}, separators=(",", ":"))


def _whole_face(base: Recipe, seed: int) -> Recipe:
    """An untouched face of the same class and state of growth."""
    return Recipe(Latent(seed), psi=1.0, label=base.label, level=base.level, alpha=base.alpha)


def _look(extractor: Extractor, pixels: Pixels) -> Doubles:
    with torch.inference_mode():
        seen = extractor.pooled(torch.from_numpy(pixels).permute(2, 0, 1)[None])
    look: Doubles = seen[0].cpu().double().numpy()
    return look


def _distances(points: list[Doubles], sweep: Sweep) -> tuple[Doubles, Doubles]:
    """[rows, columns] from the middle column, and [rows, columns - 1] from each to the next one."""
    columns = len(sweep.values)

    def far(one: int, other: int) -> float:
        return float(np.linalg.norm(points[one] - points[other]))

    starts = range(0, len(points), columns)
    middle = [[far(start + at, start + sweep.middle) for at in range(columns)] for start in starts]
    steps = [[far(start + at, start + at + 1) for at in range(columns - 1)] for start in starts]
    return np.array(middle), np.array(steps)
