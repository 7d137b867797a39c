"""From a Recipe to what enters the synthesis network: ws (mixing, truncation, directions), channels, noise maps."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
import torch
from torch import Tensor

from stylegan_core.drawing.drawings import Stage
from stylegan_core.model import Model
from stylegan_core.recipe import AppliedChannel, AppliedDirection, Latent, Mix, NoiseLayer, Recipe
from stylegan_core.style_space import style_sigmas

KEPT_LATENTS = 64
KEPT_MAPS = 64


class Styles:
    """Computes ws and noise maps of one model, remembering what it mapped and drew last."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._mapped: OrderedDict[Hashable, Tensor] = OrderedDict()
        self._maps: OrderedDict[Hashable, Tensor] = OrderedDict()

    def ws(self, recipe: Recipe) -> Tensor:
        """The styles of a recipe [1, num_layers, w_dim], float32: w → mixes → truncation → directions.

        What the network cannot do (``info.capabilities``) is left out, as the window says it is.
        Raises ValueError if a stored w or a direction belongs to a network of another width.
        """
        ws = self.latent(recipe.latent, recipe.label).clone()
        for mix in recipe.mixes if self.model.info.capabilities.mixing else ():
            self._mix(ws, mix, recipe.label)
        if self.model.info.capabilities.truncation:
            ws = truncate(ws, self.model.w_avg, self.psi_of_layers(recipe))
        for applied in recipe.directions:
            self._push(ws, applied)
        return ws[None]

    def latent(self, latent: Latent, label: int | None) -> Tensor:
        """w of a latent on every layer [num_layers, w_dim], untruncated; not to be written to."""
        return _remembered(self._mapped, (latent, label), KEPT_LATENTS, lambda: self._map(latent, label))

    def psi_of_layers(self, recipe: Recipe) -> Tensor:
        """The truncation of each layer [num_layers, 1]: psi or its band's psi below the cutoff, 1 from there on."""
        count = self.model.num_layers
        psi = torch.full((count, 1), float(recipe.psi))
        if recipe.psi_bands is not None:
            for band, own in zip(self.model.info.bands, recipe.psi_bands, strict=True):
                psi[band.layers.start : band.layers.stop] = own
        if recipe.cutoff is not None:
            psi[recipe.cutoff :] = 1.0
        return psi.to(self.model.device)

    def channels(self, stage: Stage, recipe: Recipe) -> tuple[AppliedChannel, ...]:
        """Those of a recipe that bend what a stage draws; numbers that this network lacks bend nothing."""
        if stage.makes_picture or stage.row is None or not recipe.channels:
            return ()
        has = self.model.info.has_channel
        return tuple(each for each in recipe.channels if each.layer == stage.row and has(each.layer, each.channel))

    def offset(self, stage: Stage, recipe: Recipe) -> Tensor | None:
        """What is added to the numbers [C] that scale a stage's features, float32; None where nothing is."""
        channels = self.channels(stage, recipe)
        if not channels:
            return None
        sigmas = style_sigmas(self.model)[channels[0].layer]
        strengths = torch.zeros(len(sigmas))
        for each in channels:
            strengths[each.channel] += each.strength
        return strengths.to(sigmas.device) * sigmas

    def noise_map(self, layer: int, noise: NoiseLayer) -> Tensor | None:
        """The map a noise layer adds [1, 1, H, W], its strength multiplied in; None when off."""
        if not noise.on or noise.strength == 0:
            return None
        key = (layer, noise.strength, noise.seed)
        return _remembered(self._maps, key, KEPT_MAPS, lambda: self._draw(layer, noise))

    def _map(self, latent: Latent, label: int | None) -> Tensor:
        count, width = self.model.num_layers, self.model.w_dim
        if latent.w is not None:
            stored = torch.from_numpy(latent.w.array.copy()).to(self.model.device)
            if stored.shape[-1] != width:
                raise ValueError(f"A stored w has {stored.shape[-1]} numbers a layer, but this model takes {width}.")
            stored = stored.expand(count, -1) if stored.ndim == 1 else stored
            rows = torch.arange(count, device=stored.device).clamp(max=len(stored) - 1)
            return stored[rows]
        corners = latent.corners()
        z = np.concatenate([z_of_seed(seed, self.model.z_dim) for seed, _ in corners])
        # One at a time: a batch of four would round differently from the same seed drawn alone.
        codes = [self.model.mapping(torch.from_numpy(row[None]), one_hot(self.model, label))[0] for row in z]
        w = codes[0] if len(codes) == 1 else sum(code * part for code, (_, part) in zip(codes, corners, strict=True))
        assert isinstance(w, Tensor)
        return w.expand(count, -1)

    def _mix(self, ws: Tensor, mix: Mix, label: int | None) -> None:
        source = self.latent(mix.source, label)
        rows = self._rows(mix.first, mix.last)
        if mix.band is not None:
            band = next(band for band in self.model.info.bands if band.name == mix.band)
            rows = slice(band.layers.start, band.layers.stop)
        ws[rows] = torch.lerp(ws[rows], source[rows], mix.weight)

    def _push(self, ws: Tensor, applied: AppliedDirection) -> None:
        rows = self._rows(applied.first, applied.last)
        vector = torch.from_numpy(applied.direction.vector.array.copy()).to(ws.device)
        if vector.shape[-1] != ws.shape[1]:
            raise ValueError(
                f"The direction {applied.direction.name!r} has {vector.shape[-1]} numbers, but this model's w has "
                f"{ws.shape[1]}; it belongs to another model."
            )
        if vector.ndim == 2:
            vector = vector[torch.arange(len(ws)).clamp(max=len(vector) - 1)][rows]
        ws[rows] += applied.strength * applied.direction.sigma * vector

    def _rows(self, first: int, last: int | None) -> slice:
        return slice(first, self.model.num_layers if last is None else last + 1)

    def _draw(self, layer: int, noise: NoiseLayer) -> Tensor:
        size = self.model.info.noise_resolutions[layer]
        if noise.seed is None:
            stored = self.model.generator.synthesis.noise_map(layer)
            return stored * noise.strength
        generator = torch.Generator().manual_seed((noise.seed << 8) + layer)
        return (torch.randn(1, 1, size, size, generator=generator) * noise.strength).to(self.model.device)


def truncate(ws: Tensor, w_avg: Tensor, psi: Tensor) -> Tensor:
    """w_avg + psi·(w − w_avg) (paper, appendix B); exact at psi 0 and 1. ws [..., layers, w_dim], psi [layers, 1]."""
    return torch.lerp(w_avg.expand_as(ws), ws, psi.expand_as(ws))


def one_hot(model: Model, label: int | None, count: int = 1) -> Tensor | None:
    """The label's rows [count, classes], None without classes; None, or one this network lacks, is its first class."""
    classes = len(model.classes)
    if not classes:
        return None
    rows = torch.zeros(count, classes)
    rows[:, label if label is not None and label < classes else 0] = 1.0
    return rows


def z_of_seed(seed: int, z_dim: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """z [1, z_dim] of a seed, drawn as the official scripts draw it."""
    return np.random.RandomState(seed).randn(1, z_dim).astype(np.float32)


def _remembered(kept: OrderedDict[Hashable, Tensor], key: Hashable, most: int, compute: Callable[[], Tensor]) -> Tensor:
    """The value under a key, computed once; the one used longest ago makes room."""
    if key not in kept:
        kept[key] = compute()
        if len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
