"""render(model, recipe): the picture a recipe decides, and the caches that make dragging fast."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stylegan_core.device import all_memory, draft_dtype
from stylegan_core.drawing.drawings import Drawing, Stage, prepare, stages_of
from stylegan_core.model import Model
from stylegan_core.networks.synthesis import as_bytes
from stylegan_core.recipe import Recipe
from stylegan_core.styles import Styles

Pixels = npt.NDArray[np.uint8]
PRECISIONS = ("exact", "draft")
KEPT_PART = 16  # of all memory, for the activations of a picture that is kept
_GONE = torch.empty(0)  # in the place of an activation that was let go


def render(model: Model, recipe: Recipe, precision: str = "exact") -> Pixels:
    """The picture of a recipe, uint8 [R, R, 3]; "exact" is float32, "draft" the fast precision for a moving hand.

    Batch 1 always, so that the same recipe gives the same bytes on the same machine and thread count. Raises
    ValueError if the recipe holds a vector that does not fit the model.
    """
    return renderer_of(model).render(recipe, precision)


def renderer_of(model: Model) -> "Renderer":
    """The renderer of a model, which lives as long as it does and remembers what it drew last."""
    renderer = model.derived.get("renderer")
    if not isinstance(renderer, Renderer):
        renderer = model.derived["renderer"] = Renderer(model)
    return renderer


@dataclass(slots=True)
class _Stages:
    """The activations of a draw, each with what it was computed from; none where it was given up before."""

    keys: Sequence[Hashable]
    activations: list[Tensor]

    def unchanged(self, keys: Sequence[Hashable]) -> list[Tensor]:
        """Those of the first stages, up to the one whose inputs are other ones now; the last of them is there."""
        most = min(len(keys), len(self.activations))
        same = min(next((i for i, (a, b) in enumerate(zip(keys, self.keys, strict=False)) if a != b), most), most)
        while same and self.activations[same - 1] is _GONE:
            same -= 1
        return self.activations[:same]


class Renderer:
    """Draws recipes of one model; stages whose inputs did not change since the last kept draw are not redrawn.

    ``between`` is called before each stage that is computed. It may draw another picture with this renderer, and what
    it raises gives this one up; the stages that are done are kept as those of a whole picture would be, or where that
    was not to be kept, until another one is begun: it may be the same. At most ``most_kept`` bytes of them are kept
    where a stage needs the last one alone: StyleGAN3's take 1.1 GB at 256² and 4.6 at 1024².
    """

    def __init__(self, model: Model) -> None:
        self.between: Callable[[], None] = _go_on
        self.styles = Styles(model)
        self._drawings: dict[torch.dtype, Drawing] = {}
        self._stages: dict[torch.dtype, _Stages] = {}
        self._given_up: tuple[torch.dtype, _Stages] | None = None
        self.most_kept = all_memory(model.device) // KEPT_PART

    def render(self, recipe: Recipe, precision: str = "exact", *, keep: bool = True) -> Pixels:
        """As :func:`render`; ``keep=False`` (strips, thumbnails) leaves the kept activations of the picture alone."""
        return to_pixels(self.image(recipe, precision, keep=keep), self.styles.model.resolution)

    @torch.inference_mode()
    def image(self, recipe: Recipe, precision: str = "exact", *, keep: bool = True) -> Tensor:
        """The picture before rounding [1, 3, r, r] float32 at the working resolution of its level."""
        if precision not in PRECISIONS:
            raise ValueError(f'A picture is drawn "exact" or "draft", not {precision!r}.')
        dtype = torch.float32 if precision == "exact" else draft_dtype(self.styles.model.device)
        drawing = self._drawing(dtype)
        level, alpha = self.state(recipe)
        ws = self.styles.ws(recipe)
        stages = stages_of(drawing, level, recipe.transform)
        activations = self._activations(dtype, stages, recipe, ws, keep=keep)
        return drawing.picture(activations, ws, level, alpha)

    def forget(self) -> None:
        """Lets the activations of the last draws go: hundreds of megabytes at 1024², and nobody looks at them now."""
        self._stages.clear()
        self._given_up = None

    def stages(self, recipe: Recipe) -> Sequence[Stage]:
        """The stages that the exact picture of a recipe is drawn in."""
        return stages_of(self._drawing(torch.float32), self.state(recipe)[0], recipe.transform)

    @torch.inference_mode()
    def stage_by_stage(self, recipe: Recipe) -> Iterator[tuple[Stage, Tensor]]:
        """Each stage of the exact picture with its activation [1, C, h, w], float32, not to be written to.

        What is kept of the picture is taken from there, anything else is drawn when it is asked for and not kept.
        """
        stages, ws = self.stages(recipe), self.styles.ws(recipe)
        made = self._unchanged(torch.float32, self._keys(stages, ws, recipe))
        for at, stage in enumerate(stages):
            if at == len(made) or made[at] is _GONE:
                self._pause()
                made[at : at + 1] = [self._advance(stage, made[:at], ws, recipe)]
            self._let_go(torch.float32, made, at)
            yield stage, made[at]

    def picture(self, recipe: Recipe, activations: Sequence[Tensor]) -> Tensor:
        """The picture before rounding [1, 3, r, r] float32 from what all stages of :meth:`stages` have made."""
        level, alpha = self.state(recipe)
        return self._drawing(torch.float32).picture(activations, self.styles.ws(recipe), level, alpha)

    def state(self, recipe: Recipe) -> tuple[int, float]:
        """Level and alpha of a recipe in this network; one that does not grow has only its own."""
        model = self.styles.model
        if not model.info.capabilities.growing:
            return model.state(None, None)
        top = model.config.levels - 1
        level, alpha = model.state(None if recipe.level is None else min(recipe.level, top), recipe.alpha)
        return level, min(max(alpha, 0.0), 1.0)

    def _activations(
        self, dtype: torch.dtype, stages: Sequence[Stage], recipe: Recipe, ws: Tensor, *, keep: bool
    ) -> list[Tensor]:
        """The activations after each of the stages, reusing those whose inputs are unchanged."""
        keys = self._keys(stages, ws, recipe)
        activations = self._unchanged(dtype, keys) if keep else self._begun(dtype, keys)
        try:
            for at, stage in enumerate(stages[len(activations) :], len(activations)):
                self._pause()
                activations.append(self._advance(stage, activations, ws, recipe))
                self._let_go(dtype, activations, at)
        except BaseException:
            if not keep:
                self._given_up = dtype, _Stages(keys, activations)
            raise
        finally:
            if keep:
                self._stages[dtype] = _Stages(keys, activations)
        return activations

    def _unchanged(self, dtype: torch.dtype, keys: Sequence[Hashable]) -> list[Tensor]:
        """The kept activations of the first stages, up to the one whose inputs are other ones now."""
        return self._stages.get(dtype, _Stages([], [])).unchanged(keys)

    def _begun(self, dtype: torch.dtype, keys: Sequence[Hashable]) -> list[Tensor]:
        """The same, or those of the picture that was given up last where they are more."""
        given_up, self._given_up = self._given_up, None
        begun = given_up[1].unchanged(keys) if given_up is not None and given_up[0] == dtype else []
        return max(self._unchanged(dtype, keys), begun, key=len)

    def _let_go(self, dtype: torch.dtype, made: list[Tensor], at: int) -> None:
        """Lets the activation before ``at`` go where the picture needs it no more, and too much is kept with it."""
        if at and self._drawing(dtype).chain and sum(each.nbytes for each in made[:at]) > self.most_kept:
            made[at - 1] = _GONE

    def _pause(self) -> None:
        """Between two stages; what is done then may want slopes, which a picture does without."""
        with torch.inference_mode(False):
            self.between()

    def _advance(self, stage: Stage, before: Sequence[Tensor], ws: Tensor, recipe: Recipe) -> Tensor:
        noise = None if stage.noise is None else self.styles.noise_map(stage.noise, recipe.noise_layer(stage.noise))
        return stage(before, ws[:, stage.row or 0], noise, self.styles.offset(stage, recipe))

    def _keys(self, stages: Sequence[Stage], ws: Tensor, recipe: Recipe) -> list[Hashable]:
        """What each stage's output depends on beyond those before it: what it does, w, channels, noise."""
        rows = ws[0].cpu().numpy()
        return [
            (
                stage,
                None if stage.row is None else rows[stage.row].tobytes(),
                tuple((each.channel, each.strength) for each in self.styles.channels(stage, recipe)),
                None if stage.noise is None else recipe.noise_layer(stage.noise),
            )
            for stage in stages
        ]

    def _drawing(self, dtype: torch.dtype) -> Drawing:
        if dtype not in self._drawings:
            with torch.inference_mode(False), torch.no_grad():  # else nothing could be differentiated through it
                self._drawings[dtype] = prepare(self.styles.model.generator.synthesis, dtype)
        return self._drawings[dtype]


def _go_on() -> None:
    """Nothing is more urgent than the picture that is drawn."""


def to_pixels(image: Tensor, resolution: int) -> Pixels:
    """[1, 3, r, r] about [-1, 1] -> uint8 [resolution, resolution, 3], enlarged by nearest neighbour."""
    pixels: Pixels = np.ascontiguousarray(as_bytes(image[0]).permute(1, 2, 0).cpu().numpy())
    factor = resolution // pixels.shape[0]
    if factor > 1:
        pixels = np.ascontiguousarray(pixels.repeat(factor, axis=0).repeat(factor, axis=1))
    return pixels
