"""TrainingState: the networks, their optimisers and the counters; all that a run has to remember."""

import copy
import functools
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.optim.adam import adam as fused_adam

from stylegan_core.device import wished_dtype
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.networks.generator import Generator, build_discriminator, build_generator
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.critic import Critic
from stylegan_core.training.keys import Purpose, stream

NOISE_STRENGTH = "noise_strength"
MAPPING = "mapping.layers."
EPSILON = 1e-8


@dataclass
class Counters:
    """``img`` real images shown; ``steps`` discriminator steps; ``half``: the generator's step of this batch is due.

    ``phase`` is the index of the phase whose Adam is in use (−1: none yet), ``skipped_…`` the updates of D, D with its
    penalties, G, path lengths and the critic left out in a row for numbers that were not finite, ``rollbacks`` how
    often the run went back and ``rate_factor`` what that cost, ``troubled`` the furthest image with such numbers
    and ``returned`` the one it went back to (until that is past), ``micro_batch`` how many images are computed at a
    time (0: all), ``path_mean`` the running mean of path lengths, ``ada_p`` the probability of augmentations and
    ``ada_…`` what was measured since it last moved.
    """

    img: int = 0
    steps: int = 0
    half: bool = False
    phase: int = -1
    skipped_d: int = 0
    skipped_r1: int = 0
    skipped_g: int = 0
    skipped_path: int = 0
    skipped_c: int = 0
    rollbacks: int = 0
    rate_factor: float = 1.0
    troubled: int = 0
    returned: int = 0
    micro_batch: int = 0
    path_mean: float = 0.0
    ada_p: float = 0.0
    ada_signs: float = 0.0
    ada_images: int = 0

    @property
    def most_skipped(self) -> int:
        """Updates of one kind left out in a row; what is due only now and then does not hide behind the others."""
        return max(self.skipped_d, self.skipped_r1, self.skipped_g, self.skipped_path, self.skipped_c)


class TrainingState:
    """Generator, its average, discriminator, critic where there is one, their Adams and the counters of a run."""

    def __init__(
        self,
        config: TrainingConfig,
        generator: Generator,
        discriminator: Discriminator,
        critic: Critic | None = None,
    ) -> None:
        self.config = config
        self.generator = generator
        self.discriminator = discriminator
        self.critic = critic
        self.average = copy.deepcopy(generator).requires_grad_(False).eval()
        self.counters = Counters(micro_batch=config.micro_batch)
        self.torn = False  # an update has begun of which the counters do not tell yet
        objective = config.objective
        self.share_g = objective.generator_share
        self.share_d = objective.discriminator_share(config.gamma, config.r1_interval)
        betas = (objective.beta1, objective.beta2)
        self.adam_g = adam(generator, betas, self.share_g, config.noise_rate, config.mapping_rate)
        self.adam_d = adam(discriminator, betas, self.share_d)
        self.adam_c = adam(critic.heads, betas) if critic else None

    @classmethod
    def fresh(cls, config: TrainingConfig, device: torch.device) -> Self:
        """The state at image 0; the networks' first weights depend on the configuration's seed alone."""
        seed = int(stream(config.seed, Purpose.NETWORKS, 0).integers(2**62))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            generator, discriminator = build_generator(config.network), build_discriminator(config.network)
            critic = build_critic(config, device)
        layout = torch.channels_last if device.type != "mps" else torch.contiguous_format
        generator.to(device, memory_format=layout)  # type: ignore[call-overload]
        discriminator.to(device, memory_format=layout)  # type: ignore[call-overload]
        return cls(config, generator, discriminator, critic)

    def reset_adams(self) -> None:
        """Forgets both networks' moments, as the official code does at the start and end of every fade.

        The critic grows with nothing, so its own stay.
        """
        self.adam_g.state.clear()
        self.adam_d.state.clear()

    def set_rate(self, rate: float) -> None:
        """Sets the learning rates, times what rollbacks left of them and what lazy regularisation leaves."""
        for optimizer, share in ((self.adam_g, self.share_g), (self.adam_d, self.share_d)):
            for group in optimizer.param_groups:
                group["lr"] = rate * self.counters.rate_factor * share * group["factor"]
        if self.adam_c:
            self.adam_c.param_groups[0]["lr"] = self.config.critic.rate * self.counters.rate_factor

    @functools.cached_property
    def _averaged(self) -> tuple[tuple[list[Tensor], list[Tensor]], tuple[list[Tensor], list[Tensor]]]:
        """Weights of the average and of the generator, then their buffers: always the same, and looking takes long."""
        networks = self.average, self.generator
        ours, theirs = ([p.detach() for p in network.parameters()] for network in networks)
        mine, its = (list(network.buffers()) for network in networks)
        return (ours, theirs), (mine, its)

    @torch.no_grad()
    def update_average(self, beta: float) -> None:
        """average ← generator + beta·(average − generator) for weights; buffers (w_avg, noise) are copied."""
        weights, buffers = self._averaged
        torch._foreach_lerp_(*weights, 1 - beta)
        torch._foreach_copy_(*buffers)


def build_critic(config: TrainingConfig, device: torch.device) -> Critic | None:
    """The critic that a configuration asks for. Raises ValueError where its feature network is not installed."""
    if not config.critic.weight:
        return None
    dtype = wished_dtype(config.precision, device)
    return Critic(config.critic, config.network.mbstd_group, dtype).to(device)


class Adam(torch.optim.Adam):
    """torch's, whose fused loop for a CPU copies gradients that are channels last, and mistakes other orders for it."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """As torch's; also marks the weights as changed, which its fused loop for a CPU leaves out."""
        learning = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
        here = [p for p in learning if p.device.type == "cpu"]
        for p in here:
            if p.grad.is_contiguous() != p.is_contiguous():
                p.grad = torch.empty_like(p).copy_(p.grad)
        if closure is None and len(here) == len(learning) and all(p in self.state for p in here):
            for group in self.param_groups:
                self._update(group)
        else:
            super().step(closure)
        torch.autograd.graph.increment_version(learning)

    def _update(self, group: dict[str, Any]) -> None:
        parameters = [p for p in group["params"] if p.grad is not None]
        states = [self.state[p] for p in parameters]
        if parameters:
            fused_adam(
                [_as_it_lies(p) for p in parameters],
                [_as_it_lies(p.grad) for p in parameters],
                [_as_it_lies(state["exp_avg"]) for state in states],
                [_as_it_lies(state["exp_avg_sq"]) for state in states],
                [],
                [state["step"] for state in states],
                fused=True,
                amsgrad=False,
                beta1=group["betas"][0],
                beta2=group["betas"][1],
                lr=group["lr"],
                weight_decay=0.0,
                eps=group["eps"],
                maximize=False,
            )


def _as_it_lies(tensor: Tensor) -> Tensor:
    """In the order in which it lies in memory, channels last or not."""
    return tensor if tensor.is_contiguous() else tensor.permute(0, 2, 3, 1)


def adam(
    network: nn.Module,
    betas: tuple[float, float] = (0.0, 0.99),
    share: float = 1.0,
    noise_rate: float = 1.0,
    mapping_rate: float = 1.0,
) -> torch.optim.Adam:
    """Adam with eps 1e-8 (spec-core 5.1); betas to the power of ``share``; the rate is set by each phase.

    ``noise_rate`` multiplies it for noise strengths: they begin at 0, and with small batches Adam's steps of one size
    make them wander off as far as the rate allows, whatever the pictures need. ``mapping_rate`` does so for the
    layers of the mapping network, which already learn at a hundredth of it; what makes a code of a label does not.
    """
    betas = (betas[0] ** share, betas[1] ** share)
    fused = next(network.parameters()).device.type in ("cpu", "cuda")
    groups: dict[float, list[nn.Parameter]] = {1.0: []}
    for name, parameter in network.named_parameters():
        mapping = mapping_rate if name.startswith(MAPPING) else 1.0
        groups.setdefault(noise_rate if name.endswith(NOISE_STRENGTH) else mapping, []).append(parameter)
    parts = [{"params": parameters, "factor": factor} for factor, parameters in groups.items()]
    return Adam(parts, lr=0.001, betas=betas, eps=EPSILON, fused=fused)


def has_batch_norm(state: TrainingState) -> bool:
    """Whether a picture's score depends on all computed with it, so that parts of a batch are not the batch."""
    modules = (*state.generator.modules(), *state.discriminator.modules())
    return any(isinstance(module, nn.BatchNorm2d) for module in modules)


def average_beta(batch: int, kimg: float, half_life_kimg: float, ramp: float) -> float:
    """0.5^(batch / half-life in images); with a ramp the half-life is at most ``ramp`` of the images seen.

    Spec-core 5.4; the ramp-up is StyleGAN2-ADA's. 0 before any image was seen.
    """
    if ramp:
        half_life_kimg = min(half_life_kimg, kimg * ramp)
    return float(0.5 ** (batch / (half_life_kimg * 1000))) if half_life_kimg > 0 else 0.0
