"""The eyes of every distance: EfficientNet-Lite0's features, trained on ImageNet, installed with the metrics extra.

Distances over them end in -E and are never comparable with the paper's, which use Inception or VGG (contracts: Data).
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.metrics.efficientnet import load_efficientnet

SIDE = 128
WIDTH = 1280
Features = npt.NDArray[np.float32]
Progress = Callable[[float], None]


class Extractor:
    """EfficientNet-Lite0 up to its last feature maps; raises ValueError where its packages are not installed."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        network: Any = load_efficientnet(0, "Measuring")
        self.device = torch.device(device)
        self.network = network.to(self.device, memory_format=torch.channels_last)

    def pooled(self, images: Tensor) -> Tensor:
        """Pictures [N, 3, R, R] in 0..255 -> spatial means of the features [N, 1280]; differentiable."""
        x = images.to(self.device).float()
        if x.shape[-1] != SIDE:
            x = resized(x)
        x = (x / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        maps: Tensor = self.network.extract_features(x)
        return maps.mean(dim=(2, 3))

    @torch.inference_mode()
    def all(self, batches: Iterable[Tensor], count: int, progress: Progress | None = None) -> Features:
        """Features [count, 1280] of the first ``count`` pictures of batches of uint8 [n, 3, R, R]."""
        found: list[Features] = []
        done = 0
        for batch in batches:
            found.append(self.pooled(batch[: count - done]).cpu().numpy())
            done += len(found[-1])
            if progress:
                progress(done / count)
            if done >= count:
                break
        return np.concatenate(found)


def resized(x: Tensor) -> Tensor:
    """Pictures [N, 3, SIDE, SIDE], by the CPU where the device cannot, as Apple's under older versions of torch."""
    resize = partial(F.interpolate, size=(SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)
    try:
        return resize(x)
    except NotImplementedError:
        return resize(x.cpu()).to(x.device)
