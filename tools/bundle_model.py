"""Puts a finished run into the box: weights, card with measured numbers, samples, and named directions.

    python -m tools.bundle_model RUN NAME --data LABELLED_PICTURES --heldout PICTURES --about "what the data is"

Everything on the card is measured here or read from the logs of the run and of the runs it was started from; nothing is
typed in but the data's description and the known failures.
"""

import argparse
import itertools
import logging
import math
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from stylegan_core.amounts import counted
from stylegan_core.data.source import open_dataset
from stylegan_core.device import keep_big_buffers
from stylegan_core.latents.judge import learn
from stylegan_core.latents.library import Entry, Library
from stylegan_core.latents.named_directions import REACH, Named, find_directions
from stylegan_core.metrics.features import Extractor
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer
from stylegan_core.run.stems import img_of
from stylegan_core.rundir import RunDir
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.groups import CriticConfig
from tools.curve_picture import draw_curve
from tools.measuring import EXPLAINED, measured, reals_of
from tools.run_logs import Log, read_logs, whole_curve

MODELS = Path(__file__).parent.parent / "resources" / "models"
DIRECTIONS, SAMPLES = "## Directions", "## Samples"  # headings of a card
MOST_MOVED = 2
CURVE = "curve.png"
CRITIC = (
    "It was trained with a critic that looks through EfficientNet-Lite1, a near relative of the network that these "
    "distances look through, so they flatter it beside networks trained without; SWD does not."
)


@dataclass(frozen=True, slots=True)
class Bundled:
    """All that a card tells."""

    model: Model
    stored: str
    logs: list[Log]
    numbers: dict[str, float]
    found: list[Named]
    beside: str = ""
    before: str = ""


def grid(model: Model, psi: float) -> Image.Image:
    """Seeds from 0 on, uncurated, eight rows, enlarged twice below 64²: eight in a row, or one of each class."""
    renderer, wide = Renderer(model), len(model.classes) or 8
    labels = [number if model.classes else None for number in range(wide)]
    recipes = [Recipe(Latent(seed), psi=psi, label=labels[seed % wide]) for seed in range(8 * wide)]
    pictures = [renderer.render(recipe, keep=False) for recipe in recipes]
    rows = [np.concatenate(pictures[i : i + wide], axis=1) for i in range(0, len(pictures), wide)]
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


def facts_of(name: str, logs: list[Log]) -> dict[str, object]:
    """What a weight file says of itself."""
    kimg, preset = logs[0].before + sum(log.img for log in logs) / 1000, logs[-1].config.preset
    origin = f"trained by this project, preset {preset}, {kimg:.0f} kimg"
    return {"name": name, "origin": origin, "kimg": kimg, "preset": preset}


def kept(found: Iterable[Named]) -> tuple[Entry, ...]:
    """The directions that do what they are named after."""
    return tuple(one.entry for one in found if one.keeps_its_word())


def told_directions(found: Iterable[Named], layers: int) -> list[str]:
    """The card's part on directions, of a network with so many layers."""
    lines = [
        DIRECTIONS,
        "",
        "Found with what is known of the data or can be measured in it. *Effect*: how much the share of pictures with "
        f"the named trait rises from −{REACH:g} to +{REACH:g} sigma at psi 0.7; *leak*: the mean change of the shares "
        "of all others. Both on 64 faces that had no part in the choice.",
        "",
        "| direction | layers | effect | leak | leaks most into | judge right on reals |",
        "|---|---|---|---|---|---|",
    ]
    for one in (one for one in found if one.keeps_its_word()):
        last = layers - 1 if one.entry.last is None else one.entry.last
        lines.append(
            f"| {one.entry.direction.name} | {one.entry.first}–{last} | {one.effect:+.2f} | {one.leak:.2f} | "
            f"{one.most_leaked} | {one.entry.accuracy or 0:.0%} |"
        )
    return lines


def card(bundled: Bundled, about: str, failures: str) -> str:
    """The card as Markdown."""
    info = bundled.model.info
    wide = len(info.classes) or 8
    a_class = f", one class a column: {', '.join(info.classes)}" if info.classes else ""
    lines = [
        f"# {info.name}",
        "",
        f"{info.architecture}, {info.resolution}×{info.resolution}, trained by this program's own trainer.",
        "",
        *_facts(bundled, about),
        "",
        *_distances(bundled),
        "",
        *told_directions(bundled.found, info.num_layers),
        "",
        SAMPLES,
        "",
        f"Seeds 0–{8 * wide - 1}, uncurated{a_class}. psi 0.7, then psi 1:",
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


def _facts(bundled: Bundled, about: str) -> list[str]:
    """The table of what it was trained on, how, for how long, and what came of it."""
    info, logs = bundled.model.info, bundled.logs
    before, config = logs[0].before, logs[-1].config
    runs = [*([before] if before else []), *(log.img / 1000 for log in logs)]
    parts = " + ".join(f"{run:.0f}" for run in runs)
    began = f" ({parts}, each run begun from the last)" if len(runs) > 1 else ""
    earlier = f"{bundled.before}, then " if bundled.before else ""
    hours = sum(log.seconds for log in logs) / 3600
    return [
        "| | |",
        "|---|---|",
        f"| data | {about} |",
        f"| preset | `{config.preset}`, {asked(logs)}, seed {config.seed} |",
        f"| images seen | {sum(runs):.0f} thousand{began} |",
        f"| time | {earlier}{hours:.1f} hours on {machine(logs, bundled.beside)} |",
        f"| generator | {info.parameters / 1e6:.2f} million parameters, z and w of {info.z_dim} |",
        f"| stored as | {bundled.stored} |",
        f"| model hash | `{info.hash}` |",
    ]


def _distances(bundled: Bundled) -> list[str]:
    """What was measured of it, what flatters that, and the curve of its distance as it trained."""
    logs = bundled.logs
    lines = [
        "## Measured",
        "",
        "| metric | value | what it is |",
        "|---|---|---|",
        *(f"| {key} | {value:.4g} | {EXPLAINED[key]} |" for key, value in bundled.numbers.items()),
        "",
        "Names ending in -E use EfficientNet-Lite0 features at 128²; they are never comparable with published FID, KID "
        "or PPL.",
    ]
    if any(log.config.critic.weight for log in logs):
        lines += ["", CRITIC]
    if curve := whole_curve(logs):
        told = ", ".join(f"{value:.0f} at {kimg:.0f} kimg" for kimg, value in curve)
        count = logs[-1].config.metric_count
        lines += ["", f"FD-E as it trained, against {count} of its own pictures: {told}."]
        lines += ["", f"![FD-E as it trained]({CURVE})"] if len(curve) > 1 else []
    return lines


def asked(logs: Sequence[Log]) -> str:
    """What the runs were told of R1, learning rate (at the last level) and style mixing, one after the other."""

    def in_turn(words: Iterable[str]) -> str:
        return " then ".join(word for word, _ in itertools.groupby(words))

    configs = [log.config for log in logs]
    weights, rates = in_turn(map(r1, configs)), in_turn(f"{config.growth.levels[-1].rate:g}" for config in configs)
    mixing = in_turn(f"{config.style_mixing:g}" for config in configs)
    critics = in_turn(critic(config.critic) for config in configs)
    beside = f", critic {critics}" if critics != "0" else ""
    return f"R1 weight {weights}, learning rate {rates}, style mixing {mixing}{beside}"


def chosen_checkpoint(run: RunDir, kimg: float) -> tuple[Path, float]:
    """The drawable checkpoint nearest to ``kimg`` thousand images, and how many it has seen. Raises ValueError."""
    found = [(img_of(path) or 0, path) for path in run.every_drawable()]  # all are named by their images
    if not found:
        raise ValueError(f"{run.checkpoints} holds no checkpoint.")
    img, path = min(found, key=lambda one: abs(one[0] - 1000 * kimg))
    return path, img


def r1(config: TrainingConfig) -> str:
    """How a run weighed R1, in words."""
    every = "" if config.r1_interval == 1 else f" every {config.r1_interval}th step"
    groups = f" on {config.r1_groups * config.network.mbstd_group} pictures of each batch" if config.r1_groups else ""
    return f"{config.gamma:g}{every}{groups}"


def critic(config: CriticConfig) -> str:
    """How a run weighed its critic, in words."""
    size = f" at {config.side}²" if config.weight else ""
    gamma = f" with R1 {config.gamma:g}" if config.weight and config.gamma else ""
    joined = f" from {config.from_kimg:g} thousand images on" if config.weight and config.from_kimg else ""
    return f"{config.weight:g}{size}{gamma}{joined}"


def machine(logs: Sequence[Log], beside: str = "") -> str:
    """What the runs computed on, in words, on a CPU with how many of its cores; and ``beside`` what else."""
    found: dict[str, None] = {}
    for log in logs:
        cores = [f"{counted(count, 'core')} of {cpu()}" for count in log.cores]
        found |= dict.fromkeys(cores if log.device == "CPU" else [f"one {log.device}"])
    return ", ".join(filter(None, [", then ".join(found), beside]))


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
    parser.add_argument(
        "--kimg", type=float, default=0, help="the checkpoint nearest to it, chosen by eye; the newest without"
    )
    parser.add_argument("--beside", default="", help="what else ran there, such as 'beside three other runs'")
    parser.add_argument("--before", default="", help="hours and machine of runs whose logs are gone, for the card")
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--labelled", type=int, default=3000, help="pictures to learn the labels and directions from")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    keep_big_buffers()
    chosen, until = (
        chosen_checkpoint(RunDir(arguments.run), arguments.kimg) if arguments.kimg else (arguments.run, math.inf)
    )
    logs, folder = read_logs(arguments.run, until), MODELS / arguments.name
    target = folder / f"{arguments.name}.safetensors"
    model, stored = store(load_model(chosen), target, facts_of(arguments.name, logs))
    for psi in (0.7, 1.0):
        grid(model, psi).save(folder / f"samples-{psi:g}.png", optimize=True)
    extractor = Extractor()
    heldout, data = (open_dataset(path, model.resolution) for path in (arguments.heldout, arguments.data))
    numbers = measured(model, reals_of(heldout, data, extractor, arguments.count), arguments.count)
    numbers |= dict(zip(("diversity", "diversity in features"), logs[-1].diversity, strict=True))
    found = find_directions(model, learn(data, extractor, arguments.labelled), arguments.labelled)
    Library(model.info.hash, model.info.name, kept(found)).save(folder / "directions.json")
    if len(curve := whole_curve(logs)) > 1:
        draw_curve(curve, "FD-E", folder / CURVE)
    bundled = Bundled(model, stored, logs, numbers, found, arguments.beside, arguments.before)
    text = card(bundled, arguments.about, arguments.failures)
    (folder / "card.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
