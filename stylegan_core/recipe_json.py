"""Recipes as JSON objects and back: fields of newer versions are kept, and each wrong one is named in one sentence."""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from stylegan_core.bands import NAMES
from stylegan_core.recipe_parts import (
    FARTHEST,
    SEEDS,
    AppliedChannel,
    AppliedDirection,
    Direction,
    Latent,
    Mix,
    NoiseLayer,
    Transform,
    Vector,
)

DEEPEST = 50  # objects and lists within each other in a field of a newer version; no recipe has a tenth of that
LARGEST = 2**24  # numbers in one stored vector: a w+ of any network has far fewer

# The recipe itself is named only: it is made of these and of what is in here.
_NESTED: dict[tuple[str, str], type] = {
    ("Recipe", "latent"): Latent,
    ("Recipe", "mixes"): Mix,
    ("Recipe", "directions"): AppliedDirection,
    ("Recipe", "channels"): AppliedChannel,
    ("Recipe", "noise"): NoiseLayer,
    ("Recipe", "transform"): Transform,
    ("Mix", "source"): Latent,
    ("AppliedDirection", "direction"): Direction,
}
_LISTS = {"mixes", "directions", "channels", "noise"}
# What the first recipes did not have is left out where it is empty: they are written as before.
_LATER = {("Recipe", "channels"), ("AppliedChannel", "name")}
_KINDS: dict[str, tuple[type, ...]] = {
    "layer": (int,), "channel": (int,),
    "seed": (int,), "first": (int,), "last": (int,), "cutoff": (int,), "label": (int,), "level": (int,),
    "x": (int, float), "y": (int, float), "strength": (int, float), "weight": (int, float), "sigma": (int, float),
    "psi": (int, float), "alpha": (int, float), "rotation": (int, float), "on": (bool,), "name": (str,), "band": (str,),
}  # fmt: skip
_OPTIONAL = {"w", "psi_bands", "cutoff", "label", "level", "alpha", "last", "band"}


def encode(value: Any) -> dict[str, Any]:
    """One recipe part as a JSON object; its kept unknown fields are laid back beside the known ones."""
    made: dict[str, Any] = dict(json.loads(value.unknown)) if value.unknown else {}
    for item in fields(value):
        content = getattr(value, item.name)
        if item.name == "unknown" or ((type(value).__name__, item.name) in _LATER and not content):
            continue
        if isinstance(content, Vector):
            content = {"shape": list(content.shape), "float32": base64.b64encode(content.data).decode("ascii")}
        elif item.name in _LISTS:
            content = [encode(part) for part in content]
        elif (type(value).__name__, item.name) in _NESTED:
            content = encode(content)
        made[item.name] = content
    return made


def decode(owner: type, data: Any, where: str) -> Any:
    """Builds one recipe part from a JSON object; raises ValueError naming the field that is wrong."""
    if not isinstance(data, Mapping):
        raise ValueError(f"The {where} must be a JSON object.")
    known = {item.name for item in fields(owner)} - {"unknown"}
    made = {name: _field(owner, name, value, f"{where}.{name}") for name, value in data.items() if name in known}
    strange = {name: value for name, value in data.items() if name not in known}
    made["unknown"] = kept(strange, where)
    try:
        return owner(**made)
    except TypeError:
        raise ValueError(f"The {where} lacks a field it cannot do without.") from None


def kept(strange: Mapping[str, Any], where: str) -> str:
    """Fields of a newer version as JSON text, empty without any; raises ValueError if they could not be written again.

    JSON has no number that is not finite, and what is nested without end is read more easily than written.
    """
    for name, value in strange.items():
        if not _writable(value, DEEPEST):
            raise ValueError(f"The field {name[:40]!r} of the {where} is nested too deeply or not finite.")
    return json.dumps(strange, sort_keys=True) if strange else ""


def _writable(value: Any, deep: int) -> bool:
    if isinstance(value, dict | list):
        return deep > 0 and all(_writable(v, deep - 1) for v in (value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def _field(owner: type, name: str, value: Any, where: str) -> Any:
    nested = _NESTED.get((owner.__name__, name))
    if nested and name in _LISTS:
        if not isinstance(value, list):
            raise ValueError(f"The {where} must be a list.")
        return tuple(decode(nested, part, where) for part in value)
    if nested:
        return decode(nested, value, where)
    if value is None and (name in _OPTIONAL or (owner is NoiseLayer and name == "seed")):
        return None
    if name in ("w", "vector"):
        return _vector(value, where)
    if name == "psi_bands":
        if not isinstance(value, list) or len(value) != 3:
            raise ValueError(f"The {where} must be three numbers, for coarse, middle and fine.")
        return tuple(_number(part, (int, float), where) for part in value)
    return _checked(name, value, where)


def _checked(name: str, value: Any, where: str) -> Any:
    if name == "band" and value not in NAMES:
        raise ValueError(f"The {where} must be coarse, middle or fine.")
    if _KINDS[name] in ((bool,), (str,)):
        if not isinstance(value, _KINDS[name]):
            raise ValueError(f"The {where} must be {'a text' if name in ('name', 'band') else 'true or false'}.")
        return value
    number = _number(value, _KINDS[name], where)
    if name == "seed" and not 0 <= number < SEEDS:
        raise ValueError(f"The {where} must be a whole number from 0 to {SEEDS - 1}.")
    if name in ("first", "last", "layer", "channel", "cutoff", "label", "level") and number < 0:
        raise ValueError(f"The {where} must not be negative.")
    return number


def _number(value: Any, kinds: tuple[type, ...], where: str) -> Any:
    number: Any = value
    if isinstance(value, bool) or not isinstance(value, kinds) or not -math.inf < number < math.inf:
        raise ValueError(f"The {where} must be a {'whole' if kinds == (int,) else 'finite'} number.")
    if float in kinds and abs(number) > FARTHEST:
        raise ValueError(f"The {where} must be a number from -{FARTHEST:g} to {FARTHEST:g}.")
    return float(number) if float in kinds else number


def _vector(value: Any, where: str) -> Vector:
    try:
        shape = tuple(int(side) for side in value["shape"])
        data = base64.b64decode(value["float32"], validate=True)
    except (TypeError, KeyError, ValueError, OverflowError):
        raise ValueError(f"The {where} must be an object with shape and float32 (base64).") from None
    if not 1 <= len(shape) <= 2 or min(shape) < 1 or math.prod(shape) > LARGEST or len(data) != 4 * math.prod(shape):
        raise ValueError(f"The {where} does not hold as many numbers as its shape says.")
    return Vector.of(np.frombuffer(data, dtype="<f4").reshape(shape))
