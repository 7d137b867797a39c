"""How long sweeps and entanglement take, in the numbers that docs/guide/sweep.md states.

    python -m tools.measure_sweeps [--model WEIGHTS] [--faces 16]

The first direction of the network's library is swept over nine values of one face and of eight seeds, with and without
features; up to ten directions are measured on so many faces. Processor time of one thread, the median over the pictures
and the whole; what a first time loads (the spread of the attributes, the feature network) is said apart.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import torch

from stylegan_core.lab.entangling import entanglement_steps
from stylegan_core.lab.sweep_plan import EntanglementPlan, Sweep, along, steps_between
from stylegan_core.lab.sweeping import sweep_steps
from stylegan_core.latents.library import Library
from stylegan_core.latents.meter import Meter
from stylegan_core.metrics.features import Extractor
from stylegan_core.model import load_model
from stylegan_core.recipe import Recipe
from stylegan_core.render import renderer_of
from tools.bundle_model import MODELS
from tools.ending import run

VALUES, DIRECTIONS = 9, 10


def row(name: str, steps: Generator[Any, None, Any]) -> str:
    """One line of the table: pictures, milliseconds of the median one, seconds in all."""
    times, begin = list[float](), time.process_time()
    last = begin
    for _ in steps:
        now = time.process_time()
        times.append(now - last)
        last = now
    whole = time.process_time() - begin
    return f"| {name} | {len(times)} | {1e3 * statistics.median(times):.1f} | {whole:.1f} |"


def main(argv: Sequence[str]) -> int:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_sweeps", description=__doc__)
    parser.add_argument("--model", type=Path, default=MODELS / "avatars-64" / "avatars-64.safetensors")
    parser.add_argument("--faces", type=int, default=16)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    renderer, meter = renderer_of(load_model(options.model)), Meter()
    model = renderer.styles.model
    entries = Library.load(options.model.parent / "directions.json").entries[:DIRECTIONS]
    directions = [along(each.direction, each.first, each.last) for each in entries]
    extractor, values = Extractor(), steps_between(*directions[0].range(model.info), VALUES)
    one, eight = (Sweep.of(Recipe(), directions[0], values, seeds) for seeds in ((), range(8)))
    print(f"{options.model.name}, hash {model.info.hash[:12]}")
    print("| | pictures | a picture, ms | in all, s |\n|---|---|---|---|")
    print(
        row("a face, nine values, for the first time (32 faces more for the spread)", sweep_steps(renderer, one, meter))
    )
    print(row("a face, nine values", sweep_steps(renderer, one, meter)))
    print(row("eight seeds, nine values", sweep_steps(renderer, eight, meter)))
    print(row("the same with features", sweep_steps(renderer, eight, meter, extractor)))
    chosen = [each.direction for each in directions if each.direction is not None]
    plan = EntanglementPlan.of(Recipe(), chosen, range(options.faces))
    print(
        row(f"entanglement, {len(chosen)} directions, {options.faces} faces", entanglement_steps(renderer, plan, meter))
    )
    return 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
