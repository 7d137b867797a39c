"""Measures channels that are found by attribute against the directions in W of the same names.

    python -m stylegan_core data avatars A --count 4000 --resolution 64 --seed 101      (and B with seed 202)
    python -m stylegan_core judge A --resolution 64 --reals 4000 --out a.npz            (and b.npz from B)
    python -m tools.measure_attributes a.npz b.npz Glasses Hat …

The search uses the first judge; what is told is measured with the second, which has learned from other pictures, on
faces that the search has not seen. A channel is the best one that was found, the direction that of the box's library,
on its layers. *Purity* is that of the entanglement page, at ±3 sigma of a channel and ±1 of a direction. *Attribute
dependency* (Wu et al. 2021) is the mean change of all other attributes, in standard deviations, where the
one that is meant has changed by so many; a question about the same label, such as sunglasses, is no other one. Both
are read at the same change: half a standard deviation, or the most that both reach. Seconds are of the processor, of
one thread.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from stylegan_core.latents.attribute_channels import attribute_search
from stylegan_core.latents.judge import Judge
from stylegan_core.latents.judge_file import load_judge
from stylegan_core.latents.library import shipped_library
from stylegan_core.latents.meter import Meter, spreads_of
from stylegan_core.latents.way_back import Doubles
from stylegan_core.metrics.features import Extractor
from stylegan_core.model import load_model
from stylegan_core.recipe import AppliedDirection, Latent, Recipe
from stylegan_core.render import Renderer, renderer_of
from stylegan_core.steps import run_through
from tools.bundle_model import MODELS
from tools.ending import run

WANTED = 0.5  # standard deviations of the attribute that is meant
SPREAD_FACES = 32
LEAST = 0.05  # the same, below which one of them does not change it at all
Mover = Callable[[Recipe, float], Recipe]


class Held:
    """What a mover changes on faces that nobody has looked at, by the second judge."""

    def __init__(self, renderer: Renderer, judge: Judge, faces: int) -> None:
        self._renderer, self._meter = renderer, Meter(judge)
        self._label = {question.name: question.attribute for question in judge.questions}
        whole = [
            self._meter(renderer.render(Recipe(Latent(seed), psi=1.0), keep=False)) for seed in range(SPREAD_FACES)
        ]
        self._spreads = spreads_of(whole)
        self._faces = [Recipe(Latent(seed)) for seed in range(faces)]
        self._base = np.array([self._seen(face) for face in self._faces])

    def changes(self, move: Mover, strengths: Sequence[float]) -> Doubles:
        """[strengths, faces, attributes] in standard deviations."""
        ends = np.array([[self._seen(move(face, each)) for face in self._faces] for each in strengths])
        changes: Doubles = ends - self._base
        return changes

    def purity(self, name: str, less: Doubles, more: Doubles) -> float:
        """That of the mean slope between two strengths."""
        sizes = np.abs((more - less).mean(axis=0))
        return float(sizes[self._at(name)] / sizes.sum())

    def way(self, name: str, changes: Doubles) -> tuple[Doubles, Doubles]:
        """How far the meant attribute has changed at each strength, and all others: from nothing on, rising."""
        at, own = self._at(name), self._label.get(name)
        others = [
            i for i, each in enumerate(self._spreads) if i != at and (own is None or self._label.get(each) != own)
        ]
        meant, rest = changes[:, :, at].mean(axis=1), np.abs(changes[:, :, others]).mean(axis=(1, 2))
        return np.concatenate([[0.0], meant]), np.concatenate([[0.0], rest])

    def _at(self, name: str) -> int:
        return [*self._spreads].index(name)

    def _seen(self, recipe: Recipe) -> list[float]:
        found = self._meter(self._renderer.render(recipe, keep=False))
        return [found[name] / spread for name, spread in self._spreads.items()]


def dependency(meant: Doubles, rest: Doubles, change: float) -> float:
    """The change of all others where the meant attribute has first changed by so much, between strengths a line."""
    for at in range(1, len(meant)):
        if meant[at] >= change:
            part = (change - meant[at - 1]) / (meant[at] - meant[at - 1])
            return float(rest[at - 1] + part * (rest[at] - rest[at - 1]))
    return float("nan")


def measure(renderer: Renderer, judge: Judge, held: Held, name: str) -> str:
    """One line of the table."""
    began = time.process_time()
    found = run_through(attribute_search(renderer, Recipe(), name, Meter(judge)))
    took = time.process_time() - began
    library = shipped_library(renderer.styles.model.info.hash)
    entry = next((each for each in (library.entries if library else ()) if each.direction.name == name), None)
    if not found or entry is None:
        return f"| {name} | {'no channel' if not found else 'no direction'} | | | | | | {took:.0f} s |"
    best, way = found[0], AppliedDirection(entry.direction, 0.0, entry.first, entry.last)
    sign = 1.0 if best.effect > 0 else -1.0
    movers: list[tuple[Mover, tuple[float, ...]]] = [
        (lambda face, at: face.with_channel(best.layer, best.channel, sign * at), (-3.0, 3.0, 6.0, 9.0)),
        (lambda face, at: replace(face, directions=(replace(way, strength=at),)), (-1.0, 1.0, 2.0, 3.0)),
    ]
    purities, ways = list[float](), list[tuple[Doubles, Doubles]]()
    for move, strengths in movers:
        changes = held.changes(move, strengths)
        purities.append(held.purity(name, changes[0], changes[1]))
        ways.append(held.way(name, changes[1:]))
    change = min(WANTED, *(float(meant.max()) for meant, _ in ways))
    told = [f"{dependency(meant, rest, change):.2f}" if change > LEAST else "—" for meant, rest in ways]
    return (
        f"| {name} | {best.layer}:{best.channel} | {100 * best.purity:.0f} % | {100 * purities[0]:.0f} % | "
        f"{100 * purities[1]:.0f} % | {ways[0][0].max():.2f}, {ways[1][0].max():.2f} | {change:.2f} | {told[0]}, "
        f"{told[1]} | {took:.0f} s |"
    )


def main() -> int:
    """Prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judge", type=Path, help="that the search uses")
    parser.add_argument("held", type=Path, help="that what was found is measured with")
    parser.add_argument("attributes", nargs="+")
    parser.add_argument("--faces", type=int, default=12)
    options = parser.parse_args()
    torch.set_num_threads(1)
    extractor, renderer = Extractor(), renderer_of(load_model(MODELS / "avatars-64" / "avatars-64.safetensors"))
    judge, held = (
        load_judge(options.judge, extractor),
        Held(renderer, load_judge(options.held, extractor), options.faces),
    )
    print(
        "| | channel | purity told | purity | direction's | most change, both | at | dependency there | search |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    for name in options.attributes:
        print(measure(renderer, judge, held, name), flush=True)
    return 0


if __name__ == "__main__":
    run(main)
