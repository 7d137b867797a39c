"""``python -m stylegan_core blend FIRST SECOND OUT.safetensors --coarse 1``: a network between two of a kind."""

import argparse
import sys
from dataclasses import fields

from stylegan_core.blend_amounts import LEAST, MOST, RELATED, Amounts, agreement
from stylegan_core.cli.arguments import add_overwrite, check_free, number, path

SUFFIX = ".safetensors"
MEANS = {
    "mapping": "the mapping network: who a seed draws",
    "coarse": "the coarse layers: pose and shape",
    "middle": "the middle layers: features",
    "fine": "the fine layers: colours and small detail",
}


def main(argv: list[str]) -> int:
    """Blends, writes the network and says how near the two are; raises ValueError or OSError."""
    parser = argparse.ArgumentParser(prog="python -m stylegan_core blend", description=__doc__)
    parser.add_argument("first", type=path, help="weight file or run directory")
    parser.add_argument("second", type=path, help="another of the same kind, best trained on from the first (--init)")
    parser.add_argument("out", type=path, help=f"the model to be written, ending in {SUFFIX}")
    for part in fields(Amounts):
        kind = number(LEAST, MOST)
        parser.add_argument(
            f"--{part.name}", type=kind, default=0.0, help=f"share of the second, 0 to 1, of {MEANS[part.name]}"
        )
    add_overwrite(parser, "a file that exists")
    arguments = parser.parse_args(argv)
    amounts = Amounts(**{part.name: getattr(arguments, part.name) for part in fields(Amounts)})
    if arguments.out.suffix != SUFFIX:
        raise ValueError(f"{arguments.out}: the name of a model must end in {SUFFIX}.")
    check_free(arguments.out, overwrite=arguments.overwrite)

    from stylegan_core.blend import blend, check_alike, kinship
    from stylegan_core.model import load_model, save_model

    first, second = load_model(arguments.first), load_model(arguments.second)
    check_alike(first, second)
    near = kinship(first, second)
    share = agreement(near)
    if near < RELATED:
        sys.stderr.write(
            f"The two were not trained one from the other (their weights agree to {share}): expect no pictures "
            "between them.\n"
        )
    save_model(arguments.out, blend(first, second, amounts, arguments.out.stem))
    print(f"{arguments.out}: {first.info.name} with {amounts} of {second.info.name}, weights that agree to {share}")
    return 0
