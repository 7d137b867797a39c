"""How far a drawn picture is from the one that is looked for: colours at several sizes, and what a trained eye sees."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.data.pictures import Pixels
from stylegan_core.metrics.efficientnet import LiteFeatures, insist_on_efficientnet
from stylegan_core.metrics.features import resized

SIZES = 4  # the picture, and halved so many times less one: far off, large areas lead
MAPS = 3  # of the eye's maps, at strides 4, 8 and 16; the deepest knows what a thing is, not where
WEIGHT = 0.3  # of the eye beside the colours
Maps = Sequence[Tensor]
WHAT = "Looking with a trained eye"


def has_eye() -> bool:
    """Whether the feature network is installed (the metrics extra); colours alone do without it."""
    try:
        insist_on_efficientnet(0, WHAT)
    except ValueError:
        return False
    return True


def difference(pictures: Tensor, others: Tensor) -> Tensor:
    """The mean difference of colours of pictures [N, 3, r, r] from others, [N] in parts of the range 0..255."""
    return 127.5 * (pictures.clamp(-1, 1) - others.clamp(-1, 1)).abs().mean(dim=(1, 2, 3))


def kind_apart(seen: Maps, others: Maps, count: int) -> Tensor:
    """How far what the eye sees of ``count`` pictures is from others in the last of its maps [N]; nan without an eye.

    That map knows what a thing is more than where, and tells an avatar from a shirt in the same colours.
    """
    if not seen:
        return torch.full((count,), torch.nan)
    return (seen[-1] - others[-1]).square().sum(dim=1).mean(dim=(1, 2))


class Likeness:
    """The distance of pictures from one target at a network's working resolution r, differentiable.

    The mean absolute difference of colours at r, r/2, r/4, r/8 and, with an ``eye``, EfficientNet-Lite0's maps with
    every place's channels brought to length one (the form of LPIPS, Zhang et al. 2018, without learned weights).
    """

    def __init__(self, target: Pixels, r: int, device: torch.device, eye: bool) -> None:
        """``target`` is uint8 [R, R, 3]. Raises ValueError where an eye is wanted that is not installed."""
        whole = torch.from_numpy(target.copy()).permute(2, 0, 1)[None].to(device).float() / 127.5 - 1
        self.target = F.avg_pool2d(whole, whole.shape[-1] // r)
        self._eye = LiteFeatures(0, torch.float32, WHAT).to(device) if eye else None
        with torch.no_grad():
            self.seen = self.look(self.target)

    def __call__(self, pictures: Tensor, seen: Maps | None = None) -> Tensor:
        """Pictures [N, 3, r, r] about −1…1 -> distances [N]; ``seen`` is what was looked at before."""
        apart = self._apart(pictures)
        for mine, wanted in zip(self.look(pictures) if seen is None else seen, self.seen, strict=True):
            apart = apart + WEIGHT / MAPS * (mine - wanted).square().sum(dim=1).mean(dim=(1, 2))
        return apart

    @torch.no_grad()
    def difference(self, pictures: Tensor) -> Tensor:
        """The mean difference of colours of each picture [N], 0..255."""
        return difference(pictures, self.target)

    def _apart(self, pictures: Tensor) -> Tensor:
        # What is drawn beyond white is white, but its gradient still leads back.
        apart = pictures + (pictures.clamp(-1, 1) - pictures).detach() - self.target
        sizes = [apart]
        while len(sizes) < SIZES and sizes[-1].shape[-1] > 1:
            sizes.append(F.avg_pool2d(sizes[-1], 2))
        return torch.stack([each.abs().mean(dim=(1, 2, 3)) for each in sizes]).mean(dim=0)

    def look(self, pictures: Tensor) -> Maps:
        """What the eye sees of pictures [N, 3, r, r], its maps [N, C, h, w]; none without an eye."""
        if self._eye is None:
            return ()
        maps = self._eye(resized(pictures))[:MAPS]
        return [map_ * torch.rsqrt(map_.square().sum(dim=1, keepdim=True) + 1e-8) for map_ in maps]
