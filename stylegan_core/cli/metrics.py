"""``python -m stylegan_core metrics MODEL --data DIR --only fd,kid,...``: numbers for a model against a data set.

Without a model: for two disjoint sets of its pictures, which is what a perfect model could get.
"""

import argparse
import json

from stylegan_core.cli.arguments import add_beside, add_device, add_progress, chosen_device, path, whole
from stylegan_core.cli.progress import telling
from stylegan_core.metrics.names import FEWEST

STEPS = 1000  # parts in which it is told how far it is


def main(argv: list[str]) -> int:
    """Measures and prints one line a metric (or JSON); returns the exit code."""
    arguments = _parser().parse_args(argv)
    only = [name.strip() for name in arguments.only.split(",") if name.strip()]
    if not only:
        raise ValueError("--only names nothing to measure; take some of fd, kid, pr, swd, ppl.")
    if arguments.model is None and set(only) <= {"ppl"}:
        raise ValueError("A path length is a model's own: name a model.")

    from stylegan_core.data.source import open_dataset
    from stylegan_core.lab.quality import CONFIDENCE, with_confidence
    from stylegan_core.metrics.table import measure, measure_floor
    from stylegan_core.model import load_model

    device = chosen_device(arguments)
    model = load_model(arguments.model, device) if arguments.model else None
    dataset = open_dataset(arguments.data, model.resolution if model else arguments.resolution)
    count, reals = arguments.count, min(arguments.count, len(dataset))
    with telling("measuring", STEPS, for_program=arguments.progress) as tell:

        def told(done: float) -> None:
            tell(round(STEPS * done))

        if model:
            found = measure(model, dataset, only, count=count, seed=arguments.seed, progress=told)
        else:
            count = reals = min(count, len(dataset) // 2)
            found = measure_floor(dataset, only, count=count, device=device, progress=told)
    if arguments.json:
        about = {"model": model.info.hash if model else "", "fakes": count, "reals": reals}
        print(json.dumps({**about, **found.numbers, "confidence_95": found.confidence, "limits": found.limits}))
    else:
        sides = f"{count} drawn and {reals} real pictures" if model else f"{reals} and {reals} other real pictures"
        print(f"{model.info.name if model else 'The data'} against {arguments.data}, {sides}:")
        for name, value in found.numbers.items():
            limit = f", with ever more pictures {found.limits[name]:.4g}" if name in found.limits else ""
            print(f"  {name:<6} {with_confidence(value, found.confidence[name])}{limit}")
        print(CONFIDENCE)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core metrics", description=__doc__)
    parser.add_argument(
        "model", type=path, nargs="?", help="weight file or run directory; none measures the data alone"
    )
    parser.add_argument("--data", type=path, required=True, help="pictures to compare with: folder, zip or idx file")
    parser.add_argument("--only", default="fd,kid,pr,swd,ppl", help="some of fd, kid, pr, swd, ppl")
    parser.add_argument("--count", type=whole(FEWEST), default=2500, help="pictures on each side")
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), default=0, help="another seed draws other pictures")
    parser.add_argument("--resolution", type=whole(4), help="without a model, of what size pictures are measured")
    add_device(parser)
    add_progress(parser)
    add_beside(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser
