"""``python -m stylegan_core sweep MODEL --direction NAME … --out X.csv|X.png``: what a knob changes, in numbers.

A .png is a contact sheet of one sweep, a .csv its numbers; with --entanglement it is the table of several directions
and channels.
"""

import argparse
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from stylegan_core.cli.arguments import (
    add_device,
    add_model,
    add_overwrite,
    check_free,
    number,
    open_meter,
    open_model,
    path,
    whole,
)
from stylegan_core.cli.progress import passing
from stylegan_core.cli.seeds import seed_recipes
from stylegan_core.files.table import read_table, write_table
from stylegan_core.info import ModelInfo
from stylegan_core.lab.entanglement import entanglement_table, plan_of_table
from stylegan_core.lab.sweep_facts import sweep_table
from stylegan_core.lab.sweep_plan import (
    MOST_VALUES,
    EntanglementPlan,
    Sweep,
    Swept,
    along,
    knobs,
    of_channel,
    steps_between,
)
from stylegan_core.pictures.saved_picture import read_recipe
from stylegan_core.recipe import FARTHEST, AppliedChannel, Recipe
from stylegan_core.steps import run_through

if TYPE_CHECKING:
    from stylegan_core.latents.library import Entry, Library
    from stylegan_core.model import Model
    from stylegan_core.render import Renderer

STEP = 1.0  # sigma
T = TypeVar("T")


def main(argv: list[str]) -> int:
    """Measures and writes one file; returns the exit code."""
    arguments = _parser().parse_args(argv)
    _check(arguments)
    recipe = read_recipe(arguments.recipe).recipe if arguments.recipe else Recipe()
    recipe = recipe if arguments.psi is None else replace(recipe, psi=arguments.psi, psi_bands=None)

    from stylegan_core.render import renderer_of

    renderer = renderer_of(open_model(arguments))
    if arguments.entanglement:
        _entanglement(arguments, renderer, recipe)
    else:
        _sweep(arguments, renderer, recipe)
    print(f"written to {arguments.out}")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Raises ValueError where the options do not go together, and as :func:`check_free` for what is to be written."""
    kinds = (".csv",) if arguments.entanglement else (".csv", ".png")
    if arguments.out.suffix.lower() not in kinds:
        raise ValueError(f"{arguments.out}: the name must end in {' or '.join(kinds)}.")
    swept = (arguments.direction, arguments.channel, arguments.knob, arguments.like)
    both = arguments.entanglement and arguments.direction and arguments.channel  # are measured side by side
    if [bool(each) for each in swept].count(True) != (2 if both else 1):
        raise ValueError(
            "Name what is swept: --direction NAME, --channel LAYER:NUMBER, --knob NAME, or --like TABLE.csv."
        )
    if arguments.library and not arguments.direction and not arguments.channel:
        raise ValueError("--library is where a --direction or --channel is looked for: or leave --library out.")
    if arguments.like and not arguments.entanglement:
        raise ValueError("--like measures a table of --entanglement again: add --entanglement.")
    if arguments.like and (arguments.seeds or arguments.recipe or arguments.psi is not None or arguments.step != STEP):
        raise ValueError("--like has all of that from the table: leave --seeds, --recipe, --psi and --step out.")
    if len(arguments.direction) + len(arguments.channel) > 1 and not arguments.entanglement:
        raise ValueError("A sweep goes along one direction or channel; for several add --entanglement.")
    check_free(arguments.out, overwrite=arguments.overwrite)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stylegan_core sweep", description=__doc__)
    add_model(parser)
    parser.add_argument("--direction", action="append", default=[], help="its name: in the library, or PCA 1, SeFa 1 …")
    parser.add_argument(
        "--channel",
        action="append",
        default=[],
        help="instead, with --entanglement also beside: a number of the style space, LAYER:NUMBER or its name",
    )
    parser.add_argument("--knob", help="instead: psi, noise-fine, mix-coarse, level, alpha, rotate …")
    parser.add_argument(
        "--like", type=path, help="instead: a table of --entanglement, whose directions and faces it has"
    )
    parser.add_argument("--library", type=path, help="a direction library; the model's own without it")
    parser.add_argument("--recipe", type=path, help="the face, and all that is not swept; JSON or a saved PNG")
    parser.add_argument("--psi", type=number(-FARTHEST, FARTHEST), help="truncation of the faces")
    parser.add_argument("--seeds", help="a row each, such as 0-7; 0-63 for --entanglement, else the face of the recipe")
    parser.add_argument("--from", dest="low", type=number(-FARTHEST, FARTHEST), help="where the sweep begins")
    parser.add_argument("--to", dest="high", type=number(-FARTHEST, FARTHEST), help="where it ends")
    parser.add_argument("--values", type=whole(2, MOST_VALUES), default=9, help="how many values it has")
    parser.add_argument("--features", action="store_true", help="measure distances in features too")
    parser.add_argument("--judge", type=path, help="measure the answers of a judge too (python -m stylegan_core judge)")
    parser.add_argument("--entanglement", action="store_true", help="directions, channels against attributes, …")
    parser.add_argument("--step", type=number(1e-3, 100), default=STEP, help="sigma either way for --entanglement")
    parser.add_argument("--out", type=path, required=True, help="the .csv or .png file to write")
    add_device(parser)
    add_overwrite(parser)
    return parser


def _sweep(arguments: argparse.Namespace, renderer: "Renderer", recipe: Recipe) -> None:
    from stylegan_core.lab.sweeping import sweep_steps
    from stylegan_core.metrics.features import Extractor
    from stylegan_core.pictures.contact_sheet import contact_sheet, save_sheet, sheet_labels, shrunk, side_on_sheet

    model = renderer.styles.model
    swept = _swept(arguments, model)
    low, high = swept.range(model.info)
    ends = (low if arguments.low is None else arguments.low, high if arguments.high is None else arguments.high)
    if reason := swept.why_not(model.info, recipe) or swept.why_not_to(model.info, max(ends)):
        raise ValueError(f"{arguments.model}: {reason}")
    seeds = [each.latent.seed for each in seed_recipes(arguments.seeds)] if arguments.seeds else []
    sweep = Sweep.of(recipe, swept, steps_between(*ends, arguments.values), seeds)
    extractor = Extractor(model.device) if arguments.features else None
    recipes, captions, columns = sweep.sheet
    side, pictures = side_on_sheet(model.resolution, len(recipes)), list[Any]()

    def keep(pixels: Any) -> None:
        if pixels is not None and arguments.out.suffix.lower() == ".png":
            pictures.append(shrunk(pixels, side))

    facts = _shown(sweep_steps(renderer, sweep, open_meter(arguments.judge, model), extractor), keep)
    if arguments.out.suffix.lower() == ".csv":
        write_table(arguments.out, [sweep_table(facts)])
        return
    drawn = iter(pictures)
    page = contact_sheet([None if each is None else next(drawn) for each in recipes], captions, columns)
    save_sheet(arguments.out, page, sheet_labels(recipes, columns, model.info, str(model.device), sweep.base))


def _entanglement(arguments: argparse.Namespace, renderer: "Renderer", recipe: Recipe) -> None:
    from stylegan_core.lab.entangling import entanglement_steps

    model = renderer.styles.model
    plan = _like(arguments.like) if arguments.like else _plan(arguments, model, recipe)
    facts = _shown(entanglement_steps(renderer, plan, open_meter(arguments.judge, model)), lambda _: None)
    write_table(arguments.out, [entanglement_table(facts)])
    for at, name in enumerate(plan.names):
        print(f"  {name:<20} {facts.words(at)}")


def _plan(arguments: argparse.Namespace, model: "Model", recipe: Recipe) -> EntanglementPlan:
    if arguments.knob:
        raise ValueError("--entanglement is that of directions and channels: name some with --direction or --channel.")
    found = [each.direction for each in _directions(arguments, model)]
    moved = [of_channel(_channel(name, arguments, model.info), model.info).channel for name in arguments.channel]
    seeds = [each.latent.seed for each in seed_recipes(arguments.seeds or "0-63")]
    directions, channels = [each for each in found if each is not None], [each for each in moved if each is not None]
    return EntanglementPlan.of(recipe, directions, seeds, arguments.step, channels)


def _like(table: Path) -> EntanglementPlan:
    try:
        return plan_of_table(read_table(table))
    except ValueError as error:
        raise ValueError(f"{table} cannot be measured again: {error}.") from None


def _swept(arguments: argparse.Namespace, model: "Model") -> Swept:
    if arguments.channel:
        return of_channel(_channel(arguments.channel[0], arguments, model.info), model.info)
    return _directions(arguments, model)[0] if arguments.direction else _knob(arguments.knob, model.info)


def _channel(name: str, arguments: argparse.Namespace, info: ModelInfo) -> AppliedChannel:
    """The channel LAYER:NUMBER with its name in the library, or the one of that name there."""
    layer, _, number = name.partition(":")
    library = _library(arguments, info)[0]
    place = (int(layer), int(number)) if layer.isdecimal() and number.isdecimal() else None
    wanted = name.casefold()
    for each in library.channels if library else ():
        if each.place == place or (place is None and each.name.casefold() == wanted):
            return AppliedChannel(*each.place, name=each.name)
    if place is None:
        named = ", ".join(each.name for each in library.channels) if library and library.channels else "none with names"
        raise ValueError(f"There is no channel {name!r}; there are {named}, and LAYER:NUMBER, such as 3:124.")
    return AppliedChannel(*place)


def _knob(name: str, info: ModelInfo) -> Swept:
    known = {"-".join(part for part in (each.kind, each.band) if part): each for each in knobs(info)}
    if name not in known:
        raise ValueError(f"There is no knob {name!r}; there are {', '.join(known)}.")
    return known[name]


def _directions(arguments: argparse.Namespace, model: "Model") -> list[Swept]:
    """The directions of these names: of the library, else computed ones, for which it takes a moment."""
    library, file = _library(arguments, model.info)
    entries = {entry.direction.name: entry for entry in (library.entries if library else ())}
    missing = [name for name in arguments.direction if name not in entries]
    for name in missing:
        if not _is_computed(name, model):
            named = [*entries, *(f"{kind} 1 and so on" for kind in _kinds(model))]
            raise ValueError(f"There is no direction {name!r}; there are {', '.join(named)}.")
    if missing:
        entries = {**{entry.direction.name: entry for entry in _computed(model)}, **entries}
    chosen = [entries[name] for name in arguments.direction]
    if any(entry.direction.vector.shape[-1] != model.w_dim for entry in chosen):
        raise ValueError(f"{file} belongs to another model: its directions do not fit W of {model.w_dim}.")
    return [along(entry.direction, entry.first, entry.last) for entry in chosen]


def _library(arguments: argparse.Namespace, info: ModelInfo) -> tuple["Library | None", Path | None]:
    """The library that is named, else the person's own for this network, else the one in the box; and its file."""
    from stylegan_core.latents.library import Library, library_path, shipped_library

    own = library_path(info.hash, info.name)
    file = arguments.library or (own if own.exists() else None)
    return (Library.load(file) if file else shipped_library(info.hash)), file


def _kinds(model: "Model") -> tuple[str, ...]:
    """What can be computed of a network; PCA needs a W."""
    return ("PCA", "SeFa") if model.config.styles else ("SeFa",)


def _is_computed(name: str, model: "Model") -> bool:
    """Whether a direction of this name will be there once they are computed."""
    from stylegan_core.latents.pca import COUNT

    kind, _, number = name.rpartition(" ")
    return kind in _kinds(model) and number in map(str, range(1, min(COUNT, model.w_dim) + 1))


def _computed(model: "Model") -> list["Entry"]:
    from stylegan_core.latents.pca import pca
    from stylegan_core.latents.sefa import sefa

    return [*_shown(sefa(model)), *(_shown(pca(model, model.info.hash)) if model.config.styles else ())]


def _shown(steps: Generator[Any, None, T], keep: Callable[[Any], None] | None = None) -> T:
    """All steps with a bar where there is something to wait for; ``keep`` is told what they yield."""
    with passing(hidden=keep is None) as bar:
        task = bar.add_task("measuring", total=None)

        def hear(step: tuple[int, int, Any]) -> None:
            if keep is not None:
                index, total, value = step
                bar.update(task, completed=index + 1, total=total)
                keep(value)

        return run_through(steps, hear)
