"""Dragging points: the styles move until what lies under each handle is at its target.

The idea is "Drag Your GAN" (Pan et al. 2023, arXiv 2305.10973): the generator's own features tell what lies under a
handle, a small step of the styles brings it nearer (motion supervision), and it is looked for again (point tracking).
What is done otherwise here, and what it brought, is in docs/speed.md.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from stylegan_core.drawing.drawings import Stage
from stylegan_core.latents.drag import Dragged, Handle
from stylegan_core.latents.patches import nearest, offsets, patch
from stylegan_core.recipe import Recipe, Vector
from stylegan_core.render import Renderer
from stylegan_core.style_space import spread_of_w

ROWS = 6  # styles that move, from the coarsest on (section 3.2)
SMALLEST, LARGEST = 32, 128  # side of the feature map that is looked at: half the picture's, within these
PATCH = 2.0  # pixels of the features around a handle that are to move with it, to each side
AHEAD = 1.0  # pixels of the features by which a step pulls
REACH, PARTS = 2.5, 4  # pixels of the features around a handle in which it is looked for again, in halves
STEP = 0.3  # standard deviations of W that a step moves all styles together
MOMENTUM = 0.7
SHARE = 0.5  # of a step that all styles that move have in common
KEEP, LOOSE = 0.5, 0.1  # how much the rest counts that is to stay, and that may follow
AROUND = 0.15  # of the picture's width: how far around a handle and its target the face may change freely
NEAR = 0.5  # pixels of the features from its target at which a handle has come to it
MOST, PATIENCE = 150, 20  # steps, and steps without any nearing, after which it is given up
EAGER = 5  # such steps, after which it is pulled from twice as far, and so on


def drag_points(
    renderer: Renderer, origin: Recipe, handles: Sequence[Handle], *, keep: bool = True, since: Dragged | None = None
) -> Generator[Dragged, None, Dragged]:
    """Yields after each step where it has come to, and returns the best, when every handle is there or none nears.

    ``origin`` is the picture that the handles were put on, and what they and, with ``keep``, everything far from them
    is to look like. ``since`` is where an earlier search from there has come to; its targets may be others now. The
    recipes hold styles of their own with truncation, mixing and directions in them; channels, noise, label and growth
    stay. Stopped at any step, it leaves nothing behind.
    """
    search = _Search(renderer, origin, keep)
    handles = tuple(handles)
    search.remember(handles)
    ws, motion = search.begin(since)
    best = here = replace(since or _dragged(origin, ws, handles, motion), handles=handles)
    waited = 0
    for step in range(MOST + 1):
        features = search.features(ws.requires_grad_())
        if step:
            handles = search.track(features.detach(), handles)
            here = _dragged(origin, ws, handles, motion)
            yield here
        if here.left < best.left - 1e-4 or not step:
            best, waited = here, 0
        else:
            waited += 1
        if waited > PATIENCE or all(handle.left <= NEAR / features.shape[-1] for handle in handles):
            break
        loss = search.loss(features, handles, 1 + waited / EAGER)
        (slope,) = torch.autograd.grad(loss, ws)
        ws, motion = search.moved(ws.detach(), slope, motion)
    return best


def _dragged(origin: Recipe, ws: Tensor, handles: tuple[Handle, ...], motion: Tensor) -> Dragged:
    return Dragged(stored(origin, ws.detach()), handles, Vector.of(motion.cpu().numpy()))


def stored(recipe: Recipe, ws: Tensor) -> Recipe:
    """The recipe that draws styles [num_layers, w_dim] as they are, with channels, noise, … of another one."""
    latent = replace(recipe.latent, x=0.0, y=0.0, w=Vector.of(ws.cpu().numpy()))
    return replace(recipe, latent=latent, psi=1.0, cutoff=None, psi_bands=None, mixes=(), directions=())


@dataclass(frozen=True, slots=True)
class _Mark:
    """What lies under a handle: all that is to move with it, and the middle, by which it is found again."""

    whole: Tensor
    middle: Tensor


class _Search:
    """One picture's features, and the slope of what is wished for them."""

    def __init__(self, renderer: Renderer, origin: Recipe, keep: bool) -> None:
        self.model = renderer.styles.model
        self.stages = _to_features(renderer, origin)
        maps = [_map(renderer, origin, stage) for stage in self.stages]
        self.noise = [None if each is None else each.clone() for each in maps]  # kept ones may know no gradients
        self.offsets = [renderer.styles.offset(stage, origin) for stage in self.stages]
        self.start = renderer.styles.ws(origin)[0]
        self.count = min(ROWS, 1 + max(stage.row or 0 for stage in self.stages))
        self.spread = spread_of_w(self.model)
        self.weight = KEEP if keep else LOOSE
        with torch.no_grad():
            self.reference = self.features(self.start)
        self.scale = self.reference.abs().mean().clamp(min=1e-6)
        self.around = offsets(PATCH, 1.0, self.reference)
        self.marks: list[_Mark] = []

    def begin(self, since: Dragged | None) -> tuple[Tensor, Tensor]:
        """Styles and motion to go on from."""
        if since is None or since.recipe.latent.w is None:
            return self.start.clone(), torch.zeros(self.count, len(self.spread), device=self.start.device)
        ws, motion = (torch.from_numpy(each.array.copy()) for each in (since.recipe.latent.w, since.motion))
        return ws.to(self.start.device), motion.to(self.start.device)

    def features(self, ws: Tensor) -> Tensor:
        """The feature map [C, side, side] of styles [num_layers, w_dim]."""
        made: list[Tensor] = []
        for stage, noise, offset in zip(self.stages, self.noise, self.offsets, strict=True):
            # What makes red, green and blue on the way is read by no features.
            made.append(made[-1] if stage.makes_picture else stage(made, ws[None, stage.row or 0], noise, offset))
        return _inside(self.stages[-1], made[-1])[0].float()

    def remember(self, handles: Sequence[Handle]) -> None:
        """Looks at what lies under each handle where it was put."""
        near = offsets(1.0, 1.0, self.reference)
        self.marks = [
            _Mark(*(patch(self.reference, handle.from_x, handle.from_y, size) for size in (self.around, near)))
            for handle in handles
        ]

    def track(self, features: Tensor, handles: Sequence[Handle]) -> tuple[Handle, ...]:
        """The handles where that is now which lay under them."""
        found = [
            nearest(features, mark.middle, handle.x, handle.y, REACH, PARTS)
            for mark, handle in zip(self.marks, handles, strict=True)
        ]
        return tuple(replace(handle, x=x, y=y) for handle, (x, y) in zip(handles, found, strict=True))

    def loss(self, features: Tensor, handles: Sequence[Handle], eager: float) -> Tensor:
        """How far the features are from what lay under each handle, a step nearer to its target, and from the rest.

        Where nothing has come nearer for a while it is pulled from so many times as far, and the rest counts less.
        """
        side, wished = features.shape[-1], torch.zeros((), device=features.device)
        for mark, handle in zip(self.marks, handles, strict=True):
            part = min(1.0, AHEAD * eager / (side * handle.left)) if handle.left else 0.0
            x = handle.x + part * (handle.to_x - handle.x)
            y = handle.y + part * (handle.to_y - handle.y)
            wished = wished + (patch(features, x, y, self.around) - mark.whole).abs().mean()
        rest = ((features - self.reference).abs() * self._far(handles, side)).mean()
        return (wished + self.weight / eager * rest) / self.scale

    def moved(self, ws: Tensor, slope: Tensor, motion: Tensor) -> tuple[Tensor, Tensor]:
        """Styles and motion after a step: in standard deviations of W, so that the face stays one of this network's."""
        downhill = -(slope[: self.count] @ self.spread.T)
        downhill = torch.lerp(downhill, downhill.mean(dim=0, keepdim=True).expand_as(downhill), SHARE)
        motion = MOMENTUM * motion + (1 - MOMENTUM) * downhill / downhill.norm().clamp(min=1e-12)
        ws = ws.clone()
        ws[: self.count] += STEP * motion @ self.spread
        return ws, motion

    def _far(self, handles: Sequence[Handle], side: int) -> Tensor:
        """[side, side]: 1 far from every handle and its target, 0 on them."""
        places = (torch.arange(side, device=self.start.device) + 0.5) / side
        far = torch.ones(side, side, device=self.start.device)
        for handle in handles:
            for x, y in ((handle.x, handle.y), (handle.to_x, handle.to_y)):
                square = (places[:, None] - y).square() + (places[None] - x).square()
                far = far * (1 - torch.exp(square / (-2 * AROUND**2)))
        return far


def _to_features(renderer: Renderer, recipe: Recipe) -> Sequence[Stage]:
    """The stages up to the last feature map of half the picture's side."""
    side = min(max((4 << renderer.state(recipe)[0]) // 2, SMALLEST), LARGEST)
    found: list[Stage] = []
    passed: list[Stage] = []
    for stage, activation in renderer.stage_by_stage(recipe):
        if _inside(stage, activation).shape[-1] > side:
            break
        passed.append(stage)
        if not stage.makes_picture:
            found = passed.copy()
    return found


def _inside(stage: Stage, activation: Tensor) -> Tensor:
    """The part of a map that lies within the picture."""
    margin = stage.margin
    return activation[..., margin:-margin, margin:-margin] if margin else activation


def _map(renderer: Renderer, recipe: Recipe, stage: Stage) -> Tensor | None:
    return None if stage.noise is None else renderer.styles.noise_map(stage.noise, recipe.noise_layer(stage.noise))
