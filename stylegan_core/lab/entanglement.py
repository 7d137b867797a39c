"""Entanglement: what each direction changes beside what it is meant to, in numbers that can be cited; no torch.

For a face s, a direction d and an attribute a, the slope is (a(s + h·d) - a(s - h·d)) / (2h) for a step of h sigma, in
units of the standard deviation of a over the same faces at psi 1. The effect is its mean over the faces.
"""

import csv
import io
import math
from dataclasses import dataclass, field

import numpy as np

from stylegan_core.confidence import NORMAL, of_mean
from stylegan_core.files.table import as_text, lines_of
from stylegan_core.json_text import read_json
from stylegan_core.lab.measurement import Doubles, Measurement
from stylegan_core.lab.sweep_plan import EntanglementPlan
from stylegan_core.latents.channel_effect import percent, purity_of, signed
from stylegan_core.latents.questions import MEASURED
from stylegan_core.recipe import Recipe

SAMPLES = 2000  # random w at least for the correlation of directions
LESS = "less "  # before the name of a channel whose right end makes less of it
_MEANT = {question.name: question.attribute for question in MEASURED}  # by the name of a direction


@dataclass(frozen=True, slots=True)
class Entanglement(Measurement):
    """Directions, then channels, against attributes: ``slopes`` [rows, faces, A]; the methods take a row.

    ``cosine`` [D, D] is that between the directions' vectors in W, whatever their layers; ``correlation`` [D, D] that
    of random w along them.
    """

    plan: EntanglementPlan
    slopes: Doubles = field(repr=False, compare=False)
    cosine: Doubles = field(repr=False, compare=False)
    correlation: Doubles = field(repr=False, compare=False)

    @property
    def effects(self) -> Doubles:
        """[rows, A]: the mean slope over the faces, standard deviations of an attribute per sigma of a direction."""
        effects: Doubles = self.slopes.mean(axis=1)
        return effects

    @property
    def confidence(self) -> Doubles:
        """[rows, A]: half the width of the 95 % confidence interval of each effect (Student's t over the faces)."""
        return of_mean(self.slopes.swapaxes(0, 1))

    @property
    def correlation_confidence(self) -> Doubles:
        """[D, D]: the same of each correlation, which was taken over SAMPLES random w or more."""
        half: Doubles = NORMAL * (1 - self.correlation**2).clip(min=0) / math.sqrt(SAMPLES)
        return half

    def meant(self, row: int) -> int | None:
        """The attribute that a direction or channel is named after, None where it is named after none of them."""
        at = row - len(self.plan.directions)
        whole = self.plan.directions[row].direction.name if at < 0 else self.plan.channels[at].name
        name = whole.removeprefix(LESS)
        wanted = name if name in self.names else _MEANT.get(name)
        return self.names.index(wanted) if wanted in self.names else None

    def main(self, row: int) -> int:
        """The attribute that a direction is named after, else the one that it changes most."""
        meant = self.meant(row)
        return int(np.argmax(np.abs(self.effects[row]))) if meant is None else meant

    def purity(self, row: int) -> float:
        """|effect on the main attribute| / sum of |effects| on all attributes, 0 to 1; 0 where nothing changes."""
        return purity_of(self.slopes[row], self.main(row))[0]

    def purity_confidence(self, row: int) -> float:
        """± of a purity: half of its 95 % confidence interval, from leaving out each face in turn."""
        return purity_of(self.slopes[row], self.main(row))[1]

    def purest(self, attribute: int, *, channels: bool) -> int | None:
        """The direction, or channel, in whose change an attribute has the largest part; None where none is sure to."""
        first = len(self.plan.directions)
        rows = range(first, len(self.slopes)) if channels else range(first)
        sure = [at for at in rows if abs(self.effects[at, attribute]) > self.confidence[at, attribute]]
        return max(sure, key=lambda at: self.share(at, attribute)[0], default=None)

    def share(self, row: int, attribute: int) -> tuple[float, float]:
        """The part of any attribute in all that a direction or channel changes, as its purity has it, and its ±."""
        return purity_of(self.slopes[row], attribute)

    def leak(self, row: int) -> int | None:
        """The attribute beside the main one that changes most, None where there is no other."""
        sizes = np.abs(self.effects[row])
        sizes[self.main(row)] = -1
        return int(np.argmax(sizes)) if len(sizes) > 1 else None

    def words(self, row: int) -> str:
        """ "brightness +0.80 per σ, leaks most into detail −0.21; purity 41 ± 6 %, over 64 faces"."""
        effects, main, leak = self.effects[row], self.main(row), self.leak(row)
        rest = "" if leak is None else f", leaks most into {self.names[leak]} {signed(effects[leak])}"
        purity = percent(self.purity(row), self.purity_confidence(row))
        doubt = ", labels learned at another resolution" if self.doubt else ""
        over = f"over {self.slopes.shape[1]} faces{doubt}"
        return f"{self.names[main]} {signed(effects[main])} per σ{rest}; purity {purity}, {over}"


def entanglement_table(facts: Entanglement) -> str:
    """The numbers as CSV, one row each: effects with their confidence, purity, cosine and correlation.

    The model's hash, how it was measured, and the recipe of the first face with its direction at one step end each row.
    """
    rows = [["quantity", "direction", "with", "value", "confidence_95", "sd_over_faces", "model", "how", "recipe"]]
    effects, confidence, deviation = facts.effects, facts.confidence, facts.slopes.std(axis=1, ddof=1)
    names = [as_text(name) for name in facts.plan.names]
    directions = names[: len(facts.plan.directions)]
    attributes = [as_text(name) for name in facts.names]
    for at, name in enumerate(names):
        tail = (facts.model, facts.how, _shown(facts.plan, at))
        for column, attribute in enumerate(attributes):
            numbers = (effects[at, column], confidence[at, column], deviation[at, column])
            rows.append(["effect", name, attribute, *(repr(float(each)) for each in numbers), *tail])
        pure = (repr(facts.purity(at)), repr(facts.purity_confidence(at)))
        rows.append(["purity", name, attributes[facts.main(at)], *pure, "", *tail])
        if at >= len(directions):
            continue
        for to, other in enumerate(directions):
            rows.append(["cosine", name, other, repr(float(facts.cosine[at, to])), "", "", *tail])
        for to, other in enumerate(directions):
            value, half = float(facts.correlation[at, to]), float(facts.correlation_confidence[at, to])
            rows.append(["correlation", name, other, repr(value), repr(half), "", *tail])
    return "".join(lines_of(rows))


def plan_of_table(text: str) -> EntanglementPlan:
    """What a table of :func:`entanglement_table` was measured with, to measure it again. Raises ValueError."""
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
        recipes = [Recipe.from_json(row["recipe"]) for row in {row["recipe"]: row for row in rows}.values()]
        told = read_json(rows[0]["how"])
        seeds = [int(seed) for seed in told["seeds"]]
        directions = [each for recipe in recipes for each in recipe.directions[:1]]
        channels = [each for recipe in recipes if not recipe.directions for each in (recipe.channels[0],)]
        return EntanglementPlan.of(recipes[0], directions, seeds, float(told["step"]), channels)
    except (KeyError, IndexError, TypeError, csv.Error):
        raise ValueError("it is no table of --entanglement") from None
    except ValueError as error:
        raise ValueError(f"it is no table of --entanglement ({str(error).rstrip('.')})") from None


def _shown(plan: EntanglementPlan, row: int) -> str:
    return plan.moved(plan.base, row, plan.reaches[row]).to_json()
