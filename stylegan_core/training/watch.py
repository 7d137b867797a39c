"""Watches for what goes wrong in adversarial training: collapse and a saturated discriminator; each one alert."""

import math

import torch
from torch import Tensor

from stylegan_core.networks.discriminator import Discriminator, HeadedDiscriminator
from stylegan_core.schedule import Phase
from stylegan_core.training.groups import PAPER_TARGET
from stylegan_core.training.journal import Journal
from stylegan_core.training.step import StepNumbers

COLLAPSED, RECOVERED = 0.4, 0.7  # shares of the running diversity
MEMORY = 0.7  # of the running diversity, per look
LOOKS = 3  # at a level before its running diversity says anything
STEPS = 300  # over which scores are averaged; as many pass before the first verdict
GAP = 20.0  # mean D(real) − D(fake), in logits: the generator's gradient has died
NO_LOSS = 0.01


class Watch:
    """Takes in steps and diversities and writes alerts; what it remembers starts anew with each process.

    ``loss`` is the run's: scores and losses of "wgan" have no scale, so they say nothing about saturation.
    """

    def __init__(self, journal: Journal, loss: str = "logistic") -> None:
        self.journal = journal
        self.scaled = loss != "wgan"
        self._running: dict[str, float] = {}
        self._looks = 0
        self._level = -1
        self._collapsed = self._saturated = False
        self._steps = 0
        self._gap = self._loss = 0.0

    def diversities(self, level: int, pixels: float, features: float) -> None:
        """Takes in the diversity of the fixed latents; alerts once where either falls far below its running level."""
        if level != self._level:
            self._level, self._looks, self._collapsed = level, 0, False
            self._running.clear()
        self._looks += 1
        shares = [self._share(name, value) for name, value in (("pixels", pixels), ("features", features))]
        least = min(shares)
        if least >= RECOVERED:
            self._collapsed = False
        if self._looks > LOOKS and least < COLLAPSED and not self._collapsed:
            self._collapsed = True
            self.journal.alert(
                "collapse",
                f"The pictures of the fixed latents have become alike: their diversity fell to {least:.0%} of its "
                "usual level; go back to an earlier checkpoint with a larger gamma or more data.",
            )

    def _share(self, name: str, value: float) -> float:
        """The value as a share of its running level, which follows only while there is no collapse."""
        if not math.isfinite(value):
            return 1.0
        before = self._running.get(name, value)
        share = value / before if before > 0 else 1.0
        if share >= COLLAPSED:
            self._running[name] = MEMORY * before + (1 - MEMORY) * value
        return share

    def step(self, numbers: StepNumbers) -> None:
        """Takes in a step; alerts once where the discriminator has long won so clearly that nothing is learnt."""
        if not self.scaled or numbers.d_real is None or numbers.d_fake is None or numbers.loss_d is None:
            return
        gap, loss = float(numbers.d_real) - float(numbers.d_fake), float(numbers.loss_d)
        if not (math.isfinite(gap) and math.isfinite(loss)):
            return
        self._steps += 1
        share = 1 / min(self._steps, STEPS)
        self._gap += share * (gap - self._gap)
        self._loss += share * (loss - self._loss)
        wins = self._gap > GAP or self._loss < NO_LOSS
        if wins and self._steps >= STEPS and not self._saturated:
            self._saturated = True
            self.journal.alert(
                "saturation",
                f"The discriminator tells real from generated without effort (scores {self._gap:.1f} apart, loss "
                f"{self._loss:.2g}), so the generator learns nothing; raise gamma or turn on "
                f"ada.target={PAPER_TARGET}.",
            )
        elif self._gap < GAP / 2 and self._loss > 2 * NO_LOSS:
            self._saturated = False


@torch.no_grad()
def feature_diversity(discriminator: Discriminator, images: Tensor, phase: Phase, dtype: torch.dtype) -> float:
    """Mean standard deviation over pictures [N, 3, r, r] of the last 4×4 features, over their root mean square.

    This is what the minibatch deviation shows the discriminator; NaN for one without that head.
    """
    if not isinstance(discriminator, HeadedDiscriminator):
        return math.nan
    found: list[Tensor] = []
    channels = discriminator.config.channels(0)
    hook = discriminator.conv.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0][:, :channels].float()))
    classes, group, training = (
        len(discriminator.config.classes),
        discriminator.config.mbstd_group,
        discriminator.training,
    )
    discriminator.eval()  # spectral norms move in training mode
    try:
        for part in torch.split(images, group * max(8 // group, 1)):
            labels = torch.eye(max(classes, 1), device=part.device)[torch.zeros(len(part), dtype=torch.long)]
            discriminator(part, labels if classes else None, phase.level, phase.alpha, dtype=dtype)
    finally:
        hook.remove()
        discriminator.train(training)
    features = torch.cat(found)
    size = float(features.square().mean().sqrt())
    return float(features.std(dim=0).mean()) / size if size > 0 else 0.0
