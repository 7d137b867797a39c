"""Drawing lucidrains' port: its own layers, one stage each, so that what did not change is not drawn again."""

from collections.abc import Sequence

import torch
from torch import Tensor

from stylegan_core.drawing.whole import WholeDrawing
from stylegan_core.networks.lucidrains import PortConv, PortSynthesis, bilinear_up, smooth
from stylegan_core.networks.stylegan2 import StyledToRGB
from stylegan_core.networks.synthesis import SynthesisNetwork


class PortStage:
    """One convolution; it reads stage ``source`` (None: the constant ``first``), enlarged first where ``up``."""

    makes_picture = False
    margin = 0

    def __init__(self, layer: PortConv, index: int, source: int | None, first: Tensor) -> None:
        self.row, self.noise = index, index
        self.layer, self.source, self.first = layer, source, first
        self.up = index % 2 == 0 and index > 0

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """[1, C, H, W] in the drawing's dtype."""
        x = self.first if self.source is None else before[self.source]
        drawn: Tensor = self.layer(bilinear_up(x) if self.up else x, w, noise, offset)
        return drawn


class PortRgbStage:
    """A level's picture from stage ``source``, on top of the one that stage ``below`` made."""

    noise: int | None = None
    makes_picture = True
    margin = 0

    def __init__(self, layer: StyledToRGB, level: int, source: int, below: int | None) -> None:
        self.row = 2 * level + 1
        self.layer, self.source, self.below = layer, source, below

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """The picture [1, 3, H, W] float32."""
        rgb: Tensor = self.layer(before[self.source], w)
        return rgb if self.below is None else smooth(bilinear_up(before[self.below])) + rgb


class PortDrawing(WholeDrawing):
    """Two convolutions and a picture a level."""

    def __init__(self, synthesis: SynthesisNetwork, dtype: torch.dtype) -> None:
        assert isinstance(synthesis, PortSynthesis)
        self.dtype = dtype
        self.stages: list[PortStage | PortRgbStage] = []
        first = synthesis.const.to(dtype)
        for level, rgb in enumerate(synthesis.to_rgb):
            assert isinstance(rgb, StyledToRGB)
            below = 3 * level - 1 if level else None
            for index in (2 * level, 2 * level + 1):
                layer = synthesis.layers[index]
                assert isinstance(layer, PortConv)
                source = 3 * level if index % 2 else 3 * level - 2 if level else None
                self.stages.append(PortStage(layer, index, source, first))
            self.stages.append(PortRgbStage(rgb, level, 3 * level + 1, below))

    def count(self, level: int) -> int:
        """The stages that ``level`` needs."""
        return 3 * level + 3
