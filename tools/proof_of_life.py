"""Trains every network of the family for 10 thousand images, and puts their samples and numbers on one page.

    python tools/proof_of_life.py train RUNS --data PICTURES [--only config-f,dcgan-32]
    python tools/proof_of_life.py page RUNS --data PICTURES --heldout PICTURES

``train`` works through the rows one after the other, each in RUNS/<preset>; the same command goes on where it stopped.
``page`` measures what has been trained and writes docs/pictures/family and the section in docs/networks.md.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from stylegan_core.data.source import open_dataset
from stylegan_core.metrics.distances import frechet
from stylegan_core.metrics.features import Extractor, Features
from stylegan_core.metrics.samples import reals
from stylegan_core.metrics.table import measure
from stylegan_core.model import Model, load_model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.training.family import FAMILY

DOCS = Path(__file__).parent.parent / "docs"
PICTURES = DOCS / "pictures" / "family"
BEGIN, END = "<!-- made by tools/proof_of_life.py: -->", "<!-- end of what it made -->"
COUNT = 1000  # pictures a side of the Fréchet distance
SHOWN = range(16)  # seeds
SIDE = 32
NOTES = "family.json"  # beside the runs: what was measured, by preset
UPPER = {
    "growth.16.fade_kimg": 1.0,
    "growth.16.stable_kimg": 2.0,
    "growth.32.fade_kimg": 1.0,
    "growth.32.stable_kimg": 4.0,
}
PLANS = {  # by the side a network begins at; each adds up to 10 kimg
    4: {"growth.4.stable_kimg": 0.5, "growth.8.fade_kimg": 0.5, "growth.8.stable_kimg": 1.0, **UPPER},
    8: {"growth.8.stable_kimg": 2.0, **UPPER},
    32: {"growth.32.stable_kimg": 10.0},
}


def settings(name: str) -> list[str]:
    """What is set apart from the preset: a plan of 10 kimg, and one thread."""
    plan = PLANS[FAMILY[name].growth[0][0]]
    return [*(f"{key}={value:g}" for key, value in plan.items()), "threads=1"]


def command(name: str, run: Path, data: Path) -> list[str]:
    """The command that trains one row, as it is typed."""
    words = ["python", "-m", "stylegan_core", "train", str(run), "--preset", name, "--data", str(data)]
    return words + [word for setting in settings(name) for word in ("--set", setting)]


def note(runs: Path, name: str, **facts: Any) -> dict[str, Any]:
    """Adds facts to what is known of a row and returns all of them."""
    file = runs / NOTES
    known: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    row = known.setdefault(name, {})
    if facts:
        row.update(facts)
        file.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return row


def train(runs: Path, data: Path, names: Iterable[str]) -> int:
    """Trains row after row, noting the seconds of processor time; returns how many rows failed."""
    failed = 0
    runs.mkdir(parents=True, exist_ok=True)
    for name in names:
        before = _children()
        print(" ".join(command(name, runs / name, data)), flush=True)
        code = subprocess.run([sys.executable, *command(name, runs / name, data)[1:]], check=False).returncode
        spent = _children() - before
        note(runs, name, seconds=note(runs, name).get("seconds", 0.0) + spent)
        failed += code != 0
    return failed


def _children() -> float:
    """Processor seconds of the processes waited for so far (0 on Windows)."""
    times = os.times()
    return times.children_user + times.children_system


class Gauge:
    """Fréchet distances to held-out pictures; what is noted already is not measured again."""

    def __init__(self, runs: Path, data: Path, heldout: Path) -> None:
        self.runs, self.data, self.heldout = runs, data, heldout

    @cached_property
    def extractor(self) -> Extractor:
        """Its network is loaded when something is to be measured."""
        return Extractor()

    @cached_property
    def real(self) -> Features:
        """What the held-out pictures look like."""
        return self.extractor.all(reals(open_dataset(self.heldout, SIDE), COUNT), COUNT)

    def distance(self, name: str, model: Model) -> dict[str, Any]:
        """What is known of a row, its distance included."""
        facts = note(self.runs, name)
        if facts.get("hash") != model.info.hash:
            pictures = open_dataset(self.heldout, SIDE)
            found = measure(model, pictures, ["fd"], count=COUNT, extractor=self.extractor, real=self.real).numbers
            facts = note(self.runs, name, hash=model.info.hash, **found)
            print(name, f"{facts['FD-E']:.0f}", flush=True)
        return facts

    def floor(self) -> float:
        """How far two real sets are apart: the held-out one and as many of the training pictures."""
        facts = note(self.runs, "real")
        if "FD-E" not in facts:
            other = self.extractor.all(reals(open_dataset(self.data, SIDE), COUNT), COUNT)
            facts = note(self.runs, "real", **{"FD-E": frechet(self.real, other)})
        return float(facts["FD-E"])


def page(runs: Path, data: Path, heldout: Path) -> int:
    """Measures the rows that were trained, draws their grids, and writes the section; returns 0."""
    names = [name for name in FAMILY if RunDir(runs / name).drawable()]
    if not names:
        raise ValueError(f"{runs} holds no trained network of the family; run train first.")
    gauge = Gauge(runs, data, heldout)
    rows = []
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in names:
        model = load_model(runs / name)
        grid(model).save(PICTURES / f"{name}.png", optimize=True)
        rows.append(row(name, images(RunDir(runs / name)), gauge.distance(name, model)))
    write_section(DOCS / "networks.md", section(rows, gauge.floor()))
    return 0


def grid(model: Model) -> Image.Image:
    """Seeds 0–15, uncurated, psi 1, eight in a row, enlarged twice."""
    renderer = Renderer(model)
    faces = [renderer.render(replace(Recipe(psi=1.0), latent=Latent(seed)), keep=False) for seed in SHOWN]
    made = Image.fromarray(np.concatenate([np.concatenate(faces[at : at + 8], axis=1) for at in (0, 8)]))
    return made.resize((made.width * 2, made.height * 2), Image.Resampling.NEAREST)


def images(run: RunDir) -> int:
    """How many real images the run has shown."""
    reader = EventReader(run)
    reader.poll()
    return max((event.img for event in reader.events), default=0)


def row(name: str, shown: int, facts: dict[str, Any]) -> str:
    """One line of the table."""
    seconds = f"{facts['seconds']:.0f}" if facts.get("seconds") else "–"
    return f"| `{name}` | {shown} | {seconds} | {facts['FD-E']:.0f} | ![{name}](pictures/family/{name}.png) |"


def section(rows: list[str], floor: float) -> str:
    """The table, with what stands above and below it."""
    plans = "\n".join(f"| {side}² | {' '.join(f'`{s}`' for s in _plan(side))} |" for side in PLANS)
    return "\n".join(
        [
            f"Seconds are processor time of one core; FD-E over {COUNT} pictures a side, held out, psi 1; two real",
            f"sets of that size are {floor:.0f} apart. Samples: seeds {SHOWN[0]}–{SHOWN[-1]}, uncurated, psi 1.",
            "",
            "| preset | images | seconds | FD-E | samples |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "A run again: `python tools/proof_of_life.py train runs/family --data avatars64 --only PRESET`. It starts",
            "`python -m stylegan_core train runs/family/PRESET --preset PRESET --data avatars64 --set threads=1` with",
            "one `--set` more for each of these:",
            "",
            "| begins at | settings |",
            "|---|---|",
            plans,
        ]
    )


def _plan(side: int) -> list[str]:
    return [f"{key}={value:g}" for key, value in PLANS[side].items()]


def write_section(file: Path, text: str) -> None:
    """Puts the text between the two marks. Raises ValueError if the page has lost them."""
    before, mark, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"{file} has lost the marks {BEGIN} and {END}; put them where the table belongs.")
    file.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main(argv: list[str]) -> int:
    """Trains or shows; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "page"))
    parser.add_argument("runs", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="pictures to train on")
    parser.add_argument("--heldout", type=Path, help="pictures to measure against")
    parser.add_argument("--only", default=",".join(FAMILY), help="presets, with commas between them")
    arguments = parser.parse_args(argv)
    names = arguments.only.split(",")
    if strange := set(names) - set(FAMILY):
        parser.error(f"there is no preset {sorted(strange)[0]} in the family")
    if arguments.what == "train":
        return min(train(arguments.runs, arguments.data, names), 1)
    if arguments.heldout is None:
        parser.error("page needs --heldout")
    return page(arguments.runs, arguments.data, arguments.heldout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
