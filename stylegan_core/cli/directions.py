"""``python -m stylegan_core directions MODEL --data DIR --out FILE.json``: directions with names."""

import argparse
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import TaskID
from rich.table import Table

from stylegan_core.amounts import counted
from stylegan_core.cli.arguments import (
    add_beside,
    add_device,
    add_model,
    add_overwrite,
    add_progress,
    check_free,
    number,
    open_model,
    path,
    whole,
)
from stylegan_core.cli.progress import InLines, passing

if TYPE_CHECKING:
    from stylegan_core.latents.named_directions import Named

FEWEST = 100  # pictures to learn from, or to find directions with
LEARNING = 0.1  # of the time that all takes


def main(argv: list[str]) -> int:
    """Finds a direction for each question the pictures can answer, writes those that work; returns the exit code."""
    arguments = _parser().parse_args(argv)
    out = arguments.out
    if out.suffix != ".json":
        raise ValueError(f"{out}: the name of a direction library must end in .json.")
    check_free(out, overwrite=arguments.overwrite)

    from stylegan_core.data.source import open_dataset
    from stylegan_core.latents.judge import learn
    from stylegan_core.latents.library import Library
    from stylegan_core.latents.named_directions import LEAST, find_directions
    from stylegan_core.metrics.features import Extractor

    model = open_model(arguments)
    if not model.config.styles:
        raise ValueError(f"{arguments.model}: {model.info.why_not('styles')}")
    dataset = open_dataset(arguments.data, model.resolution)
    with passing(hidden=arguments.progress) as bar:
        learning, finding = bar.add_task("learning the questions", total=1.0), bar.add_task("finding", total=1.0)
        tell = InLines() if arguments.progress else None

        def report(task: TaskID, before: float, share: float, done: float) -> None:
            bar.update(task, completed=done)
            if tell is not None:
                tell(round(1000 * (before + share * done)), 1000)

        told = partial(report, learning, 0.0, LEARNING)
        judge = learn(dataset, Extractor(model.device), arguments.reals, told)
        told = partial(report, finding, LEARNING, 1 - LEARNING)
        found = find_directions(model, judge, arguments.fakes, progress=told)
    least = LEAST if arguments.least is None else arguments.least
    kept = tuple(one.entry for one in found if one.keeps_its_word(least))
    Library(model.info.hash, model.info.name, kept).save(out)
    _show(found, least, model.num_layers)
    print(f"{len(kept)} of {counted(len(found), 'direction')} written to {out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core directions", description=__doc__)
    add_model(parser)
    parser.add_argument(
        "--data",
        type=path,
        required=True,
        help="pictures; labels (labels.json, folders, …) give more directions",
    )
    parser.add_argument("--out", type=path, required=True, help="the direction library to write, a .json file")
    parser.add_argument("--reals", type=whole(FEWEST), default=5000, help="pictures to learn from")
    parser.add_argument("--fakes", type=whole(FEWEST), default=3000, help="drawn pictures to find the directions with")
    parser.add_argument(
        "--least",
        type=number(0, 100),
        help="effect below which a direction is left out; so is one whose effect is less than three times its leak",
    )
    add_device(parser)
    add_progress(parser)
    add_beside(parser)
    add_overwrite(parser)
    return parser


def _show(found: "Sequence[Named]", least: float, num_layers: int) -> None:
    """A table of all directions, those that are left out dimly."""
    table = Table("direction", "layers", "effect", "leak", "leaks most into", "judge right")
    for one in found:
        entry = one.entry
        layers = f"{entry.first}–{num_layers - 1 if entry.last is None else entry.last}"
        numbers = (f"{one.effect:+.2f}", f"{one.leak:.2f}", one.most_leaked, f"{entry.accuracy or 0:.0%}")
        table.add_row(entry.direction.name, layers, *numbers, style="" if one.keeps_its_word(least) else "dim")
    Console(width=110).print(table)
