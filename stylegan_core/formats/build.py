"""Puts converted numbers into this project's networks: shapes held against the configuration, numbers against NaN."""

from collections.abc import Generator as Steps

import numpy as np
import torch
from torch import Tensor, nn

from stylegan_core.amounts import size_text
from stylegan_core.device import available_memory
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.shapes import check_tensors
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.networks.generator import Generator, build_discriminator, build_generator
from stylegan_core.networks.unfilled import unfilled

W_AVG_SAMPLES = 10_000
W_AVG_BATCH = 500


def filled(network: nn.Module, state: State, what: str) -> Steps[float, None, nn.Module]:
    """The network, made on torch's meta device, with `state` as its own float32 copies.

    Yields the fraction done after each tensor. Raises RefusedFile naming the first tensor that is missing, unknown, of
    another shape, or not finite.
    """
    expected = {name: tuple(slot.shape) for name, slot in network.state_dict().items()}
    check_tensors(state, expected, what)
    tensors: dict[str, Tensor] = {}
    for count, (name, values) in enumerate(state.items()):
        tensors[name] = _tensor(values, expected[name], name, what)
        yield count / len(state)
    network.load_state_dict(tensors, assign=True)
    return network


def check_memory(found: Converted, *, with_discriminator: bool) -> None:
    """Raises RefusedFile where the networks, in float32, would not fit into the memory that is free."""
    judge = found.discriminator if with_discriminator else None
    numbers = sum(values.size for state in (found.generator, judge or {}) for values in state.values())
    numbers += sum(side**2 for side in found.config.noise_resolutions) if found.draw_noise else 0
    needed, free = 4 * numbers, available_memory()
    if free is not None and needed > free:
        raise RefusedFile(f"it needs {size_text(needed)} of memory, and {size_text(free)} are free")


def _tensor(values: Array, shape: tuple[int, ...], name: str, what: str) -> Tensor:
    with np.errstate(all="ignore"):  # what does not fit into float32 becomes infinite, and is refused below
        numbers = np.array(values.reshape(shape), dtype=np.float32, order="C")
    if not np.isfinite(numbers).all():
        raise RefusedFile(f"its {what} holds numbers that are not finite in {name!r}: a broken training")
    return torch.from_numpy(numbers).clone()  # where torch puts its own: products over other places round otherwise


def generator_of(found: Converted) -> Steps[float, None, Generator]:
    """The drawing generator, in evaluation mode; a missing w_avg is the mean of w over 10,000 fixed z, and noted.

    Yields and raises as `filled`.
    """
    with unfilled():
        made = build_generator(found.config)
    missing = "w_avg" not in found.generator
    state = {**found.generator, **(found.draw_noise() if found.draw_noise else {})}
    if missing:
        state["w_avg"] = np.zeros(found.config.w_dim, np.float32)
    generator = (yield from filled(made, state, "generator")).eval()
    assert isinstance(generator, Generator)
    if missing and found.config.mapping_layers:
        _average_w(generator)
        found.notes.append(f"It holds no mean w; the mean over {W_AVG_SAMPLES:,} random z was taken instead.")
    return generator


@torch.no_grad()
def _average_w(generator: Generator) -> None:
    config = generator.config
    z = torch.from_numpy(np.random.RandomState(0).randn(W_AVG_SAMPLES, config.z_dim).astype(np.float32))
    total = torch.zeros(config.w_dim)
    for start in range(0, W_AVG_SAMPLES, W_AVG_BATCH):
        labels = None
        if config.classes:
            each = torch.arange(start, start + W_AVG_BATCH) % len(config.classes)
            labels = torch.nn.functional.one_hot(each, len(config.classes)).float()
        total += generator.mapping(z[start : start + W_AVG_BATCH], labels).sum(dim=0)
    generator.w_avg.copy_(total / W_AVG_SAMPLES)


def discriminator_of(found: Converted) -> Steps[float, None, Discriminator | None]:
    """The discriminator, in evaluation mode; None where the file has none that fits, which is then noted.

    Yields as `filled`.
    """
    if found.discriminator is None:
        return None
    with unfilled():
        made = build_discriminator(found.config)
    try:
        discriminator = (yield from filled(made, found.discriminator, "discriminator")).eval()
    except RefusedFile as error:
        found.leave_out_discriminator(error)
        return None
    assert isinstance(discriminator, Discriminator)
    return discriminator
