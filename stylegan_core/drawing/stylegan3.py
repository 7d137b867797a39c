"""Drawing StyleGAN3: weights prepared once; large maps get a kernel modulated for the picture, small ones are scaled.

The activation between two changes of rate is the network's own (``networks/resampling.py``): products of matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.drawing.whole import WholeDrawing, channels_last
from stylegan_core.networks.stylegan2 import squares
from stylegan_core.networks.stylegan3 import AliasFreeSynthesis, BandlimitedLayer, FourierFeatures, picture_of
from stylegan_core.networks.synthesis import SynthesisNetwork
from stylegan_core.recipe import Transform


@dataclass(frozen=True, slots=True)
class FeaturesStage:
    """The Fourier features of a transformed picture, in float32: their phases need every digit."""

    features: FourierFeatures
    dtype: torch.dtype
    transform: Transform = field(default_factory=Transform)
    row: int = 0
    noise: int | None = None
    makes_picture: bool = False

    @property
    def margin(self) -> int:
        """Samples beyond each edge of the picture."""
        return self.features.band.margin

    def transformed(self, transform: Transform) -> "FeaturesStage":
        """The same for a picture that is moved and turned."""
        return replace(self, transform=transform)

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """[1, C, size, size] in the drawing's dtype."""
        inverse = torch.from_numpy(self.transform.inverse) if self.transform != Transform() else None
        return channels_last(self.features(w, inverse).to(self.dtype))


class BandlimitedStage:
    """One layer; the last one makes the picture."""

    noise: int | None = None

    def __init__(self, layer: BandlimitedLayer, index: int, dtype: torch.dtype) -> None:
        self.row = index + 1
        self.layer, self.dtype = layer, dtype
        self.makes_picture, self.margin = layer.makes_picture, layer.band.margin
        kernel = layer.filters()
        maps = layer.activation.enlarging.inputs**2 * sum(kernel.shape[:2])
        self.modulates_kernel = maps > 2 * kernel.numel()  # whichever is less to read and write
        self.squares = squares(kernel).contiguous()
        self.kernel = channels_last(kernel if self.modulates_kernel else kernel.to(dtype))
        self.bias = layer.offset.to(dtype)

    def __call__(
        self, before: Sequence[Tensor], w: Tensor, noise: Tensor | None, offset: Tensor | None = None
    ) -> Tensor:
        """[1, C, H, W] in the drawing's dtype, or the picture [1, 3, R, R] float32."""
        style, factor = self.layer.factors(w, self.squares, offset)
        if self.modulates_kernel:
            made = self._modulated(before[-1], style[0], factor[0])
        else:
            made = self.layer.scaled(before[-1], self.kernel, style, factor)
        drawn = self.layer.activation(made)
        return picture_of(drawn) if self.makes_picture else drawn

    def _modulated(self, x: Tensor, style: Tensor, factor: Tensor) -> Tensor:
        kernel = (self.kernel * style[:, None, None] * factor[:, None, None, None]).to(self.dtype)
        return F.conv2d(x, kernel, self.bias, padding=self.layer.padding)


class AliasFreeDrawing(WholeDrawing):
    """The features, then a stage a layer."""

    chain = True

    def __init__(self, synthesis: SynthesisNetwork, dtype: torch.dtype) -> None:
        assert isinstance(synthesis, AliasFreeSynthesis)
        self.dtype = dtype
        layers = [layer for layer in synthesis.layers if isinstance(layer, BandlimitedLayer)]
        self.stages: list[FeaturesStage | BandlimitedStage] = [FeaturesStage(synthesis.input, dtype)]
        self.stages += [BandlimitedStage(layer, index, dtype) for index, layer in enumerate(layers)]

    def count(self, level: int) -> int:
        """The stages that the one level needs: all."""
        return len(self.stages)
