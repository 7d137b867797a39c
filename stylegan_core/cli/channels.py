"""``python -m stylegan_core channels MODEL --at LEFT,TOP,RIGHT,BOTTOM | --attribute NAME``: channels that are found.

Each line is a number of the style space, the best one first, moved 3 sigma either way. By place: the share of its
change that falls inside, and how large that is, in steps of 0 to 255. By attribute: its part in all that changes, and
by how many standard deviations of the attribute a sigma changes it; ± is half of the 95 % confidence interval over
the faces.
"""

import argparse
import json
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from stylegan_core.cli.arguments import add_device, add_model, number, open_meter, open_model, path, whole
from stylegan_core.latents.channel_effect import ChannelEffect
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.pictures.saved_picture import read_recipe
from stylegan_core.recipe import FARTHEST, SEEDS, Latent, Recipe, default

if TYPE_CHECKING:
    from stylegan_core.render import Renderer

Found = tuple[LocalChannel, ...] | tuple[ChannelEffect, ...]


def main(argv: list[str]) -> int:
    """Prints what was found; raises ValueError or OSError for what cannot be used."""
    arguments = _parser().parse_args(argv)
    if arguments.recipe and arguments.psi is not None:
        raise ValueError("--psi goes with --seed; a recipe has its own.")
    if arguments.attribute and (arguments.recipe or arguments.seed is not None or arguments.psi is not None):
        raise ValueError("--attribute looks at many faces: leave --recipe, --seed and --psi out.")
    if arguments.attribute and arguments.faces != 1:
        raise ValueError("--faces goes with --at: an --attribute is looked for on many faces anyway.")
    if arguments.judge and not arguments.attribute:
        raise ValueError("--judge says what an --attribute looks like: name one, or leave --judge out.")
    region = read_region(arguments.at) if arguments.at else None

    from stylegan_core.render import renderer_of
    from stylegan_core.steps import run_through

    model = open_model(arguments)
    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("looking")
        search = _search(arguments, renderer_of(model), region)
        found = run_through(search, lambda step: shown.update(task, completed=step[0], total=step[1]))
    sides = model.info.layer_resolutions
    print(json.dumps([asdict(each) for each in found]) if arguments.json else printed(found, sides))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core channels", description=__doc__)
    add_model(parser)
    looked_for = parser.add_mutually_exclusive_group(required=True)
    looked_for.add_argument(
        "--at", metavar="LEFT,TOP,RIGHT,BOTTOM",
        help="the place, in parts of the picture's sides: 0.2,0.05,0.8,0.3 is its upper middle",
    )  # fmt: skip
    looked_for.add_argument("--attribute", metavar="NAME", help="brightness, width, …; with --judge its questions too")
    parser.add_argument(
        "--faces", type=whole(1, 64), default=1, help="for --at: so many faces, the first as said below"
    )
    parser.add_argument(
        "--judge", type=path, help="what labels look like (command judge); judge.npz beside MODEL without"
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--recipe", type=path, help="recipe as JSON, or a PNG this program saved; seed 0 without it")
    chosen.add_argument("--seed", type=whole(0, SEEDS - 1), help="the picture of a seed")
    parser.add_argument("--psi", type=number(-FARTHEST, FARTHEST), help="truncation for --seed")
    parser.add_argument("--count", type=whole(1, 32), default=8, help="how many at most")
    parser.add_argument("--json", action="store_true", help="for programs: a list of objects")
    add_device(parser)
    return parser


def _search(
    arguments: argparse.Namespace, renderer: "Renderer", region: Region | None
) -> Generator[tuple[int, int], None, Found]:
    """What is looked for, in steps."""
    if region is not None:
        from stylegan_core.latents.local_channels import channel_search

        return channel_search(renderer, _recipe(arguments), region, arguments.count, arguments.faces)
    from stylegan_core.latents.attribute_channels import attribute_search
    from stylegan_core.latents.learned_labels import labels_beside
    from stylegan_core.latents.meter import Meter

    model = renderer.styles.model
    beside = None if arguments.attribute in Meter().names else labels_beside(arguments.model)
    judge = arguments.judge or (None if beside is None else Path(beside.path))
    return attribute_search(renderer, Recipe(), arguments.attribute, open_meter(judge, model), arguments.count)


def read_region(text: str) -> Region:
    """The place of a text such as 0.2,0.05,0.8,0.3. Raises ValueError for anything else."""
    parts = text.split(",")
    try:
        sides = [float(part) for part in parts]
    except ValueError:
        sides = []
    if len(sides) != 4:
        raise ValueError(f"A place is written as left,top,right,bottom, like 0.2,0.05,0.8,0.3, not {text!r}.")
    return Region(*sides)


def printed(found: Found, sides: tuple[int, ...]) -> str:
    """One line a channel, with what ``render --channel`` takes; ``sides`` are those of the layers."""
    if not found:
        return "No channel changes this in a way that could be seen."
    return "\n".join(
        f"--channel {f'{each.layer}:{each.channel}=3':<12} {f'{sides[each.layer]}²':>5} {_told(each)}" for each in found
    )


def _told(found: LocalChannel | ChannelEffect) -> str:
    if isinstance(found, LocalChannel):
        return f"{100 * found.inside:5.0f} % inside, by {found.effect:.1f}"
    return f"{found.purity_text:>9} pure, {found.words}"


def _recipe(arguments: argparse.Namespace) -> Recipe:
    if arguments.recipe:
        return read_recipe(arguments.recipe).recipe
    psi = default(Recipe, "psi") if arguments.psi is None else arguments.psi
    return Recipe(Latent(arguments.seed or 0), psi=psi)
