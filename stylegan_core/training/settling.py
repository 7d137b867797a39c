"""Settling: before a fade the new layers learn to draw, and to see, what the level below draws and sees.

A new level begins with random layers, and its toRGB has to find every picture's colours again. The paper gives each
fade 600 thousand images for that. In a fade of ten thousand the old picture goes before the new one is there, and what
was learned below is spoiled on the way. So the new layers are first fitted, alone, to the picture of the level below,
enlarged and blurred as every layer's own enlarging does, and the discriminator's to the features of the picture halved:
what a fade then blends are two pictures of the same face, and training goes on from where it was. No counterpart in the
official code; off in the paper's presets.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylegan_core.networks import layers as ops
from stylegan_core.networks.discriminator import GrowingDiscriminator
from stylegan_core.schedule import Phase, phases
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.half import Half
from stylegan_core.training.keys import Purpose
from stylegan_core.training.losses import as_float
from stylegan_core.training.speed import SETTLING_BATCH as BATCH
from stylegan_core.training.state import NOISE_STRENGTH

RATE = 10.0  # times the phase's: a regression takes larger steps than a game
BETAS = (0.9, 0.99)
SEEING = 2  # steps of drawing for each of seeing, which is the simpler of the two
REALS = 128  # pictures that seeing is fitted on, beside new fakes
FAR = 1 << 32  # between the random numbers of two phases


def grows_into(phase: Phase, entered: int, config: TrainingConfig) -> bool:
    """Whether a phase begins with layers to settle, ``entered`` being the index of the last one entered, or −1.

    That is not always the phase before this: one shorter than a batch is never entered.
    """
    before = phases(config.growth)[entered].level if entered >= 0 else config.begun_level
    return before < phase.level and phase.level in config.settled_levels


class Settler(Half):
    """Fits the newest layers of a state's networks to what the level below does; everything else stays as it is."""

    def settle(
        self, phase: Phase, reals: Tensor, labels: Tensor | None, progress: Callable[[float], None] = lambda _: None
    ) -> bool:
        """Fits both networks for ``phase``, the first of a level above the plan's first.

        ``reals`` uint8 [n, 3, r, r] and ``labels`` [n, classes] are real pictures at the level. What
        ``check`` raises leaves the networks as they were; so do numbers that are not finite, and then it is False.
        ``progress`` is told the share that is done.
        """
        generator, discriminator = self.state.generator, self.state.discriminator
        assert isinstance(discriminator, GrowingDiscriminator)
        drawing, seeing = generator.synthesis.of_level(phase.level), discriminator.of_level(phase.level)
        fitted = [p for module in (*drawing, *seeing) for p in module.parameters()]

        def fit() -> None:
            self._fit_both(phase, (drawing, seeing), reals, labels, progress)

        try:
            # Where memory runs out all of it begins again in smaller parts, so that what comes out depends on nothing
            # but where it began and on micro_batch, which checkpoints remember.
            self._fitting(fit, BATCH, shared=False)
            settled = True
        except FloatingPointError:
            settled = False
        # The first process decides, whatever the others found.
        self.team.same([tensor.detach() for tensor in (*fitted, *discriminator.buffers())])
        if not self.team.told(settled):
            return False
        for mine, its in zip(
            self.state.average.synthesis.of_level(phase.level), generator.synthesis.of_level(phase.level), strict=True
        ):
            mine.load_state_dict(its.state_dict())
        return True

    def _fit_both(
        self,
        phase: Phase,
        layers: tuple[list[nn.Module], list[nn.Module]],
        reals: Tensor,
        labels: Tensor | None,
        progress: Callable[[float], None],
    ) -> None:
        """Fits what draws, then what sees. Raises FloatingPointError where numbers are not finite."""
        drawing, seeing = layers
        steps = self.config.settle_steps
        whole = steps + steps // SEEING

        def drawn(step: int, rows: range) -> tuple[Tensor, Tensor]:
            progress(step / whole)
            return self._drawn(phase, step, labels, rows)

        def seen(step: int, rows: range) -> tuple[Tensor, Tensor]:
            progress((steps + step) / whole)
            return self._seen(phase, step, reals, labels, rows)

        with self._alone([p for module in (*drawing, *seeing) for p in module.parameters()]):
            self._fit(drawing, phase, steps, drawn)
            self._fit(seeing, phase, steps // SEEING, seen)

    @contextmanager
    def _alone(self, fitted: list[nn.Parameter]) -> Iterator[None]:
        """Only ``fitted`` may learn; put back as they were if what is done here fails, or was not finite.

        What moves while computing is put back by ``_fitting`` around it.
        """
        networks = self.state.generator, self.state.discriminator
        kept = [p.detach().clone() for p in fitted]
        for network in networks:
            network.requires_grad_(False)
        try:
            yield
            if not all(bool(torch.isfinite(p).all()) for p in fitted):
                raise FloatingPointError("Settling came to numbers that are not finite.")
        except BaseException:
            with torch.no_grad():
                for p, before in zip(fitted, kept, strict=True):
                    p.copy_(before)
            raise
        finally:
            for network in networks:
                network.requires_grad_(True)
                network.zero_grad(set_to_none=True)

    def _fit(
        self, modules: list[nn.Module], phase: Phase, steps: int, apart: Callable[[int, range], tuple[Tensor, Tensor]]
    ) -> None:
        """Adam on the mean squared difference of two maps, the rate falling to 0 over the second half."""
        named = [(name, p) for module in modules for name, p in module.named_parameters()]
        learning = [p.requires_grad_() for name, p in named if not name.endswith(NOISE_STRENGTH)]
        adam = torch.optim.Adam(learning, betas=BETAS)
        width = max((self.state.counters.micro_batch or BATCH) // 2 * 2, 2)  # even: seeing halves it
        for step in range(steps):
            adam.zero_grad(set_to_none=True)
            for start in range(0, BATCH, width):
                self.check()
                found, wanted = apart(step, range(start, min(start + width, BATCH)))
                torch.autograd.backward(F.mse_loss(found.float(), wanted.float()) * (len(found) / BATCH))
            adam.param_groups[0]["lr"] = phase.rate * RATE * min(1.0, 2 * (1 - step / steps))
            adam.step()
        for p in learning:
            p.requires_grad_(False)

    def _drawn(self, phase: Phase, step: int, labels: Tensor | None, rows: range) -> tuple[Tensor, Tensor]:
        """The new level's pictures of new codes, and those of the level below enlarged without their steps.

        ``rows`` of the step's batch.
        """
        first = FAR * phase.index + step * BATCH
        label = None if labels is None else labels[(torch.arange(rows.start, rows.stop) + step * BATCH) % len(labels)]
        keys = range(first + rows.start, first + rows.stop), first
        ws, _, noise = self._inputs(*keys, label, phase, Purpose.SETTLING, Purpose.SETTLING_MIXING)
        grown = self.state.generator.synthesis.grow(ws, noise, phase.level, 0.0, dtype=self.dtype)
        assert grown.old is not None
        return grown.new, _smooth(grown.old)

    def _seen(
        self, phase: Phase, step: int, reals: Tensor, labels: Tensor | None, rows: range
    ) -> tuple[Tensor, Tensor]:
        """The new block's features of some reals and as many new fakes, and those of the level below.

        Half as many of each as there are ``rows``.
        """
        half = range(rows.start // 2, rows.stop // 2)
        chosen = (torch.arange(half.start, half.stop) + step * (BATCH // 2)) % len(reals)
        with torch.no_grad():
            fakes = self._drawn(phase, self.config.settle_steps + step, labels, half)[0]
        images = torch.cat([as_float(reals[chosen].to(self.device)), fakes]).contiguous(
            memory_format=torch.channels_last
        )
        discriminator = self.state.discriminator
        assert isinstance(discriminator, GrowingDiscriminator)
        discriminator.train(not rows.start)  # spectral norms move once a step, however many parts it has
        try:
            return discriminator.entries(images, phase.level, self.dtype)
        finally:
            discriminator.train()


def _smooth(images: Tensor) -> Tensor:
    """The networks' own blur, without its dark edges."""
    return ops.blur(F.pad(images, (1, 1, 1, 1), mode="replicate"))[:, :, 1:-1, 1:-1]
