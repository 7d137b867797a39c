"""Trains one preset twice, literally and as the trainer does, on the same seed and data, and compares their FD-E.

    python -m tools.equal_distance OUT --data PICTURES [--preset avatars-32] [--kimg 100] [--pictures 2000] [--seed 0]
        [--set KEY=VALUE ...]

Literally means float32, R1 at every step on all pictures, and each operation of the paper as one call. ``kimg`` are
those at the last level, whose end is what is compared; ``--set`` changes both alike. Stopped or killed, the same
command goes on. ``--only fast`` or ``--only literal`` trains one of them, to do both at once. Exits with 1 where the
mean of the last three measurements differs by more than 5 %.
"""

import argparse
import contextlib
import logging
import signal
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.__main__ import one_sentence
from stylegan_core.events import Metric
from stylegan_core.networks import layers
from stylegan_core.networks.layers import EqualizedConv
from stylegan_core.rundir import RunDir
from stylegan_core.training.config import preset
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.metric import NAME, story
from tools.run_logs import finished

LITERAL = ("precision=float32", "r1_interval=1", "r1_groups=0")
MEASURED = 10  # times in a run, the last at its end
LAST = 3
MOST = 0.05


def convolve(self: EqualizedConv, x: Tensor, bias: Tensor | None = None) -> Tensor:
    """3×3, after nearest enlarging or before the 2×2 mean, as the paper says it."""
    x = layers.upsample(x) if self.resample == "up" else x
    y = F.conv2d(x, self.weight * self.scale, bias, padding=self.weight.shape[-1] // 2)
    return layers.downsample(y) if self.resample == "down" else y


def blur(x: Tensor) -> Tensor:
    """The binomial filter as a grouped convolution that autograd differentiates."""
    tap = 2 - (torch.arange(3.0, device=x.device) - 1).abs()
    return F.conv2d(x, (tap[:, None] * tap / 16).repeat(x.shape[1], 1, 1, 1), padding=1, groups=x.shape[1])


@contextlib.contextmanager
def written_out() -> Iterator[None]:
    """The networks compute literally."""
    with patch.object(EqualizedConv, "forward", convolve), patch.object(layers, "blur", blur):
        yield


def train(run: Path, options: argparse.Namespace, settings: tuple[str, ...]) -> bool:
    """Trains, or goes on; False if it was stopped. Raises ValueError or OSError."""
    if finished(run):
        return True
    last = preset(options.preset).growth.levels[-1]
    wish = (
        f"growth.{4 << last.level}.stable_kimg={options.kimg - last.fade_kimg}",
        f"metric_kimg={options.kimg / MEASURED}",
        f"metric_count={options.pictures}",
        f"seed={options.seed}",
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


def main() -> int:
    """0 where both reach the same distance, 1 where they do not or were stopped before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="where both runs lie")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--preset", default="avatars-32")
    parser.add_argument("--kimg", type=float, default=100.0, help="at the last level, its fade included")
    parser.add_argument("--pictures", type=int, default=2000, help="a side of each measurement")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of both runs")
    parser.add_argument("--only", choices=("fast", "literal"), help="train this one and compare nothing")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    fast, literal = options.out / "fast", options.out / "literal"
    if options.only != "literal" and not train(fast, options, ()):
        return 1
    if options.only != "fast":
        with written_out():
            if not train(literal, options, LITERAL):
                return 1
    if options.only:
        return 0
    ours, theirs = measured(fast), measured(literal)
    print("kimg     fast  literal")
    for kimg in sorted(ours.keys() & theirs.keys()):
        print(f"{kimg:6.1f} {ours[kimg]:7.1f} {theirs[kimg]:8.1f}")
    one, other = (statistics.mean([found[kimg] for kimg in sorted(found)[-LAST:]]) for found in (ours, theirs))
    print(f"Mean of the last {LAST}: {one:.1f} against {other:.1f}, {one / other - 1:+.1%}.")
    return int(abs(one / other - 1) > MOST)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, OSError) as error:
        sys.exit(one_sentence(error))
