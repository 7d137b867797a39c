"""What the settings of a run are called, and the nearest to a name that is none; plain Python."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any

from stylegan_core.schedule import Growth, LevelPlan

NOTED = ("preset", "meaning", "path", "fingerprint", "begun", "asked")  # by the program, not set by hand
PLANNED = tuple(item.name for item in fields(LevelPlan) if item.name != "level")


def settable(owner: Any, prefix: str = "") -> Iterator[str]:
    """Every key that a person may set in a configuration, those of its groups dotted: "gamma", "data.mirror" ..."""
    for item in fields(owner):
        value = getattr(owner, item.name)
        if item.name in NOTED:
            continue
        if isinstance(value, Growth):
            yield from (f"{prefix}{item.name}.{name}" for name in PLANNED)
            sides = [4 << plan.level for plan in value.levels]
            yield from (f"{prefix}{item.name}.{side}.{name}" for side in sides for name in PLANNED)
        elif is_dataclass(value):
            yield from settable(value, f"{prefix}{item.name}.")
        else:
            yield prefix + item.name


def values_of(owner: Any, key: str) -> tuple[Any, ...]:
    """What a setting is now: one value, or those of every level where ``key`` is of them all ("growth.batch").

    Raises AttributeError where nothing is called so.
    """
    name, _, rest = key.partition(".")
    if not isinstance(owner, Growth):
        value = getattr(owner, name)
        return values_of(value, rest) if rest else (value,)
    plans = [plan for plan in owner.levels if not rest or name == str(4 << plan.level)]
    return tuple(getattr(plan, rest or name) for plan in plans)


def unknown_setting(config: Any, key: str) -> str:
    """One sentence about a key that names no setting: what it may have been meant for, or else all there are."""
    known = list(settable(config))
    general = [name for name in known if not any(map(str.isdecimal, name.split(".")))]
    inside = [name for name in general if name.startswith(f"{key}.")]
    if inside:
        return f"The setting {key!r} names a group; set one of {', '.join(inside)}."
    last = key.rpartition(".")[2]
    alike = get_close_matches(last, [name.rpartition(".")[2] for name in general], n=1, cutoff=0.7)
    near = get_close_matches(key, known, cutoff=0.7) or [n for n in general if n.rpartition(".")[2] in alike]
    if near:
        return f"There is no setting {key!r}; perhaps {' or '.join(near)} is meant."
    roots = dict.fromkeys(name.split(".")[0] + ".…" * ("." in name) for name in general)
    return f"There is no setting {key!r}; there are {', '.join(roots)}."
