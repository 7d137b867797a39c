"""Writes TensorFlow-era pickles as dnnlib did: classes of that name, with arrays, settings and program text."""

import pickle
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def network_class(module: str = "dnnlib.tflib.network") -> Iterator[type]:
    """A class that pickles as ``<module>.Network``, for as long as the context lasts."""
    made = types.ModuleType(module)
    parts = module.split(".")
    names = [".".join(parts[: i + 1]) for i in range(len(parts))]
    before = {name: sys.modules.get(name) for name in names}
    cls = type("Network", (), {"__module__": module, "__getstate__": lambda self: self.state})
    made.Network = cls  # type: ignore[attr-defined]
    try:
        for name in names:
            sys.modules[name] = types.ModuleType(name)
        sys.modules[module] = made
        yield cls
    finally:
        for name, old in before.items():
            if old is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = old


def network(cls: type, name: str, own: dict[str, Any], /, **state: Any) -> Any:
    """One dnnlib network with its own variables; `components` and `static_kwargs` come as keywords."""
    made = cls()
    made.state = {
        "version": 3,
        "name": name,
        "static_kwargs": {},
        "components": {},
        "build_module_src": "raise SystemExit('this text was run')\n" * 20,
        "build_func_name": "G_style",
        "variables": [(key, np.asarray(value, np.float32)[()]) for key, value in own.items()],
        **state,
    }
    return made


def split(variables: dict[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Own variables, and those of components, of names like 'synthesis/4x4/Conv/weight'."""
    own: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    for name, value in variables.items():
        part, _, rest = name.partition("/")
        if part in ("synthesis", "mapping"):
            parts.setdefault(part, {})[rest] = value
        else:
            own[name] = value
    return own, parts


def generator(cls: type, name: str, variables: dict[str, Any], **options: Any) -> Any:
    """A generator with its mapping and synthesis as components."""
    own, parts = split(variables)
    components = {part: network(cls, f"{name}_{part}", values, static_kwargs=options) for part, values in parts.items()}
    return network(cls, name, own, components=components, static_kwargs=options)


def dumped(value: Any, protocol: int) -> bytes:
    """The pickle of a value in the given protocol."""
    return pickle.dumps(value, protocol)
