"""The layer inspector's side of the backend: its jobs as generators of the core, and the two files it writes."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from explorer.lab_jobs import ChannelMap, Channels, ChannelSheet, Inspection, Layers, LayerTable
from explorer.renderer.rendering import Pixels, Steps
from stylegan_core.steps import retold

if TYPE_CHECKING:
    from stylegan_core.lab.layer_facts import ChannelPictures
    from stylegan_core.render import Renderer

T = TypeVar("T")
LEAST = 64  # pixels of a channel on a sheet; smaller ones are enlarged by whole steps
WHOLE, DRAWN = 100, 30  # parts that writing a file has, and those of them that go by while a sheet's layer is drawn
ACROSS = 2048  # pixels of a sheet's row of pictures, about


def steps_of(renderer: "Renderer", request: Inspection, device: str) -> Steps:
    """The steps of a job of the layer inspector; ``device`` is what a file says of where it was drawn."""
    from stylegan_core.lab.activations import channel_map, channel_steps, layer_steps

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
    from stylegan_core.files.table import write_table
    from stylegan_core.lab.activations import layer_steps
    from stylegan_core.lab.layer_facts import table

    facts = yield from _parts_of(layer_steps(renderer, request.recipe), WHOLE)
    write_table(Path(request.path), [table(facts, renderer.styles.model.info.hash, request.recipe.to_json())])
    return request.path


def _write_sheet(renderer: "Renderer", request: ChannelSheet, device: str) -> Steps:
    """Draws, then packs the file a few rows at a time; it is written as the last step, or not at all."""
    from stylegan_core.files.whole_file import write_whole
    from stylegan_core.lab.activations import channel_steps
    from stylegan_core.pictures.contact_sheet import grey_sheet
    from stylegan_core.pictures.picture import labels, png_text
    from stylegan_core.pictures.png_bands import ROWS, grey_png

    drawing = channel_steps(renderer, request.recipe, request.stage, together=request.together)
    channels = yield from _parts_of(drawing, DRAWN)
    order = channels.by_spread() if request.by_spread else list(range(len(channels.pictures)))
    captions = [_caption(channels, index) for index in order]
    side = max(LEAST, channels.resolution)
    width, height, bands = grey_sheet(
        lambda place: _enlarged(channels.pictures[order[place]]), side, captions, max(1, ACROSS // max(side, 2 * LEAST))
    )
    text = png_text(labels(request.recipe, renderer.styles.model.info, device))
    packed = list[bytes]()
    for part in grey_png(width, height, bands, text):
        packed.append(part)
        yield min(WHOLE - 1, DRAWN + (WHOLE - DRAWN) * len(packed) * ROWS // height), WHOLE, None
    write_whole(Path(request.path), b"".join(packed))
    return request.path


def _caption(channels: "ChannelPictures", index: int) -> str:
    return f"{index}: mean {channels.mean[index]:.2f}, sd {channels.deviation[index]:.2f}"


def _enlarged(grey: Pixels) -> Pixels:
    """[h, w], by whole steps to at least ``LEAST`` pixels."""
    factor = max(1, LEAST // grey.shape[0])
    return grey.repeat(factor, axis=0).repeat(factor, axis=1)


def _parts_of(steps: Generator[tuple[int, int, Any], None, T], share: int) -> Generator[tuple[int, int, None], None, T]:
    """The same steps as so many of the ``WHOLE`` parts of a larger work, of which only the progress is told."""
    return retold(steps, lambda step: (step[0] * share // step[1], WHOLE, None))
