"""Training of the preset avatars-64 at 64² against the same step written out literally, both in one run.

Each is in a process of its own, as in reality: in one process each buffer of a step lies among those of the other kind,
which cost the trainer's step 9 % of its time. They take turns, and neither works while the other is timed. Both without
the critic. The literal step is float32 in NCHW with R1 at every step on all pictures, each operation of spec-core 1, 2
and 4 as one call.
"""

import contextlib
import math
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.device import has_amx, has_fast_bfloat16, keep_big_buffers, take_huge_pages, training_dtype
from stylegan_core.networks.discriminator import BiasedConv
from stylegan_core.schedule import phases
from stylegan_core.training.config import changed, preset
from stylegan_core.training.losses import as_float
from stylegan_core.training.state import TrainingState
from stylegan_core.training.step import StepNumbers, Stepper

CPU = torch.device("cpu")
CONFIG = changed(preset("avatars-64"), ["critic.weight=0"])
LAST = phases(CONFIG.growth)[-1]
# bf16 convolutions by float32's: 7–9, about 2, none; in the preset's batches and in the paper's at 64².
LEAST = {16: 7.2, 32: 8.2} if has_amx() else {16: 3.2, 32: 3.2} if has_fast_bfloat16() else {16: 1.5, 32: 1.5}


def convolve(x: Tensor, weight: Tensor, gain: float = math.sqrt(2)) -> Tensor:
    return F.conv2d(x, weight * (gain / math.sqrt(weight[0].numel())), padding=weight.shape[-1] // 2)


def blur(x: Tensor) -> Tensor:
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    return F.conv2d(x, kernel.expand(x.shape[1], 1, 3, 3).contiguous(), padding=1, groups=x.shape[1])


class Literal:
    """The official iteration: D step with R1, average, G step; Adam and average as loops over the weights."""

    def __init__(self) -> None:
        state = TrainingState.fresh(CONFIG, CPU)
        self.g = state.generator.to(memory_format=torch.contiguous_format)
        self.d = state.discriminator.to(memory_format=torch.contiguous_format)
        self.average = [p.detach().clone() for p in self.g.parameters()]
        self.adams = [
            torch.optim.Adam(net.parameters(), 0.002, (0.0, 0.99), 1e-8, foreach=False, fused=False)
            for net in (self.g, self.d)
        ]

    def fakes(self, number: int) -> Tensor:
        w = self.g.mapping(torch.randn(number, CONFIG.network.z_dim))
        other = self.g.mapping(torch.randn(number, CONFIG.network.z_dim))
        x = torch.zeros(0)
        for index, layer in enumerate(self.g.synthesis.layers):
            if layer.conv is None:
                x = layer.const.expand(number, -1, -1, -1)
            else:
                if not index % 2:
                    x = F.interpolate(x, scale_factor=2, mode="nearest")
                x = convolve(x, layer.conv.weight)
                x = x if index % 2 else blur(x)
            x = x + torch.randn(number, 1, *x.shape[2:]) * layer.noise_strength[:, None, None]
            x = F.leaky_relu(x + layer.bias[:, None, None], 0.2)
            x = x - x.mean(dim=(2, 3), keepdim=True)
            x = x * torch.rsqrt(x.square().mean(dim=(2, 3), keepdim=True) + 1e-8)
            scale, shift = layer.affine(w if index < 5 else other)[:, :, None, None].chunk(2, dim=1)
            x = x * (scale + 1) + shift
        rgb = self.g.synthesis.to_rgb[-1]
        return convolve(x, rgb.conv.weight, 1.0) + rgb.bias[:, None, None]

    def scores(self, images: Tensor) -> Tensor:
        def biased(x: Tensor, layer: BiasedConv) -> Tensor:
            return F.leaky_relu(convolve(x, layer.conv.weight) + layer.bias[:, None, None], 0.2)

        x = biased(images, self.d.from_rgb[-1])
        for block in reversed(self.d.blocks):
            x = blur(biased(x, block.conv0))
            x = F.avg_pool2d(convolve(x, block.conv1.conv.weight), 2) + block.conv1.bias[:, None, None]
            x = F.leaky_relu(x, 0.2)
        return self.d.head(x, None)

    def step(self, reals: Tensor) -> None:
        adam_g, adam_d = self.adams
        with torch.no_grad():
            fakes = self.fakes(len(reals))
        reals = reals.requires_grad_()
        real_scores = self.scores(reals)
        (gradient,) = torch.autograd.grad(real_scores.sum(), reals, create_graph=True)
        r1 = gradient.square().sum(dim=(1, 2, 3)).mean() * CONFIG.gamma / 2
        loss = F.softplus(self.scores(fakes)).mean() + F.softplus(-real_scores).mean() + r1
        adam_d.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam_d.step()
        with torch.no_grad():
            for mine, theirs in zip(self.average, self.g.parameters(), strict=True):
                mine.lerp_(theirs, 0.001)
        adam_g.zero_grad()
        F.softplus(-self.scores(self.fakes(len(reals)))).mean().backward()
        adam_g.step()


def ours(batch: int) -> Callable[[Tensor], None]:
    """A whole step of the trainer in the precision it chooses, with R1 on one of four groups, as the preset has it."""
    config = changed(CONFIG, [f"r1_groups={CONFIG.r1_groups * batch // LAST.batch}"])
    phase = replace(LAST, batch=batch)
    state = TrainingState.fresh(config, CPU)
    stepper = Stepper(state, training_dtype(CPU))

    def step(reals: Tensor) -> None:
        numbers = StepNumbers()
        stepper.discriminator_half(reals, None, phase, numbers)
        stepper.generator_half(None, len(reals), phase, numbers)

    return step


KINDS: dict[str, Callable[[int], Callable[[Tensor], None]]] = {"as trained": ours, "literal": lambda _: Literal().step}
STEPS = {"as trained": 8, "literal": 2}  # timed in a row, after one that finds the caches full of the other's


def serve(kind: str, batch: int, orders: Connection) -> None:
    """In a process of its own, as a run has: takes steps when told to and answers with the seconds of one."""
    torch.set_num_threads(1)  # as a trainer has that runs beside other work
    keep_big_buffers(), take_huge_pages()  # as `train` does
    torch.manual_seed(0)
    reals = as_float(torch.randint(0, 256, (batch, 3, LAST.resolution, LAST.resolution), dtype=torch.uint8))
    step, steps = KINDS[kind](batch), STEPS[kind]
    while orders.recv():
        step(reals.clone())
        begin = time.perf_counter()
        for _ in range(steps):
            step(reals.clone())
        orders.send((time.perf_counter() - begin) / steps)


@contextlib.contextmanager
def serving(kind: str, batch: int) -> Iterator[Callable[[], float]]:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=serve, args=(kind, batch, theirs), daemon=True)
    process.start()

    def seconds() -> float:
        mine.send(True)
        taken: float = mine.recv()
        return taken

    try:
        yield seconds
        mine.send(False)
    finally:
        process.join(10)
        process.kill()


@pytest.mark.bench
@pytest.mark.timeout(600)
@pytest.mark.parametrize("batch", LEAST)
def test_a_step_of_avatars_64_against_the_literal_one(batch: int, capsys: pytest.CaptureFixture[str]) -> None:
    with serving("as trained", batch) as fast, serving("literal", batch) as slow:
        fast(), slow()  # what is compiled and allocated once
        rounds = [(fast(), slow()) for _ in range(6)]
    mean_fast, mean_slow = (statistics.median(each) for each in zip(*rounds, strict=True))
    ratio = mean_slow / mean_fast
    with capsys.disabled():
        print(
            f"\navatars-64 at {LAST.resolution}², batch {batch}, one thread, {training_dtype(CPU)}: "
            f"{batch / mean_fast:.1f} img/s, literal {batch / mean_slow:.1f}, ratio {ratio:.2f}"
        )
    assert ratio >= LEAST[batch]


@pytest.mark.bench
def test_the_literal_discriminator_gives_the_same_scores() -> None:
    literal = Literal()
    images = torch.rand(4, 3, LAST.resolution, LAST.resolution) * 2 - 1
    with torch.no_grad():
        torch.testing.assert_close(literal.scores(images), literal.d(images), rtol=1e-4, atol=1e-4)
