"""Makes a network of the box again: its data, then its runs one after the other, each begun from the last.

    python -m tools.reproduce avatars-64 FOLDER [--bundle]

What there is to do stands in tools/recipes/NAME.toml; every command is printed before it starts. Stopped or killed, the
same command goes on. ``--bundle`` measures the network at the end and puts it into resources/models in the place of the
one there. On another processor or number of threads sums round differently, so faces will be others of the same kind.
"""

import argparse
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from stylegan_core.data.half_drawn import is_half_drawn
from stylegan_core.rundir import RunDir
from tools.run_logs import finished

RECIPES = Path(__file__).parent / "recipes"
ALWAYS = ("threads=1", "metric_count=1500", "keep_every=5")
Setting = str | int | float
Run = Callable[[list[str]], int]  # a command after `python -m` -> its exit code


@dataclass(frozen=True, slots=True)
class Stage:
    """One run: what it trains on, what it begins from, and what is set apart from its preset.

    ``init`` names an earlier run; with ``weights_only`` its network is taken and its discriminator is not.
    """

    run: str
    preset: str
    data: str
    settings: tuple[str, ...]
    init: str = ""
    weights_only: bool = False

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Self:
        """Raises TypeError for a word that a recipe does not have."""
        settings: dict[str, Setting] = found.pop("set", {})
        return cls(**found, settings=tuple(f"{key}={value}" for key, value in settings.items()))


@dataclass(frozen=True, slots=True)
class Recipe:
    """``drawn``: arguments of ``data avatars`` by folder; ``card``: what the bundling tool is told besides its runs."""

    name: str
    drawn: dict[str, dict[str, int]]
    stages: tuple[Stage, ...]
    bundled: tuple[str, ...]
    card: dict[str, Setting]

    @classmethod
    def read(cls, name: str) -> Self:
        """Raises ValueError in one sentence where there is no such recipe."""
        file = RECIPES / f"{name}.toml"
        if not file.is_file():
            raise ValueError(f"There is no recipe {name!r}; there are {', '.join(names())}.")
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        stages = tuple(Stage.from_dict(one) for one in _written_out(found["run"]))
        return cls(name, found.get("avatars", {}), stages, tuple(found["bundle"]["runs"]), found["bundle"]["card"])


def _written_out(found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Runs as they are: one that ``goes_on`` begins from the run above and has all of it but what it says itself."""
    above: dict[str, Any] = {}
    for one in found:
        if one.pop("goes_on", False):
            settings = {**above.get("set", {}), **one.pop("set", {})}
            one = {"preset": above["preset"], "data": above["data"], "init": above["run"], "set": settings, **one}
        above = dict(one)
        yield one


def names() -> list[str]:
    """The recipes there are."""
    return sorted(file.stem for file in RECIPES.glob("*.toml"))


def reproduce(recipe: Recipe, folder: Path, run: Run) -> int:
    """Does what is still to be done; returns the exit code of the first command that fails, 1 where one was stopped."""
    for name, arguments in recipe.drawn.items():
        if not (folder / name).exists() and (code := draw(folder / name, arguments, run)):
            return code
    for stage in recipe.stages:
        if not finished(folder / stage.run) and (code := run(training(stage, folder))):
            return code
        if not finished(folder / stage.run):
            return 1
    return 0


def draw(out: Path, arguments: dict[str, int], run: Run) -> int:
    """Draws a data set; under its name only when all of it is there."""
    part = out.with_name(f"{out.name}.part")
    if not is_half_drawn(part):  # else it is gone on with
        shutil.rmtree(part, ignore_errors=True)
    code = run(["stylegan_core", "data", "avatars", str(part), *_flags(arguments)])
    if not code:
        part.rename(out)
    return code


def training(stage: Stage, folder: Path) -> list[str]:
    """The command that trains one run, or goes on with it."""
    run = folder / stage.run
    if RunDir(run).exists():
        return ["stylegan_core", "train", str(run)]
    words = ["stylegan_core", "train", str(run), "--preset", stage.preset, "--data", _place(folder, stage.data)]
    if stage.init:
        words += ["--init", str(network_alone(folder, stage.init) if stage.weights_only else folder / stage.init)]
    return words + [word for setting in (*stage.settings, *ALWAYS) for word in ("--set", setting)]


def network_alone(folder: Path, run: str) -> Path:
    """A run's network at its end, copied to where no training state lies beside it."""
    copy = folder / f"{run}.safetensors"
    newest = RunDir(folder / run).drawable()
    assert newest is not None, "a run that has finished"
    shutil.copyfile(newest, copy)
    return copy


def bundling(recipe: Recipe, folder: Path) -> list[str]:
    """The command that measures what was trained and puts it into the box."""
    runs = [str(folder / run) for run in recipe.bundled]
    places = {key: _place(folder, str(recipe.card[key])) for key in ("data", "heldout")}
    words = ["tools.bundle_set", recipe.name, *runs] if len(runs) > 1 else ["tools.bundle_model", *runs, recipe.name]
    return [*words, *_flags({**recipe.card, **places})]


def _place(folder: Path, data: str) -> str:
    """A data set's folder: one of the system's as it stands, others inside ``folder``."""
    return data if data.startswith("/") else str(folder / data)


def _flags(values: dict[str, Any]) -> list[str]:
    return [word for key, value in values.items() for word in (f"--{key}", str(value))]


def main(argv: list[str]) -> int:
    """Works through a recipe; returns the exit code of what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=names())
    parser.add_argument("folder", type=Path, help="where data and runs lie; made if missing")
    parser.add_argument("--bundle", action="store_true", help="put the network into resources/models at the end")
    options = parser.parse_args(argv)
    recipe, folder = Recipe.read(options.name), options.folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        code = reproduce(recipe, folder, started)
    except OSError as error:
        print(f"{folder} cannot hold data and runs: {error}.", file=sys.stderr)
        return 1
    if not code and options.bundle:
        code = started(bundling(recipe, folder))
    return code


def started(command: list[str]) -> int:
    """Says a command, runs it and returns its exit code."""
    print("python -m", *command, flush=True)
    return subprocess.run([sys.executable, "-m", *command], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
