"""Named directions from labels: the way in W along which a judge's answer changes, with its effect and its leak."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stylegan_core.latents.judge import Judge, Scores
from stylegan_core.latents.library import Entry
from stylegan_core.latents.samples import Floats, oriented, spread
from stylegan_core.metrics.features import Progress
from stylegan_core.model import Model
from stylegan_core.recipe import Direction, Vector
from stylegan_core.styles import truncate

RIDGE = 0.05  # of the variance of w, added to its covariance: keeps the regression from reading noise
TRIED = 32  # faces each candidate is tried on
STRENGTH = 3.0  # sigma either way, as the strip in the window shows it
PSI = 0.7
BATCH = 32


@dataclass(frozen=True, slots=True)
class Named:
    """A direction and what it does to faces between −3 and +3 sigma, in shares of changed answers.

    ``effect``: how much the share of "yes" to its own question rises; ``leak``: the mean absolute change of the
    share for the other questions. The entry's accuracy is how often the judge is right on held-out real pictures.
    """

    entry: Entry
    effect: float
    leak: float
    most_leaked: str


@torch.inference_mode()
def draw_ws(model: Model, ws: Tensor) -> Tensor:
    """Pictures uint8 [N, 3, R, R] of ws [N, layers, w_dim], stored noise."""
    return (model.synthesis(ws) * 127.5 + 128).clamp_(0, 255).to(torch.uint8)


def find_directions(
    model: Model, judge: Judge, count: int = 3000, seed: int = 0, progress: Progress | None = None
) -> list[Named]:
    """One direction a question, best first, each on the layers where it does most and leaks least.

    ``count`` random faces are judged; regressing the log-odds on w gives the vectors. Then each is tried on other
    faces at psi 0.7, from −3 to +3 sigma. Nothing is thrown away: a poor direction says so in its numbers.
    """
    report = progress or (lambda _: None)
    ws = _sample(model, count, seed)
    pictures = (draw_ws(model, _wide(model, ws[i : i + BATCH])) for i in range(0, count, BATCH))
    scores = judge.scores(pictures, lambda done: report(done / 2), count)
    vectors = _regress(ws.numpy(), scores)
    tried = truncate(_wide(model, _sample(model, TRIED, seed + 1)), model.w_avg.cpu(), torch.tensor(PSI))
    found = []
    for number, (answerer, vector) in enumerate(zip(judge.answerers, vectors, strict=True)):
        named = [_try(model, judge, tried, ws.numpy(), vector, number, rows) for rows in _ranges(model)]
        best = max(named, key=lambda one: one.effect - 2 * one.leak)
        found.append(replace(best, entry=replace(best.entry, accuracy=answerer.accuracy)))
        report(0.5 + (number + 1) / len(vectors) / 2)
    return sorted(found, key=lambda one: one.leak - one.effect)


def _sample(model: Model, count: int, seed: int) -> Tensor:
    z = torch.from_numpy(np.random.RandomState(seed).randn(count, model.z_dim).astype(np.float32))
    labels = torch.eye(len(model.classes))[torch.arange(count) % len(model.classes)] if model.classes else None
    return model.mapping(z, labels).cpu()


def _wide(model: Model, ws: Tensor) -> Tensor:
    return ws[:, None].expand(-1, model.num_layers, -1)


def _regress(ws: Floats, scores: Scores) -> list[Floats]:
    """Unit vectors [w_dim], one a column of scores: ridge regression of the clipped log-odds on w."""
    centred = ws.astype(np.float64) - ws.mean(axis=0)
    clipped = np.clip(scores, -6, 6)
    covariance = centred.T @ centred / len(centred)
    ridge = RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    slopes = np.linalg.solve(covariance + ridge, centred.T @ (clipped - clipped.mean(axis=0)) / len(centred))
    return [_signed(slope.astype(np.float32)) for slope in slopes.T]


def _signed(slope: Floats) -> Floats:
    """The unit vector, pointing towards "yes" (``oriented`` would choose its own sign)."""
    unit = oriented(slope)
    return unit if float(unit @ slope) > 0 else np.asarray(-unit, np.float32)


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


def _try(
    model: Model, judge: Judge, tried: Tensor, ws: Floats, vector: Floats, own: int, rows: tuple[int, int | None]
) -> Named:
    """What a vector on some layers does to the answers about the tried faces."""
    first, last = rows
    sigma = spread(ws, vector)
    push = torch.zeros(tried.shape[1], 1)
    push[first : None if last is None else last + 1] = STRENGTH * sigma
    moved = [tried + side * push * torch.from_numpy(vector) for side in (-1, 1)]
    shares = [_yes(judge.scores([draw_ws(model, part) for part in torch.split(side, BATCH)])) for side in moved]
    change = shares[1] - shares[0]
    others = np.delete(np.abs(change), own)
    names = [question.name for question in judge.questions]
    leaked = int(np.argmax(np.where(np.arange(len(change)) == own, -1, np.abs(change))))
    effect, leak = float(change[own]), float(others.mean()) if len(others) else 0.0
    direction = Direction(names[own], Vector.of(vector), sigma)
    entry = Entry(direction, "labels", own, first=first, last=last, effect=effect, leak=leak)
    return Named(entry, effect, leak, names[leaked])


def _yes(scores: Scores) -> npt.NDArray[np.float64]:
    """The share of "yes" to each question, by probability rather than by sign, so that it moves smoothly."""
    made: npt.NDArray[np.float64] = (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).mean(axis=0)
    return made
