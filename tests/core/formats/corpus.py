"""Small good files of every container and layout: what the fuzzers start from."""

import io
import json
import pickle
import struct
import sys
import types
from typing import Any

import torch

from tests.core.formats.hostile import small
from tests.core.formats.tf_files import dumped, generator, network_class


def ada_pickle(networks: dict[str, dict[str, torch.Tensor]], **init: Any) -> bytes:
    """A pickle as stylegan2-ada-pytorch writes it: modules as calls of torch_utils.persistence."""
    module = types.ModuleType("torch_utils.persistence")
    package = types.ModuleType("torch_utils")

    def _reconstruct_persistent_obj(meta: Any) -> Any:
        raise AssertionError("this file must never be unpickled")

    _reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    _reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"
    module._reconstruct_persistent_obj = _reconstruct_persistent_obj  # type: ignore[attr-defined]

    class Module:
        def __init__(self, tree: dict[str, Any], options: dict[str, Any]) -> None:
            self.tree, self.options = tree, options

        def __reduce__(self) -> Any:
            tensors = {k: v for k, v in self.tree.items() if isinstance(v, torch.Tensor)}
            children = {k: Module(v, {}) for k, v in self.tree.items() if isinstance(v, dict)}
            state = {"_parameters": tensors, "_buffers": {}, "_modules": children, "_init_kwargs": self.options}
            meta = {
                "type": "class",
                "version": 6,
                "module_src": "raise SystemExit(1)\n",
                "class_name": "G",
                "state": state,
            }
            return _reconstruct_persistent_obj, (meta,)

    found = {name: Module(_nested(state), init) for name, state in networks.items()}
    before = {name: sys.modules.get(name) for name in ("torch_utils", "torch_utils.persistence")}
    sys.modules |= {"torch_utils": package, "torch_utils.persistence": module}
    try:
        return pickle.dumps({**found, "training_set_kwargs": None}, 3)
    finally:
        for name, old in before.items():
            sys.modules.pop(name) if old is None else sys.modules.__setitem__(name, old)


def _nested(state: dict[str, torch.Tensor]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, values in state.items():
        *path, last = name.split(".")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[last] = values
    return tree


def ada_state() -> dict[str, torch.Tensor]:
    """An 8² StyleGAN2 generator, two channels wide."""
    random, state = torch.Generator().manual_seed(0), {}

    def make(name: str, *shape: int) -> None:
        state[name] = torch.randn(shape, generator=random)

    make("mapping.w_avg", 2)
    make("mapping.fc0.weight", 2, 2)
    make("mapping.fc0.bias", 2)
    make("synthesis.b4.const", 2, 4, 4)
    for layer, side in (("b4.conv1", 4), ("b8.conv0", 8), ("b8.conv1", 8), ("b4.torgb", 0), ("b8.torgb", 0)):
        make(f"synthesis.{layer}.weight", *((2, 2, 3, 3) if side else (3, 2, 1, 1)))
        make(f"synthesis.{layer}.bias", 2 if side else 3)
        make(f"synthesis.{layer}.affine.weight", 2, 2)
        make(f"synthesis.{layer}.affine.bias", 2)
        if side:
            make(f"synthesis.{layer}.noise_const", side, side)
            make(f"synthesis.{layer}.noise_strength")
    return state


def good_files() -> dict[str, bytes]:
    """One small file of each container."""
    found: dict[str, bytes] = {}
    with network_class() as cls:
        for protocol in (0, 2, 4):
            found[f"tensorflow-{protocol}"] = dumped(generator(cls, "Gs", small()), protocol)
    found["ada"] = ada_pickle({"G_ema": ada_state()}, z_dim=2)
    for new in (True, False):
        made = io.BytesIO()
        torch.save({"g_ema": ada_state()}, made, _use_new_zipfile_serialization=new)
        found["zip" if new else "legacy"] = made.getvalue()
    data, header = b"", {}
    for name, values in ada_state().items():
        raw = values.numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    found["safetensors"] = struct.pack("<Q", len(text)) + text + data
    return found
