"""How each architecture is drawn: in stages, so that a picture is redrawn from the first stage whose inputs changed."""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from stylegan_core.drawing.dcgan import DcganDrawing
from stylegan_core.drawing.lucidrains import PortDrawing
from stylegan_core.drawing.stylegan1 import Drawing1
from stylegan_core.drawing.stylegan2 import RevisedDrawing, SkipDrawing
from stylegan_core.drawing.stylegan3 import AliasFreeDrawing, FeaturesStage
from stylegan_core.networks.synthesis import SynthesisNetwork
from stylegan_core.recipe import Transform


class Stage(Protocol):
    """One step of a drawing: what it reads beside the activations before it, and what it makes of them."""

    @property
    def row(self) -> int | None:
        """The layer of ws it reads; None if none."""

    @property
    def noise(self) -> int | None:
        """The noise layer it adds; None if none."""

    @property
    def makes_picture(self) -> bool:
        """Whether it makes red, green and blue instead of features."""

    @property
    def margin(self) -> int:
        """Samples of its map beyond each edge of the picture."""

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """A new activation from those so far, which it leaves whole; w [1, w_dim] float32.

        ``offset`` [C] is added to those numbers of its style that scale its features, and read by no stage without any.
        """


class Drawing(Protocol):
    """A synthesis network prepared for one precision and a batch of one."""

    dtype: torch.dtype

    @property
    def chain(self) -> bool:
        """Whether each stage, and the picture, reads the last activation before it alone: older ones may go."""

    @property
    def stages(self) -> Sequence[Stage]:
        """Every stage, in order; each may read all activations before it."""

    def count(self, level: int) -> int:
        """The stages that ``level`` needs."""

    def picture(self, activations: Sequence[Tensor], ws: Tensor, level: int, alpha: float) -> Tensor:
        """The picture [1, 3, r, r] float32 at 4·2^level from the activations of its stages; ws [1, layers, w_dim]."""


DRAWINGS: dict[str, Callable[[SynthesisNetwork, torch.dtype], Drawing]] = {
    "stylegan1": Drawing1,
    "stylegan2-growing": RevisedDrawing,
    "stylegan2": SkipDrawing,
    "lucidrains": PortDrawing,
    "stylegan3": AliasFreeDrawing,
    "dcgan": DcganDrawing,
}


def prepare(synthesis: SynthesisNetwork, dtype: torch.dtype) -> Drawing:
    """The drawing of a synthesis network in one precision; it keeps its own copy of the weights."""
    return DRAWINGS[synthesis.config.architecture](synthesis, dtype)


def stages_of(drawing: Drawing, level: int, transform: Transform) -> list[Stage]:
    """The stages that ``level`` needs; where a network has a transform, the first of them does what ``transform`` says.

    Stages are equal when they do the same.
    """
    stages = drawing.stages[: drawing.count(level)]
    return [stage.transformed(transform) if isinstance(stage, FeaturesStage) else stage for stage in stages]
