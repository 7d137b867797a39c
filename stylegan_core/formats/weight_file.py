"""What a foreign weight file turns out to hold: networks as named numpy arrays, and facts about the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stylegan_core.formats.array_shells import Array


@dataclass(slots=True)
class NetworkTree:
    """One network of a file: its tensors by their name there, and the plain settings stored beside them."""

    name: str
    options: dict[str, object]
    tensors: dict[str, Array]

    def __contains__(self, name: object) -> bool:
        return name in self.tensors

    def __getitem__(self, name: str) -> Array:
        return self.tensors[name]

    def options_of(self, part: str) -> Mapping[str, object]:
        """The settings of a sub-network, empty where the file has none."""
        found = self.options.get(part, {})
        return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


@dataclass(slots=True)
class WeightFile:
    """A file that was read: its format (a name of `formats.layouts`), networks and loose tensors."""

    format: str
    networks: dict[str, NetworkTree]
    source_code_bytes: int = 0
    extras: dict[str, Array] = field(default_factory=dict)
    size: int = 0
