"""The networks that stay in memory for those who come back to them, as far as the machine has room for them.

Only the renderer's process imports it: it knows torch.
"""

from collections import OrderedDict
from pathlib import Path

import torch

from stylegan_core.device import all_memory, available_memory
from stylegan_core.model import Model
from stylegan_core.rundir import CHECKPOINTS

BUDGET, PART = 2 << 30, 8  # bytes of networks in memory at most, and no more than such a part of all there is
ROOM = 2 << 30  # bytes free below which the open one stays alone: drag points and channels at 1024² need up to 1.5 GB
LARGE = 64 << 20  # bytes of a network that are worth its being read again
PREPARED = 3.2  # times its weights a network has that was drawn both ways (375 MB for the 116 of v1 at 1024²)
FileKey = tuple[str, int, int]


class KeptModels:
    """The open network and those before it, by their files; the ones used longest ago leave first."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._models: OrderedDict[FileKey, Model] = OrderedDict()

    def __len__(self) -> int:
        return len(self._models)

    def get(self, key: FileKey) -> Model | None:
        """The network of a file that has not changed since."""
        return self._models.get(key)

    def use(self, key: FileKey, model: Model) -> None:
        """It is the open one now."""
        self._models.pop(key, None)
        self._models[key] = model
        self.make_room()

    def make_room(self) -> None:
        """Lets networks go that are too many, and where memory is short every large one but that which is open."""
        for key, model in list(self._models.items())[:-1]:
            if self._size > self._budget or (_size(model) >= LARGE and self._is_short()):
                del self._models[key]

    @property
    def _size(self) -> float:
        return sum(_size(each) for each in self._models.values())

    @property
    def _budget(self) -> float:
        return min(BUDGET, all_memory(self._device) / PART)

    def _is_short(self) -> bool:
        free = available_memory(self._device)
        return free is not None and free < ROOM


def file_key(path: str) -> FileKey:
    """Another one where the file, or the newest checkpoint of a run, is another. Raises OSError."""
    file = Path(path)
    found = file.stat()
    newest = max((p.stat().st_mtime_ns for p in (file / CHECKPOINTS).glob("*")), default=0) if file.is_dir() else 0
    return str(file.resolve()), max(found.st_mtime_ns, newest), found.st_size


def _size(model: Model) -> float:
    weights: int = sum(4 * tensor.numel() for tensor in model.generator.state_dict().values())
    return PREPARED * weights
