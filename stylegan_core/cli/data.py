"""``data avatars`` draws the avatar data set; ``data check`` says what a data set holds and what is wrong with it."""

import argparse
import os
import sys
import time

from stylegan_core.amounts import counted
from stylegan_core.cli.arguments import MOST_PICTURES, add_progress, path, whole
from stylegan_core.cli.progress import InLines, counting


def main(argv: list[str]) -> int:
    """Runs one of the two; returns the exit code."""
    arguments = parser().parse_args(argv)
    return int(arguments.run(arguments))


def parser() -> argparse.ArgumentParser:
    """The arguments of both commands."""
    top = argparse.ArgumentParser(prog="python -m stylegan_core data", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    avatars = commands.add_parser("avatars", help="draw faces, with every attribute in labels.json beside them")
    avatars.add_argument(
        "out", type=path, metavar="OUT", help="a new or empty folder, or one that the same command left half drawn"
    )
    avatars.add_argument(
        "--count", type=whole(1, 10 * MOST_PICTURES), default=10_000, help="how many pictures (default: %(default)s)"
    )
    avatars.add_argument("--resolution", type=int, default=64, help="side in pixels (default: %(default)s)")
    avatars.add_argument("--seed", type=int, default=0, help="same seed, same pictures (default: %(default)s)")
    avatars.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    add_progress(avatars)
    avatars.set_defaults(run=run_avatars)
    check = commands.add_parser("check", help="list broken, tiny, odd and repeated pictures, and usable sizes")
    check.add_argument("path", type=path, metavar="DIR", help="a folder or zip of pictures, or an idx file")
    check.add_argument("--json", action="store_true", help="write the report as JSON")
    add_progress(check)
    check.set_defaults(run=run_check)
    return top


def run_avatars(arguments: argparse.Namespace) -> int:
    """``data avatars OUT --count N --resolution R --seed S [--workers W] [--progress]``"""
    try:
        from stylegan_core.data.avatars import write_avatars
    except ModuleNotFoundError as error:
        raise ValueError(f"{error.name} is missing; install it with: pip install stylegan-explorer[data]") from error
    started = time.perf_counter()
    count = arguments.count
    drawn = write_avatars(arguments.out, count, arguments.resolution, arguments.seed, arguments.workers)
    if arguments.progress:
        say = InLines()
        for done in drawn:
            say(done, count)
    else:
        with counting("drawing avatars") as bar:
            task = bar.add_task("", total=count)
            for done in drawn:
                bar.update(task, completed=done)
    rate = count / (time.perf_counter() - started)
    sys.stdout.write(f"{arguments.out}: {counted(count, 'picture')} and labels.json, {rate:.0f} pictures/s\n")
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """``data check DIR [--json] [--progress]``"""
    from stylegan_core.data.check import check

    if arguments.progress:
        report = check(arguments.path, InLines())
    else:
        with counting("checking pictures") as bar:
            task = bar.add_task("")
            report = check(arguments.path, lambda done, total: bar.update(task, completed=done, total=total))
    sys.stdout.write((report.to_json() if arguments.json else report.to_text()) + "\n")
    return 0
