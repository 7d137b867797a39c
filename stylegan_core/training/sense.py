"""Which kinds of values and which numbers a run's configuration may hold; plain Python."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, get_args

MOST = 1e12  # of any number but whole ones: images and seconds beyond it cannot be counted any more
MOST_WHOLE = 2**63 - 1  # what torch and NumPy take
MOST_THREADS = 1024
ONE_IMAGE = 0.001  # kimg
LEAST = {
    "r1_interval": 1,
    "r1_groups": 0,
    "keep": 1,
    "keep_every": 0,
    "threads": 0,
    "seed": 0,
    "metric_kimg": 0,
    "settle_steps": 0,
    "metric_count": 10,
    "snapshot_kimg": ONE_IMAGE,
    "gamma": 0,
    "style_mixing": 0,
    "noise_rate": 0,
    "mapping_rate": 0,
    "ema_ramp": 0,
}
GREATEST = {"threads": MOST_THREADS, "metric_count": 1_000_000, "style_mixing": 1}
POSITIVE = ("ema_kimg", "checkpoint_minutes")


KINDS: dict[type, str] = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def check_kinds(owner: type, data: Mapping[str, Any], prefix: str = "") -> None:
    """Raises ValueError with one sentence for the first field of a dataclass that ``data`` holds as another kind."""
    for item in fields(owner):
        options = kinds_of(item.type)
        if options[0] not in KINDS or item.name not in data:
            continue
        value = data[item.name]
        if type(value) not in options and not (float in options and type(value) is int):
            raise ValueError(f"In config.json {prefix}{item.name} takes {KINDS[options[0]]}, not {value!r}.")


def kinds_of(declared: Any) -> tuple[Any, ...]:
    """The types that the declared type of a field stands for, NoneType last."""
    return get_args(declared) if isinstance(declared, UnionType) else (declared,)


def check_numbers(config: Any) -> None:
    """Raises ValueError with one sentence for the first number that is not finite, too large or makes no sense."""
    numbers = dict(_numbers(config, ""))
    for key, value in numbers.items():
        most = MOST_WHOLE if isinstance(value, int) else MOST
        if not abs(value) <= most:
            raise ValueError(f"{key} must be a number up to {most:g}, not {value}.")
    for name, least in LEAST.items():
        if numbers[name] < least:
            raise ValueError(f"{name} must be at least {least}.")
    if 0 < numbers["metric_kimg"] < ONE_IMAGE:
        raise ValueError(f"metric_kimg must be at least {ONE_IMAGE}, or 0 to measure on request only.")
    for name, greatest in GREATEST.items():
        if numbers[name] > greatest:
            raise ValueError(f"{name} must be at most {greatest}.")
    for name in POSITIVE:
        if numbers[name] <= 0:
            raise ValueError(f"{name} must be more than 0.")


def _numbers(owner: Any, prefix: str) -> Iterator[tuple[str, float]]:
    """Every number of a dataclass and of those inside it, with the key that sets it."""
    for item in fields(owner):
        key, value = f"{prefix}{item.name}", getattr(owner, item.name)
        if is_dataclass(value):
            yield from _numbers(value, f"{key}.")
        elif isinstance(value, int | float):
            yield key, value
