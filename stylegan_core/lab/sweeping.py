"""Sweeping: draws a knob over a row of values and measures what changes, a picture at a time."""

import json
from collections.abc import Generator

import numpy as np
import torch

from stylegan_core.lab.measurement import DOUBT, Doubles
from stylegan_core.lab.sweep_facts import SweepFacts
from stylegan_core.lab.sweep_plan import Sweep
from stylegan_core.latents.meter import Attributes, Meter, Pixels, spreads_of
from stylegan_core.metrics.features import Extractor
from stylegan_core.pictures.picture import circumstances
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer

SPREAD_FACES = 32  # seeds 0 to 31 at psi 1, over which an attribute's spread is taken
Steps = Generator[tuple[int, int, Pixels | None], None, SweepFacts]


def sweep_steps(renderer: Renderer, sweep: Sweep, meter: Meter, extractor: Extractor | None = None) -> Steps:
    """Draws and measures a sweep exactly; yields (index, total, picture uint8 [R, R, 3] or None), one draw a step.

    Pictures come row after row; what follows them are the faces that the spread of an attribute is taken over, unless
    it is known. Raises ValueError as ``render`` does, and where the network's faces do not differ in anything.
    """
    cells, kept = sweep.cells, renderer.styles.model.derived
    key = f"spreads of attributes {meter.key} {sweep.base.label} {sweep.base.level} {sweep.base.alpha}"
    total = len(cells) + (0 if key in kept else SPREAD_FACES)
    found, far, seen = list[Attributes](), _Distances(sweep), _Distances(sweep)
    for at, recipe in enumerate(cells):
        pixels = renderer.render(recipe, "exact", keep=False)
        found.append(meter(pixels))
        far.add(pixels.astype(np.float32).ravel() / np.sqrt(np.float32(pixels.size)))
        if extractor is not None:
            seen.add(_look(extractor, pixels))
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
        renderer.styles.model.info.hash, tuple(spreads), how(renderer, meter, faces_of_spread=SPREAD_FACES),
        np.array([*spreads.values()]), sweep,
        np.array(measured).reshape(len(spreads), len(sweep.rows), len(sweep.values)),
        *far.whole, *(seen.whole if extractor is not None else (None, None)),
    )  # fmt: skip


def how(renderer: Renderer, meter: Meter, **more: object) -> str:
    """What numbers were measured with, in JSON: the judge and doubts, device, threads and versions, and more."""
    model = renderer.styles.model
    judge = {"judge": meter.judge_name} if meter.judge_name else {}
    doubt = {DOUBT: said} if (said := meter.doubt(model.resolution)) else {}
    return json.dumps({**more, **judge, **doubt, **circumstances(str(model.device))}, separators=(",", ":"))


def _whole_face(base: Recipe, seed: int) -> Recipe:
    """An untouched face of the same class and state of growth."""
    return Recipe(Latent(seed), psi=1.0, label=base.label, level=base.level, alpha=base.alpha)


def _look(extractor: Extractor, pixels: Pixels) -> Doubles:
    with torch.inference_mode():
        seen = extractor.pooled(torch.from_numpy(pixels).permute(2, 0, 1)[None])
    look: Doubles = seen[0].cpu().double().numpy()
    return look


class _Distances:
    """Between the points of each row of a sweep; no more of them are kept than it takes to measure the next."""

    def __init__(self, sweep: Sweep) -> None:
        self._columns, self._middle = len(sweep.values), sweep.middle
        self._row: list[Doubles] = []  # points from the first to the middle one, then the middle and the last
        self._from_middle, self._to_next = list[float](), list[float]()
        self._count = 0

    @property
    def whole(self) -> tuple[Doubles, Doubles]:
        """[rows, columns] from the middle column, and [rows, columns - 1] from each to the next one."""
        middle, steps = np.array(self._from_middle), np.array(self._to_next)
        return middle.reshape(-1, self._columns), steps.reshape(-1, self._columns - 1)

    def add(self, point: Doubles) -> None:
        """The next point, row after row."""
        column = self._count % self._columns
        self._count += 1
        if column:
            self._to_next.append(float(np.linalg.norm(self._row[-1] - point)))
        else:
            self._row = []
        self._row.append(point)
        if column == self._middle:
            self._from_middle += [float(np.linalg.norm(each - point)) for each in self._row]
            self._row = [point]
        elif column > self._middle:
            self._from_middle.append(float(np.linalg.norm(self._row[0] - point)))
            self._row = [self._row[0], point]
