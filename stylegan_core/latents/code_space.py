"""Where a projection moves: w in units of its spread or, where a network has no styles, the code z itself."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from stylegan_core.model import Model
from stylegan_core.recipe import Latent, Vector
from stylegan_core.styles import one_hot, z_of_seed

LONGEST = 1.5  # of the usual length of z
MAPPED = 1000  # seeds whose w say where the middle of W is and how far it spreads


class CodeSpace:
    """Coordinates x about N(0, 1) that stand for the codes of one network and label.

    With styles w = mean + spread · x, both over the w of a thousand seeds: one step is as far in every network.
    Without, x is z, which becomes no longer than z ever is, for nothing was learned of others.
    """

    def __init__(self, model: Model, label: int | None) -> None:
        self.model, self.label = model, label
        self.has_styles = model.info.capabilities.styles
        self.mean, self.spread = torch.zeros(model.z_dim), 1.0
        if self.has_styles:
            w = self.mapped(range(MAPPED))
            self.mean, self.spread = w.mean(dim=0), max(float((w - w.mean(dim=0)).square().mean().sqrt()), 1e-6)
        self.mean = self.mean.to(model.device)

    def mapped(self, seeds: Sequence[int]) -> Tensor:
        """w of seeds [N, w_dim]."""
        return self.model.mapping(self._z(seeds), one_hot(self.model, self.label, len(seeds)))

    def of_seeds(self, seeds: Sequence[int]) -> Tensor:
        """The coordinates of seeds [N, 1, width]."""
        if self.has_styles:
            return ((self.mapped(seeds) - self.mean) / self.spread)[:, None]
        return self._z(seeds)[:, None].to(self.model.device)

    def per_layer(self, x: Tensor) -> Tensor:
        """The same place with coordinates of its own for every layer: [N, 1, width] -> [N, num_layers, width]."""
        return x.expand(-1, self.model.num_layers, -1).clone()

    def codes(self, x: Tensor) -> Tensor:
        """Coordinates [N, 1 or num_layers, width] -> w or code of each row [N, 1 or num_layers, w_dim]."""
        if self.has_styles:
            return self.mean + self.spread * x
        longest = LONGEST * math.sqrt(self.model.z_dim)
        z = x[:, 0] * (longest / x[:, 0].norm(dim=1, keepdim=True).clamp(min=longest))
        label = one_hot(self.model, self.label, len(x))
        code: Tensor = self.model.generator.mapping(z, None if label is None else label.to(z.device))
        return code[:, None]

    def draw(self, x: Tensor) -> Tensor:
        """Pictures [N, 3, r, r] float32 at the working resolution, with the stored noise; differentiable."""
        model = self.model
        ws = self.codes(x).expand(-1, model.num_layers, -1)
        picture: Tensor = model.generator.synthesis(ws, "const", model.level, model.alpha, native=True)
        return picture

    @torch.no_grad()
    def latent(self, x: Tensor) -> Latent:
        """The place [1, 1 or num_layers, width] as a stored w, or one w a layer."""
        code = self.codes(x)[0].cpu().numpy()
        return Latent(w=Vector.of(code[0] if len(code) == 1 else code))

    def _z(self, seeds: Sequence[int]) -> Tensor:
        return torch.from_numpy(np.concatenate([z_of_seed(seed, self.model.z_dim) for seed in seeds]))
