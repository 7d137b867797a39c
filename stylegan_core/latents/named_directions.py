"""Named directions from labels: the way in W along which a judge's answer changes, with its effect and its leak."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stylegan_core.latents.candidates import candidate_directions
from stylegan_core.latents.judge import Judge, Scores
from stylegan_core.latents.library import Entry
from stylegan_core.latents.questions import MEASURED, Question
from stylegan_core.metrics.features import Progress
from stylegan_core.model import Model
from stylegan_core.networks.synthesis import as_bytes
from stylegan_core.recipe import Direction, Vector
from stylegan_core.steps import run_through
from stylegan_core.styles import truncate
from stylegan_core.w_samples import Floats, sample_w, spread

ROUNDS = ((8, 4), (32, 1))  # faces that every candidate is tried on, and how many of the best go on
TOLD = 64  # other faces, which say what the chosen one does
REACH = 1.5  # sigma either way; farther out faces fall apart, and a judge that has seen none such says anything
LEAST = 0.2  # effect of a direction that is kept
PURE = 3.0  # times its leak must that be
PSI = 0.7
BATCH = 32


@dataclass(frozen=True, slots=True)
class Named:
    """A direction and what it does to faces between −REACH and +REACH sigma, in shares of changed answers.

    ``effect``: how much the share of "yes" to its own question rises; ``leak``: the mean absolute change of the
    share for the other questions. The entry's accuracy is how often the judge is right on held-out real pictures.
    """

    entry: Entry
    effect: float
    leak: float
    most_leaked: str

    @property
    def worth(self) -> float:
        """The effect, times its part in all that changes: neither weak ways nor broad ones are worth much."""
        return self.effect * abs(self.effect) / (abs(self.effect) + PURE * self.leak + 1e-9)

    def keeps_its_word(self, least: float = LEAST) -> bool:
        """Whether it does at least so much of what it is named after, and little else."""
        return self.effect >= max(least, PURE * self.leak)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A unit vector [w_dim] on some layers (last None: to the end), for the question of that number."""

    number: int
    vector: Floats
    sigma: float
    first: int
    last: int | None


@torch.inference_mode()
def draw_ws(model: Model, ws: Tensor) -> Tensor:
    """Pictures uint8 [N, 3, R, R] of ws [N, layers, w_dim], stored noise."""
    return as_bytes(model.synthesis(ws))


def find_directions(model: Model, judge: Judge, count: int = 3000, progress: Progress | None = None) -> list[Named]:
    """One direction a question, on the layers where it does most and leaks least, :func:`in_order`.

    ``count`` random faces are judged, which gives :func:`candidate_directions`. They are tried on other faces at psi
    0.7, and the one chosen is measured on others again. Nothing is thrown away: a poor direction says so in its
    numbers.
    """
    report = progress or (lambda _: None)
    ws = _sample(model, count, 0)
    pictures = (draw_ws(model, _wide(model, ws[i : i + BATCH])) for i in range(0, count, BATCH))
    scores = judge.scores(pictures, lambda done: report(done / 4), count)
    vectors = candidate_directions(ws.numpy(), scores)
    rounds = [(_faces(model, faces, 1 + turn), kept) for turn, (faces, kept) in enumerate(ROUNDS)]
    fresh = _faces(model, TOLD, 1 + len(ROUNDS))
    found = []
    for number, answerer in enumerate(judge.answerers):
        candidates = _candidates(model, ws.numpy(), vectors[:, number], number)
        for faces, kept in rounds:
            tried = {one: _tried(model, judge, faces, one) for one in candidates}
            ranked = sorted(candidates, key=lambda one: (tried[one].keeps_its_word(), tried[one].worth), reverse=True)
            candidates = ranked[:kept]
        best = _tried(model, judge, fresh, candidates[0])
        found.append(replace(best, entry=replace(best.entry, accuracy=answerer.accuracy)))
        report((1 + 3 * (number + 1) / len(judge.answerers)) / 4)
    return in_order(found, judge.questions)


def in_order(found: Iterable[Named], questions: Iterable[Question]) -> list[Named]:
    """Those of labels before those of measures, the best of each attribute before the second of any."""
    attributes = {question.name: question.attribute for question in questions}
    measured = {question.name for question in MEASURED}
    seen: Counter[str] = Counter()
    places: list[tuple[bool, int, Named]] = []
    for one in sorted(found, key=lambda one: -one.worth):
        name = one.entry.direction.name
        places.append((name in measured, seen[attributes[name]], one))
        seen[attributes[name]] += 1
    return [one for _, _, one in sorted(places, key=lambda place: place[:2])]


def _sample(model: Model, count: int, seed: int) -> Tensor:
    return torch.from_numpy(run_through(sample_w(model, count, seed)))


def _wide(model: Model, ws: Tensor) -> Tensor:
    return ws[:, None].expand(-1, model.num_layers, -1)


def _faces(model: Model, count: int, seed: int) -> Tensor:
    """ws [count, layers, w_dim] of random faces at psi 0.7."""
    return truncate(_wide(model, _sample(model, count, seed)), model.w_avg.cpu(), torch.tensor(PSI))


def _candidates(model: Model, ws: Floats, vectors: Floats, number: int) -> list[_Candidate]:
    """Each of the vectors [N, w_dim] on each range of layers."""
    ranges = _ranges(model)
    measured = [(vector, spread(ws, vector)) for vector in vectors]
    return [_Candidate(number, vector, sigma, first, last) for vector, sigma in measured for first, last in ranges]


def _ranges(model: Model) -> list[tuple[int, int | None]]:
    """Layer ranges worth trying: all, each band, and two neighbouring bands together."""
    coarse, middle, fine = (band.layers for band in model.info.bands)
    found: list[tuple[int, int | None]] = [(0, None)]
    for one in (coarse, middle, fine):
        if one:
            found.append((one.start, one.stop - 1))
    if coarse and middle and fine:
        found += [(coarse.start, middle.stop - 1), (middle.start, fine.stop - 1)]
    return found


def _changes(model: Model, judge: Judge, faces: Tensor, one: _Candidate) -> npt.NDArray[np.float64]:
    """How much the share of "yes" to each question rises from −REACH to +REACH sigma along a candidate."""
    push = torch.zeros(faces.shape[1], 1)
    push[one.first : None if one.last is None else one.last + 1] = REACH * one.sigma
    moved = [faces + side * push * torch.from_numpy(one.vector) for side in (-1, 1)]
    less, more = (_yes(judge.scores([draw_ws(model, part) for part in torch.split(side, BATCH)])) for side in moved)
    return more - less


def _tried(model: Model, judge: Judge, faces: Tensor, one: _Candidate) -> Named:
    """What a candidate does to faces [N, layers, w_dim]."""
    changes, names = _changes(model, judge, faces, one), [question.name for question in judge.questions]
    others = np.delete(np.abs(changes), one.number)
    effect, leak = float(changes[one.number]), float(others.mean()) if len(others) else 0.0
    most = int(np.argmax(np.where(np.arange(len(changes)) == one.number, -1, np.abs(changes))))
    direction = Direction(names[one.number], Vector.of(one.vector), one.sigma)
    entry = Entry(
        direction, "labels", one.number, first=one.first, last=one.last, effect=effect, leak=leak, reach=REACH
    )
    return Named(entry, effect, leak, names[most])


def _yes(scores: Scores) -> npt.NDArray[np.float64]:
    """The share of "yes" to each question, by probability rather than by sign, so that it moves smoothly."""
    made: npt.NDArray[np.float64] = (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).mean(axis=0)
    return made
