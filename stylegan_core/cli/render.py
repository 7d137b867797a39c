"""``python -m stylegan_core render MODEL --recipe FILE | --seeds 0-15 --out OUT``: pictures without a window."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from stylegan_core.amounts import counted
from stylegan_core.cli.arguments import add_device, add_model, add_overwrite, check_free, open_model, path, whole
from stylegan_core.cli.seeds import add_looks, check_looks, looks, seed_recipes
from stylegan_core.data.picture_kinds import named_as_picture
from stylegan_core.pictures.enlarged import LARGEST
from stylegan_core.pictures.picture import save_picture
from stylegan_core.pictures.saved_picture import SavedPicture, read_picture, read_recipe
from stylegan_core.recipe import Recipe

FEW = 4  # pictures from which on it is said how far it is


def main(argv: list[str]) -> int:
    """Draws a recipe, or one picture a seed, to PNG files that carry their recipe; returns the exit code."""
    arguments = _parser().parse_args(argv)
    base = looks(arguments)
    if arguments.recipe and base is not None:
        raise ValueError("--psi, --channel, --translate and --rotate go with --seeds; a recipe has its own.")
    saved = read_recipe(arguments.recipe) if arguments.recipe else None
    recipes = _of_sheet(saved, arguments.out) if saved else seed_recipes(arguments.seeds, base)
    targets = _targets(arguments.out, recipes, seeds=saved is None)
    for target in targets:
        check_free(target, overwrite=arguments.overwrite or _drawn_here(target))

    import torch

    from stylegan_core.device import has_device
    from stylegan_core.render import render

    if saved and saved.threads:
        torch.set_num_threads(min(max(saved.threads, 1), 256))  # sums round by thread count: same bytes need the same
    if saved and saved.device and not arguments.device and has_device(saved.device):
        arguments.device = saved.device  # another one rounds otherwise
    model = open_model(arguments)
    check_looks(arguments, model.info)
    if saved and saved.model_hash not in ("", model.info.hash):
        sys.stderr.write(
            f"{arguments.recipe} was drawn by another model, {saved.model_name}; expect another picture.\n"
        )
    both, console = list(zip(recipes, targets, strict=True)), Console(stderr=True)
    for recipe, target in track(both, "drawing", console=console, disable=len(recipes) < FEW):
        pixels, device = render(model, recipe), str(model.device)
        save_picture(target, pixels, recipe, model.info, device, side=arguments.side, smooth=arguments.smooth)
    print(f"{counted(len(targets), 'picture')} written to {arguments.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core render", description=__doc__)
    add_model(parser)
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--recipe", type=path, help="recipe as JSON, or a PNG this program saved, also a sheet of many")
    chosen.add_argument("--seeds", help="such as 0-15 or 3,7,20-22")
    parser.add_argument("--out", type=path, required=True, help="a .png file for one picture, a folder for several")
    add_looks(parser)
    parser.add_argument("--side", type=whole(0, LARGEST), default=0, help="pixels a side, such as 4096; 0: as drawn")
    parser.add_argument("--smooth", action="store_true", help="enlarge smoothly, not pixel by pixel")
    add_device(parser, "the one that drew --recipe where it is here, else the best there is")
    add_overwrite(parser, "files that this program did not draw")
    return parser


def _of_sheet(saved: SavedPicture, out: Path) -> list[Recipe]:
    """Every recipe of a sheet where they go into a folder, else the one it was made from."""
    many = [recipe for recipe in saved.recipes if recipe is not None]
    return many if many and out.suffix.lower() != ".png" else [saved.recipe]


def _drawn_here(target: Path) -> bool:
    """Whether a file is a picture of this program, which its recipe can bring back."""
    try:
        read_picture(target)
    except (ValueError, OSError):
        return False
    return True


def _targets(out: Path, recipes: list[Recipe], *, seeds: bool) -> list[Path]:
    if out.suffix.lower() == ".png":
        if len(recipes) > 1:
            raise ValueError(f"{out} is one picture, but {len(recipes)} were asked for; name a folder.")
        return [out]
    if named_as_picture(out) and not out.is_dir():
        raise ValueError(f"{out}: pictures are written as PNG, so name a .png file, or a folder.")
    if seeds:
        return [out / f"seed{recipe.latent.seed:04d}.png" for recipe in recipes]
    if len(recipes) == 1:
        return [out / "picture.png"]
    return [out / f"picture{number:03d}.png" for number in range(1, len(recipes) + 1)]
