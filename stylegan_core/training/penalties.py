"""Penalties that a step adds to its losses: R1, R2, WGAN-GP's, and StyleGAN2's path lengths."""

import torch
from torch import Tensor

from stylegan_core.schedule import Phase
from stylegan_core.training.half import Half
from stylegan_core.training.keys import Purpose, uniforms
from stylegan_core.training.losses import fade_reals, gradient_penalty, path_lengths, r1_penalty, r1_weight
from stylegan_core.training.parts import Part, places_of, split

PATH_DECAY = 0.01  # how fast the running mean of path lengths follows (StyleGAN2, spec-core 4)


class Penalties(Half):
    """Leaves gradients of penalties on the networks, part by part."""

    def _lazy_gradients(self, reals: Tensor, labels: Tensor | None, phase: Phase) -> Tensor:
        """R1 and R2 alone, for an Adam step of their own; R1 as a number."""
        self._clear(self.state.discriminator)
        return self._add_penalties(reals, labels, phase)

    def _penalised_beside_others(self, phase: Phase) -> Part | None:
        """The images of R1's groups, if there are others whose scores are computed without them."""
        group = self.config.network.mbstd_group
        found = next(iter(self._parts(phase.batch, group, self.config.r1_groups)), None)
        if found is None or self.objective.r2 > 0 or self.config.gamma <= 0:
            return None
        (whole,) = self._parts(phase.batch, group)
        return found if len(found.places) < len(whole.places) else None

    def _add_penalties(self, reals: Tensor, labels: Tensor | None, phase: Phase) -> Tensor:
        """Adds to D's gradients those of R1 and R2 times their interval, each of its groups; R1 as a number."""
        found = torch.zeros((), device=self.device)
        group, few = self.config.network.mbstd_group, self.config.r1_groups
        for part in self._parts(phase.batch, group, few):
            label = None if labels is None else part.of(labels)
            factor = self.config.r1_interval * part.share
            if self.config.gamma > 0:
                real = fade_reals(part.of(reals).to(self.device), phase.alpha).detach().requires_grad_()
                seen = self._augmented(real, part, Purpose.AUGMENT_REAL)
                weighted = self._r1(self._scores(seen, label, phase), real, phase)
                found += weighted.detach() * part.share
                torch.autograd.backward(weighted * factor)
            if self.objective.r2 > 0:
                with torch.no_grad():
                    fakes = self._fakes(part, label, phase, Purpose.FAKES_D, Purpose.MIXING_D).images
                fakes.requires_grad_()
                seen = self._augmented(fakes, part, Purpose.AUGMENT_FAKE)
                weight = r1_weight(self.objective.r2, self._below(phase)) * factor
                torch.autograd.backward(r1_penalty(self._scores(seen, label, phase), fakes) * weight)
        return found

    def _r1(self, scores: Tensor, reals: Tensor, phase: Phase) -> Tensor:
        return r1_penalty(scores, reals) * r1_weight(self.config.gamma, self._below(phase))

    def _blend_part(self, reals: Tensor, fakes: Tensor, part: Part, label: Tensor | None, phase: Phase) -> None:
        """WGAN-GP's penalty at pictures between reals and fakes, with a place of its own for each pair."""
        place = uniforms(self.config.seed, Purpose.BLEND, self._numbers(part)).to(self.device)[:, None, None, None]
        penalty = gradient_penalty(lambda x: self._scores(x, label, phase), reals, fakes, place, self._below(phase))
        torch.autograd.backward(penalty * (self.objective.gradient_penalty * part.share))

    def _path_labels(self, labels: Tensor | None, batch: int, size: int) -> Tensor | None:
        """Classes of this process's path lengths, which are of the first ``size`` images of the batch.

        ``labels`` are those of its share of the whole batch, which may be other images.
        """
        if labels is None:
            return None
        rank, world = self.team.rank, self.team.world
        whole = labels
        if world > 1:
            whole = labels.new_zeros(batch, labels.shape[1])
            whole[places_of(batch, self.config.network.mbstd_group, rank, world)] = labels
            self.team.add([whole])
        return whole[[place for part in split(size, 0, 1, rank, world) for place in part.places]]

    def _mean_path_length(self, labels: Tensor | None, batch: int, phase: Phase) -> Tensor:
        """This process's share of the mean length, which the penalty of every picture needs."""
        parts = self._parts(batch, 1)
        means = [self._path_lengths(labels, part, phase).detach().mean() * part.share for part in parts]
        return torch.stack(means).sum() if means else torch.zeros((), device=self.device)

    def _path_gradients(self, labels: Tensor | None, batch: int, phase: Phase, mean: Tensor | None) -> Tensor:
        """Gradients of mean (length − a)² with a = before + 0.01·(mean length − before), a's own included.

        ``mean`` None stands for that of all parts, of which there may be more at the next try; returns it.
        """
        objective, before = self.objective, self.state.counters.path_mean
        parts = self._parts(batch, 1)
        if mean is None and len(parts) > 1:
            mean = self._mean_path_length(labels, batch, phase)
        self._clear(self.state.generator)
        for part in parts:
            lengths = self._path_lengths(labels, part, phase)
            mean = lengths.detach().mean() if mean is None else mean
            target = before + PATH_DECAY * (mean - before)
            slope = 2 * (lengths.detach() - target - PATH_DECAY * (mean - target))
            weight = objective.path_length * objective.path_interval * part.share
            torch.autograd.backward((lengths * slope).mean() * weight)
        assert mean is not None
        return mean

    def _path_lengths(self, labels: Tensor | None, part: Part, phase: Phase) -> Tensor:
        label = None if labels is None else part.of(labels)
        fakes = self._fakes(part, label, phase, Purpose.PATH, Purpose.PATH_MIXING)
        numbers = self._numbers(part)
        noise = self._normals(Purpose.PATH_NOISE, numbers, fakes.images[0].numel())
        return path_lengths(fakes.images, fakes.ws, noise.view_as(fakes.images))
