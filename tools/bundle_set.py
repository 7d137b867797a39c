"""Puts several finished runs into the box as one set, to be held side by side: one card, one grid a network.

    python -m tools.bundle_set NAME RUN... --data LABELLED_PICTURES --heldout PICTURES --about "what the data is"

Each network is called after its run's folder. All are measured on the same pictures; nothing on the card is typed in
but the data's description and the known failures.
"""

import argparse
import logging
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stylegan_core.data.source import open_dataset
from stylegan_core.device import keep_big_buffers
from stylegan_core.latents.judge import Judge, learn
from stylegan_core.latents.library import Library
from stylegan_core.latents.named_directions import REACH, Named, find_directions
from stylegan_core.metrics.features import Extractor
from stylegan_core.model import Model, load_model
from tools.bundle_model import MODELS, facts_of, grid, kept, machine, store
from tools.measuring import EXPLAINED, Reals, measured, reals_of
from tools.run_logs import Log, read_logs

PSI = 1.0
DIRECTIONS = "Directions"  # how the line of a card begins that tells them


@dataclass(frozen=True, slots=True)
class Member:
    """One network of the set, and what its row on the card tells."""

    name: str
    meaning: str
    model: Model
    stored: str
    logs: list[Log]
    numbers: dict[str, float]
    found: list[Named]

    @property
    def kimg(self) -> float:
        """Thousands of images it has seen."""
        return sum(log.img for log in self.logs) / 1000


@dataclass(frozen=True, slots=True)
class Measuring:
    """What every member is measured with."""

    real: Reals
    judge: Judge
    count: int
    labelled: int


def bundle(run: Path, folder: Path, measuring: Measuring) -> Member:
    """Writes one network's weights, grid and directions, and measures it."""
    name, logs = run.name, read_logs(run)
    model, stored = store(load_model(run), folder / f"{name}.safetensors", facts_of(name, logs))
    grid(model, PSI).save(folder / f"{name}.png", optimize=True)
    numbers = measured(model, measuring.real, measuring.count)
    found = find_directions(model, measuring.judge, measuring.labelled) if model.config.styles else []
    if entries := kept(found):
        Library(model.info.hash, name, entries).save(folder / f"{name}-directions.json")
    return Member(name, logs[-1].config.meaning, model, stored, logs, numbers, found)


def card(name: str, members: Sequence[Member], about: str, failures: str, beside: str = "") -> str:
    """The card of the whole set as Markdown: one table, then every network's samples and directions."""
    metrics = [key for key in EXPLAINED if any(key in member.numbers for member in members)]
    floor = "FD-E real"
    shown = [key for key in metrics if key != floor]
    lines = [
        f"# {name}",
        "",
        f"{len(members)} networks that were trained alike, to be held side by side.",
        "",
        "| | |",
        "|---|---|",
        f"| data | {about} |",
        f"| machine | {'; '.join(dict.fromkeys(machine(member.logs, beside) for member in members))} |",
        f"| known failures | {failures} |",
        "",
        f"| network | thousand images | hours | {' | '.join(shown)} |",
        f"|---|---|---|{'---|' * len(shown)}",
        *(_row(member, shown) for member in members),
        "",
        *(f"*{key}*: {EXPLAINED[key]}." for key in shown),
        f"Two disjoint real sets of that size are {members[0].numbers[floor]:.3g} apart in FD-E.",
        "Names ending in -E use EfficientNet-Lite0 features at 128²; they compare with no published FID, KID or PPL.",
        "",
    ]
    for member in members:
        lines += [f"## {member.name}", "", f"{member.meaning} Stored as {member.stored}.", ""]
        lines += [f"![Seeds from 0 on, uncurated, psi {PSI:g}]({member.name}.png)", ""]
        if told := told_directions(member.found):
            lines += [told, ""]
    return "\n".join(lines)


def _row(member: Member, shown: Sequence[str]) -> str:
    hours = sum(log.seconds for log in member.logs) / 3600
    numbers = (f"{member.numbers[key]:.4g}" if key in member.numbers else "–" for key in shown)
    return f"| {member.name} | {member.kimg:.0f} | {hours:.1f} | {' | '.join(numbers)} |"


def told_directions(found: Iterable[Named]) -> str:
    """The directions of one network in one line, "" where there are none."""
    told = [f"{one.entry.direction.name} ({one.effect:+.2f}, {one.leak:.2f})" for one in found if one.keeps_its_word()]
    return (
        f"{DIRECTIONS} (effect from −{REACH:g} to +{REACH:g} sigma at psi 0.7, leak): {', '.join(told)}."
        if told
        else ""
    )


def main(argv: list[str]) -> int:
    """Bundles the runs in the order they are named in; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--heldout", type=Path, required=True)
    parser.add_argument("--about", required=True)
    parser.add_argument("--failures", default="See the samples.")
    parser.add_argument("--beside", default="", help="what else ran there, such as 'all at once'")
    parser.add_argument("--count", type=int, default=2500, help="pictures a side of each measurement")
    parser.add_argument("--labelled", type=int, default=2000, help="pictures to learn the labels and directions from")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    keep_big_buffers()
    side = load_model(options.runs[0]).resolution
    heldout, data = (open_dataset(path, side) for path in (options.heldout, options.data))
    extractor = Extractor()
    judge = learn(data, extractor, options.labelled)
    real = reals_of(heldout, data, extractor, options.count)
    measuring = Measuring(real, judge, options.count, options.labelled)
    folder = MODELS / options.name
    members = [bundle(run, folder, measuring) for run in options.runs]
    text = card(options.name, members, options.about, options.failures, options.beside)
    (folder / "card.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
