"""Starting a run from a trained network (``--init``): its widths, the levels both share, and where growing begins."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import torch
from torch import nn

from stylegan_core.files.tensor_file import read_safetensors, under
from stylegan_core.importing import Imported, import_file
from stylegan_core.model import Model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.discriminator import Discriminator, NoDiscriminator
from stylegan_core.networks.generator import ARCHITECTURES, build_discriminator
from stylegan_core.run.stems import state_file
from stylegan_core.schedule import Growth
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.groups import InitConfig
from stylegan_core.training.state import TrainingState

CAREFUL = 0.2  # at the whole rate avatars-32 was worse after 10 thousand images than before (docs/speed.md)
_RATE = re.compile(r"growth\.(\d+\.)?rate")
PREFIX, CRITIC = "discriminator.", "critic."


def open_init(path: Path) -> Imported:
    """Any model this project opens, with the discriminator it or its run holds. Raises ValueError or OSError."""
    found = import_file(path)
    if found.discriminator is None:
        return replace(found, discriminator=_discriminator_beside(found.model))
    return found


def _discriminator_beside(model: Model) -> Discriminator | None:
    """A run keeps its discriminator in the training state beside the drawable checkpoint; None where that is gone."""
    if model.path is None or not state_file(model.path).is_file():
        return None
    found = _tensors_beside(model, PREFIX)
    network = build_discriminator(model.config)
    try:
        network.load_state_dict(found)
    except RuntimeError:
        raise ValueError(f"{state_file(model.path)} does not belong to {model.path}; copy both again.") from None
    return network


def _tensors_beside(model: Model, prefix: str) -> dict[str, torch.Tensor]:
    """What the training state beside a run's checkpoint holds under a prefix; nothing where there is none."""
    if model.path is None or not state_file(model.path).is_file():
        return {}
    _, tensors = read_safetensors(state_file(model.path))
    return under(tensors, prefix)


def adopted(config: TrainingConfig, model: Model, path: Path, kept: Iterable[str] = ()) -> TrainingConfig:
    """The configuration for going on from a model: its architecture and widths at the plan's own resolution.

    ``kept`` names fields of the network that a person has set. With ``init.grown`` the plan begins, stable, at the last
    level that the model had finished; a network that does not grow always begins at its full resolution. Raises
    ValueError for a network that cannot be trained here, or whose layers a person wants to mean something else.
    """
    if ARCHITECTURES[model.config.architecture].discriminator is NoDiscriminator:
        raise ValueError(f"{path} holds a {model.config.family.title}, which can be drawn but not trained.")
    mine = {name: getattr(config.network, name) for name in ("resolution", *kept)}
    if mine.get("architecture", model.config.architecture) != model.config.architecture:
        raise ValueError(
            f"{path} holds a {model.config.family.title}, whose weights mean something else in a "
            f"{config.network.family.title}: leave network.architecture to it, or begin without --init."
        )
    network = replace(model.config.with_classes(config.network.classes), **mine)
    finished = model.level if model.alpha >= 1 else max(model.level - 1, 0)
    growth = config.growth
    if not network.family.growing:
        growth = begun_at(growth, growth.top_level)
    elif config.init.grown:
        growth = begun_at(growth, finished)
    init = InitConfig(str(path.resolve()), config.init.grown, _begun(model, network))
    return replace(config, network=network, growth=growth, init=init)


def _begun(model: Model, network: NetworkConfig) -> int:
    """The highest level that a model was trained at and whose layers have the same widths in ``network``; −1: none."""
    reached = model.level if model.alpha > 0 else model.level - 1
    levels = range(min(reached, network.levels - 1) + 1)
    fitting = takewhile(lambda level: network.channels(level) == model.config.channels(level), levels)
    return max(fitting, default=-1)


def adopted_from(config: TrainingConfig, init: str, settings: Iterable[str]) -> TrainingConfig:
    """The configuration of a run that begins from the file ``init``; ``settings`` are those a person made.

    The critic joins earlier by the images that the plan leaves out. Where the file holds no discriminator and no critic
    takes part, one that knows nothing yet is all that a generator has to learn from that draws already: the level that
    the plan begins with is then learned at :data:`CAREFUL` of its rate, unless a rate was set.
    """
    names = [setting.partition("=")[0].strip() for setting in settings]
    kept = [name.removeprefix("network.") for name in names if name.startswith("network.")]
    found = open_init(Path(init))
    model = found.model
    made = adopted(config if model.config.has_styles else _unmixed(config, names), model, Path(init), kept)
    if "critic.from_kimg" not in names:
        left_out = config.growth.total_kimg - made.growth.total_kimg
        made = replace(made, critic=replace(made.critic, from_kimg=max(made.critic.from_kimg - left_out, 0.0)))
    first, *rest = made.growth.levels
    draws_already = (made.init.begun or 0) >= first.level
    alone = found.discriminator is None and not made.critic.takes_part(0)
    if draws_already and alone and not any(_RATE.fullmatch(name) for name in names):
        made = replace(made, growth=Growth((replace(first, rate=CAREFUL * first.rate), *rest)))
    return made


def _unmixed(config: TrainingConfig, asked: Iterable[str]) -> TrainingConfig:
    """Without what a preset does with styles, for a network that has none; what a person asked for is refused."""
    mixing = config.style_mixing if "style_mixing" in asked else 0.0
    lengths = config.objective.path_length if "objective.path_length" in asked else 0.0
    return replace(config, style_mixing=mixing, objective=replace(config.objective, path_length=lengths))


def begun_at(growth: Growth, level: int) -> Growth:
    """The plan without the levels below ``level`` (or below its last), beginning stable."""
    rest = [plan for plan in growth.levels if plan.level >= min(level, growth.top_level)]
    return Growth((replace(rest[0], fade_kimg=0), *rest[1:]))


def take_over(state: TrainingState, origin: Imported) -> str:
    """Copies what both networks share by name and shape into a fresh state; says in one sentence what was taken.

    A critic goes on with the heads that the run of the origin had.
    """
    share = _take(state.generator, origin.model.generator.state_dict())
    if state.critic:
        _take(state.critic.heads, _tensors_beside(origin.model, CRITIC))
    state.average.load_state_dict(state.generator.state_dict())
    name, side = origin.model.info.name, 4 << origin.model.level
    begin = f"The run starts from {name}, trained to {side}², and takes over {share:.0%} of its generator"
    if origin.discriminator is None:
        return f"{begin}; the discriminator starts anew, for the file holds none."
    return f"{begin} and {_take(state.discriminator, origin.discriminator.state_dict()):.0%} of its discriminator."


@torch.no_grad()
def _take(network: nn.Module, theirs: Mapping[str, torch.Tensor]) -> float:
    """Copies every tensor that is there under the same name and shape; the share of numbers taken."""
    taken = total = 0
    for name, slot in network.state_dict(keep_vars=True).items():
        total += slot.numel()
        if name in theirs and theirs[name].shape == slot.shape:
            slot.copy_(theirs[name])
            taken += slot.numel()
    return taken / total
