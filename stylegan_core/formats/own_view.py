"""This project's own safetensors looked into without being loaded: what it says of itself, and views of its tensors."""

from dataclasses import dataclass
from pathlib import Path

from stylegan_core.files.header import FORMAT
from stylegan_core.formats.converted import State
from stylegan_core.formats.detect import Container, container_of
from stylegan_core.formats.limits import Budget
from stylegan_core.formats.own_file import Facts, read_config, read_facts
from stylegan_core.formats.reader import mapped
from stylegan_core.formats.safetensors_reader import view_safetensors
from stylegan_core.networks.config import NetworkConfig


@dataclass(frozen=True, slots=True)
class OwnView:
    """A file of ``size`` bytes; ``tensors`` are views of it, under their names in the file."""

    size: int
    config: NetworkConfig
    facts: Facts
    tensors: State

    def part(self, prefix: str) -> State:
        """The tensors of one network, "generator.", under their names in it."""
        return {name.removeprefix(prefix): each for name, each in self.tensors.items() if name.startswith(prefix)}


def view_own(path: Path) -> OwnView | None:
    """What lies in the file; None for any other kind of file. Raises OSError or RefusedFile."""
    data = mapped(path)
    if container_of(data) is not Container.SAFETENSORS:
        return None
    tensors, metadata = view_safetensors(data, Budget(len(data)))
    if metadata.get("format") != FORMAT:
        return None
    config = read_config(metadata)
    return OwnView(len(data), config, read_facts(metadata, config, path.stem), tensors)
