"""One training step: the discriminator's half, then the generator's, in micro-batches that may be interrupted."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from stylegan_core.networks.generator import Generator
from stylegan_core.schedule import Phase
from stylegan_core.training.keys import Purpose, mixing_cutoff, normals, uniforms
from stylegan_core.training.losses import (
    LOSSES,
    fade_reals,
    gradient_penalty,
    path_lengths,
    r1_penalty,
    r1_weight,
)
from stylegan_core.training.state import TrainingState, average_beta

Check = Callable[[], None]
PATH_DECAY = 0.01  # how fast the running mean of path lengths follows (StyleGAN2, spec-core 4)


class Fakes(NamedTuple):
    """Pictures [n, 3, r, r], what drew them [n, num_layers, w_dim], and w [n, w_dim] of the first codes alone."""

    images: Tensor
    ws: Tensor
    w: Tensor


@dataclass
class StepNumbers:
    """What a step measured; tensors are means over the batch, ``r1`` is None where R1 was not due."""

    loss_d: Tensor | None = None
    loss_g: Tensor | None = None
    d_real: Tensor | None = None
    d_fake: Tensor | None = None
    r1: Tensor | None = None
    grad_d: float = 0.0
    grad_g: float = 0.0
    skipped: list[str] = field(default_factory=list)


class Stepper:
    """Computes steps on a state; ``check`` is called between micro-batches and may raise to abandon the half step.

    Until a half step's weights change nothing else has changed either, so an abandoned half leaves no trace.
    """

    def __init__(self, state: TrainingState, dtype: torch.dtype, check: Check = lambda: None) -> None:
        self.state = state
        self.config = state.config
        self.dtype = dtype
        self.check = check
        self.device = state.generator.w_avg.device
        self.objective = self.config.objective
        self.loss = LOSSES[self.objective.loss]

    def discriminator_half(self, reals: Tensor, labels: Tensor | None, phase: Phase, numbers: StepNumbers) -> None:
        """Trains D on reals float32 [N, 3, r, r] in −1…1 and new fakes, then updates the average and the counters."""
        with self._untouched_if_abandoned():
            self._discriminator_half(reals, labels, phase, numbers)

    def generator_half(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
        """Trains G on ``batch`` new fakes against the discriminator as it now is; counts the images."""
        with self._untouched_if_abandoned():
            self._generator_half(labels, batch, phase, numbers)

    @contextmanager
    def _untouched_if_abandoned(self) -> Iterator[None]:
        """Puts back what moves while computing (statistics of batch and spectral norms) if the half is abandoned."""
        named = [*self.state.generator.named_buffers(), *self.state.discriminator.named_buffers()]
        kept = [(b, b.clone()) for name, b in named if not name.endswith(("noise", "w_avg"))]
        try:
            yield
        except BaseException:
            for buffer, before in kept:
                buffer.copy_(before)
            raise

    def _discriminator_half(self, reals: Tensor, labels: Tensor | None, phase: Phase, numbers: StepNumbers) -> None:
        counters, network = self.state.counters, self.state.discriminator
        network.requires_grad_(True)
        network.zero_grad(set_to_none=True)
        parts = list(micro_batches(len(reals), counters.micro_batch, self.config.network.mbstd_group))
        due = self.config.gamma + self.objective.r2 > 0 and counters.steps % self.config.r1_interval == 0
        riding = due and not self.objective.lazy_steps
        sums = _Sums(len(parts), self.device)
        means: list[Tensor] = []
        for part in parts:
            label = None if labels is None else labels[part]
            real = fade_reals(reals[part].to(self.device), phase.alpha)
            self._real_part(real, label, phase, riding, sums)
            self.check()
            with torch.no_grad():
                fakes, _, w = self._fakes(part, label, phase, Purpose.FAKES_D, Purpose.MIXING_D)
            means.append(w)
            self.check()
            self._fake_part(fakes, label, phase, riding, sums)
            self.check()
            if self.objective.gradient_penalty:
                self._blend_part(real, fakes, part, label, phase, sums)
                self.check()
        numbers.d_real, numbers.d_fake = sums.d_real, sums.d_fake
        numbers.loss_d = sums.loss
        numbers.grad_d = self._update(network, self.state.adam_d, "discriminator", numbers)
        if due and not riding and not numbers.skipped:
            self._lazy_step(reals, labels, parts, phase, sums, numbers)
        numbers.r1 = sums.r1 if due and self.config.gamma > 0 else None
        counters.skipped_d = counters.skipped_d + 1 if numbers.skipped else 0
        if not counters.skipped_d:
            self.state.generator.update_w_avg(torch.cat(means))
            beta = average_beta(len(reals), counters.img / 1000, self.config.ema_kimg, self.config.ema_ramp)
            self.state.update_average(beta)
        counters.steps += 1
        counters.half = True

    def _generator_half(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
        counters, network = self.state.counters, self.state.generator
        self.state.discriminator.requires_grad_(False)
        network.zero_grad(set_to_none=True)
        parts = list(micro_batches(batch, counters.micro_batch, self.config.network.mbstd_group))
        total = torch.zeros((), device=self.device)
        means: list[Tensor] = []
        for part in parts:
            label = None if labels is None else labels[part]
            fakes, _, w = self._fakes(part, label, phase, Purpose.FAKES_G, Purpose.MIXING_G)
            means.append(w.detach())
            self.check()
            loss = self.loss.g(self._scores(fakes, label, phase)) / len(parts)
            torch.autograd.backward(loss)
            total += loss.detach()
            self.check()
        numbers.loss_g = total
        numbers.grad_g = self._update(network, self.state.adam_g, "generator", numbers)
        counters.skipped_g = counters.skipped_g + 1 if "generator" in numbers.skipped else 0
        if not counters.skipped_g:
            network.update_w_avg(torch.cat(means))
            if self.objective.path_length and (counters.steps - 1) % self.objective.path_interval == 0:
                self._path_step(labels, batch, phase, numbers)
        counters.img += batch
        counters.half = False

    def _real_part(self, reals: Tensor, label: Tensor | None, phase: Phase, with_r1: bool, sums: "_Sums") -> None:
        with_r1 = with_r1 and self.config.gamma > 0
        reals = reals.detach().requires_grad_(with_r1)
        scores = self._scores(reals, label, phase)
        loss = self.loss.d_real(scores)
        if self.objective.drift:
            loss = loss + self.objective.drift * scores.square().mean()
        if with_r1:
            weighted = self._r1(scores, reals, phase, sums)
            torch.autograd.backward((loss + weighted * self.config.r1_interval) / sums.parts)
        else:
            torch.autograd.backward(loss / sums.parts)
        sums.d_real += scores.detach().mean() / sums.parts
        sums.loss += loss.detach() / sums.parts

    def _fake_part(self, fakes: Tensor, label: Tensor | None, phase: Phase, with_r2: bool, sums: "_Sums") -> None:
        with_r2 = with_r2 and self.objective.r2 > 0
        fakes = fakes.detach().requires_grad_(with_r2)
        scores = self._scores(fakes, label, phase)
        loss = self.loss.d_fake(scores)
        whole = loss
        if with_r2:
            weight = r1_weight(self.objective.r2, self._below(phase)) * self.config.r1_interval
            whole = loss + r1_penalty(scores, fakes) * weight
        torch.autograd.backward(whole / sums.parts)
        sums.d_fake += scores.detach().mean() / sums.parts
        sums.loss += loss.detach() / sums.parts

    def _blend_part(
        self, reals: Tensor, fakes: Tensor, part: list[int], label: Tensor | None, phase: Phase, sums: "_Sums"
    ) -> None:
        """WGAN-GP's penalty at pictures between reals and fakes, with a place of its own for each pair."""
        indices = [self.state.counters.img + index for index in part]
        place = uniforms(self.config.seed, Purpose.BLEND, indices).to(self.device)[:, None, None, None]
        penalty = gradient_penalty(lambda x: self._scores(x, label, phase), reals, fakes, place, self._below(phase))
        torch.autograd.backward(penalty * (self.objective.gradient_penalty / sums.parts))

    def _lazy_step(
        self,
        reals: Tensor,
        labels: Tensor | None,
        parts: list[list[int]],
        phase: Phase,
        sums: "_Sums",
        numbers: StepNumbers,
    ) -> None:
        """R1 and R2 times their interval in an Adam step of their own; not interrupted, for weights have moved."""
        for part in parts:
            label = None if labels is None else labels[part]
            if self.config.gamma > 0:
                real = fade_reals(reals[part].to(self.device), phase.alpha).requires_grad_()
                weighted = self._r1(self._scores(real, label, phase), real, phase, sums)
                torch.autograd.backward(weighted * (self.config.r1_interval / sums.parts))
            if self.objective.r2 > 0:
                with torch.no_grad():
                    fakes = self._fakes(part, label, phase, Purpose.FAKES_D, Purpose.MIXING_D).images
                fakes.requires_grad_()
                weight = r1_weight(self.objective.r2, self._below(phase)) * self.config.r1_interval / sums.parts
                torch.autograd.backward(r1_penalty(self._scores(fakes, label, phase), fakes) * weight)
        self._update(self.state.discriminator, self.state.adam_d, "discriminator", numbers)

    def _path_step(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
        """StyleGAN2's path length regularisation in an Adam step of its own (spec-core 4); not interrupted either."""
        counters, objective = self.state.counters, self.objective
        parts = list(micro_batches(max(batch // objective.path_shrink, 1), counters.micro_batch, 1))
        before, lengths = counters.path_mean, []
        for part in parts:
            label = None if labels is None else labels[part]
            fakes = self._fakes(part, label, phase, Purpose.PATH, Purpose.PATH_MIXING)
            indices = [counters.img + index for index in part]
            noise = normals(self.config.seed, Purpose.PATH_NOISE, indices, fakes.images[0].numel()).to(self.device)
            length = path_lengths(fakes.images, fakes.ws, noise.view_as(fakes.images))
            mean = before + PATH_DECAY * (length.mean() - before)
            penalty = (length - mean).square().mean()
            torch.autograd.backward(penalty * (objective.path_length * objective.path_interval / len(parts)))
            lengths.append(length.detach())
        skipped = len(numbers.skipped)
        self._update(self.state.generator, self.state.adam_g, "generator", numbers)
        if len(numbers.skipped) == skipped:
            counters.path_mean = before + PATH_DECAY * (float(torch.cat(lengths).mean()) - before)

    def _r1(self, scores: Tensor, reals: Tensor, phase: Phase, sums: "_Sums") -> Tensor:
        weighted = r1_penalty(scores, reals) * r1_weight(self.config.gamma, self._below(phase))
        sums.r1 += weighted.detach() / sums.parts
        return weighted

    def _below(self, phase: Phase) -> int:
        """How many levels the phase lies below full resolution."""
        return self.config.network.levels - 1 - phase.level

    def _scores(self, images: Tensor, label: Tensor | None, phase: Phase) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        scores: Tensor = self.state.discriminator(images, label, phase.level, phase.alpha, dtype=self.dtype)
        return scores

    def _fakes(self, part: list[int], label: Tensor | None, phase: Phase, purpose: Purpose, mixing: Purpose) -> Fakes:
        """New pictures for these images of the batch."""
        first, seed, network = self.state.counters.img, self.config.seed, self.config.network
        active = 2 * phase.level + 2
        maps = [side * side for side in network.noise_resolutions[: network.noise_layers_to(phase.level)]]
        indices = [first + index for index in part]
        drawn = normals(seed, purpose, indices, 2 * network.z_dim + sum(maps)).to(self.device)
        z1, z2, *noise = torch.split(drawn, [network.z_dim, network.z_dim, *maps], dim=1)
        probability = self.config.style_mixing if network.has_styles else 0.0
        cutoff = mixing_cutoff(seed, mixing, first, active, probability)
        ws, w = mixed_styles(self.state.generator, z1, z2, label, cutoff)
        shaped = [
            n.reshape(len(part), 1, side, side) for n, side in zip(noise, network.noise_resolutions, strict=False)
        ]
        fakes = self.state.generator.synthesis(
            ws, shaped if shaped else "none", phase.level, phase.alpha, native=True, dtype=self.dtype
        )
        return Fakes(fakes, ws, w)

    def _update(self, network: nn.Module, optimizer: torch.optim.Adam, name: str, numbers: StepNumbers) -> float:
        """One Adam step, left out if a gradient is not finite; returns the norm of all gradients."""
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        norm = float(torch.nn.utils.get_total_norm(gradients))
        if math.isfinite(norm):
            optimizer.step()
        else:
            numbers.skipped.append(name)
        network.zero_grad(set_to_none=True)
        return norm


class _Sums:
    def __init__(self, parts: int, device: torch.device) -> None:
        self.parts = parts
        self.loss, self.d_real, self.d_fake, self.r1 = (torch.zeros((), device=device) for _ in range(4))


def mixed_styles(
    generator: Generator, z1: Tensor, z2: Tensor, label: Tensor | None, cutoff: int
) -> tuple[Tensor, Tensor]:
    """ws [N, num_layers, w_dim] with the second code's w from layer ``cutoff`` on, and the first code's w."""
    layers = generator.config.num_layers
    w = generator.mapping(z1, label)
    ws = w[:, None].expand(-1, layers, -1)
    if cutoff < layers:
        other = generator.mapping(z2, label)[:, None].expand(-1, layers - cutoff, -1)
        ws = torch.cat([ws[:, :cutoff], other], dim=1)
    return ws, w


def micro_batches(batch: int, size: int, group: int) -> Iterator[list[int]]:
    """Splits 0 … batch−1 into parts of at most ``size`` (0: one part) made of whole minibatch-deviation groups.

    A group is strided, i, i + N/g, …, so the parts give the same statistics as the joined batch (spec-core 2).
    """
    members = min(group, batch) if group > 1 else 1
    columns = batch // members
    width = max(size // members, 1) if size else columns
    for start in range(0, columns, width):
        chosen = range(start, min(start + width, columns))
        yield [row * columns + column for row in range(members) for column in chosen]
