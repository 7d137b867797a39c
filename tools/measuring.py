"""What the cards of the networks in the box tell in numbers: every metric, against reals that are looked at once."""

from dataclasses import dataclass

from stylegan_core.data.source import Dataset
from stylegan_core.metrics import distances
from stylegan_core.metrics.features import Extractor, Features
from stylegan_core.metrics.samples import reals
from stylegan_core.metrics.sliced import MOST_PICTURES, patches, sliced_wasserstein
from stylegan_core.metrics.table import measure
from stylegan_core.model import Model

MANY = 10_000  # pictures a side of the larger distance
EXPLAINED = {
    "FD-E": "Fréchet distance to held-out pictures, psi 1",
    "FD-E real": "the same between two disjoint real sets of that size: the floor, nearly all sampling bias",
    "KID-E": "kernel distance to held-out pictures",
    "P-E": "precision: share of drawn pictures that look real",
    "R-E": "recall: share of real pictures that are covered",
    "SWD": "sliced Wasserstein distance, times 1000, mean over scales: no trained network looks at the pictures",
    "SWD real": "the same between two disjoint real sets",
    "PPL-E": "path length in W",
    "FD-E 10 000": "as FD-E, over 10 000 pictures a side",
    "FD-E 10 000 real": "the floor at that size",
    "diversity": "spread of the pixels over one grid of faces",
    "diversity in features": "spread of the discriminator's features over it",
}


@dataclass(frozen=True, slots=True)
class Reals:
    """Held-out pictures and pictures trained on, and what the extractor sees in ``most`` of each."""

    heldout: Dataset
    data: Dataset
    extractor: Extractor
    sides: tuple[Features, Features]
    most: int


def reals_of(heldout: Dataset, data: Dataset, extractor: Extractor, count: int) -> Reals:
    """Looks at ``count`` pictures a side, or at MANY where the held-out set has as many."""
    most = MANY if len(heldout) >= MANY else count
    of_heldout, of_data = (extractor.all(reals(side, most), most) for side in (heldout, data))
    return Reals(heldout, data, extractor, (of_heldout, of_data), most)


def measured(model: Model, real: Reals, count: int) -> dict[str, float]:
    """Every metric over ``count`` pictures a side, and the distance over MANY where the reals are as many."""
    small = [side[:count] for side in real.sides]
    numbers = measure(model, real.heldout, count=count, extractor=real.extractor, real=small[0]).numbers
    numbers = {"FD-E": numbers.pop("FD-E"), "FD-E real": distances.frechet(*small), **numbers}
    few = min(count, MOST_PICTURES)
    of_heldout, of_data = (patches(reals(side, few), few) for side in (real.heldout, real.data))
    numbers["SWD real"] = sliced_wasserstein(of_heldout, of_data)
    if real.most > count:
        most = real.most
        many = measure(model, real.heldout, ("fd",), count=most, extractor=real.extractor, real=real.sides[0]).numbers
        numbers |= {"FD-E 10 000": many["FD-E"], "FD-E 10 000 real": distances.frechet(*real.sides)}
    return {name: numbers[name] for name in EXPLAINED if name in numbers}
