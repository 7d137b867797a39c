"""Measures the finding of channels by place: what it finds against trying every channel of a network.

    python -m tools.measure_channels [NETWORK …] [--faces]

For each network in the box that is named, and one place of seed 1: how near the estimated energies of the pixels inside
are to differences of pictures at half a sigma, over the channels that change the place most (correlation of their
logarithms; the median of estimate over difference); how far the estimated shares are from those; and how many of the
eight best channels by trying all of them at 3 sigma are among those that are tried, and are found. Seconds are of the
processor, of one thread.

With --faces instead: the same place on seeds 1, 2 and 3, each alone and with three faces more. The mean over the eight
channels that are found of the share of their change that falls inside, as the search tells it, and on six faces that no
search has seen.
"""

import argparse
import time

import numpy as np
import torch

from stylegan_core.latents import local_channels
from stylegan_core.latents.local_channels import find_channels, measured, score, slope_energies, try_channels
from stylegan_core.latents.region import LocalChannel, Region
from stylegan_core.model import Model, load_model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer, renderer_of
from stylegan_core.steps import run_through
from tools.bundle_model import MODELS
from tools.ending import run

PLACES = {
    "avatars-64/avatars-64": Region(0.2, 0.05, 0.8, 0.3),
    "family-32/stylegan2-32": Region(0.2, 0.05, 0.8, 0.3),
    "fashion-32/fashion-32": Region(0.0, 0.1, 0.25, 0.9),
}
BEST, STEP = 8, 0.5
FACES, SEEDS, NEW, SIX = 4, (1, 2, 3), 5000, 6


def slopes(renderer: Renderer, recipe: Recipe, region: Region, layer: int, channel: int) -> LocalChannel:
    """What a channel does at half a sigma either way, before rounding to whole steps of colour."""
    base = renderer.image(recipe, keep=False)
    ends = [renderer.image(recipe.with_channel(layer, channel, side * STEP), keep=False) for side in (-1, 1)]
    changes = np.stack([127.5 * (each.clamp(-1, 1) - base.clamp(-1, 1))[0].permute(1, 2, 0).numpy() for each in ends])
    return measured(layer, channel, changes.astype(np.float64), region)


def measure(name: str, model: Model, region: Region) -> str:
    """One line of the table."""
    renderer, recipe = renderer_of(model), Recipe(Latent(1))
    every = [(layer, at) for layer, count in enumerate(model.info.style_channels) for at in range(count)]
    began = time.process_time()
    found = find_channels(model, recipe, region, BEST)
    took = time.process_time() - began
    began = time.process_time()
    tried = run_through(try_channels(renderer, recipe, region, every))
    all_of_them = time.process_time() - began
    best = {(e.layer, e.channel) for e in sorted(tried, key=lambda e: -score(e.inside, e.effect))[:BEST]}
    energies = run_through(slope_energies(renderer, recipe, region))
    candidates = best & {*energies.best(local_channels.TRIED)}
    inside, outside = np.concatenate(energies.inside), np.concatenate(energies.outside)
    true = [slopes(renderer, recipe, region, *place) for place in every]
    energy = np.array([3 * energies.pixels * (each.effect / STEP) ** 2 for each in true])
    most = energy > np.median(energy)
    off = np.abs(inside / np.maximum(inside + outside, 1e-30) - [each.inside for each in true])[most].mean()
    near = np.corrcoef(np.log(inside[most] + 1e-9), np.log(energy[most]))[0, 1]
    ratio = float(np.median(inside[most] / energy[most]))
    same = len(best & {(each.layer, each.channel) for each in found})
    return (
        f"{name:<14} {len(every):>8} {near:>11.2f} {ratio:>6.2f} {100 * off:>8.1f} % "
        f"{len(candidates):>5} of 8 {same:>5} of 8 {100 * found[0].inside:>6.0f} % {took:>6.1f} s {all_of_them:>6.0f} s"
    )


def of_faces(name: str, model: Model, region: Region) -> str:
    """A line for each seed: the shares told and those on new faces, found on one face and on four."""
    renderer, lines = renderer_of(model), list[str]()
    unseen = [Recipe(Latent(NEW + at)) for at in range(SIX)]
    for seed in SEEDS:
        told = list[str]()
        for faces in (1, FACES):
            found = find_channels(model, Recipe(Latent(seed)), region, BEST, faces)
            places = [(each.layer, each.channel) for each in found]
            new = [each.inside for face in unseen for each in run_through(try_channels(renderer, face, region, places))]
            told.append(f"{100 * np.mean([each.inside for each in found]):>8.0f} % {100 * np.mean(new):>8.0f} %")
        lines.append(f"{name:<14} {seed:>6} {'   '.join(told)}")
    return "\n".join(lines)


def main() -> int:
    """Prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", choices=[[], *PLACES], metavar="NETWORK", help=", ".join(PLACES))
    parser.add_argument("--faces", action="store_true", help="what is found on one face and on four, on new faces")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.faces:
        print("network          seed   one face: told, new   four faces: told, new")
    else:
        print("network        channels correlation  ratio  share off  tried    found     best   search   all")
    for name in options.networks or PLACES:
        model = load_model(MODELS / f"{name}.safetensors")
        line = of_faces if options.faces else measure
        print(line(name.split("/")[1], model, PLACES[name]), flush=True)
    return 0


if __name__ == "__main__":
    run(main)
