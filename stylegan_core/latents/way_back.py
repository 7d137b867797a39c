"""The way back from a picture to the numbers of the style space: slopes of all of them at once, one stage at a time."""

from collections.abc import Generator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stylegan_core.drawing.drawings import Stage
from stylegan_core.recipe import Recipe
from stylegan_core.render import Renderer

Doubles = npt.NDArray[np.float64]


class WayBack:
    """From the picture of a recipe back to its styles.

    Each stage is computed anew for its slopes, so that no more is held than what every stage handed on and what two of
    them are asked for. :meth:`forward` comes first.
    """

    def __init__(self, renderer: Renderer, recipe: Recipe) -> None:
        self.renderer, self.recipe = renderer, recipe
        self.stages: Sequence[Stage] = renderer.stages(recipe)
        self.ws = renderer.styles.ws(recipe)
        self.made: list[Tensor] = []

    def forward(self) -> Generator[None, None, None]:
        """What each stage hands on, kept as numbers that may be differentiated."""
        for _, activation in self.renderer.stage_by_stage(self.recipe):
            self.made.append(activation.clone())
            yield

    def slopes(self, asked_for: Sequence[Tensor]) -> Generator[None, None, list[Doubles]]:
        """The slopes [n, C] of the sums of each of ``asked_for`` · picture, for the numbers of every style layer.

        The picture is that of :meth:`Renderer.picture`, a slope that of moving a number by one, not by its sigma.
        """
        slopes = [np.zeros((len(asked_for), count)) for count in self.renderer.styles.model.info.style_channels]
        asked: list[list[Tensor | None]] = [[None] * len(asked_for) for _ in self.made]
        leaves = self._leaves(len(self.made))
        with torch.enable_grad():
            picture = self.renderer.picture(self.recipe, leaves)
        for probe, wanted in enumerate(asked_for):
            found = torch.autograd.grad(picture, leaves, wanted, retain_graph=True, allow_unused=True)
            _add_up(asked, probe, found)
            yield
        for at in reversed(range(len(self.stages))):
            row = None if self.stages[at].makes_picture else self.stages[at].row
            yield from self._through(at, asked.pop(), asked, None if row is None else slopes[row])
        return slopes

    def _through(
        self, at: int, wanted: Sequence[Tensor | None], asked: list[list[Tensor | None]], slopes: Doubles | None
    ) -> Generator[None, None, None]:
        """One stage: what it is asked for by each way back, and what it asks of those before and of its numbers."""
        stage, leaves = self.stages[at], self._leaves(at)
        now = self.renderer.styles.offset(stage, self.recipe)
        offset = torch.zeros(0 if slopes is None else slopes.shape[1], device=self.ws.device) if now is None else now
        offset = offset.clone().requires_grad_()
        with torch.enable_grad():
            made = stage(leaves, self.ws[:, stage.row or 0], self._noise(stage), offset if len(offset) else None)
        for probe, slope in enumerate(wanted):
            if slope is not None and made.requires_grad:
                inputs = [*leaves, offset]
                found = torch.autograd.grad(made, inputs, slope, retain_graph=True, allow_unused=True)
                _add_up(asked, probe, found[:-1])
                if slopes is not None and found[-1] is not None:
                    slopes[probe] = found[-1].double().cpu().numpy()
            yield

    def _leaves(self, count: int) -> list[Tensor]:
        return [each.detach().requires_grad_() for each in self.made[:count]]

    def _noise(self, stage: Stage) -> Tensor | None:
        if stage.noise is None:
            return None
        found = self.renderer.styles.noise_map(stage.noise, self.recipe.noise_layer(stage.noise))
        return None if found is None else found.clone()


def _add_up(asked: list[list[Tensor | None]], probe: int, found: Sequence[Tensor | None]) -> None:
    """What one way back asks of the stages before, added to what later stages have asked of them."""
    for at, slope in enumerate(found):
        before = asked[at][probe]
        asked[at][probe] = slope if before is None else before if slope is None else before + slope
