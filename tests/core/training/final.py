"""How a run went and ended, and whether two ended alike, bit by bit."""

import json

import torch

from stylegan_core.files.tensor_file import read_safetensors
from stylegan_core.run.events import Event
from stylegan_core.rundir import EventReader, RunDir


def final_state(run: RunDir) -> tuple[dict[str, object], dict[str, torch.Tensor]]:
    """Counters and tensors of a run's newest training state."""
    metadata, tensors = read_safetensors(run.every_state()[0])
    return json.loads(metadata["counters"]), tensors


def assert_same_end(one: RunDir, other: RunDir) -> None:
    """Both runs hold the same counters, weights, averages, w_avg and moments, to the last bit."""
    (counters, tensors), (others, theirs) = final_state(one), final_state(other)
    assert counters == others
    assert tensors.keys() == theirs.keys()
    different = [name for name, tensor in tensors.items() if not torch.equal(tensor, theirs[name])]
    assert different == []


def story(run: RunDir) -> list[Event]:
    """Every event of a run, replayed stretches dropped."""
    reader = EventReader(run)
    reader.poll()
    return reader.events
