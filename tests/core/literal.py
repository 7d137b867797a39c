"""StyleGAN v1 written as literally as the specification reads: float32, NCHW, one operator a line. Slow on purpose.

Benchmarks name it as their baseline, and the drawing code is held against it.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.networks.generator import Generator


def dense(x: Tensor, weight: Tensor, bias: Tensor, gain: float, lrmul: float) -> Tensor:
    he = gain / math.sqrt(weight.shape[1])
    return x @ (weight * he * lrmul).T + bias * lrmul


def convolve(x: Tensor, weight: Tensor, gain: float = math.sqrt(2)) -> Tensor:
    he = gain / math.sqrt(weight[0].numel())
    return F.conv2d(x, weight * he, padding=weight.shape[-1] // 2)


def blur(x: Tensor) -> Tensor:
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    return F.conv2d(x, kernel.expand(x.shape[1], 1, 3, 3).contiguous(), padding=1, groups=x.shape[1])


def mapping(state: dict[str, Tensor], z: Tensor) -> Tensor:
    x = z * torch.rsqrt(z.square().mean(dim=1, keepdim=True) + 1e-8)
    index = 0
    while f"mapping.layers.{index}.weight" in state:
        name = f"mapping.layers.{index}."
        x = F.leaky_relu(dense(x, state[name + "weight"], state[name + "bias"], math.sqrt(2), 0.01), 0.2)
        index += 1
    return x


def synthesis(generator: Generator, ws: Tensor) -> Tensor:
    """ws [N, layers, w_dim] -> [N, 3, R, R] with the stored noise, at full resolution."""
    state = {name: value.float() for name, value in generator.state_dict().items()}
    x = torch.zeros(0)
    for index in range(2 * generator.config.levels):
        name = f"synthesis.layers.{index}."
        if index == 0:
            x = state[name + "const"].repeat(len(ws), 1, 1, 1)
        else:
            x = F.interpolate(x, scale_factor=2, mode="nearest") if index % 2 == 0 else x
            x = convolve(x, state[name + "conv.weight"])
            x = blur(x) if index % 2 == 0 else x
        x = x + state[name + "noise"] * state[name + "noise_strength"].view(1, -1, 1, 1)
        x = x + state[name + "bias"].view(1, -1, 1, 1)
        x = F.leaky_relu(x, 0.2)
        x = x - x.mean(dim=(2, 3), keepdim=True)
        x = x * torch.rsqrt(x.square().mean(dim=(2, 3), keepdim=True) + 1e-8)
        style = dense(ws[:, index], state[name + "affine.weight"], state[name + "affine.bias"], 1.0, 1.0)
        scale, shift = style.view(len(ws), 2, -1, 1, 1).unbind(1)
        x = x * (scale + 1) + shift
    top = f"synthesis.to_rgb.{generator.config.levels - 1}."
    return convolve(x, state[top + "conv.weight"], 1.0) + state[top + "bias"].view(1, 3, 1, 1)


def draw(generator: Generator, z: Tensor, psi: float = 1.0) -> Tensor:
    """z [N, z_dim] -> pictures, truncated by psi on every layer."""
    w = mapping(generator.state_dict(), z)
    w = generator.w_avg + psi * (w - generator.w_avg)
    return synthesis(generator, w[:, None].expand(-1, 2 * generator.config.levels, -1))
