"""``python -m stylegan_core channels MODEL --at LEFT,TOP,RIGHT,BOTTOM``: numbers of the style space, found by place.

Each line is a channel that changes this part of the picture and hardly anything else, the best one first: the share of
its change that falls inside, and how large that is, in steps of 0 to 255, when it is moved 3 sigma either way.
"""

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.progress import Progress

from stylegan_core.cli.arguments import add_device, add_model, number, open_model, path, whole
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.pictures.saved_picture import read_recipe
from stylegan_core.recipe import FARTHEST, SEEDS, Latent, Recipe, default


def main(argv: list[str]) -> int:
    """Prints what was found; raises ValueError or OSError for what cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m stylegan_core channels", description=__doc__)
    add_model(parser)
    parser.add_argument(
        "--at", required=True, metavar="LEFT,TOP,RIGHT,BOTTOM",
        help="the place, in parts of the picture's sides: 0.2,0.05,0.8,0.3 is its upper middle",
    )  # fmt: skip
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--recipe", type=path, help="recipe as JSON, or a PNG this program saved; seed 0 without it")
    chosen.add_argument("--seed", type=whole(0, SEEDS - 1), default=0, help="the picture of a seed")
    parser.add_argument("--psi", type=number(-FARTHEST, FARTHEST), help="truncation for --seed")
    parser.add_argument("--count", type=whole(1, 32), default=8, help="how many at most")
    parser.add_argument("--json", action="store_true", help="for programs: a list of objects")
    add_device(parser)
    arguments = parser.parse_args(argv)
    if arguments.recipe and arguments.psi is not None:
        raise ValueError("--psi goes with --seed; a recipe has its own.")
    region, recipe = read_region(arguments.at), _recipe(arguments)

    from stylegan_core.latents.local_channels import channel_search
    from stylegan_core.render import renderer_of
    from stylegan_core.steps import run_through

    model = open_model(arguments)
    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("looking")
        search = channel_search(renderer_of(model), recipe, region, arguments.count)
        found = run_through(search, lambda step: shown.update(task, completed=step[0], total=step[1]))
    sides = model.info.layer_resolutions
    print(json.dumps([asdict(each) for each in found]) if arguments.json else printed(found, sides))
    return 0


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


def printed(found: tuple[LocalChannel, ...], sides: tuple[int, ...]) -> str:
    """One line a channel, with what ``render --channel`` takes; ``sides`` are those of the layers."""
    if not found:
        return "No channel changes this place in a way that could be seen."
    return "\n".join(
        f"--channel {f'{each.layer}:{each.channel}=3':<12} {f'{sides[each.layer]}²':>5} {100 * each.inside:5.0f} % "
        f"inside, by {each.effect:.1f}"
        for each in found
    )


def _recipe(arguments: argparse.Namespace) -> Recipe:
    if arguments.recipe:
        return read_recipe(arguments.recipe).recipe
    psi = default(Recipe, "psi") if arguments.psi is None else arguments.psi
    return Recipe(Latent(arguments.seed), psi=psi)
