"""Pictures that show how a run goes: a grid of the averaged generator, and strips from which any alpha is blended."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from stylegan_core.files.whole_file import write_whole
from stylegan_core.networks.generator import Generator
from stylegan_core.networks.layers import downsample, upsample
from stylegan_core.networks.synthesis import blend
from stylegan_core.run.events import Samples
from stylegan_core.run.stems import stem_at
from stylegan_core.rundir import RunDir
from stylegan_core.schedule import Phase
from stylegan_core.training.state import TrainingState
from stylegan_core.training.watch import feature_diversity

STRIP = 4
AT_ONCE = 8
HALF = 0.5  # any alpha below 1 makes the generator compute both pictures of a blend
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Fixed latents drawn: ``images`` [N, 3, r, r] blended, ``old`` and ``new`` what was blended."""

    images: Tensor
    old: Tensor
    new: Tensor


def grid_shape(resolution: int) -> tuple[int, int]:
    """Columns and rows of the sample grid: 8 × 4 up to 256², fewer where pictures are large."""
    return (8, 4) if resolution <= 256 else (4, 2)


def fixed_codes(generator: Generator, number: int, seed: int) -> tuple[Tensor, Tensor | None]:
    """z [number, z_dim] of the run's seed, and for a conditional network each class in turn, one-hot."""
    z = torch.from_numpy(np.random.RandomState(seed % 2**32).randn(number, generator.config.z_dim).astype(np.float32))
    classes = len(generator.config.classes)
    labels = torch.eye(classes)[torch.arange(number) % classes] if classes else None
    device = generator.w_avg.device
    return z.to(device), None if labels is None else labels.to(device)


@torch.no_grad()
def draw(generator: Generator, number: int, seed: int, phase: Phase, dtype: torch.dtype) -> Drawn:
    """Draws the fixed latents at psi 1 with the stored noise, a few at a time, at the working resolution."""
    z, labels = fixed_codes(generator, number, seed)
    ws = generator.mapping(z, labels)[:, None].expand(-1, generator.config.num_layers, -1)
    images, olds, news = [], [], []
    for part in ws.split(AT_ONCE):
        grown = generator.synthesis.grow(part, "const", phase.level, HALF, dtype=dtype)
        images.append(grown.new if phase.alpha >= 1 else blend(grown, phase.alpha))
        news.append(grown.new)
        olds.append(grown.new if grown.old is None else grown.old)
    return Drawn(torch.cat(images), torch.cat(olds), torch.cat(news))


@dataclass(frozen=True, slots=True)
class Seen:
    """The fixed latents drawn, and how diverse they are: in pixels, and in the discriminator's features."""

    drawn: Drawn
    diversity: float
    diversity_features: float


def look(state: TrainingState, phase: Phase, dtype: torch.dtype) -> Seen:
    """Draws the fixed latents of a run's grid with the average."""
    columns, rows = grid_shape(state.config.network.resolution)
    drawn = draw(state.average, columns * rows, state.config.seed, phase, dtype)
    return Seen(drawn, diversity(drawn.images), feature_diversity(state.discriminator, drawn.images, phase, dtype))


def diversity(images: Tensor) -> float:
    """Mean over pixels of the standard deviation over pictures [N, 3, r, r]; near 0 when all are alike."""
    return float(images.float().clamp(-1, 1).std(dim=0).mean())


def write_samples(run: RunDir, drawn: Drawn, reals: Tensor, phase: Phase, img: int, resolution: int) -> Samples:
    """Writes the grid and four strips; ``reals`` float32 [N, 3, r, r]. Returns the event. Raises OSError."""
    stem = stem_at(img)
    columns, _ = grid_shape(resolution)
    factor = max(min(resolution, 64) // (4 << phase.level), 1)
    real = reals[:STRIP].cpu()
    low = upsample(downsample(real)) if phase.level else real
    files = {
        stem: tiled(drawn.images, columns, factor),
        f"{stem}-fakes-old": tiled(drawn.old[:STRIP], STRIP),
        f"{stem}-fakes-new": tiled(drawn.new[:STRIP], STRIP),
        f"{stem}-reals-old": tiled(low, STRIP),
        f"{stem}-reals-new": tiled(real, STRIP),
    }
    for name, pixels in files.items():
        write_whole(run.samples / f"{name}.png", png(pixels))
    return Samples(
        img=img,
        path=f"samples/{stem}.png",
        fakes_old=f"samples/{stem}-fakes-old.png",
        fakes_new=f"samples/{stem}-fakes-new.png",
        reals_old=f"samples/{stem}-reals-old.png",
        reals_new=f"samples/{stem}-reals-new.png",
        level=phase.level,
        alpha=phase.alpha,
    )


def tiled(images: Tensor, columns: int, factor: int = 1) -> Pixels:
    """Pictures [N, 3, r, r] in −1…1 side by side, each enlarged by a whole factor: uint8 [H, W, 3]."""
    pixels = upsample(images.float().cpu(), factor).mul(127.5).add(128).floor().clamp(0, 255).to(torch.uint8).numpy()
    number, channels, height, width = pixels.shape
    rows = -(-number // columns)
    sheet = np.zeros((rows * columns, channels, height, width), np.uint8)
    sheet[:number] = pixels
    sheet = sheet.reshape(rows, columns, channels, height, width).transpose(0, 3, 1, 4, 2)
    return np.ascontiguousarray(sheet.reshape(rows * height, columns * width, channels))


def png(pixels: Pixels) -> bytes:
    """uint8 [H, W, 3] as the bytes of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
