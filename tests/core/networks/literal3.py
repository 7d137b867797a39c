"""StyleGAN3's arithmetic written out once more: zeros really inserted, a kernel for each sample, scipy's filters.

Nothing here comes from `stylegan_core` but the names of the tensors.
"""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

Filter = npt.NDArray[np.float64] | None


def low_pass(taps: int, cutoff: float, width: float, rate: float, radial: bool = False) -> Filter:
    from scipy import signal, special  # here: a second of work for whoever only collects the tests

    if taps == 1:
        return None
    if not radial:
        return np.asarray(signal.firwin(taps, cutoff, width=width, fs=rate))
    at = (np.arange(taps) - (taps - 1) / 2) / rate
    radius = np.hypot(*np.meshgrid(at, at))
    beta = signal.kaiser_beta(signal.kaiser_atten(taps, width / (rate / 2)))
    window = np.kaiser(taps, beta)
    found = special.j1(2 * cutoff * np.pi * radius) / (np.pi * radius) * np.outer(window, window)
    return np.asarray(found / found.sum())


class Schedule:
    """Cutoffs and sizes of the 15 layers of a network that draws `resolution`²."""

    def __init__(self, resolution: int) -> None:
        part = np.minimum(np.arange(15) / 12, 1)
        last = resolution / 2
        self.cutoff = 2 * (last / 2) ** part
        self.stopband = 2**2.1 * (last * 2**0.3 / 2**2.1) ** part
        self.rate = np.exp2(np.ceil(np.log2(np.minimum(2 * self.stopband, resolution))))
        self.half_width = np.maximum(self.stopband, self.rate / 2) - self.cutoff
        self.size = self.rate + 20
        self.size[-2:] = resolution

    def filters(self, layer: int, *, rotation: bool) -> tuple[Filter, Filter, int, int]:
        """The filters up and down of a layer and their factors."""
        before, last = max(layer - 1, 0), layer == 14
        rate = max(self.rate[before], self.rate[layer]) * (1 if last else 2)
        up, down = int(rate / self.rate[before]), int(rate / self.rate[layer])
        up_taps, down_taps = (1 if last or times == 1 else 6 * times for times in (up, down))
        radial = rotation and layer < 12
        return (
            low_pass(up_taps, self.cutoff[before], 2 * self.half_width[before], rate),
            low_pass(down_taps, self.cutoff[layer], 2 * self.half_width[layer], rate, radial),
            up,
            down,
        )


def inverse(x: float, y: float, degrees: float) -> Tensor:
    """NVIDIA's matrix of a picture that is turned about its middle, then moved right and down, inverted [3, 3]."""
    cosine, sine = math.cos(degrees / 180 * math.pi), math.sin(degrees / 180 * math.pi)
    return torch.linalg.inv(torch.tensor([[cosine, sine, x], [-sine, cosine, y], [0, 0, 1]], dtype=torch.float64))


def features(state: Mapping[str, Tensor], plan: Schedule, w: Tensor, seen: Tensor) -> Tensor:
    """The Fourier features of one w [w_dim]: [1, C, size, size]; ``seen`` [3, 3] is :func:`inverse`."""
    weight, bias = state["input.affine.weight"], state["input.affine.bias"]
    cosine, sine, x, y = w @ weight.T / math.sqrt(len(w)) + bias
    length = torch.sqrt(cosine**2 + sine**2)
    cosine, sine, x, y = (float(each / length) for each in (cosine, sine, x, y))
    turn = torch.tensor([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], dtype=torch.float64)
    move = torch.tensor([[1, 0, -x], [0, 1, -y], [0, 0, 1]], dtype=torch.float64)
    whole = turn @ move @ state["input.transform"] @ seen
    freqs = state["input.freqs"] @ whole[:2, :2]
    phases = state["input.phases"] + state["input.freqs"] @ whole[:2, 2]
    size, rate, cutoff = int(plan.size[0]), plan.rate[0], plan.cutoff[0]
    loud = (1 - (torch.sqrt((freqs**2).sum(dim=1)) - cutoff) / (rate / 2 - cutoff)).clamp(0, 1)
    at = (torch.arange(size, dtype=torch.float64) + 0.5 - size / 2) / rate
    places = torch.stack(torch.meshgrid(at, at, indexing="xy"), dim=-1)  # [row, column] -> x, y
    made = torch.sin(2 * math.pi * (places @ freqs.T + phases)) * loud
    mixed = made @ state["input.weight"].T / math.sqrt(len(phases))
    return mixed.permute(2, 0, 1)[None]


def filtered(x: Tensor, taps: Filter) -> Tensor:
    if taps is None:
        return x
    kernel = torch.from_numpy(np.outer(taps, taps) if taps.ndim == 1 else taps)[None, None]
    return torch.cat([F.conv2d(x[:, at : at + 1], kernel) for at in range(x.shape[1])], dim=1)


def layer(
    state: Mapping[str, Tensor], plan: Schedule, at: int, x: Tensor, w: Tensor, rotation: bool, clamp: float
) -> Tensor:
    """One layer for one sample."""
    weight, last = state[f"layers.{at}.weight"], at == 14
    affine = state[f"layers.{at}.affine.weight"].T / math.sqrt(len(w))
    style = w @ affine + state[f"layers.{at}.affine.bias"] + 1
    if last:
        kernel = weight * style[None, :, None, None] / math.sqrt(weight[0].numel())
    else:
        unit = weight / torch.sqrt((weight**2).mean(dim=(1, 2, 3), keepdim=True))
        kernel = unit * (style / torch.sqrt((style**2).mean()))[None, :, None, None]
        kernel = kernel / torch.sqrt((kernel**2).sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
    kernel = kernel / torch.sqrt(state[f"layers.{at}.magnitude_ema"])
    side = weight.shape[-1]
    x = F.conv2d(x, kernel, padding=side - 1) + state[f"layers.{at}.bias"][:, None, None]
    up_filter, down_filter, up, down = plan.filters(at, rotation=rotation)
    taps = [1 if each is None else len(each) for each in (up_filter, down_filter)]
    beyond = (plan.size[at] - 1) * down + 1 - x.shape[-1] * up + sum(taps) - 2
    front = int((beyond + up) // 2)
    wide = torch.zeros(*x.shape[:2], x.shape[2] * up, x.shape[3] * up, dtype=x.dtype)
    wide[:, :, ::up, ::up] = x
    x = filtered(F.pad(wide, (front, int(beyond) - front) * 2), up_filter) * up**2
    x = x if last else torch.where(x > 0, x, 0.2 * x) * math.sqrt(2)
    return filtered(x.clamp(-clamp, clamp), down_filter)[:, :, ::down, ::down]


def picture(
    state: Mapping[str, Tensor],
    resolution: int,
    ws: Tensor,
    *,
    rotation: bool,
    clamp: float = 1e9,
    transform: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> tuple[Tensor, list[Tensor]]:
    """The picture of ws [16, w_dim], float64, and what leaves the features and every layer."""
    plan = Schedule(resolution)
    made = [features(state, plan, ws[0], inverse(*transform))]
    for at in range(15):
        made.append(layer(state, plan, at, made[-1], ws[at + 1], rotation, clamp))
    return made[-1] * 0.25, made
