"""A backend that draws flat colours at once, remembers what it was asked, and can be held up at a gate."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from explorer.jobs import DragSearch, KeyStyles, Picture, Request, Save, Strip
from explorer.renderer.rendering import Pixels, Precision, Report, Steps
from stylegan_core.formats.limits import Cancelled
from stylegan_core.info import ModelInfo
from stylegan_core.latents.drag import Dragged
from stylegan_core.recipe import Recipe, Vector

_HEADER = b'{"__metadata__": {"format": "stylegan-explorer"}}'
WEIGHTS = len(_HEADER).to_bytes(8, "little") + _HEADER
"""A file that says it is this project's."""


def info(name: str = "one", resolution: int = 64, w_dim: int = 8) -> ModelInfo:
    """Facts of a made-up network; the hash follows the name."""
    level = resolution.bit_length() - 3
    layers = 2 * level + 2
    return ModelInfo(
        name=name,
        hash=(name * 64)[:64],
        architecture="StyleGAN v1",
        resolution=resolution,
        level=level,
        alpha=1.0,
        z_dim=8,
        w_dim=w_dim,
        num_layers=layers,
        num_noise_layers=layers,
        noise_resolutions=tuple(4 << (layer // 2) for layer in range(layers)),
        parameters=1_000_000,
        style_channels=(8,) * layers,
    )


class FakeBackend:
    """Every recipe has a colour of its own; ``gate`` closed makes the next draw wait."""

    def __init__(self) -> None:
        self.begins: list[Recipe] = []
        self.drawn: list[tuple[Recipe, Precision]] = []  # to the end
        self.jobs: list[Request] = []
        self.steps = 0
        self.threads = 0
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.load_gate = threading.Event()  # closed, a load goes on until it is given up
        self.load_gate.set()
        self.load_begun = threading.Event()
        self.name = ""
        self.broken: Exception | None = None
        self.between: Callable[[], None] = lambda: None
        self.rests = 0
        self.rested: Callable[[], None] = lambda: None

    def heed(self, between: Callable[[], None]) -> None:
        self.between = between

    def device(self) -> str:
        return "nothing, imaginary numbers while dragging"

    def dtype(self, precision: Precision) -> str:
        return "float32" if precision == "exact" else "bfloat16"

    def load(self, path: str, report: Report) -> ModelInfo:
        name = path.rsplit("/", 1)[-1].removesuffix(".safetensors")
        if name == "missing":
            raise FileNotFoundError(2, "No such file", path)
        if name == "bad":
            raise ValueError(f"{path} is no model: choose another file.")
        self.load_begun.set()
        while not self.load_gate.wait(0.005):
            if not report(0.5):
                raise Cancelled(f"{path}: reading was cancelled.")
        self.name = name
        return info(self.name)

    def draw(self, recipe: Recipe, precision: Precision) -> Pixels:
        self.begun.set()
        self.begins.append(recipe)
        self._in_the_middle(recipe)
        self.drawn.append((recipe, precision))
        if self.broken is not None:
            raise self.broken
        colour = (hash((recipe, self.name)) >> 8) & 0xFFFFFF
        return np.full((64, 64, 3), (colour >> 16, colour >> 8 & 255, colour & 255), np.uint8)

    def _in_the_middle(self, recipe: Recipe) -> None:
        end = time.monotonic() + 60
        while not self.gate.wait(0.005):
            assert time.monotonic() < end
            self.between()

    def rest(self) -> None:
        self.rests += 1
        self.rested()

    def set_threads(self, count: int) -> None:
        self.threads = count

    def job(self, request: Request) -> Steps:
        self.jobs.append(request)
        return self._job(request)

    def _job(self, request: Request) -> Steps:
        if isinstance(request, Picture):
            yield 0, 1, None
            return self.draw(request.recipe, "exact")
        if isinstance(request, Save):
            yield 0, 1, None
            if "full" not in request.path:
                Path(request.path).write_text(f"{self.name} {request.recipe.psi}")
                return request.path
            raise OSError(f"{request.path} cannot be written (No space left on device): free some space.")
        if isinstance(request, KeyStyles):
            yield 0, 1, None
            return tuple(Vector.of(np.full((10, 8), each.latent.seed)) for each in request.recipes)
        if isinstance(request, DragSearch):
            return (yield from dragged(request))
        if not isinstance(request, Strip):
            raise ValueError("This network cannot do that.")
        made: list[Any] = []
        for index, _ in enumerate(request.recipes):
            self.steps += 1
            made.append(np.zeros((request.size, request.size, 3), np.uint8))
            yield index, len(request.recipes), made[-1]
        return tuple(made)


def dragged(request: DragSearch, steps: int = 4) -> Generator[tuple[int, int, Any], None, Dragged]:
    """Every handle goes half of its way in each step, and the face is another one."""
    handles = request.handles
    here, stored = request.since, request.origin.latent.w
    begun = here.motion if here is not None else stored
    numbers = 0.0 if begun is None else float(begun.array.flat[0])
    for step in range(steps):
        handles = tuple(replace(h, x=(h.x + h.to_x) / 2, y=(h.y + h.to_y) / 2) for h in handles)
        numbers += 1
        latent = replace(request.origin.latent, w=Vector.of(np.full((10, 8), numbers)))
        here = Dragged(replace(request.origin, latent=latent, psi=1.0), handles, Vector.of([numbers]))
        yield step, steps, here
    assert here is not None
    return here
