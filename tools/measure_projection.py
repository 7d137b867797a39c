"""How well photos are found, in the numbers that docs/guide/projection.md states.

    python -m tools.measure_projection near [--model WEIGHTS] [--avatars 6] [--steps 100 200 300]
    python -m tools.measure_projection kinds [--model WEIGHTS] [--avatars 120] [--strange 24]

``near`` looks for avatars that no network was trained on (set 2, as the cards' held-out pictures) and prints the mean
difference of colours of 255, and the processor time of one thread. ``kinds`` prints how often the sentence "knows
little like it" is wrong: of avatars of which it is said, and of strange pictures (``tools/strange_pictures.py``, and
clothes that fashion-32 draws, enlarged) of which it is not; with all seeds that a search tries and with the first 24,
as a large network gets. It is decided by the seeds alone, so nothing is looked for. A network of clothes knows what it
draws itself, from seeds that no search tries, and finds the avatars strange.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.data.avatars import draw, sample
from stylegan_core.latents.code_space import CodeSpace
from stylegan_core.latents.likeness import Likeness, kind_apart
from stylegan_core.latents.nearness import UNFAMILIAR
from stylegan_core.latents.projection import Found, Wish, project
from stylegan_core.latents.starts import FEWEST, Start, batches, unlike_all
from stylegan_core.model import Model, load_model
from stylegan_core.steps import run_through
from tools.bundle_model import MODELS
from tools.ending import run
from tools.strange_pictures import KINDS, Pixels, strange_picture

HELDOUT = 2  # the set of avatars that the cards keep from training
FIRST = 1000  # the number of the first picture: those before it were looked at when the line was drawn
OWN_FROM = 50_000  # the first seed of a network's own pictures where they stand for what it knows
FASHION = MODELS / "fashion-32" / "fashion-32.safetensors"


def avatar(number: int, resolution: int) -> Pixels:
    """An avatar that no network was trained on, uint8 [R, R, 3]."""
    return np.array(draw(sample(HELDOUT, FIRST + number), resolution))


def near(model: Model, avatars: int, steps: Sequence[int]) -> str:
    """A table of how near the search comes in so many steps."""
    lines = [
        "| steps | mean | median | farthest | nearest seed | random seeds | seconds | of them a step, ms |",
        "|" + "---|" * 8,
    ]
    for count in steps:
        found: list[Found] = []
        whole = walked = 0.0
        for number in range(avatars):
            begin = time.process_time()
            search = project(model, avatar(number, model.resolution), Wish(steps=count))
            for _ in batches(model, 0):
                next(search)
            tried = time.process_time()
            found.append(run_through(search))
            walked += time.process_time() - tried
            whole += time.process_time() - begin
        apart = [each.nearness.difference for each in found]
        begun, random = (np.mean([getattr(each.nearness, name) for each in found]) for name in ("begun", "random"))
        times = f"{whole / avatars:.1f} | {1e3 * walked / avatars / count:.0f}"
        lines.append(
            f"| {count} | {np.mean(apart):.1f} | {np.median(apart):.1f} | {max(apart):.1f} "
            f"| {begun:.0f} | {random:.0f} | {times} |"
        )
    return "\n".join(lines)


class Kinds:
    """How unlike a network's seeds pictures are to an eye, as ``Nearness.unlike`` has it."""

    def __init__(self, model: Model) -> None:
        side = model.resolution
        self._eye = Likeness(np.zeros((side, side, 3), np.uint8), side, model.device, eye=True)
        self._space = CodeSpace(model, None)
        self._x = [self._space.of_seeds(seeds) for seeds in batches(model, 0)]
        self._seen = [self._eye.look(self._space.draw(each)) for each in self._x]
        self._apart = [
            kind_apart(seen, [each.roll(1, 0) for each in seen], len(x)).tolist()
            for x, seen in zip(self._x, self._seen, strict=True)
        ]

    def unlike(self, picture: Tensor) -> tuple[float, float]:
        """Of one picture [1, 3, R, R] about −1…1, beside all seeds and beside the fewest."""
        wanted = self._eye.look(picture)
        starts = [
            Start(self._space, x, 0, 0, 0, *numbers)
            for x, seen, apart in zip(self._x, self._seen, self._apart, strict=True)
            for numbers in zip(kind_apart(seen, wanted, len(x)).tolist(), apart, strict=True)
        ]
        among_all, among_few = unlike_all(starts), unlike_all(starts[:FEWEST])
        assert among_all is not None and among_few is not None
        return among_all, among_few


def drawn_by(model: Model, count: int, resolution: int) -> list[Tensor]:
    """A network's own pictures at psi 1 [1, 3, R, R], enlarged where it draws smaller ones."""
    space = CodeSpace(model, None)
    pictures = (space.draw(space.of_seeds([OWN_FROM + number])) for number in range(count))
    return [F.interpolate(each, size=(resolution, resolution)) for each in pictures]


def tensor(pixels: Pixels) -> Tensor:
    """uint8 [R, R, 3] -> [1, 3, R, R] about −1…1."""
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


@torch.no_grad()
def kinds(model: Model, avatars: int, strange: int, clothes: bool) -> str:
    """A table of how unlike each kind of picture is, and how often the sentence about it is wrong."""
    side, eye = model.resolution, Kinds(model)
    faces = [tensor(avatar(number, side)) for number in range(avatars)]
    known = {"its own": drawn_by(model, avatars, side)} if clothes else {"avatars": faces}
    unknown = {
        f"{each}, drawn": [tensor(strange_picture(each, FIRST + number, side)) for number in range(strange)]
        for each in KINDS
    }
    if clothes:
        del unknown["clothes, drawn"]  # it may know them
        unknown["avatars"] = faces[:strange]
    else:
        unknown["clothes of fashion-32"] = drawn_by(load_model(FASHION), strange, side)
    lines = ["| | pictures | unlike, from, median and to | wrong | of 24 seeds | wrong |", "|" + "---|" * 6]
    for name, pictures in (known | unknown).items():
        found = np.array([eye.unlike(each) for each in pictures])
        lines.append(
            f"| {name} | {len(found)} |" + "|".join(_columns(found[:, at], name in known) for at in (0, 1)) + "|"
        )
    return "\n".join(lines)


def _columns(unlike: npt.NDArray[np.float64], known: bool) -> str:
    wrong = (unlike > UNFAMILIAR) == known
    low, middle, high = np.percentile(unlike, (0, 50, 100))
    return f" {low:.2f}, {middle:.2f}, {high:.2f} | {int(wrong.sum())} "


def main(argv: Sequence[str]) -> int:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_projection", description=__doc__)
    parser.add_argument("what", choices=("near", "kinds"))
    parser.add_argument("--model", type=Path, default=MODELS / "avatars-64" / "avatars-64.safetensors")
    parser.add_argument("--avatars", type=int, help="6 for near, 120 for kinds")
    parser.add_argument("--steps", type=int, nargs="+", default=[100, 200, 300])
    parser.add_argument("--strange", type=int, default=24, help="pictures of each kind")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    model = load_model(options.model)
    print(f"{options.model.name}, hash {model.info.hash[:12]}")
    if options.what == "near":
        print(near(model, options.avatars or 6, options.steps))
    else:
        print(kinds(model, options.avatars or 120, options.strange, "fashion" in options.model.name))
    return 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
