"""The layer inspector's side of the backend: its jobs as generators of the core, and the two files it writes."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.jobs import ChannelMap, Channels, ChannelSheet, Inspection, Layers, LayerTable
from explorer.rendering import Pixels, Steps

if TYPE_CHECKING:
    from stylegan_core.layer_facts import ChannelPictures
    from stylegan_core.render import Renderer

LEAST = 64  # pixels of a channel on a sheet; smaller ones are enlarged by whole steps
ACROSS = 2048  # pixels of a sheet's row of pictures, about


def steps_of(renderer: "Renderer", request: Inspection, device: str) -> Steps:
    """The steps of a job of the layer inspector; ``device`` is what a file says of where it was drawn."""
    from stylegan_core.activations import channel_map, channel_steps, layer_steps

    match request:
        case Layers():
            return layer_steps(renderer, request.recipe)
        case Channels():
            return channel_steps(renderer, request.recipe, request.stage, request.size, together=request.together)
        case ChannelMap():
            return channel_map(renderer, request.recipe, request.stage, request.channel)
        case LayerTable():
            return _write_table(renderer, request)
        case ChannelSheet():
            return _write_sheet(renderer, request, device)


def _write_table(renderer: "Renderer", request: LayerTable) -> Steps:
    from stylegan_core.activations import layer_steps
    from stylegan_core.layer_facts import table
    from stylegan_core.whole_file import write_whole

    facts = yield from _silent(layer_steps(renderer, request.recipe))
    text = table(facts, renderer.styles.model.info.hash, request.recipe.to_json())
    write_whole(Path(request.path), text.encode())
    return request.path


def _write_sheet(renderer: "Renderer", request: ChannelSheet, device: str) -> Steps:
    from stylegan_core.activations import channel_steps
    from stylegan_core.contact_sheet import contact_sheet, save_sheet
    from stylegan_core.picture import labels

    channels = yield from channel_steps(renderer, request.recipe, request.stage, together=request.together)
    order = channels.by_spread() if request.by_spread else list(range(len(channels.pictures)))
    pictures = [_enlarged(channels.pictures[index]) for index in order]
    captions = [_caption(channels, index) for index in order]
    yield request.stage, request.stage + 1, None
    sheet = contact_sheet(pictures, captions, max(1, ACROSS // max(pictures[0].shape[0], 2 * LEAST)))
    yield request.stage, request.stage + 1, None
    grey = np.ascontiguousarray(sheet[..., 0])  # a third of the time to pack it
    save_sheet(Path(request.path), grey, labels(request.recipe, renderer.styles.model.info, device))
    return request.path


def _caption(channels: "ChannelPictures", index: int) -> str:
    return f"{index}: mean {channels.mean[index]:.2f}, sd {channels.deviation[index]:.2f}"


def _enlarged(grey: Pixels) -> Pixels:
    """[h, w] -> [H, W, 3], by whole steps to at least ``LEAST`` pixels."""
    factor = max(1, LEAST // grey.shape[0])
    return np.repeat(np.kron(grey, np.ones((factor, factor), np.uint8))[..., None], 3, axis=2)


def _silent(steps: Generator[tuple[int, int, Any], None, Any]) -> Steps:
    """The same steps, of which only the progress is told."""
    while True:
        try:
            index, total, _ = next(steps)
        except StopIteration as end:
            return end.value
        yield index, total, None
