"""How a run went and ended, and whether two ended alike, bit by bit."""

import json
from typing import Any

import torch

from stylegan_core.files.tensor_file import read_safetensors
from stylegan_core.run.events import Alert, End, Event
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


def story(run: RunDir, *kinds: type[Event]) -> list[Any]:
    """Every event of a run, or those of some kinds, replayed stretches dropped."""
    reader = EventReader(run)
    reader.poll()
    return [event for event in reader.events if not kinds or isinstance(event, kinds)]


def alerts(run: RunDir, code: str = "") -> list[str]:
    """What a run has warned of, in its words; with a ``code`` of that alone."""
    return [event.text for event in story(run, Alert) if code in ("", event.code)]


def the_end(run: RunDir) -> End:
    """The last word of a run, which says how it ended."""
    end = story(run)[-1]
    assert isinstance(end, End)
    return end
