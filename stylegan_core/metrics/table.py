"""Every metric by its name, and one call that measures a model against a data set."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from stylegan_core.data.source import Dataset
from stylegan_core.metrics import distances
from stylegan_core.metrics.features import Extractor, Features, Progress
from stylegan_core.metrics.path_length import path_length
from stylegan_core.metrics.samples import fakes, reals
from stylegan_core.metrics.sliced import MOST_PICTURES, patches, sliced_wasserstein
from stylegan_core.model import Model

MOST_PATHS = 1000


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric: its full name, which way is better, and what it says."""

    name: str
    better: str
    meaning: str


METRICS = {
    "fd": MetricRow("FD-E", "lower", "Fréchet distance between the features of real and drawn pictures"),
    "kid": MetricRow("KID-E", "lower", "kernel distance between them, without the bias of small samples"),
    "pr": MetricRow("P-E, R-E", "higher", "precision (looks real) and recall (covers the data)"),
    "swd": MetricRow("SWD", "lower", "sliced Wasserstein distance of details at every scale; no network sees them"),
    "ppl": MetricRow("PPL-E", "lower", "path length: how far a picture moves for a tiny step in W"),
}


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
) -> dict[str, float]:
    """FD-E, KID-E, P-E, R-E, SWD, PPL-E of a model as asked, over ``count`` pictures a side, in the order of METRICS.

    ``real`` are the data set's features where they are known already; up to MOST_PATHS pairs make the path length, up
    to MOST_PICTURES a side the sliced Wasserstein distance.
    Raises ValueError on an unknown name or too few pictures.
    """
    wanted = set(only)
    if strange := wanted - set(METRICS):
        raise ValueError(f"There is no metric {sorted(strange)[0]!r}; there are {', '.join(METRICS)}.")
    in_features = wanted - {"ppl", "swd"}
    extractor = extractor or (Extractor(model.device) if wanted - {"swd"} else None)
    shares = _Shares(progress, parts=2 * bool(in_features) + 2 * ("swd" in wanted) + ("ppl" in wanted))
    found: dict[str, float] = {}
    if in_features and extractor:
        seeing = shares.next()
        real = extractor.all(reals(dataset, count), min(count, len(dataset)), seeing) if real is None else real
        fake = extractor.all(fakes(model, count, seed), count, shares.next())
        found |= _between(real, fake, wanted)
    if "swd" in wanted:
        few = min(count, len(dataset), MOST_PICTURES)
        of_reals = patches(reals(dataset, few), few, progress=shares.next())
        found["SWD"] = sliced_wasserstein(of_reals, patches(fakes(model, few, seed), few, progress=shares.next()))
    if "ppl" in wanted and extractor:
        found["PPL-E"] = path_length(model, extractor, min(count, MOST_PATHS), seed, shares.next())
    return found


def _between(real: Features, fake: Features, wanted: Set[str]) -> dict[str, float]:
    """The wanted distances between the features of two sets of pictures."""
    found: dict[str, float] = {}
    if "fd" in wanted:
        found["FD-E"] = distances.frechet(real, fake)
    if "kid" in wanted:
        found["KID-E"] = distances.kernel(real, fake)
    if "pr" in wanted:
        found["P-E"], found["R-E"] = distances.precision_and_recall(real, fake)
    return found


class _Shares:
    """Splits one progress into equal parts, one after the other."""

    def __init__(self, progress: Progress | None, parts: int) -> None:
        self.progress, self.parts, self.begun = progress, max(parts, 1), -1

    def next(self) -> Progress:
        self.begun += 1
        base = self.begun

        def report(done: float) -> None:
            if self.progress:
                self.progress((base + done) / self.parts)

        return report
