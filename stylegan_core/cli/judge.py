"""``python -m stylegan_core judge DATA --resolution R --out FILE.npz``: learns what labels look like."""

import argparse

from stylegan_core.amounts import counted
from stylegan_core.cli.arguments import (
    add_beside,
    add_device,
    add_overwrite,
    add_progress,
    check_free,
    chosen_device,
    path,
    whole,
)
from stylegan_core.cli.progress import telling

FEWEST = 100  # pictures to learn from
PARTS = 1000


def main(argv: list[str]) -> int:
    """Learns a judge that ``sweep --judge`` measures with, and writes it; returns the exit code."""
    arguments = _parser().parse_args(argv)
    if arguments.out.suffix != ".npz":
        raise ValueError(f"{arguments.out}: the name of a judge must end in .npz.")
    check_free(arguments.out, overwrite=arguments.overwrite)

    from stylegan_core.data.source import open_dataset
    from stylegan_core.latents.judge import learn
    from stylegan_core.latents.judge_file import save_judge
    from stylegan_core.metrics.features import Extractor

    device = chosen_device(arguments)
    dataset = open_dataset(arguments.data, arguments.resolution)
    with telling("learning", PARTS, for_program=arguments.progress) as tell:
        judge = learn(dataset, Extractor(device), arguments.reals, lambda done: tell(round(PARTS * done)))
    save_judge(judge, arguments.out)
    for each in judge.answerers:
        print(f"  {each.question.name:<24} right on {each.accuracy:.0%} of held-out pictures")
    print(f"{counted(len(judge.answerers), 'question')}, learned at {judge.resolution}², written to {arguments.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core judge", description=__doc__)
    parser.add_argument("data", type=path, help="pictures with labels: labels.json, folders, …")
    parser.add_argument("--resolution", type=whole(4, 1024), required=True, help="that of the models it will judge")
    parser.add_argument("--out", type=path, required=True, help="the file to write, .npz")
    parser.add_argument("--reals", type=whole(FEWEST), default=2000, help="pictures to learn from")
    add_device(parser)
    add_progress(parser)
    add_beside(parser)
    add_overwrite(parser)
    return parser
