"""``python -m stylegan_core project MODEL PICTURE [--out OUT.png]``: the face nearest to a picture of one's own."""

import argparse
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

from stylegan_core.cli.arguments import (
    MOST_PICTURES,
    add_beside,
    add_device,
    add_model,
    add_overwrite,
    add_progress,
    check_free,
    open_model,
    path,
    whole,
)
from stylegan_core.cli.progress import InLines, passing
from stylegan_core.pictures.picture import save_picture
from stylegan_core.steps import run_through

if TYPE_CHECKING:
    from stylegan_core.latents.projection import Found, Look, Wish
    from stylegan_core.model import Model
    from stylegan_core.recipe import Recipe

NO_MEMORY = "There is not enough memory to search {}: close other programs, or open a smaller network."
SHOWN = 1.0  # seconds between two pictures of the nearest so far
REST = 9  # and at least so many times as long as one takes: 0.8 s for steps of 3.5 to 5 s with v1 at 1024²


def main(argv: list[str]) -> int:
    """Finds the picture of a network that is nearest to another and writes it; returns the exit code."""
    arguments = _parser().parse_args(argv)
    out = arguments.out or Path(f"{arguments.picture.stem}-projected.png")
    if out.suffix.lower() != ".png":
        raise ValueError(f"{out}: the picture is written as PNG, so its name must end in .png.")
    check_free(out, overwrite=arguments.overwrite)

    from stylegan_core.latents.projection import project
    from stylegan_core.latents.target import read_target
    from stylegan_core.memory import out_of_memory

    model = open_model(arguments)
    target = read_target(arguments.picture, model.resolution)
    show = _Previews(model, out) if arguments.beside else None
    try:
        found = _follow(project(model, target, _wish(arguments)), show, for_program=arguments.progress)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise ValueError(NO_MEMORY.format(arguments.model)) from None
    save_picture(out, found.pixels, found.recipe, model.info, str(model.device))
    print(found.nearness.to_json() if arguments.json else f"{out} is written. {found.nearness.sentence}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core project", description=__doc__)
    add_model(parser)
    parser.add_argument("picture", type=path, help="any picture file; the square in its middle is looked for")
    parser.add_argument("--out", type=path, help="the .png file to write; without it PICTURE-projected.png, here")
    parser.add_argument("--steps", type=whole(1), help="steps of the search; more come nearer")
    parser.add_argument("--space", choices=("w", "w+"), help="one w for all layers, or at last one for each (w+)")
    parser.add_argument("--seed", type=whole(0, MOST_PICTURES), help="another seed begins elsewhere")
    parser.add_argument("--label", type=whole(0), help="class, counted from 0; without it that of the nearest picture")
    parser.add_argument("--colours-only", action="store_true", help="compare without the feature network")
    add_device(parser)
    add_progress(parser)
    parser.add_argument("--json", action="store_true", help="print how near it came as JSON")
    add_beside(parser, ", and write the nearest picture so far once a second")
    add_overwrite(parser)
    return parser


def _wish(arguments: argparse.Namespace) -> "Wish":
    from stylegan_core.latents.projection import Wish

    asked = {name: getattr(arguments, name) for name in ("steps", "space", "seed", "label")}
    known = {name: value for name, value in asked.items() if value is not None}
    return Wish(**known, eye=False if arguments.colours_only else None)


class _Previews:
    """Writes the nearest picture so far, with its recipe inside, once a second or in a tenth of the time at most."""

    def __init__(self, model: "Model", out: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._model, self._out, self._clock = model, out, clock
        self._written: Recipe | None = None
        self._next = 0.0  # when there may be another

    def __call__(self, recipe: "Recipe") -> None:
        from stylegan_core.render import render

        begun = self._clock()
        if recipe != self._written and begun >= self._next:
            self._written = recipe
            save_picture(self._out, render(self._model, recipe), recipe, self._model.info, str(self._model.device))
            ended = self._clock()
            self._next = max(begun + SHOWN, ended + REST * (ended - begun))


def _follow(steps: "Generator[Look, None, Found]", show: _Previews | None, *, for_program: bool) -> "Found":
    """Goes all the way, saying how far it is: as a bar, or in lines."""
    with passing(hidden=for_program) as bar:
        task, in_lines = bar.add_task("looking"), InLines()

        def hear(look: "Look") -> None:
            bar.update(task, completed=look.done, total=look.total, description=f"differs by {look.difference:.1f}")
            if show is not None:
                show(look.recipe)
            if for_program:
                in_lines(look.done, look.total)

        return run_through(steps, hear)
