"""One training step: the discriminator's half, then the generator's, in micro-batches that may be interrupted."""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from stylegan_core.networks.fused import fused_passes
from stylegan_core.schedule import Phase
from stylegan_core.training.augment import adjusted
from stylegan_core.training.critic import Critic, sensitivity
from stylegan_core.training.keys import Purpose
from stylegan_core.training.losses import (
    fade_reals,
    fake_loss,
    generator_loss,
    r1_penalty,
    r1_weight,
    real_loss,
)
from stylegan_core.training.parts import Part
from stylegan_core.training.penalties import PATH_DECAY, Penalties
from stylegan_core.training.state import average_beta
from stylegan_core.training.sums import Sums


@dataclass
class StepNumbers:
    """What a step measured; tensors are means over the batch, ``r1`` is None where R1 was not due.

    ``critic_…`` are means over its heads too, None where there is no critic.
    """

    loss_d: Tensor | None = None
    loss_g: Tensor | None = None
    d_real: Tensor | None = None
    d_fake: Tensor | None = None
    r1: Tensor | None = None
    critic_real: Tensor | None = None
    critic_fake: Tensor | None = None
    grad_d: float = 0.0
    grad_g: float = 0.0
    skipped: list[str] = field(default_factory=list)


class Stepper(Penalties):
    """Computes steps on a state; ``check`` is called between micro-batches and may raise to abandon the half step.

    Until a half step's weights change nothing else has changed either, so an abandoned half leaves no trace. A half
    that does not fit into memory is computed again in smaller micro-batches, and ``alert`` is told.
    """

    @fused_passes()
    def discriminator_half(self, reals: Tensor, labels: Tensor | None, phase: Phase, numbers: StepNumbers) -> None:
        """Trains D on reals float32 [n, 3, r, r] in −1…1 and new fakes, then updates the average and the counters.

        ``reals`` and ``labels`` are this process's images of the batch.
        """
        counters, network = self.state.counters, self.state.discriminator
        self._learns(network, True)
        if self.critic:
            self.critic.heads.train().requires_grad_(True)
        due = self.config.gamma + self.objective.r2 > 0 and counters.steps % self.config.r1_interval == 0
        riding = due and not self.objective.lazy_steps
        sums, w = self._fitting(lambda: self._discriminator_gradients(reals, labels, phase, riding), phase.batch)
        self.team.add(sums.all)
        numbers.d_real, numbers.d_fake, numbers.loss_d = sums.d_real, sums.d_fake, sums.loss
        counted = ("skipped_d", "skipped_r1") if riding else ("skipped_d",)
        numbers.grad_d = self._update(network, self.state.adam_d, "discriminator", numbers, *counted)
        if due and not riding and not numbers.skipped:
            sums.r1 = self._fitting(lambda: self._lazy_gradients(reals, labels, phase), phase.batch)
            self.team.add([sums.r1])
            self._update(network, self.state.adam_d, "discriminator's penalty", numbers, "skipped_r1")
        numbers.r1 = sums.r1 if due and self.config.gamma > 0 else None
        if self.critic and self.state.adam_c:
            numbers.critic_real, numbers.critic_fake = sums.critic_real, sums.critic_fake
            self._update(self.critic.heads, self.state.adam_c, "critic", numbers, "skipped_c")
        if not numbers.skipped:
            self.state.generator.update_w_avg(self._joined(w, phase.batch))
            beta = average_beta(phase.batch, counters.img / 1000, self.config.ema_kimg, self.config.ema_ramp)
            self.state.update_average(beta)
            self._adjust_augmentation(float(sums.signs), phase.batch)
        counters.steps += 1
        counters.half = True
        self.state.torn = False

    @fused_passes()
    def generator_half(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
        """Trains G on ``batch`` new fakes against the discriminator as it now is; counts the images."""
        counters, network = self.state.counters, self.state.generator
        self._learns(self.state.discriminator, False)
        if self.critic:
            self.critic.heads.eval().requires_grad_(False)
        loss, w = self._fitting(lambda: self._generator_gradients(labels, batch, phase), batch)
        self.team.add([loss])
        numbers.loss_g = loss
        numbers.grad_g = self._update(network, self.state.adam_g, "generator", numbers, "skipped_g")
        if "generator" not in numbers.skipped:
            network.update_w_avg(self._joined(w, batch))
            if self.objective.path_length and (counters.steps - 1) % self.objective.path_interval == 0:
                self._path_step(labels, batch, phase, numbers)
        counters.img += batch
        counters.half = False
        self.state.torn = False

    def _discriminator_gradients(
        self, reals: Tensor, labels: Tensor | None, phase: Phase, riding: bool
    ) -> tuple[Sums, Tensor]:
        """Leaves the gradients on D; what was measured, and w [n, w_dim] of the fakes."""
        self._clear(self.state.discriminator)
        if self.critic:
            self._clear(self.critic.heads)
        apart, riding = riding and self.config.r1_groups > 0, riding and not self.config.r1_groups
        sums = Sums(self.device)
        means: list[Tensor] = []
        # In one pass where memory is no concern; batch and spectral norms would see something else than in two, and
        # so would the minibatch deviation of a batch below one group, which then holds reals beside fakes.
        whole_groups = phase.batch >= self.config.network.mbstd_group
        alike = whole_groups and self.config.network.d_norm == "none"
        together = alike and not riding and not self.state.counters.micro_batch
        penalised = self._penalised_beside_others(phase) if apart and together else None
        for part in self._parts(phase.batch, self.config.network.mbstd_group):
            label = None if labels is None else part.of(labels)
            real = fade_reals(part.of(reals).to(self.device), phase.alpha)
            with torch.no_grad():
                fakes, _, w = self._fakes(part, label, phase, Purpose.FAKES_D, Purpose.MIXING_D)
            means.append(w)
            self.check()
            if self.critic:
                self._critic_part(self.critic, real, fakes, part, sums)
                self.check()
            if together:
                self._both_part(real, fakes, part, label, phase, sums, penalised)
            else:
                self._real_part(real, part, label, phase, riding, sums)
                self.check()
                self._fake_part(fakes, part, label, phase, riding, sums)
            self.check()
            if self.objective.gradient_penalty:
                self._blend_part(real, fakes, part, label, phase)
                self.check()
        if apart and not penalised:
            sums.r1 = self._add_penalties(reals, labels, phase)
        return sums, torch.cat(means)

    def _generator_gradients(self, labels: Tensor | None, batch: int, phase: Phase) -> tuple[Tensor, Tensor]:
        """Leaves the gradients on G; the loss, and w [n, w_dim]."""
        self._clear(self.state.generator)
        total = torch.zeros((), device=self.device)
        means: list[Tensor] = []
        for part in self._parts(batch, self.config.network.mbstd_group):
            label = None if labels is None else part.of(labels)
            fakes, _, w = self._fakes(part, label, phase, Purpose.FAKES_G, Purpose.MIXING_G)
            means.append(w.detach())
            self.check()
            seen = self._augmented(fakes, part, Purpose.AUGMENT_G)
            loss = self.loss.g(self._scores(seen, label, phase)) * part.share
            total += loss.detach()
            if self.critic:
                verdict = self.critic.scores(self.critic.project(seen))
                shares = [generator_loss(scores) for scores in verdict]
                loss = loss + torch.stack(shares).sum() * (self.config.critic.weight * part.share)
            torch.autograd.backward(loss)
            self.check()
        return total, torch.cat(means)

    def _critic_part(self, critic: Critic, reals: Tensor, fakes: Tensor, part: Part, sums: Sums) -> None:
        """The critic's own logistic game, each head for itself; its frozen features need no way back here."""
        with torch.no_grad():  # in one pass: at its small maps it takes hardly longer with twice the pictures
            seen = [
                self._augmented(reals, part, Purpose.AUGMENT_REAL),
                self._augmented(fakes, part, Purpose.AUGMENT_FAKE),
            ]
            maps = critic.project(torch.cat(seen))
        of_reals, of_fakes = ([map_.chunk(2)[half] for map_ in maps] for half in (0, 1))
        if gamma := self.config.critic.gamma:
            of_reals = [map_.requires_grad_() for map_ in of_reals]
        reals_seen, fakes_seen = critic.scores(of_reals), critic.scores(of_fakes)
        losses = [real_loss(real) + fake_loss(fake) for real, fake in zip(reals_seen, fakes_seen, strict=True)]
        if gamma:
            losses += [sensitivity(s, m) * (gamma / 2) for s, m in zip(reals_seen, of_reals, strict=True)]
        sums.critic_real += torch.stack([scores.detach().mean() for scores in reals_seen]).mean() * part.share
        sums.critic_fake += torch.stack([scores.detach().mean() for scores in fakes_seen]).mean() * part.share
        torch.autograd.backward(torch.stack(losses).sum() * part.share)

    def _both_part(
        self,
        reals: Tensor,
        fakes: Tensor,
        part: Part,
        label: Tensor | None,
        phase: Phase,
        sums: Sums,
        penalised: Part | None,
    ) -> None:
        """Reals and fakes in one pass, but for the reals of R1, whose own pass gives their scores, too."""
        scores, penalty, others = [], torch.zeros((), device=self.device), part
        if penalised:
            seen = penalised.of(reals).detach().requires_grad_()
            augmented = self._augmented(seen, penalised, Purpose.AUGMENT_REAL)
            scores.append(self._scores(augmented, None if label is None else penalised.of(label), phase))
            weighted = self._r1(scores[0], seen, phase)
            sums.r1 += weighted.detach() * penalised.share
            penalty = weighted * (self.config.r1_interval * penalised.share)
            others = part.without(penalised)
        rest = self._augmented(others.of(reals), others, Purpose.AUGMENT_REAL)
        fakes = self._augmented(fakes, part, Purpose.AUGMENT_FAKE)
        of_rest = None if label is None else others.of(label)
        of_reals, of_fakes = self._both_scores(rest, fakes, of_rest, label, phase)
        loss = self._real_loss(torch.cat([*scores, of_reals]), part, sums) + self._fake_loss(of_fakes, part, sums)
        torch.autograd.backward(loss * part.share + penalty)

    def _real_part(
        self, reals: Tensor, part: Part, label: Tensor | None, phase: Phase, with_r1: bool, sums: Sums
    ) -> None:
        with_r1 = with_r1 and self.config.gamma > 0
        reals = reals.detach().requires_grad_(with_r1)
        scores = self._scores(self._augmented(reals, part, Purpose.AUGMENT_REAL), label, phase)
        loss = self._real_loss(scores, part, sums)
        if with_r1:
            weighted = self._r1(scores, reals, phase)
            sums.r1 += weighted.detach() * part.share
            loss = loss + weighted * self.config.r1_interval
        torch.autograd.backward(loss * part.share)

    def _real_loss(self, scores: Tensor, part: Part, sums: Sums) -> Tensor:
        loss = self.loss.d_real(scores)
        if self.objective.drift:
            loss = loss + self.objective.drift * scores.square().mean()
        sums.d_real += scores.detach().mean() * part.share
        sums.signs += scores.detach().sign().sum()
        sums.loss += loss.detach() * part.share
        return loss

    def _fake_part(
        self, fakes: Tensor, part: Part, label: Tensor | None, phase: Phase, with_r2: bool, sums: Sums
    ) -> None:
        with_r2 = with_r2 and self.objective.r2 > 0
        fakes = fakes.detach().requires_grad_(with_r2)
        scores = self._scores(self._augmented(fakes, part, Purpose.AUGMENT_FAKE), label, phase)
        loss = self._fake_loss(scores, part, sums)
        if with_r2:
            weight = r1_weight(self.objective.r2, self._below(phase)) * self.config.r1_interval
            loss = loss + r1_penalty(scores, fakes) * weight
        torch.autograd.backward(loss * part.share)

    def _fake_loss(self, scores: Tensor, part: Part, sums: Sums) -> Tensor:
        loss = self.loss.d_fake(scores)
        sums.d_fake += scores.detach().mean() * part.share
        sums.loss += loss.detach() * part.share
        return loss

    def _path_step(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
        """StyleGAN2's path length regularisation in an Adam step of its own (spec-core 4)."""
        counters = self.state.counters
        size = max(batch // self.objective.path_shrink, 1)
        labels = self._path_labels(labels, batch, size)
        mean = None
        if self.team.world > 1:
            mean = self._fitting(lambda: self._mean_path_length(labels, size, phase), size, group=1)
            self.team.add([mean])
        mean = self._fitting(lambda: self._path_gradients(labels, size, phase, mean), size, group=1)
        skipped = len(numbers.skipped)
        network, adam = self.state.generator, self.state.adam_g
        self._update(network, adam, "generator's path lengths", numbers, "skipped_path")
        if len(numbers.skipped) == skipped:
            counters.path_mean += PATH_DECAY * (float(mean) - counters.path_mean)

    def _adjust_augmentation(self, signs: float, batch: int) -> None:
        """Takes in the signs of D(real), and every few steps moves p."""
        counters, ada = self.state.counters, self.config.ada
        if not ada.target:
            return
        counters.ada_signs += signs
        counters.ada_images += batch
        if (counters.steps + 1) % ada.interval == 0:
            counters.ada_p = adjusted(counters.ada_p, counters.ada_signs, counters.ada_images, ada)
            counters.ada_signs, counters.ada_images = 0.0, 0

    def _joined_gradients(self, network: nn.Module) -> list[Tensor]:
        """The gradients of the joined batch; zeros from a process whose images left none where others' did."""
        parameters = self._weights(network)
        found = self.team.most([p.grad is not None for p in parameters])
        learning = [p for p, anywhere in zip(parameters, found, strict=True) if anywhere]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in learning]
        self.team.add(gradients)
        for parameter, gradient in zip(learning, gradients, strict=True):
            parameter.grad = gradient
        return gradients

    def _update(
        self, network: nn.Module, optimizer: torch.optim.Adam, name: str, numbers: StepNumbers, *counted: str
    ) -> float:
        """One Adam step, left out if a gradient is not finite; returns the norm of all gradients.

        The counters called ``counted`` tell how often in a row such an update was left out.
        """
        counters = self.state.counters
        gradients = self._joined_gradients(network)
        norm = float(torch.nn.utils.get_total_norm(gradients))
        finite = math.isfinite(norm)
        if finite:
            self.state.torn = True
            optimizer.step()
        else:
            numbers.skipped.append(name)
        for counter in counted:
            setattr(counters, counter, 0 if finite else getattr(counters, counter) + 1)
        self._forget_gradients(network)
        return norm
