"""What a sweep has measured: how every attribute changes along it, how far and how fast the picture moves; no torch."""

from dataclasses import dataclass, field

import numpy as np

from stylegan_core.files.table import as_text, lines_of
from stylegan_core.lab.measurement import Doubles, Measurement
from stylegan_core.lab.sweep_plan import Sweep

PIXELS, FEATURES, PATH = "pixels", "features", "path"


@dataclass(frozen=True, slots=True)
class Curve:
    """One quantity along a sweep: its mean over the rows and the standard deviation ``spread`` between them.

    ``meaning`` says in a sentence what it is and in what it is counted.
    """

    name: str
    meaning: str
    at: Doubles = field(repr=False, compare=False)
    mean: Doubles = field(repr=False, compare=False)
    spread: Doubles = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SweepFacts(Measurement):
    """The numbers of a sweep, rows and columns as the sweep has them.

    ``measured`` [A, rows, columns] are the attributes. ``pixels`` and ``features`` [rows, columns] are distances from
    the middle column, ``pixel_steps`` and ``feature_steps`` [rows, columns - 1] those from each column to the next: the
    root of the mean squared difference of 0..255, and the Euclidean distance in the features of every -E metric; the
    latter None where not asked for.
    """

    sweep: Sweep
    measured: Doubles = field(repr=False, compare=False)
    pixels: Doubles = field(repr=False, compare=False)
    pixel_steps: Doubles = field(repr=False, compare=False)
    features: Doubles | None = field(default=None, repr=False, compare=False)
    feature_steps: Doubles | None = field(default=None, repr=False, compare=False)

    @property
    def changes(self) -> Doubles:
        """[A, rows, columns]: each attribute's change from the middle column, in units of its spread."""
        middle = self.measured[:, :, self.sweep.middle, None]
        changes: Doubles = (self.measured - middle) / self.spreads[:, None, None]
        return changes

    @property
    def paths(self) -> dict[str, Doubles]:
        """[rows, columns - 1] squared distances to the next column by the squared step, as PPL measures them."""
        steps = np.diff(np.array(self.sweep.values))
        found = {PIXELS: self.pixel_steps, FEATURES: self.feature_steps}
        return {name: (far / steps) ** 2 for name, far in found.items() if far is not None}

    def curves(self) -> tuple[Curve, ...]:
        """Every attribute, then the distances, then the path length, in features where they were measured."""
        values = np.array(self.sweep.values)
        from_middle = f"from {self.sweep.words(self.sweep.middle)}"
        made = [
            _curve(name, f"Change of {name} {from_middle}, in standard deviations of the model's faces.", values, of)
            for name, of in zip(self.names, self.changes, strict=True)
        ]
        far = f"Distance {from_middle}"
        made.append(_curve(PIXELS, f"{far}: root mean square of the pixels' differences, of 255.", values, self.pixels))
        if self.features is not None:
            made.append(_curve(FEATURES, f"{far} in the features of EfficientNet-Lite0.", values, self.features))
        seen = FEATURES if self.features is not None else PIXELS
        middles = (values[1:] + values[:-1]) / 2
        words = f"How fast the picture changes: squared distance in {seen} to the next one, by the squared step."
        return (*made, _curve(PATH, words, middles, self.paths[seen]))


def _curve(name: str, meaning: str, at: Doubles, of: Doubles) -> Curve:
    spread = of.std(axis=0, ddof=1) if len(of) > 1 else np.zeros(of.shape[1])
    return Curve(name, meaning, at, of.mean(axis=0), spread)


def sweep_table(facts: SweepFacts) -> str:
    """The numbers as CSV, one row a picture; its recipe, the model's hash and how it was measured end each row.

    Distances to the next column stand in the row of the first of the two.
    """
    sweep = facts.sweep
    tail = ("pixels", "pixels_to_next", "features", "features_to_next", "model", "how", "recipe")
    changes = [f"{name}_change" for name in facts.names]
    rows = [["swept", "seed", "value", *map(as_text, facts.names), *map(as_text, changes), *tail]]
    columns = len(sweep.values)
    for at, recipe in enumerate(sweep.cells):
        row, column = divmod(at, columns)
        far = [
            _cell(values, row, column)
            for values in (facts.pixels, facts.pixel_steps, facts.features, facts.feature_steps)
        ]
        numbers = [repr(float(value)) for value in (*facts.measured[:, row, column], *facts.changes[:, row, column])]
        seed = recipe.latent.seed if recipe.latent.w is None else ""
        words = (facts.model, facts.how, recipe.to_json())
        rows.append([as_text(sweep.swept.name), str(seed), repr(sweep.values[column]), *numbers, *far, *words])
    return "".join(lines_of(rows))


def _cell(values: Doubles | None, row: int, column: int) -> str:
    there = values is not None and column < values.shape[1]
    return repr(float(values[row, column])) if values is not None and there else ""
