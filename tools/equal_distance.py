"""Trains one preset literally and as the trainer does, for each seed on the same data, and compares their FD-E.

    python -m tools.equal_distance OUT --data PICTURES [--preset avatars-32] [--kimg 100] [--pictures 2000]
        [--seeds 0 1 2 ...] [--set KEY=VALUE ...]

Literally means float32, R1 at every step on all pictures, and each operation of the paper as one call. ``kimg`` are
those at the last level, whose end is what is compared; ``--set`` changes both alike. Stopped or killed, the same
command goes on. ``--only fast`` or ``--only literal`` trains one kind, to do both at once.

Two runs of one seed wander apart by up to ten percent: chaos makes much of rounding. So what is compared is the ratio
of the means of their last three measurements, over all seeds, with its interval of confidence (two one-sided t tests
at 5 %). Exits with 0 where that lies within ±5 %: equality is shown; else with 1, be it difference or too few seeds.
"""

import argparse
import contextlib
import logging
import math
import signal
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import torch
import torch.nn.functional as F
from scipy.special import stdtrit
from torch import Tensor

from stylegan_core.networks import layers
from stylegan_core.networks.layers import EqualizedConv
from stylegan_core.run.events import Metric
from stylegan_core.rundir import RunDir
from stylegan_core.training.config import preset
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.metric import NAME, story
from tools.ending import run
from tools.run_logs import finished

LITERAL = ("precision=float32", "r1_interval=1", "r1_groups=0")
MEASURED = 10  # times in a run, the last at its end
LAST = 3
MOST = 0.05
SURE = 0.95  # of each of the two one-sided tests


def convolve(self: EqualizedConv, x: Tensor, bias: Tensor | None = None) -> Tensor:
    """3×3, after nearest enlarging or before the 2×2 mean, as the paper says it."""
    x = layers.upsample(x) if self.resample == "up" else x
    y = F.conv2d(x, self.weight * self.scale, bias, padding=self.weight.shape[-1] // 2)
    return layers.downsample(y) if self.resample == "down" else y


def blur(x: Tensor) -> Tensor:
    """The binomial filter as a grouped convolution that autograd differentiates."""
    tap = 2 - (torch.arange(3, dtype=x.dtype, device=x.device) - 1).abs()
    return F.conv2d(x, (tap[:, None] * tap / 16).repeat(x.shape[1], 1, 1, 1), padding=1, groups=x.shape[1])


@contextlib.contextmanager
def written_out() -> Iterator[None]:
    """The networks compute literally."""
    with patch.object(EqualizedConv, "forward", convolve), patch.object(layers, "blur", blur):
        yield


def train(run: Path, seed: int, options: argparse.Namespace, settings: tuple[str, ...]) -> bool:
    """Trains, or goes on; False if it was stopped. Raises ValueError or OSError."""
    if finished(run):
        return True
    last = preset(options.preset).growth.levels[-1]
    wish = (
        f"growth.{4 << last.level}.stable_kimg={options.kimg - last.fade_kimg}",
        f"metric_kimg={options.kimg / MEASURED}",
        f"metric_count={options.pictures}",
        f"seed={seed}",
        "threads=1",
        *options.set,
        *settings,
    )
    launch = Launch(Wish(run, options.preset, str(options.data), wish))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: launch.stop())
    return launch.train()


def measured(run: Path) -> dict[float, float]:
    """FD-E by kimg."""
    return {
        event.img / 1000: event.value
        for event in story(RunDir(run))
        if isinstance(event, Metric) and event.name == NAME
    }


def ratio(fast: dict[float, float], literal: dict[float, float]) -> float:
    """The mean of the last measurements that both have, of the one to that of the other."""
    both = sorted(fast.keys() & literal.keys())[-LAST:]
    return statistics.mean(fast[kimg] for kimg in both) / statistics.mean(literal[kimg] for kimg in both)


def interval(ratios: Sequence[float]) -> tuple[float, float, float]:
    """The geometric mean of at least two ratios, and where it lies with :data:`SURE` on either side."""
    logs = [math.log(one) for one in ratios]
    middle, error = statistics.mean(logs), statistics.stdev(logs) / math.sqrt(len(logs))
    reach = error * float(stdtrit(len(logs) - 1, SURE))
    return math.exp(middle), math.exp(middle - reach), math.exp(middle + reach)


def compare(out: Path, seeds: Sequence[int]) -> int:
    """Prints what each pair of runs measured and what that shows: 0 where it is equality, else 1."""
    ratios = []
    for seed in seeds:
        fast, literal = (measured(out / f"seed-{seed}" / kind) for kind in ("fast", "literal"))
        ratios.append(ratio(fast, literal))
        print(f"seed {seed}\nkimg     fast  literal")
        for kimg in sorted(fast.keys() & literal.keys()):
            print(f"{kimg:6.1f} {fast[kimg]:7.1f} {literal[kimg]:8.1f}")
        print(f"The last {LAST}: {ratios[-1] - 1:+.1%}.")
    if len(ratios) < 2:
        print("One seed shows neither equality nor difference.")
        return 1
    middle, low, high = interval(ratios)
    print(f"{len(ratios)} seeds: {middle - 1:+.1%}, from {low - 1:+.1%} to {high - 1:+.1%}.")
    return int(low < 1 - MOST or high > 1 + MOST)


def main() -> int:
    """0 where both are shown to reach the same distance, 1 where they are not or were stopped before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="where the runs lie")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--preset", default="avatars-32")
    parser.add_argument("--kimg", type=float, default=100.0, help="at the last level, its fade included")
    parser.add_argument("--pictures", type=int, default=2000, help="a side of each measurement")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of all runs")
    parser.add_argument("--only", choices=("fast", "literal"), help="train this kind and compare nothing")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for seed in options.seeds:
        fast, literal = (options.out / f"seed-{seed}" / kind for kind in ("fast", "literal"))
        if options.only != "literal" and not train(fast, seed, options, ()):
            return 1
        if options.only != "fast":
            with written_out():
                if not train(literal, seed, options, LITERAL):
                    return 1
    return 0 if options.only else compare(options.out, options.seeds)


if __name__ == "__main__":
    run(main)
