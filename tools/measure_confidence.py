"""How sure the Quality page's numbers are: what is told after "±" beside how they really differ from seed to seed.

    python -m tools.measure_confidence MODEL DATA --count 250 --seeds 16

A line each number: its mean over the seeds, 1.96 standard deviations of it over them, and the mean (in squares) of ±.
"""

import argparse
from pathlib import Path

import numpy as np

from stylegan_core.confidence import NORMAL
from stylegan_core.data.source import open_dataset
from stylegan_core.metrics.features import Extractor
from stylegan_core.metrics.names import METRICS
from stylegan_core.metrics.samples import reals
from stylegan_core.metrics.table import Measured, measure
from stylegan_core.model import load_model


def line(name: str, found: list[Measured]) -> str:
    """One number of measurements with other seeds, as a row of a table."""
    values, halves = (np.array([each[name] for each in told]) for told in _told(found))
    spread, told = NORMAL * values.std(ddof=1), np.sqrt(np.mean(np.square(halves)))
    inside = np.mean(np.abs(values - values.mean()) <= halves)
    return f"| {name} | {values.mean():.4g} | {spread:.2g} | {told:.2g} | {inside:.0%} |"


def _told(found: list[Measured]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    return [each.numbers for each in found], [each.confidence for each in found]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_confidence", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=250, help="pictures a side")
    parser.add_argument("--seeds", type=int, default=16, help="how often the model is measured")
    parser.add_argument("--only", default=",".join(METRICS))
    chosen = parser.parse_args()
    model, extractor = load_model(chosen.model), Extractor()
    data = open_dataset(chosen.data, model.resolution)
    real, only = extractor.all(reals(data, chosen.count), chosen.count), chosen.only.split(",")
    found = list[Measured]()
    for seed in range(chosen.seeds):
        found.append(measure(model, data, only, count=chosen.count, seed=seed, extractor=extractor, real=real))
        print(seed, found[-1].numbers, flush=True)
    print("| number | mean | 1.96 sd over seeds | ± told | seeds within ± of the mean |\n|---|---|---|---|---|")
    for name in found[0].numbers:
        print(line(name, found))


if __name__ == "__main__":
    main()
