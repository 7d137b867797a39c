"""Every metric by its name: one call measures a model against a data set, another the data set alone."""

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field

import torch
from torch import Tensor

from stylegan_core.confidence import of_share
from stylegan_core.data.source import Dataset
from stylegan_core.metrics import distances
from stylegan_core.metrics.confidence import frechet_confidence, frechet_limit, kernel_confidence, recall_confidence
from stylegan_core.metrics.features import Extractor, Features, Progress
from stylegan_core.metrics.names import FEWEST, METRICS
from stylegan_core.metrics.path_length import path_length, path_lengths
from stylegan_core.metrics.samples import fakes, reals
from stylegan_core.metrics.sliced import MOST_PICTURES, patches, sliced_confidence, sliced_wasserstein
from stylegan_core.model import Model

MOST_PATHS = 1000
MANY = 1000  # pictures a side from which on a limit is told; over fewer it lies too high (docs/speed.md)
IN_FEATURES = {"fd", "kid", "pr"}  # between two sets of features
Pictures = Callable[[int], Iterator[Tensor]]  # so many of one side, in batches uint8 [n, 3, R, R]


@dataclass(frozen=True, slots=True)
class Measured:
    """The ``numbers`` by their names, in the order of METRICS, and how sure they are.

    ``confidence`` is half of the 95 % confidence interval of each: of what other drawn pictures would give beside the
    same real ones. ``limits`` holds what a Fréchet distance tends to with ever more pictures, where MANY were compared.
    """

    numbers: dict[str, float] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, value: float, confidence: float) -> None:
        """Notes a number with its confidence."""
        self.numbers[name], self.confidence[name] = value, confidence


def measure(
    model: Model,
    dataset: Dataset,
    only: Iterable[str] = tuple(METRICS),
    *,
    count: int = 2500,
    seed: int = 0,
    extractor: Extractor | None = None,
    real: Features | None = None,
    progress: Progress | None = None,
) -> Measured:
    """FD-E, KID-E, P-E, R-E, SWD, PPL-E of a model as asked, over ``count`` pictures a side.

    ``real`` are the data set's features where they are known already; up to MOST_PATHS pairs make the path length, up
    to MOST_PICTURES a side the sliced Wasserstein distance.
    Raises ValueError on an unknown name or too few pictures.
    """
    wanted = _known(only)
    there = min(count, len(dataset) if real is None else len(real))
    if wanted != {"ppl"} and there < FEWEST:
        raise ValueError(
            f"At least {FEWEST} real pictures are needed, and there are {there}: below, numbers say nothing."
        )
    extractor = extractor or (Extractor(model.device) if wanted - {"swd"} else None)
    shares = _Shares(progress, wanted)
    sides = (lambda number: reals(dataset, number)), (lambda number: fakes(model, number, seed))
    found = _compared(sides, (min(count, len(dataset)), count), wanted, extractor, shares, real)
    if "ppl" in wanted and extractor:
        lengths = path_lengths(model, extractor, min(count, MOST_PATHS), seed, shares.next())
        found.add("PPL-E", *path_length(lengths))
    return found


def measure_floor(
    dataset: Dataset,
    only: Iterable[str] = tuple(METRICS),
    *,
    count: int = 2500,
    device: str | torch.device = "cpu",
    progress: Progress | None = None,
) -> Measured:
    """What a model that draws just like the data would get: the same numbers between two disjoint sets of reals.

    Each has ``count`` pictures, or half of the data set where it has fewer than two such sets; the second counts as
    drawn. A path length is a model's own, so it is left out. Raises ValueError on an unknown name or too few pictures.
    """
    wanted = _known(only) - {"ppl"}
    number = min(count, len(dataset) // 2)
    if number < FEWEST:
        raise ValueError(
            f"Two sets of {FEWEST} real pictures are needed at least, and there are {len(dataset)} in all."
        )
    extractor = Extractor(device) if wanted & IN_FEATURES else None
    sides = (lambda few: reals(dataset, few)), (lambda few: reals(dataset, few, number))
    return _compared(sides, (number, number), wanted, extractor, _Shares(progress, wanted))


def _known(only: Iterable[str]) -> set[str]:
    wanted = set(only)
    if strange := wanted - set(METRICS):
        raise ValueError(f"There is no metric {sorted(strange)[0]!r}; there are {', '.join(METRICS)}.")
    return wanted


def _compared(
    sides: tuple[Pictures, Pictures],
    counts: tuple[int, int],
    wanted: Set[str],
    extractor: Extractor | None,
    shares: "_Shares",
    real: Features | None = None,
) -> Measured:
    """The wanted numbers between two sides, real ones first, of so many pictures each."""
    found = Measured()
    if wanted & IN_FEATURES and extractor:
        seeing = shares.next()
        real = extractor.all(sides[0](counts[0]), counts[0], seeing) if real is None else real
        _add_between(found, real, extractor.all(sides[1](counts[1]), counts[1], shares.next()), wanted)
    if "swd" in wanted:
        few = min(*counts, MOST_PICTURES)
        first, second = (patches(side(few), few, progress=shares.next()) for side in sides)
        found.add("SWD", sliced_wasserstein(first, second), sliced_confidence(first, second))
    return found


def _add_between(found: Measured, real: Features, fake: Features, wanted: Set[str]) -> None:
    """The wanted distances between the features of two sets of pictures."""
    if "fd" in wanted:
        distance = distances.frechet(real, fake)
        found.add("FD-E", distance, frechet_confidence(real, fake))
        if min(len(real), len(fake)) >= MANY:
            found.limits["FD-E"] = frechet_limit(real, fake, distance)
    if "kid" in wanted:
        found.add("KID-E", distances.kernel(real, fake), kernel_confidence(real, fake))
    if "pr" in wanted:
        precision, recall = distances.precision_and_recall(real, fake)
        found.add("P-E", precision, of_share(precision, len(fake)))
        found.add("R-E", recall, recall_confidence(real, fake))


class _Shares:
    """Splits one progress into equal parts, one after the other."""

    def __init__(self, progress: Progress | None, wanted: Set[str]) -> None:
        parts = 2 * bool(wanted & IN_FEATURES) + 2 * ("swd" in wanted) + ("ppl" in wanted)
        self.progress, self.parts, self.begun = progress, max(parts, 1), -1

    def next(self) -> Progress:
        self.begun += 1
        base = self.begun

        def report(done: float) -> None:
            if self.progress:
                self.progress((base + done) / self.parts)

        return report
