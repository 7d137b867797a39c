"""Sliced Wasserstein distance between patches of Laplacian pyramids: the one distance here that no network learned.

Progressive GAN (arXiv 1710.10196, section 5) compares what pictures look like at each scale by it. It shares nothing
with EfficientNet's features, so it judges networks that were trained with the critic as fairly as others.
"""

from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.confidence import of_mean
from stylegan_core.metrics.features import Progress
from stylegan_core.networks.fir import binomial_kernel

PATCH = 7
PATCHES = 32  # of a picture at each scale
LEAST_SIDE = 16
DIRECTIONS = 128
SCALE = 1000.0  # as the paper's tables give it
MOST_PICTURES = 1500  # a side: more of them take minutes and change little
PARTS, LEAST_PICTURES = 20, 5  # groups that tell how sure a distance is, and the fewest pictures in one
Patches = dict[int, Tensor]


def patches(batches: Iterable[Tensor], count: int, progress: Progress | None = None) -> Patches:
    """Random patches [count · PATCHES, 3 · 7 · 7] float32 of the first ``count`` pictures, by the side of the scale.

    ``batches`` are uint8 [n, 3, R, R]; scales go from R down to 16 (R alone below). They are taken at the
    same places each time. Raises ValueError for pictures smaller than a patch.
    """
    draw = torch.Generator().manual_seed(0)
    found: dict[int, list[Tensor]] = {}
    done = 0
    for batch in batches:
        if batch.shape[-1] < PATCH:
            raise ValueError(f"SWD compares patches of {PATCH}² and needs pictures of 8² or more.")
        few = batch[: count - done].float().cpu() / 127.5 - 1
        for detail in _pyramid(few):
            found.setdefault(detail.shape[-1], []).append(_cut(detail, draw))
        done += len(few)
        if progress:
            progress(done / count)
        if done >= count:
            break
    return {side: torch.cat(parts) for side, parts in found.items()}


def sliced_wasserstein(real: Patches, fake: Patches) -> float:
    """The mean over scales of :func:`by_scale`."""
    found = by_scale(real, fake).values()
    return sum(found) / len(found)


def by_scale(real: Patches, fake: Patches) -> dict[int, float]:
    """Mean distance of sorted projections on DIRECTIONS random directions, times 1000, by the side of the scale.

    Patches are normalised by each side's own mean and deviation of every colour, as in the paper. Both sides need as
    many pictures; raises ValueError otherwise.
    """
    if any(len(real[side]) != len(fake[side]) for side in real):
        raise ValueError("A sliced Wasserstein distance needs as many pictures on both sides.")
    found = {}
    for side, directions in _directions(real):
        one, other = (_normalised(rows[side]) for rows in (real, fake))
        apart = [
            ((one @ some).sort(dim=0).values - (other @ some).sort(dim=0).values).abs().mean(dim=0)
            for some in torch.split(directions, 64, dim=1)
        ]
        found[side] = float(torch.cat(apart).mean()) * SCALE
    return found


def sliced_confidence(real: Patches, fake: Patches) -> float:
    """± of :func:`sliced_wasserstein` for other drawn pictures: half of its 95 % confidence interval.

    From the distances of up to PARTS groups of drawn pictures, each to all the real ones. They are larger than that of
    all drawn ones, but spread √PARTS times as widely, whether the sides differ or not.
    """
    pictures = len(next(iter(fake.values()))) // PATCHES
    parts = max(2, min(PARTS, pictures // LEAST_PICTURES))
    rows = pictures // parts * PATCHES
    found = torch.zeros(parts)
    for side, directions in _directions(real):
        at = ((torch.arange(rows) + 0.5) * len(real[side]) / rows).long()  # as many quantiles of the real ones
        one = (_normalised(real[side]) @ directions).sort(dim=0).values[at]
        for part, some in enumerate(torch.split(fake[side][: parts * rows], rows)):
            found[part] += ((_normalised(some) @ directions).sort(dim=0).values - one).abs().mean() * SCALE
    return float(of_mean(found.double().numpy())) / len(real)


def _directions(patches: Patches) -> Iterator[tuple[int, Tensor]]:
    """Each scale's side with the DIRECTIONS [147, DIRECTIONS] to project on, the same each time."""
    draw = torch.Generator().manual_seed(0)
    for side in patches:
        yield side, F.normalize(torch.randn(3 * PATCH**2, DIRECTIONS, generator=draw), dim=0)


def _pyramid(images: Tensor) -> Iterator[Tensor]:
    """Each scale's detail, what a blurred half of it cannot tell; the smallest scale as it is."""
    while images.shape[-1] >= 2 * LEAST_SIDE:
        kernel = binomial_kernel(3, images.dtype, images.device)
        half = F.conv2d(F.pad(images, (1, 1, 1, 1), mode="reflect"), kernel, stride=2, groups=3)
        yield images - F.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False)
        images = half
    yield images


def _cut(images: Tensor, draw: torch.Generator) -> Tensor:
    """PATCHES random patches of each picture [N · PATCHES, 147]."""
    number, _, side, _ = images.shape
    windows = F.unfold(images, PATCH)  # [N, 147, places]
    places = torch.randint((side - PATCH + 1) ** 2, (number, 1, PATCHES), generator=draw)
    taken = windows.gather(2, places.expand(-1, windows.shape[1], -1))
    return taken.transpose(1, 2).flatten(0, 1)


def _normalised(rows: Tensor) -> Tensor:
    colours = rows.view(len(rows), 3, -1)
    mean, deviation = colours.mean(dim=(0, 2), keepdim=True), colours.std(dim=(0, 2), keepdim=True)
    return ((colours - mean) / deviation.clamp_min(1e-8)).flatten(1)
