"""Puts a finished run into the box: weights, card with measured numbers, samples, and named directions.

    python tools/bundle_model.py RUN NAME --data LABELLED_PICTURES --heldout PICTURES --about "what the data is"

Everything on the card is measured here or read from the run's own log; nothing is typed in but the data's description
and the known failures.
"""

import argparse
import json
import logging
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from stylegan_core.data.source import open_dataset
from stylegan_core.latents.attributes import Named, find_directions
from stylegan_core.latents.judge import learn
from stylegan_core.latents.library import Library
from stylegan_core.metrics import distances
from stylegan_core.metrics.features import Extractor
from stylegan_core.metrics.samples import reals
from stylegan_core.metrics.table import measure
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer
from stylegan_core.training.config import TrainingConfig

MODELS = Path(__file__).parent.parent / "resources" / "models"
LEAST_EFFECT = 0.2
MOST_MOVED = 2
GAP = 60.0  # seconds without a word that count as a pause, not as training


@dataclass(frozen=True, slots=True)
class Log:
    """What a run's log says: images seen, seconds at work, and the Fréchet distance at each kimg."""

    img: int
    seconds: float
    curve: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Bundled:
    """All that a card tells."""

    model: Model
    stored: str
    config: TrainingConfig
    log: Log
    numbers: dict[str, float]
    found: list[Named]


def read_log(run: Path) -> Log:
    """Reads events.jsonl; time between two events more than a minute apart is not counted as work."""
    img, seconds, last, curve = 0, 0.0, 0.0, {}
    for line in (run / "events.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        img = int(event.get("img", img))
        seconds += event["time"] - last if 0 < event["time"] - last < GAP else 0.0
        last = event["time"]
        if event["kind"] == "metric" and event.get("name") == "FD-E":
            curve[img / 1000] = float(event["value"])
    return Log(img, seconds, tuple(sorted(curve.items())))


def grid(model: Model, psi: float, seeds: Iterable[int] = range(64)) -> Image.Image:
    """Seeds 0–63, uncurated, eight in a row, enlarged twice below 64²."""
    renderer = Renderer(model)
    pictures = [renderer.render(replace(Recipe(psi=psi), latent=Latent(seed)), keep=False) for seed in seeds]
    rows = [np.concatenate(pictures[i : i + 8], axis=1) for i in range(0, len(pictures), 8)]
    made = Image.fromarray(np.concatenate(rows))
    factor = 2 if model.resolution < 64 else 1
    return made.resize((made.width * factor, made.height * factor), Image.Resampling.NEAREST)


def store(model: Model, target: Path, facts: dict[str, object]) -> tuple[Model, str]:
    """Saves in float16 where no pixel of 16 pictures moves by more than 2 of 255, else float32.

    Returns the model as it opens from there, and how it is stored in words.
    """
    save_model(target, model, dtype=torch.float16, facts=facts)
    stored = load_model(target)
    before, after = Renderer(model), Renderer(stored)
    recipes = [Recipe(latent=Latent(seed)) for seed in range(16)]
    moved = max(int(np.abs(before.render(r).astype(int) - after.render(r)).max()) for r in recipes)
    if moved <= MOST_MOVED:
        return stored, f"float16; no pixel of 16 pictures moves by more than {moved} of 255"
    save_model(target, model, facts=facts)
    return load_model(target), "float32"


def card(bundled: "Bundled", about: str, failures: str) -> str:
    """The card as Markdown."""
    info, config, log = bundled.model.info, bundled.config, bundled.log
    cores = "1 core" if config.threads == 1 else f"{config.threads} cores"
    lines = [
        f"# {info.name}",
        "",
        f"{info.architecture}, {info.resolution}×{info.resolution}, trained by this program's own trainer.",
        "",
        "| | |",
        "|---|---|",
        f"| data | {about} |",
        f"| preset | `{config.preset}`, R1 weight {config.gamma:g}, seed {config.seed} |",
        f"| images seen | {log.img / 1000:.0f} thousand |",
        f"| time | {log.seconds / 3600:.1f} hours on {cores} of {cpu()} |",
        f"| generator | {info.parameters / 1e6:.2f} million parameters, z and w of {info.z_dim} |",
        f"| stored as | {bundled.stored} |",
        f"| model hash | `{info.hash}` |",
        "",
        "## Measured",
        "",
        "| metric | value | what it is |",
        "|---|---|---|",
        *(f"| {key} | {value:.4g} | {EXPLAINED[key]} |" for key, value in bundled.numbers.items()),
        "",
        "Names ending in -E use EfficientNet-Lite0 features at 128²; they are never comparable with published FID, KID "
        "or PPL.",
    ]
    if log.curve:
        lines += ["", "FD-E as it trained: " + ", ".join(f"{v:.0f} at {k:.0f} kimg" for k, v in log.curve) + "."]
    lines += [
        "",
        "## Directions",
        "",
        "Found with the labels of the data. *Effect*: how much the share of faces with the named trait rises from −3 "
        "to +3 sigma at psi 0.7; *leak*: the mean change of the shares of all other traits.",
        "",
        "| direction | layers | effect | leak | leaks most into | judge right on reals |",
        "|---|---|---|---|---|---|",
    ]
    for one in (one for one in bundled.found if one.effect >= LEAST_EFFECT):
        last = info.num_layers - 1 if one.entry.last is None else one.entry.last
        lines.append(
            f"| {one.entry.direction.name} | {one.entry.first}–{last} | {one.effect:+.2f} | {one.leak:.2f} | "
            f"{one.most_leaked} | {one.entry.accuracy or 0:.0%} |"
        )
    lines += [
        "",
        "## Samples",
        "",
        "Seeds 0–63, uncurated. psi 0.7, then psi 1:",
        "",
        "![psi 0.7](samples-0.7.png)",
        "",
        "![psi 1](samples-1.png)",
        "",
        "## Known failures",
        "",
        failures,
        "",
    ]
    return "\n".join(lines)


EXPLAINED = {
    "FD-E": "Fréchet distance to held-out pictures, psi 1",
    "FD-E real": "the same between two disjoint real sets of that size: the floor, nearly all sampling bias",
    "KID-E": "kernel distance to held-out pictures",
    "P-E": "precision: share of drawn pictures that look real",
    "R-E": "recall: share of real pictures that are covered",
    "PPL-E": "path length in W",
}


def cpu() -> str:
    """The processor's name as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main(argv: list[str]) -> int:
    """Bundles one run; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--heldout", type=Path, required=True)
    parser.add_argument("--about", required=True)
    parser.add_argument("--failures", default="See the samples at psi 1.")
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--labelled", type=int, default=3000, help="pictures to learn the labels and directions from")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config = TrainingConfig.from_dict(json.loads((arguments.run / "config.json").read_text(encoding="utf-8")))
    log, folder = read_log(arguments.run), MODELS / arguments.name
    facts = {
        "name": arguments.name,
        "origin": f"trained by this project, preset {config.preset}, {log.img / 1000:.0f} kimg",
        "kimg": log.img / 1000,
        "preset": config.preset,
    }
    model, stored = store(load_model(arguments.run), folder / f"{arguments.name}.safetensors", facts)
    for psi in (0.7, 1.0):
        grid(model, psi).save(folder / f"samples-{psi:g}.png", optimize=True)
    extractor = Extractor()
    heldout, data = (open_dataset(path, model.resolution) for path in (arguments.heldout, arguments.data))
    sides = [extractor.all(reals(side, arguments.count), arguments.count) for side in (heldout, data)]
    numbers = measure(model, heldout, count=arguments.count, extractor=extractor, real=sides[0])
    numbers = {"FD-E": numbers.pop("FD-E"), "FD-E real": distances.frechet(*sides), **numbers}
    found = find_directions(model, learn(data, extractor, arguments.labelled), arguments.labelled)
    kept = tuple(one.entry for one in found if one.effect >= LEAST_EFFECT)
    Library(model.info.hash, model.info.name, kept).save(folder / "directions.json")
    bundled = Bundled(model, stored, config, log, numbers, found)
    text = card(bundled, arguments.about, arguments.failures)
    (folder / "card.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
