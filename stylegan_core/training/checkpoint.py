"""Checkpoints: a drawable model and, beside it, everything needed to go on bit by bit; no pickle."""

import contextlib
import json
import zlib
from dataclasses import asdict, fields
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from stylegan_core.files.tensor_file import Damaged, read_safetensors, under, write_safetensors
from stylegan_core.formats.own_file import STATE_FORMAT
from stylegan_core.json_text import read_json
from stylegan_core.memory import out_of_memory
from stylegan_core.model import save_model
from stylegan_core.run.stems import kimg_words
from stylegan_core.rundir import RunDir, is_whole
from stylegan_core.schedule import phase_at
from stylegan_core.training.distributed import Team
from stylegan_core.training.state import Counters, TrainingState


def write_checkpoint(run: RunDir, state: TrainingState) -> Path:
    """Writes both files, each whole or not at all, the state first; returns the drawable one. Raises OSError.

    A new state whose drawable finds no room goes again: the disk needs it more than the run does.
    """
    img = state.counters.img
    target, beside = run.checkpoint_file(img), run.state_file(img)
    is_new = not beside.exists()
    write_state(beside, state)
    try:
        _write_drawable(target, state, run.path.name)
    except OSError:
        if is_new:
            with contextlib.suppress(OSError):  # what cannot be deleted now is retired later
                beside.unlink()
        raise
    return target


def _write_drawable(target: Path, state: TrainingState, run_name: str) -> None:
    kimg, preset = state.counters.img / 1000, state.config.preset
    phase = phase_at(kimg, state.config.growth)
    facts = {"name": f"{run_name} {kimg_words(target)}", "kimg": kimg, "preset": preset, "origin": "trained"}
    save_model(target, state.average, level=phase.level, alpha=phase.alpha, facts=facts)


def write_state(path: Path, state: TrainingState) -> None:
    """Writes a training state with a checksum over all that it says. Raises OSError."""
    tensors, counters = _tensors(state), json.dumps(asdict(state.counters))
    metadata = {"format": STATE_FORMAT, "counters": counters, "crc32": checksum(tensors, counters)}
    write_safetensors(path, tensors, metadata)


def read_state(path: Path, state: TrainingState) -> None:
    """Fills ``state`` from a file. Raises Damaged, ValueError or OSError, leaving it as it was, if anything is off."""
    counters, tensors = _verified(path)
    expected = _tensors(state)
    fresh = {name: tensor for name, tensor in expected.items() if not name.startswith("adam_")}
    if any(name not in tensors or tensors[name].shape != tensor.shape for name, tensor in fresh.items()):
        raise ValueError(f"{path} holds another model than the run's config.json describes; put the right one back.")
    _fill(state, counters, tensors)


def _verified(path: Path) -> tuple[Counters, dict[str, Tensor]]:
    """What a training state says, held against its checksum. Raises Damaged, ValueError or OSError."""
    metadata, tensors = read_safetensors(path)
    text = metadata.get("counters", "")
    said = metadata.get("crc32")  # that of an older file leaves the counters out
    if metadata.get("format") != STATE_FORMAT or (said != checksum(tensors, text) and said != checksum(tensors)):
        raise Damaged(f"{path} is damaged: its numbers do not fit their checksum.")
    try:
        return read_counters(text), tensors
    except (ValueError, TypeError, AttributeError):
        raise Damaged(f"{path} is damaged: its counters cannot be read.") from None


def can_be_read(path: Path) -> bool:
    """Whether a training state is whole, and there is memory to read it in."""
    try:
        _verified(path)
    except (ValueError, OSError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not out_of_memory(error):
            raise
        return False
    return True


def is_of_now(path: Path, state: TrainingState) -> bool:
    """Whether a training state on disk is of the very moment of ``state``; reads the head of the file alone."""
    try:
        with safe_open(path, "pt") as opened:
            text = (opened.metadata() or {}).get("counters", "")
        return is_whole(path) and read_counters(text) == state.counters
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError):
        return False


def share_state(state: TrainingState, team: Team) -> None:
    """Gives every process of a team the first one's state."""
    if team.world == 1:
        return
    mine = _tensors(state)
    shapes = team.told([(name, tensor.shape, tensor.dtype) for name, tensor in mine.items()])
    tensors = {name: mine[name] if team.leads else torch.empty(shape, dtype=dtype) for name, shape, dtype in shapes}
    team.same(list(tensors.values()))
    counters = team.told(state.counters)
    if not team.leads:
        _fill(state, counters, tensors)


def _fill(state: TrainingState, counters: Counters, tensors: dict[str, Tensor]) -> None:
    state.counters = counters
    with torch.no_grad():
        for prefix, network in _networks(state).items():
            for name, slot in network.state_dict(keep_vars=True).items():
                slot.copy_(tensors[f"{prefix}.{name}"])
    for prefix, (optimizer, network) in _adams(state).items():
        _fill_adam(optimizer, network, under(tensors, prefix))


def read_counters(text: str) -> Counters:
    """The counters of a training state; what this version does not know is left out, what is missing is as at first."""
    known = {item.name for item in fields(Counters)}
    return Counters(**{name: value for name, value in read_json(text).items() if name in known})


def checksum(tensors: dict[str, Tensor], counters: str = "") -> str:
    """CRC-32 over the name and bytes of every tensor, sorted by name, in hex.

    With counters also over them and over what the tensors' bytes mean: their types and shapes.
    """
    crc = 0
    for name in sorted(tensors):
        crc = zlib.crc32(tensors[name].detach().cpu().contiguous().numpy().tobytes(), zlib.crc32(name.encode(), crc))
    if counters:
        kinds = "".join(f"{tensors[name].dtype}{list(tensors[name].shape)}" for name in sorted(tensors))
        crc = zlib.crc32((counters + kinds).encode(), crc)
    return f"{crc:08x}"


def _networks(state: TrainingState) -> dict[str, torch.nn.Module]:
    networks = {"generator": state.generator, "discriminator": state.discriminator, "average": state.average}
    return networks | ({"critic": state.critic.heads} if state.critic else {})


def _adams(state: TrainingState) -> dict[str, tuple[torch.optim.Adam, torch.nn.Module]]:
    """Each optimizer with the network that it moves, by what the names of its tensors begin with."""
    adams = {"adam_g.": (state.adam_g, state.generator), "adam_d.": (state.adam_d, state.discriminator)}
    return adams | ({"adam_c.": (state.adam_c, state.critic.heads)} if state.adam_c and state.critic else {})


def _tensors(state: TrainingState) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for prefix, network in _networks(state).items():
        found |= {f"{prefix}.{name}": tensor for name, tensor in network.state_dict().items()}
    for prefix, (optimizer, network) in _adams(state).items():
        for name, parameter in network.named_parameters():
            moments = optimizer.state.get(parameter)
            if moments:
                found[f"{prefix}{name}.square"] = moments["exp_avg_sq"]
                found[f"{prefix}{name}.step"] = moments["step"]
            if moments and optimizer.param_groups[0]["betas"][0]:  # at beta1 = 0 it is the last gradient, never read
                found[f"{prefix}{name}.mean"] = moments["exp_avg"]
    return {name: tensor.detach().cpu().contiguous() for name, tensor in found.items()}


def _fill_adam(optimizer: torch.optim.Adam, network: torch.nn.Module, tensors: dict[str, Tensor]) -> None:
    optimizer.state.clear()
    for name, parameter in network.named_parameters():
        if f"{name}.square" not in tensors:
            continue
        like = {"memory_format": torch.preserve_format}
        square = torch.empty_like(parameter, **like).copy_(tensors[f"{name}.square"])  # type: ignore[arg-type]
        mean = torch.zeros_like(parameter, **like)  # type: ignore[arg-type]
        if f"{name}.mean" in tensors:
            mean.copy_(tensors[f"{name}.mean"])
        optimizer.state[parameter] = {
            "step": tensors[f"{name}.step"].to(parameter.device if parameter.is_cuda else "cpu"),
            "exp_avg": mean,
            "exp_avg_sq": square,
        }
