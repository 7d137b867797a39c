"""The backend's side of what measures attributes, sweeps, entanglement and channels: generators of the core."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.jobs import FindByAttribute
from explorer.lab_jobs import Entangle, Measurement, SweepGrid
from explorer.renderer.rendering import Steps
from stylegan_core.pictures.contact_sheet import shrunk
from stylegan_core.steps import retold

if TYPE_CHECKING:
    import torch

    from stylegan_core.latents.learned_labels import LearnedLabels
    from stylegan_core.latents.meter import Meter
    from stylegan_core.metrics.features import Extractor
    from stylegan_core.render import Renderer


def measuring_steps(renderer: "Renderer", request: Measurement | FindByAttribute, device: "torch.device") -> Steps:
    """The steps of a job that measures attributes; what it needs besides the network is loaded in the first."""
    match request:
        case SweepGrid():
            return _sweep(renderer, request, device)
        case Entangle():
            return _entangle(renderer, request, device)
        case FindByAttribute():
            return _find(renderer, request, device)


def _find(renderer: "Renderer", request: FindByAttribute, device: "torch.device") -> Steps:
    from stylegan_core.latents.attribute_channels import attribute_search

    meter = _meter(request.labels, device)
    search = attribute_search(renderer, request.recipe, request.attribute, meter, request.count)
    return (yield from retold(search, lambda step: (step[0] - 1, step[1], None)))


def _entangle(renderer: "Renderer", request: Entangle, device: "torch.device") -> Steps:
    from stylegan_core.lab.entangling import entanglement_steps

    return (yield from entanglement_steps(renderer, request.plan, _meter(request.labels, device)))


def _sweep(renderer: "Renderer", request: SweepGrid, device: "torch.device") -> Steps:
    from stylegan_core.lab.sweeping import sweep_steps

    extractor = _extractor(device) if request.features else None
    steps = sweep_steps(renderer, request.sweep, _meter(request.labels, device), extractor)

    def small(step: tuple[int, int, Any]) -> tuple[int, int, Any]:
        index, total, pixels = step
        return index, total, None if pixels is None else shrunk(pixels, request.size)

    return (yield from retold(steps, small))


def _meter(labels: "LearnedLabels | None", device: "torch.device") -> "Meter":
    from stylegan_core.latents.judge_file import load_judge
    from stylegan_core.latents.meter import Meter

    return Meter(load_judge(Path(labels.path), _extractor(device))) if labels else Meter()


@lru_cache(maxsize=1)
def _extractor(device: "torch.device") -> "Extractor":
    """The network that -E metrics look through, loaded once."""
    from stylegan_core.metrics.features import Extractor

    return Extractor(device)
