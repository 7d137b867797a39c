"""Judge: answers questions about pictures, having learned from labelled ones; it scores what a direction changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.data.containers import open_container
from stylegan_core.data.labels import attribute_tables
from stylegan_core.data.source import Dataset
from stylegan_core.latents.measured import attributes_of, measures
from stylegan_core.latents.questions import FEWEST_SHARE, MEASURED, Question, questions_for
from stylegan_core.metrics.features import Extractor, Progress
from stylegan_core.metrics.samples import batches

COLOUR_SIDE = 8  # beside the features, which forget colours, the picture itself at 8²
REGULARISATION = 0.02
TESTED = 0.2  # of the pictures, held back to say how often an answer is right
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answerer:
    """One question, how to answer it (weights over the seen numbers) and how often that is right on held-out reals."""

    question: Question
    weights: Scores
    offset: float
    accuracy: float


class Judge:
    """Logistic regressions over EfficientNet features and coarse colours, one for each question.

    ``name`` says which pictures it has learned from, ``resolution`` at which, 0 where it is not known.
    """

    def __init__(
        self,
        extractor: Extractor,
        answerers: tuple[Answerer, ...],
        mean: Scores,
        scale: Scores,
        name: str = "",
        resolution: int = 0,
    ) -> None:
        self.extractor, self.answerers, self.mean, self.scale = extractor, answerers, mean, scale
        self.name, self.resolution = name, resolution

    @property
    def questions(self) -> tuple[Question, ...]:
        """What this judge can be asked, in the order of the columns of :meth:`scores`."""
        return tuple(answerer.question for answerer in self.answerers)

    def scores(self, pictures: Iterable[Tensor], progress: Progress | None = None, count: int = 0) -> Scores:
        """Log-odds of "yes" [N, questions] for batches of uint8 [n, 3, R, R]."""
        seen = (see(self.extractor, pictures, progress, count) - self.mean) / self.scale
        weights = np.stack([answerer.weights for answerer in self.answerers], axis=1)
        made: Scores = seen @ weights + np.array([answerer.offset for answerer in self.answerers])
        return made

    def log_odds(self, pictures: Tensor) -> Tensor:
        """The same [n, questions] of pictures [n, 3, R, R] in 0..255 that need not be whole, differentiable."""
        seen = (_seen(self.extractor, pictures).double() - torch.from_numpy(self.mean)) / torch.from_numpy(self.scale)
        weights = torch.from_numpy(np.stack([answerer.weights for answerer in self.answerers], axis=1))
        return seen @ weights + torch.tensor([answerer.offset for answerer in self.answerers], dtype=torch.float64)


def see(extractor: Extractor, pictures: Iterable[Tensor], progress: Progress | None = None, count: int = 0) -> Scores:
    """What a judge sees of pictures [N, 1280 + 3·8²]: pooled features, and the picture at 8²."""
    rows: list[npt.NDArray[np.float32]] = []
    done = 0
    for batch in pictures:
        with torch.inference_mode():
            rows.append(_seen(extractor, batch).numpy())
        done += len(batch)
        if progress and count:
            progress(done / count)
    return np.concatenate(rows).astype(np.float64)


def _seen(extractor: Extractor, pictures: Tensor) -> Tensor:
    colours = F.adaptive_avg_pool2d(pictures.cpu().float() / 127.5 - 1, COLOUR_SIDE).flatten(1)
    return torch.cat([extractor.pooled(pictures).cpu(), colours], dim=1)


def learn(dataset: Dataset, extractor: Extractor, count: int, progress: Progress | None = None) -> Judge:
    """A judge of everything that ``count`` pictures, taken evenly from a data set, can teach.

    It is asked about their labels and about what can be measured in any picture; a picture without a label teaches
    nothing about it. Raises ValueError if the data set has nothing with enough pictures on both sides.
    """
    count = min(count, len(dataset))
    chosen = [place * len(dataset) // count for place in range(count)]
    values = _values(dataset, chosen)
    questions = questions_for({name: sorted({each for each in of if each is not None}) for name, of in values.items()})
    measurements: list[dict[str, Scores]] = []

    def pictures() -> Iterator[Tensor]:
        for batch in batches(dataset, chosen):
            measurements.append(measures(batch))
            yield batch

    seen = see(extractor, pictures(), progress, count)
    measured = attributes_of(measurements)
    questions += tuple(one for one in MEASURED if one.attribute in measured.keys() - values.keys())
    values = {**measured, **values}
    mean, scale = seen.mean(axis=0), seen.std(axis=0) + 1e-6
    seen = (seen - mean) / scale
    learned = (_learned(question, values[question.attribute], seen) for question in questions)
    answerers = tuple(answerer for answerer in learned if answerer is not None)
    if not answerers:
        raise ValueError(f"The pictures of {dataset.path} do not differ enough to find directions with; take others.")
    return Judge(extractor, answerers, mean, scale, f"{count} pictures of {dataset.path.name}", dataset.resolution)


def _learned(question: Question, values: Sequence[str | None], seen: Scores) -> Answerer | None:
    """How to answer a question, from what was seen [N, …] of pictures and their values; None with too few of one side.

    The last pictures of each side are held back, so that however a data set is sorted both are learned and tested.
    """
    from sklearn.linear_model import LogisticRegression

    told = [None if value is None else question.answer(value) for value in values]
    sides = [[row for row, answer in enumerate(told) if answer is side] for side in (False, True)]
    known = [side[: int(len(side) * (1 - TESTED))] for side in sides]
    fewer, total = min(map(len, sides)), sum(map(len, sides))
    if fewer < FEWEST_SHARE * total or not all(known):
        return None
    fitted = LogisticRegression(C=REGULARISATION / total * 1000, class_weight="balanced", max_iter=300)
    fitted.fit(seen[known[0] + known[1]], np.repeat([False, True], [len(side) for side in known]))
    said_no, said_yes = (fitted.predict(seen[side[len(own) :]]) for side, own in zip(sides, known, strict=True))
    accuracy = float((said_yes.mean() + (~said_no).mean()) / 2)
    return Answerer(question, fitted.coef_[0], float(fitted.intercept_[0]), accuracy)


def _values(dataset: Dataset, chosen: Sequence[int]) -> dict[str, Sequence[str | None]]:
    """What the labels say of each of the chosen pictures, by attribute; None for a picture that has no value."""
    pictures = [dataset.name(index) for index in chosen]
    found: dict[str, Sequence[str | None]] = {}
    for attribute, read in attribute_tables(open_container(dataset.path)).items():
        names, by_picture = read()
        told = [by_picture.get(name) for name in pictures]
        if any(value is not None for value in told):
            found[attribute] = [None if value is None else names[value] for value in told]
    return found
