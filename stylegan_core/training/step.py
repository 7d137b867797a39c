"""One training step: the discriminator's half, then the generator's, in micro-batches that may be interrupted."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from stylegan_core.networks.generator import Generator
from stylegan_core.schedule import Phase
from stylegan_core.training.keys import Purpose, mixing_cutoff, normals
from stylegan_core.training.losses import fade_reals, fake_loss, generator_loss, r1_penalty, r1_weight, real_loss
from stylegan_core.training.state import TrainingState, average_beta

Check = Callable[[], None]


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

    def discriminator_half(self, reals: Tensor, labels: Tensor | None, phase: Phase, numbers: StepNumbers) -> None:
        """Trains D on reals float32 [N, 3, r, r] in −1…1 and new fakes, then updates the average and the counters."""
        counters, network = self.state.counters, self.state.discriminator
        network.requires_grad_(True)
        network.zero_grad(set_to_none=True)
        parts = list(micro_batches(len(reals), counters.micro_batch, self.config.network.mbstd_group))
        with_r1 = self.config.gamma > 0 and counters.steps % self.config.r1_interval == 0
        sums = _Sums(len(parts), self.device)
        means: list[Tensor] = []
        for part in parts:
            label = None if labels is None else labels[part]
            self._real_part(reals[part].to(self.device), label, phase, with_r1, sums)
            self.check()
            with torch.no_grad():
                fakes, w = self._fakes(part, label, phase, Purpose.FAKES_D, Purpose.MIXING_D)
            means.append(w)
            self.check()
            self._fake_part(fakes, label, phase, sums)
            self.check()
        numbers.d_real, numbers.d_fake = sums.d_real, sums.d_fake
        numbers.loss_d, numbers.r1 = sums.loss, sums.r1 if with_r1 else None
        numbers.grad_d = self._update(network, self.state.adam_d, "discriminator", numbers)
        if not numbers.skipped:
            self.state.generator.update_w_avg(torch.cat(means))
            beta = average_beta(len(reals), counters.img / 1000, self.config.ema_kimg, self.config.ema_ramp)
            self.state.update_average(beta)
        counters.steps += 1
        counters.half = True

    def generator_half(self, labels: Tensor | None, batch: int, phase: Phase, numbers: StepNumbers) -> None:
        """Trains G on ``batch`` new fakes against the discriminator as it now is; counts the images."""
        counters, network = self.state.counters, self.state.generator
        self.state.discriminator.requires_grad_(False)
        network.zero_grad(set_to_none=True)
        parts = list(micro_batches(batch, counters.micro_batch, self.config.network.mbstd_group))
        total = torch.zeros((), device=self.device)
        means: list[Tensor] = []
        for part in parts:
            label = None if labels is None else labels[part]
            fakes, w = self._fakes(part, label, phase, Purpose.FAKES_G, Purpose.MIXING_G)
            means.append(w.detach())
            self.check()
            loss = generator_loss(self._scores(fakes, label, phase)) / len(parts)
            torch.autograd.backward(loss)
            total += loss.detach()
            self.check()
        numbers.loss_g = total
        numbers.grad_g = self._update(network, self.state.adam_g, "generator", numbers)
        if "generator" not in numbers.skipped:
            network.update_w_avg(torch.cat(means))
        counters.img += batch
        counters.half = False

    def _real_part(self, reals: Tensor, label: Tensor | None, phase: Phase, with_r1: bool, sums: "_Sums") -> None:
        reals = fade_reals(reals, phase.alpha).requires_grad_(with_r1)
        scores = self._scores(reals, label, phase)
        loss = real_loss(scores)
        if with_r1:
            penalty = r1_penalty(scores, reals)
            below = self.config.network.levels - 1 - phase.level
            weighted = penalty * r1_weight(self.config.gamma, below)
            sums.r1 += weighted.detach() / sums.parts
            torch.autograd.backward((loss + weighted * self.config.r1_interval) / sums.parts)
        else:
            torch.autograd.backward(loss / sums.parts)
        sums.d_real += scores.detach().mean() / sums.parts
        sums.loss += loss.detach() / sums.parts

    def _fake_part(self, fakes: Tensor, label: Tensor | None, phase: Phase, sums: "_Sums") -> None:
        scores = self._scores(fakes, label, phase)
        loss = fake_loss(scores) / sums.parts
        torch.autograd.backward(loss)
        sums.d_fake += scores.detach().mean() / sums.parts
        sums.loss += loss.detach()

    def _scores(self, images: Tensor, label: Tensor | None, phase: Phase) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        scores: Tensor = self.state.discriminator(images, label, phase.level, phase.alpha, dtype=self.dtype)
        return scores

    def _fakes(
        self, part: list[int], label: Tensor | None, phase: Phase, purpose: Purpose, mixing: Purpose
    ) -> tuple[Tensor, Tensor]:
        """New pictures [n, 3, r, r] and the w [n, w_dim] of their first codes, for these images of the batch."""
        first, seed, network = self.state.counters.img, self.config.seed, self.config.network
        active = 2 * phase.level + 2
        maps = [side * side for side in network.noise_resolutions[:active]]
        indices = [first + index for index in part]
        drawn = normals(seed, purpose, indices, 2 * network.z_dim + sum(maps)).to(self.device)
        z1, z2, *noise = torch.split(drawn, [network.z_dim, network.z_dim, *maps], dim=1)
        probability = self.config.style_mixing if network.styles else 0.0
        cutoff = mixing_cutoff(seed, mixing, first, active, probability)
        ws, w = mixed_styles(self.state.generator, z1, z2, label, cutoff)
        shaped = [
            n.reshape(len(part), 1, side, side) for n, side in zip(noise, network.noise_resolutions, strict=False)
        ]
        fakes = self.state.generator.synthesis(
            ws, shaped if network.noise else "none", phase.level, phase.alpha, native=True, dtype=self.dtype
        )
        return fakes, w

    def _update(self, network: nn.Module, optimizer: torch.optim.Adam, name: str, numbers: StepNumbers) -> float:
        """One Adam step, left out if a gradient is not finite; returns the norm of all gradients."""
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        norm = float(torch.nn.utils.get_total_norm(gradients))
        if math.isfinite(norm):
            optimizer.step()
            self.state.counters.skipped = 0
        else:
            numbers.skipped.append(name)
            self.state.counters.skipped += 1
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
