"""The tensors of a network as a file stores them: named below a prefix, and checked one by one when they come back."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

WEIGHTS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""The types that weights may be stored in; all are drawn in float32."""


def fill(network: nn.Module, tensors: Mapping[str, Tensor], file: Path) -> None:
    """Puts the tensors into a network (on the meta device or not), float32; raises ValueError naming what is off."""
    expected = network.state_dict()
    values: dict[str, Tensor] = {}
    for name, slot in expected.items():
        if name not in tensors:
            raise ValueError(f"{file} lacks {name}; it is incomplete.")
        if tensors[name].shape != slot.shape:
            raise ValueError(f"{file}: {name} is {list(tensors[name].shape)}, not {list(slot.shape)} as its size says.")
        if tensors[name].dtype not in WEIGHTS:
            raise ValueError(f"{file}: {name} holds numbers of a type that networks do not have.")
        values[name] = tensors[name].float().contiguous()
        if not torch.isfinite(values[name]).all():
            raise ValueError(f"{file}: {name} holds numbers that are not finite; this network is broken.")
    network.load_state_dict(values, assign=True)


def stored(network: nn.Module, prefix: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """Copies of a network's tensors in main memory, as ``dtype`` where their numbers stay finite, else float32."""
    return {prefix + name: _stored(tensor, dtype) for name, tensor in network.state_dict().items()}


def _stored(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    own = tensor.detach().cpu()
    found = own.to(dtype)
    kept = dtype == torch.float32 or found.isfinite().all()  # float16 ends at 65504
    return (found if kept else own.float()).contiguous().clone()
