"""Seeds as people write them for several commands, and how their pictures are drawn."""

import argparse
from dataclasses import replace

from stylegan_core.cli.arguments import number
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import FARTHEST, SEEDS, AppliedChannel, Latent, Recipe, Transform

MOST = 100_000


def add_looks(parser: argparse.ArgumentParser) -> None:
    """The options that say how the pictures of ``--seeds`` are drawn; :func:`looks` reads them."""
    any_number = number(-FARTHEST, FARTHEST)
    parser.add_argument("--psi", type=any_number, help="truncation for --seeds")
    parser.add_argument(
        "--translate", type=any_number, nargs=2, metavar=("X", "Y"),
        help="for --seeds of a StyleGAN3: moves the picture right and down, in parts of its side",
    )  # fmt: skip
    parser.add_argument(
        "--channel", type=applied_channel, action="append", metavar="LAYER:NUMBER=SIGMA",
        help="for --seeds: moves one number of the style space; the command channels finds some; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--rotate", type=any_number, metavar="DEGREES", help="for --seeds of a StyleGAN3: turns it anticlockwise"
    )


def looks(arguments: argparse.Namespace) -> Recipe | None:
    """What every picture of ``--seeds`` is drawn from but its seed; None where nobody said anything of it."""
    psi, translate, rotate, channels = arguments.psi, arguments.translate, arguments.rotate, arguments.channel
    if psi is None and translate is None and rotate is None and not channels:
        return None
    x, y = translate or (0.0, 0.0)
    recipe = Recipe(transform=Transform(x, y, rotate or 0.0), channels=tuple(channels or ()))
    return recipe if psi is None else replace(recipe, psi=psi)


def check_looks(arguments: argparse.Namespace, info: ModelInfo) -> None:
    """Raises ValueError where the network cannot be moved or turned, or has no such channel, and somebody asked."""
    reason = info.why_not("transform")
    if reason and (arguments.translate is not None or arguments.rotate is not None):
        raise ValueError(f"{arguments.model}: {reason}")
    for each in arguments.channel or ():
        if reason := info.why_no_channel(each.layer, each.channel):
            raise ValueError(f"{arguments.model}: {reason}")


def applied_channel(text: str) -> AppliedChannel:
    """A type for LAYER:NUMBER=SIGMA, both counted from 0."""
    place, _, strength = text.partition("=")
    layer, _, channel = place.partition(":")
    if not layer.isdecimal() or not channel.isdecimal():
        raise argparse.ArgumentTypeError(f"it is written like 3:124=5, layer, number and sigma, not {text!r}")
    return AppliedChannel(int(layer), int(channel), number(-FARTHEST, FARTHEST)(strength))


def seed_recipes(text: str, base: Recipe | None = None) -> list[Recipe]:
    """One recipe a seed, of a text such as 0-15 or 3,7,20-22; raises ValueError on anything but numbers and ranges.

    ``base`` has all that is not the seed.
    """
    seeds: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ValueError(f"Seeds are written like 0-15 or 3,7,20-22, not {text!r}.")
        begin, end = int(first), int(last or first)
        if not begin <= end < SEEDS or end - begin >= MOST:
            raise ValueError(f"The seeds {part!r} are no range of up to {MOST} numbers below {SEEDS}.")
        seeds.extend(range(begin, end + 1))
    return [replace(base or Recipe(), latent=Latent(seed)) for seed in seeds]
