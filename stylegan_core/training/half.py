"""What both halves of a step need: parts of the batch that fit into memory, new fakes, scores, numbers by image."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from stylegan_core.memory import let_go, out_of_memory, smaller
from stylegan_core.networks.generator import Generator
from stylegan_core.networks.synthesis import Noise
from stylegan_core.schedule import Phase
from stylegan_core.training.augment import augmented
from stylegan_core.training.critic import Critic
from stylegan_core.training.distributed import Team
from stylegan_core.training.keys import Purpose, mixing_cutoff, normals
from stylegan_core.training.losses import LOSSES
from stylegan_core.training.parts import Part, split
from stylegan_core.training.state import TrainingState, has_batch_norm

Check = Callable[[], None]
Alert = Callable[[str, str], None]
T = TypeVar("T")


class Fakes(NamedTuple):
    """Pictures [n, 3, r, r], what drew them [n, num_layers, w_dim], and w [n, w_dim] of the first codes alone."""

    images: Tensor
    ws: Tensor
    w: Tensor


class Half:
    """Computes on a state, part by part; nothing that a run remembers moves here.

    ``check`` is called between parts and may raise to abandon them, ``alert`` is told when memory runs out.
    """

    def __init__(
        self,
        state: TrainingState,
        dtype: torch.dtype,
        check: Check = lambda: None,
        alert: Alert = lambda _code, _text: None,
        team: Team | None = None,
    ) -> None:
        self.state = state
        self.config = state.config
        self.dtype = dtype
        self.check = check
        self.alert = alert
        self.team = team or Team()
        self.device = state.generator.w_avg.device
        self.objective = self.config.objective
        self.loss = LOSSES[self.objective.loss]
        self._found: dict[nn.Module, list[nn.Parameter]] = {}
        self._moving = self._buffers_that_move()

    @property
    def critic(self) -> Critic | None:
        """The critic, where there is one and it has joined."""
        return self.state.critic if self.config.critic.takes_part(self.state.counters.img) else None

    def _parts(self, batch: int, group: int, first: int = 0) -> list[Part]:
        """This process's images of a batch (of its ``first`` groups, 0: all), as many at a time as fit."""
        return list(split(batch, self.state.counters.micro_batch, group, self.team.rank, self.team.world, first))

    def _fitting(self, compute: Callable[[], T], batch: int, *, group: int = 0, shared: bool = True) -> T:
        """What ``compute`` returns, tried again with smaller micro-batches as long as memory runs out.

        ``group`` images are never computed apart (0: those of a minibatch-deviation group). ``shared`` says that the
        processes of a team have a share each of the batch, rather than all of them all of it. Raises ValueError with
        one sentence where even one group does not fit.
        """
        group = min(group or self.config.network.mbstd_group, batch)
        while True:
            try:
                with self._untouched_if_abandoned():
                    return compute()
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
            if self.make_room():
                continue
            counters = self.state.counters
            mine = sum(len(part.places) for part in self._parts(batch, group)) if shared else batch
            now = max(min(counters.micro_batch or batch, mine), group)
            size = smaller(now, group)
            if not size:
                raise ValueError(f"Memory is too small for {now} images at this resolution; take a smaller model.")
            counters.micro_batch = size
            same = "batch norm now sees these alone" if has_batch_norm(self.state) else "the step is the same"
            self.alert("memory", f"Memory ran out: the batch of {batch} is computed {size} at a time; {same}.")

    def make_room(self) -> bool:
        """Gives back what a failed attempt held; whether there was more to give, so that as much may fit now."""
        let_go()
        return False

    def forget(self) -> None:
        """Lets go of what is kept from one step to the next: here nothing."""

    @contextmanager
    def _untouched_if_abandoned(self) -> Iterator[None]:
        """Puts back what moves while computing (statistics of batch and spectral norms) if the half is abandoned."""
        kept = [(buffer, buffer.clone()) for buffer in self._moving]
        try:
            yield
        except BaseException:
            for buffer, before in kept:
                buffer.copy_(before)
            raise

    def _buffers_that_move(self) -> list[Tensor]:
        named = [*self.state.generator.named_buffers(), *self.state.discriminator.named_buffers()]
        named += self.state.critic.heads.named_buffers() if self.state.critic else []
        return [buffer for name, buffer in named if not name.endswith(("noise", "w_avg"))]

    def _joined(self, w: Tensor, batch: int) -> Tensor:
        """w [n, w_dim] of this process, or where there are several the mean over all of them [1, w_dim]."""
        if self.team.world == 1:
            return w
        mean = w.float().sum(dim=0, keepdim=True) / batch
        self.team.add([mean])
        return mean

    def _fakes(self, part: Part, label: Tensor | None, phase: Phase, purpose: Purpose, mixing: Purpose) -> Fakes:
        """New pictures for these images of the batch."""
        first = self.state.counters.img
        ws, w, noise = self._inputs(self._numbers(part), first, label, phase, purpose, mixing)
        fakes = self.state.generator.synthesis(ws, noise, phase.level, phase.alpha, native=True, dtype=self.dtype)
        return Fakes(fakes, ws, w)

    def _inputs(
        self,
        numbers: Sequence[int],
        first: int,
        label: Tensor | None,
        phase: Phase,
        purpose: Purpose,
        mixing: Purpose,
    ) -> tuple[Tensor, Tensor, Noise]:
        """What draws the pictures keyed by ``numbers``, mixed as the batch from ``first`` on: ws, w, maps of noise."""
        network = self.config.network
        maps = [side * side for side in network.noise_resolutions[: network.noise_layers_to(phase.level)]]
        drawn = self._normals(purpose, numbers, 2 * network.z_dim + sum(maps))
        z1, z2, *noise = torch.split(drawn, [network.z_dim, network.z_dim, *maps], dim=1)
        ws, w = mixed_styles(self.state.generator, z1, z2, label, self._cutoff(mixing, first, phase))
        shaped = [n.reshape(-1, 1, side, side) for n, side in zip(noise, network.noise_resolutions, strict=False)]
        return ws, w, shaped or "none"

    def _cutoff(self, mixing: Purpose, first: int, phase: Phase) -> int:
        """The first layer that takes the second code's w, for the whole batch from ``first`` on."""
        probability = self.config.style_mixing if self.config.network.has_styles else 0.0
        return mixing_cutoff(self.config.seed, mixing, first, 2 * phase.level + 2, probability)

    def _normals(self, purpose: Purpose, numbers: Sequence[int], size: int) -> Tensor:
        """Standard normal [len(numbers), size], each row keyed by its number."""
        return normals(self.config.seed, purpose, numbers, size, self.device)

    def _weights(self, network: nn.Module) -> list[nn.Parameter]:
        """A network's parameters: always the same ones, and looking for them takes a while."""
        if network not in self._found:
            self._found[network] = list(network.parameters())
        return self._found[network]

    def _learns(self, network: nn.Module, wanted: bool) -> None:
        for parameter in self._weights(network):
            parameter.requires_grad = wanted

    def _clear(self, network: nn.Module) -> None:
        """Forgets a network's gradients before new ones are added up."""
        self._forget_gradients(network)

    def _forget_gradients(self, network: nn.Module) -> None:
        for parameter in self._weights(network):
            parameter.grad = None

    def _scores(self, images: Tensor, label: Tensor | None, phase: Phase) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        scores: Tensor = self.state.discriminator(images, label, phase.level, phase.alpha, dtype=self.dtype)
        return scores

    def _both_scores(
        self, reals: Tensor, fakes: Tensor, of_reals: Tensor | None, of_fakes: Tensor | None, phase: Phase
    ) -> tuple[Tensor, Tensor]:
        """Scores of reals and fakes with their labels from one pass, which makes the weights' casts and gradients once.

        They are whole minibatch-deviation groups each, and lie so that each group, i, i + N/g, …, holds reals alone
        or fakes alone.
        """
        group = self.config.network.mbstd_group

        def beside(one: Tensor, other: Tensor) -> Tensor:
            rows = [half.reshape(group, -1, *half.shape[1:]) for half in (one, other)]
            return torch.cat(rows, dim=1).flatten(0, 1)

        labels = None if of_reals is None or of_fakes is None else beside(of_reals, of_fakes)
        scores = self._scores(beside(reals, fakes), labels, phase)
        columns = [len(half) // group for half in (reals, fakes)]
        real, fake = torch.split(scores.reshape(group, -1, *scores.shape[1:]), columns, dim=1)
        return real.flatten(0, 1), fake.flatten(0, 1)

    def _augmented(self, images: Tensor, part: Part, purpose: Purpose) -> Tensor:
        """The pictures as the discriminator sees them; themselves where augmentation is off."""
        if not self.config.ada.target:
            return images
        return augmented(images, self.state.counters.ada_p, self.config.seed, purpose, self._numbers(part))

    def _numbers(self, part: Part) -> list[int]:
        """The images' numbers on the counter, by which all that is random is keyed."""
        return [self.state.counters.img + place for place in part.places]

    def _below(self, phase: Phase) -> int:
        """How many levels the phase lies below full resolution."""
        return self.config.network.levels - 1 - phase.level


def mixed_styles(
    generator: Generator, z1: Tensor, z2: Tensor, label: Tensor | None, cutoff: int
) -> tuple[Tensor, Tensor]:
    """ws [N, num_layers, w_dim] with the second code's w from layer ``cutoff`` on, and the first code's w."""
    layers = generator.config.num_layers
    if cutoff >= layers:
        w: Tensor = generator.mapping(z1, label)
        return w[:, None].expand(-1, layers, -1), w
    labels = None if label is None else torch.cat([label, label])
    w, other = generator.mapping(torch.cat([z1, z2]), labels).chunk(2)  # at so few rows twice as many take as long
    parts = [w[:, None].expand(-1, cutoff, -1), other[:, None].expand(-1, layers - cutoff, -1)]
    return torch.cat(parts, dim=1), w
