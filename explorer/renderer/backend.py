"""The backend that draws with torch: models in memory under a budget, and jobs as generators of the core.

Only the thread that draws makes and calls it, in the window's process never: importing torch holds the interpreter.
"""

import logging
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.jobs import (
    Blend,
    Blendable,
    BlendFile,
    Convert,
    DragSearch,
    FindByAttribute,
    FindChannels,
    Fit,
    KeyStyles,
    Matrix,
    NoiseMap,
    Pca,
    Picture,
    Request,
    Save,
    Sefa,
    Sheet,
    Strip,
    Styles,
    Table,
)
from explorer.lab_jobs import ChannelMap, Channels, ChannelSheet, Entangle, Layers, LayerTable, SweepGrid
from explorer.renderer.rendering import Pixels, Precision, Report, Steps, in_percent
from stylegan_core.formats.limits import Cancelled
from stylegan_core.info import ModelInfo
from stylegan_core.pictures.contact_sheet import shrunk
from stylegan_core.recipe import Recipe, Vector
from stylegan_core.steps import retold

if TYPE_CHECKING:
    from explorer.renderer.blending import Blender
    from stylegan_core.model import Model
    from stylegan_core.render import Renderer

log = logging.getLogger(__name__)

HUNGRY = DragSearch | FindChannels | Blend | BlendFile | Layers | Channels | ChannelMap | LayerTable | ChannelSheet
"""Jobs that need far more memory than a picture."""


class TorchBackend:
    """Draws with stylegan_core; networks that were open before stay in memory while there is room."""

    def __init__(self, device: str = "") -> None:
        from explorer.renderer.kept_models import KeptModels
        from stylegan_core.device import choose_device, keep_big_buffers

        keep_big_buffers()
        self._device = choose_device(device)
        self._kept = KeptModels(self._device)
        self._model: Model | None = None
        self._much_was_used = False
        self._between: Callable[[], None] | None = None
        self._blender: Blender | None = None

    def heed(self, between: Callable[[], None]) -> None:
        """Calls this between two stages of any picture."""
        self._between = between

    def device(self) -> str:
        """Where it draws and how, in words."""
        from stylegan_core.device import describe

        draft = self.dtype("draft")
        return describe(self._device) + (", float32" if draft == "float32" else f", {draft} while dragging")

    def dtype(self, precision: Precision) -> str:
        """The numbers a precision draws with."""
        from stylegan_core.device import draft_dtype

        return "float32" if precision == "exact" else str(draft_dtype(self._device)).removeprefix("torch.")

    def load(self, path: str, report: Report) -> ModelInfo:
        """Loads the file, or takes it from memory if it has not changed since."""
        from explorer.renderer.kept_models import file_key
        from stylegan_core.model import load_model

        key = file_key(path)
        model = self._kept.get(key) or load_model(path, device=str(self._device), progress=report)
        if not report(1.0):
            raise Cancelled(f"{path}: reading was cancelled.")
        if self._model is not None and self._model is not model:
            self._renderer().forget()  # a model in waiting keeps its weights, and what was made of them, alone
            self._much_was_used = True
        self._blender = None
        self._model = model
        self._kept.use(key, model)
        return model.info

    def rest(self) -> None:
        """Gives memory back to the system that a job or another network has used, and that a picture does not need."""
        if self._much_was_used:
            from stylegan_core.memory import let_go

            self._much_was_used = False
            let_go()

    def draw(self, recipe: Recipe, precision: Precision) -> Pixels:
        """uint8 [R, R, 3]."""
        return self._renderer().render(recipe, precision)

    def set_threads(self, count: int) -> None:
        """Gives torch this many cores."""
        import torch

        torch.set_num_threads(count)

    def job(self, request: Request) -> Steps:
        """The steps of a job; each takes at most about one draft draw."""
        if isinstance(request, HUNGRY):
            self._much_was_used = True
            self._kept.make_room()
        match request:
            case Strip():
                return self._strip(request.recipes, request.size, request.refine)
            case Matrix():
                return self._strip(request.cells, request.size, refine=True)
            case Picture():
                return self._picture(request.recipe)
            case Save():
                return self._save(request)
            case Sheet():
                return self._sheet(request)
            case NoiseMap():
                return self._noise_map(request)
            case Styles():
                return self._styles(request)
            case KeyStyles():
                return self._key_styles(request)
            case Pca():
                return self._pca()
            case Sefa():
                return self._sefa(request)
            case Fit():
                return self._fit(request)
            case FindChannels():
                return self._find_channels(request)
            case Blendable():
                return self._blendable(request)
            case Blend() | BlendFile():
                return self._blend(request)
            case Convert():
                return _convert(request)
            case Table():
                return _write_table(request)
            case DragSearch():
                return self._drag(request)
            case Layers() | Channels() | ChannelMap() | LayerTable() | ChannelSheet():
                from explorer.renderer.inspection import steps_of

                return steps_of(self._renderer(), request, str(self._device))
            case SweepGrid() | Entangle() | FindByAttribute():
                from explorer.renderer.measuring import measuring_steps

                return measuring_steps(self._renderer(), request, self._device)

    def _current(self) -> "Model":
        if self._model is None:
            raise ValueError("No model is open: open a weight file first.")
        return self._model

    def _renderer(self) -> "Renderer":
        from stylegan_core.render import renderer_of

        renderer = renderer_of(self._current())
        if self._between is not None:
            renderer.between = self._between
        return renderer

    def _strip(self, recipes: tuple[Recipe, ...], size: int, refine: bool) -> Steps:
        renderer = self._renderer()
        made: list[Pixels] = []
        same = self.dtype("draft") == self.dtype("exact")  # then a draft is the exact picture already
        passes: tuple[Precision, ...] = ("draft", "exact") if refine and not same else ("draft",)
        for precision in passes:
            made.clear()
            for index, recipe in enumerate(recipes):
                made.append(shrunk(renderer.render(recipe, precision, keep=False), size))
                yield index, len(recipes), made[-1]
        return tuple(made)

    def _picture(self, recipe: Recipe) -> Steps:
        yield 0, 1, None
        return self.draw(recipe, "exact")

    def _save(self, request: Save) -> Steps:
        from stylegan_core.pictures.picture import save_picture

        yield 0, 1, None
        pixels = self.draw(request.recipe, "exact")
        info, device = self._current().info, str(self._device)
        size, smooth = request.side, request.smooth
        save_picture(Path(request.path), pixels, request.recipe, info, device, side=size, smooth=smooth)
        return request.path

    def _sheet(self, request: Sheet) -> Steps:
        from stylegan_core.pictures.contact_sheet import contact_sheet, save_sheet, sheet_labels, side_on_sheet

        renderer = self._renderer()
        side = request.side or side_on_sheet(self._current().resolution, len(request.recipes))
        drawn: list[Pixels | None] = []
        for index, recipe in enumerate(request.recipes):
            drawn.append(None if recipe is None else shrunk(renderer.render(recipe, "exact", keep=False), side))
            yield index, len(request.recipes), None
        captions = request.captions or [str(recipe.latent.seed) if recipe else "" for recipe in request.recipes]
        sheet = contact_sheet(drawn, captions, request.columns)
        said = sheet_labels(request.recipes, request.columns, self._current().info, str(self._device), request.base)
        save_sheet(Path(request.path), sheet, said)
        return request.path

    def _noise_map(self, request: NoiseMap) -> Steps:
        from stylegan_core.latents.noise_map import noise_deviation

        renderer, layers = self._renderer(), self._current().num_noise_layers
        steps = noise_deviation(
            lambda recipe: renderer.render(recipe, "draft", keep=False), request.recipe, layers, request.draws
        )
        last: Any = None
        for index, last in enumerate(steps):
            last = _at_most(last, request.size)
            yield index, request.draws, last
        return last

    def _drag(self, request: DragSearch) -> Steps:
        from stylegan_core.latents.drag_points import MOST, drag_points

        search = drag_points(self._renderer(), request.origin, request.handles, keep=request.keep, since=request.since)
        steps = count()
        return (yield from retold(search, lambda here: (next(steps), MOST, here)))

    def _styles(self, request: Styles) -> Steps:
        styles, made = self._renderer().styles, []
        for index, latent in enumerate(request.latents):
            rows = styles.latent(latent, request.label).cpu().numpy()
            layered = latent.w is not None and len(latent.w.shape) == 2
            made.append(Vector.of(rows if layered else rows[0]))
            yield index, len(request.latents), made[-1]
        return tuple(made)

    def _key_styles(self, request: KeyStyles) -> Steps:
        styles, made = self._renderer().styles, []
        for index, recipe in enumerate(request.recipes):
            made.append(Vector.of(styles.ws(recipe)[0].cpu().numpy()))
            yield index, len(request.recipes), None
        return tuple(made)

    def _pca(self) -> Steps:
        from stylegan_core.latents.pca import pca

        model = self._current()
        return in_percent(pca(model, model.info.hash))

    def _sefa(self, request: Sefa) -> Steps:
        from stylegan_core.latents.sefa import sefa

        return in_percent(sefa(self._current(), request.first, request.last))

    def _find_channels(self, request: FindChannels) -> Steps:
        from stylegan_core.latents.local_channels import channel_search

        search = channel_search(self._renderer(), request.recipe, request.region, request.count, request.faces)
        return (yield from retold(search, lambda step: (step[0] - 1, step[1], None)))

    def _blendable(self, request: Blendable) -> Steps:
        from stylegan_core.blend import Build, may_blend

        own, found = Build.of(self._current()), list[str]()
        for index, path in enumerate(request.paths):
            yield index, len(request.paths), None
            if may_blend(own, Path(path)):
                found.append(path)
        return tuple(found)

    def _blend(self, request: Blend | BlendFile) -> Steps:
        from explorer.renderer.blending import Blender
        from explorer.renderer.kept_models import file_key

        key = file_key(request.path)
        if self._blender is None or self._blender.key != key:
            self._blender = None
            self._blender = yield from Blender.opened(self._current(), key, self._kept.get(key), self._device)
        if isinstance(request, BlendFile):
            return (yield from self._blender.write(request))
        return (yield from self._blender.pictures(request, self._between))

    def _fit(self, request: Fit) -> Steps:
        from stylegan_core.latents.from_labels import fit

        styles = self._renderer().styles
        latents = request.with_it + request.without_it
        labels = [True] * len(request.with_it) + [False] * len(request.without_it)
        rows = []
        for latent in latents:
            rows.append(styles.latent(latent, request.label).mean(dim=0).cpu().numpy())
            yield 0, 100, None
        entry = yield from in_percent(fit(self._current(), request.name, np.stack(rows), labels, request.unchanged))
        return entry


def _convert(request: Convert) -> Steps:
    from stylegan_core.importing import convert_steps

    return str((yield from in_percent(convert_steps(request.path, request.target))))


def _write_table(request: Table) -> Steps:
    from stylegan_core.files.table import write_table

    yield 0, 1, None
    write_table(Path(request.path), [request.text])
    return request.path


def _at_most(values: Any, side: int) -> Any:
    """float32 [R, R] by the mean of each of side × side fields, where R is a multiple of it; else as it is."""
    times, rest = divmod(len(values), side)
    return values if rest or times < 2 else values.reshape(side, times, side, times).mean(axis=(1, 3))
