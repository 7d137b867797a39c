"""``python -m stylegan_core metrics MODEL --data DIR --only fd,kid,...``: numbers for a model against a data set."""

import argparse
import json

from stylegan_core.cli.arguments import add_device, path, whole
from stylegan_core.cli.progress import passing

FEWEST = 10  # pictures on each side below which a number says nothing


def main(argv: list[str]) -> int:
    """Measures and prints one line a metric (or JSON); returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m stylegan_core metrics", description=__doc__)
    parser.add_argument("model", type=path, help="weight file or run directory")
    parser.add_argument("--data", type=path, required=True, help="pictures to compare with: folder, zip or idx file")
    parser.add_argument("--only", default="fd,kid,pr,swd,ppl", help="some of fd, kid, pr, swd, ppl")
    parser.add_argument("--count", type=whole(FEWEST), default=2500, help="pictures on each side")
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), default=0, help="another seed draws other pictures")
    add_device(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(argv)
    only = [name.strip() for name in arguments.only.split(",") if name.strip()]
    if not only:
        raise ValueError("--only names nothing to measure; take some of fd, kid, pr, swd, ppl.")

    from stylegan_core.data.source import open_dataset
    from stylegan_core.device import choose_device
    from stylegan_core.metrics.table import measure
    from stylegan_core.model import load_model

    model = load_model(arguments.model, choose_device(arguments.device))
    dataset = open_dataset(arguments.data, model.resolution)
    with passing() as bar:
        task = bar.add_task("measuring", total=1.0)
        found = measure(
            model,
            dataset,
            only,
            count=arguments.count,
            seed=arguments.seed,
            progress=lambda done: bar.update(task, completed=done),
        )
    reals = min(arguments.count, len(dataset))
    if arguments.json:
        print(json.dumps({"model": model.info.hash, "fakes": arguments.count, "reals": reals, **found}))
    else:
        print(f"{model.info.name} against {arguments.data}, {arguments.count} drawn and {reals} real pictures:")
        print("\n".join(f"  {name:<6} {value:.4g}" for name, value in found.items()))
    return 0
