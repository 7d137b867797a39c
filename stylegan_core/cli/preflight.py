"""``preflight --preset NAME --data DIR [--json]``: what a training needs on this machine, and whether it fits."""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stylegan_core.cli.train import duration
from stylegan_core.training.config import changed, preset


def main(argv: list[str]) -> int:
    """Prints the answer; 0 where it fits, 2 where it cannot. Raises ValueError or OSError."""
    parser = argparse.ArgumentParser(prog="python -m stylegan_core preflight", description=__doc__)
    parser.add_argument("--preset", required=True)
    parser.add_argument("--data", default="", help="folder, zip or idx file of pictures")
    parser.add_argument("--run", type=Path, default=Path(), metavar="RUN_DIR", help="where the run would lie")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting")
    parser.add_argument("--seconds", type=float, default=12.0, help="how long measuring may take, roughly")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(argv)
    config = changed(preset(options.preset), options.set)
    from stylegan_core.data.source import open_dataset
    from stylegan_core.training.preflight import preflight

    pictures = len(open_dataset(options.data, config.network.resolution)) if options.data else 0
    answer = preflight(config, pictures, options.run, options.seconds)
    if options.json:
        print(json.dumps(answer.to_dict()))
        return 0
    table = Table("level", "kimg", "batch", "img/s", "time", "how known")
    for level in answer.levels:
        how = "measured" if level.measured else "estimated"
        row = (f"{level.resolution}²", f"{level.kimg:g}", str(level.batch), f"{level.img_per_s:.1f}")
        table.add_row(*row, duration(level.seconds), how)
    console = Console()
    console.print(table)
    console.print(
        f"{duration(answer.seconds)} in all on {answer.device} in {answer.precision}; "
        f"memory {answer.memory / 2**30:.1f} GiB, disk {answer.disk / 2**30:.2f} GiB."
    )
    for problem in answer.problems:
        print(problem, file=sys.stderr)
    return 2 if answer.problems else 0
