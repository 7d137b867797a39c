"""``preflight --preset NAME --data DIR [--json]``: what a training needs on this machine, and whether it fits."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from stylegan_core.amounts import duration, size_text
from stylegan_core.cli.arguments import add_progress, number, path
from stylegan_core.cli.progress import counting, say
from stylegan_core.files.places import standing
from stylegan_core.training.config import changed, preset

if TYPE_CHECKING:
    from stylegan_core.training.preflight import Preflight


def main(argv: list[str]) -> int:
    """Prints the answer; 0 where it fits, 2 where it cannot. Raises ValueError or OSError."""
    options = _parser().parse_args(argv)
    if standing(options.run).is_file():
        raise ValueError(f"{options.run} cannot hold a run (a file is there): name another folder.")
    config = changed(preset(options.preset), options.set)
    from stylegan_core.data.cache import cache_folder
    from stylegan_core.training.finetune import adopted_from
    from stylegan_core.training.launch import open_data
    from stylegan_core.training.preflight import preflight

    if options.init:
        config = adopted_from(config, options.init, options.set)
    data = open_data(options.data, config) if options.data else None
    if data is not None:
        config = replace(config, network=config.network.with_classes(tuple(data.classes)))
    pictures, cache = (len(data), cache_folder(data)) if data is not None else (0, None)
    if options.progress:
        answer = preflight(config, pictures, options.run, options.seconds, say, cache)
    else:
        with counting("measuring this machine, level", stays=True) as bar:
            task = bar.add_task("", total=len(config.growth.levels))
            told = lambda done, _: bar.update(task, completed=done + 1)  # noqa: E731 - the one that is measured now
            answer = preflight(config, pictures, options.run, options.seconds, told, cache)
            bar.update(task, completed=len(config.growth.levels))
    if options.json:
        print(json.dumps(answer.to_dict()))
        return 0
    _show(answer)
    for problem in answer.problems:
        print(problem, file=sys.stderr)
    return 2 if answer.problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core preflight", description=__doc__)
    parser.add_argument("--preset", required=True)
    parser.add_argument("--data", default="", help="folder, zip or idx file of pictures")
    parser.add_argument("--run", type=path, default=Path(), metavar="RUN_DIR", help="where the run would lie")
    parser.add_argument("--init", default="", metavar="MODEL", help="the trained model the run would start from")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting")
    parser.add_argument("--seconds", type=number(0, 3600), default=12.0, help="how long measuring may take, roughly")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_progress(parser)
    return parser


def _show(answer: "Preflight") -> None:
    """A table of the levels, what it takes in all, and what else is to be known."""
    table = Table("level", "kimg", "batch", "img/s", "time", "memory", "disk", "how known")
    for level in answer.levels:
        how = "measured" if level.measured else "estimated"
        row = (f"{level.resolution}²", f"{level.kimg:g}", str(level.batch), f"{level.img_per_s:.1f}")
        table.add_row(*row, duration(level.seconds), size_text(level.memory), size_text(level.disk), how)
    console = Console(markup=False)  # a folder may be called [old]
    console.print(table)
    console.print(
        f"{answer.network}.\n{duration(answer.seconds)} in all on {answer.device} in {answer.precision}; "
        f"memory {size_text(answer.memory)}, disk {size_text(answer.disk)}."
    )
    for note in answer.notes:
        console.print(note)
