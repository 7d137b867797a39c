"""Opens a foreign weight file and returns the networks in it as named arrays, running nothing it contains."""

import importlib
import mmap
from os import PathLike
from pathlib import Path

import numpy as np

from stylegan_core.formats import layouts
from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.checkpoints import opened, unwrapped
from stylegan_core.formats.converted import Converted
from stylegan_core.formats.detect import Container, container_of
from stylegan_core.formats.limits import Budget, Progress, RefusedFile
from stylegan_core.formats.own_file import STATE_FORMAT
from stylegan_core.formats.pickle_reader import read_pickle
from stylegan_core.formats.safetensors_reader import view_safetensors
from stylegan_core.formats.sentences import MOST_SAID, naming, shown
from stylegan_core.formats.stand_ins import NVIDIA_TABLE, NetworkShell, PersistentShell
from stylegan_core.formats.torch_container import ZipMembers, read_zip
from stylegan_core.formats.torch_tensors import TORCH_TABLE, read_legacy
from stylegan_core.formats.trees import SourceCounter, state_dicts, tensorflow_network, torch_module
from stylegan_core.formats.weight_file import NetworkTree, WeightFile

MODULES = {
    layouts.STYLEGAN1_TF: "stylegan1_tf",
    layouts.STYLEGAN2_TF: "stylegan2_tf",
    layouts.PROGAN_TF: "progan_tf",
    layouts.STYLEGAN2_ADA: "stylegan2_ada",
    layouts.STYLEGAN3: "stylegan3",
    layouts.ROSINALITY1: "rosinality1",
    layouts.ROSINALITY2: "rosinality2",
    layouts.HUANGZH13: "huangzh13",
    layouts.GENFORCE: "genforce",
    layouts.LUCIDRAINS: "lucidrains",
}
MAX_FILE = 16 << 30
FULL_TABLE = {**TORCH_TABLE, **NVIDIA_TABLE}
MAX_NETWORKS = 8
_TRIPLE = ("G", "D", "Gs")


def read_weight_file(path: str | PathLike[str], progress: Progress | None = None) -> WeightFile:
    """The networks of any supported foreign file, their arrays mostly views of the mapped file.

    `progress` gets the fraction read and cancels by returning False. Raises OSError where the file cannot be opened
    and ValueError with one sentence naming it where it is broken, hostile or of another kind.
    """
    with naming(path):
        data = mapped(Path(path))
    return read_bytes(data, str(path), progress)


def read_bytes(data: memoryview, name: str, progress: Progress | None = None) -> WeightFile:
    """The networks of a file that is in memory already; raises as `read_weight_file`, calling it `name`."""
    with naming(name):
        return _read(data, Budget(len(data), progress))


def read_state_dict(path: str | PathLike[str]) -> dict[str, Array]:
    """The tensors of a single torch state dict of any network, such as a feature extractor's; raises as above."""
    with naming(path):
        data = mapped(Path(path))
        budget = Budget(len(data), None)
        zipped = container_of(data) is Container.TORCH_ZIP
        root = (
            read_zip(ZipMembers(data, budget), TORCH_TABLE, budget)
            if zipped
            else read_legacy(data, budget, TORCH_TABLE)
        )
        networks, _ = state_dicts(root, budget) if isinstance(root, dict) else ({}, {})
    if len(networks) != 1:
        raise RefusedFile(f"{path}: it does not hold one state dict.")
    return next(iter(networks.values())).tensors


def convert_file(file: WeightFile, path: str | PathLike[str]) -> Converted:
    """The networks of a file that was read, in this project's terms, whose texts are safe to show.

    Raises RefusedFile naming `path`.
    """
    module = importlib.import_module(f"stylegan_core.formats.{MODULES[file.format]}")
    with naming(path):
        with np.errstate(all="ignore"):  # numbers that are not finite are refused where they are put to use
            found: Converted = module.convert(file)
        found.source = shown(found.source)
        found.notes = [shown(note, MOST_SAID) for note in found.notes]
    return found


def mapped(path: Path) -> memoryview:
    """The file's bytes, mapped and read-only; raises OSError or RefusedFile."""
    if path.is_dir():
        raise RefusedFile("it is a folder, where a weight file is wanted")
    if path.exists() and not path.is_file():
        raise RefusedFile("it is a device or a pipe, not a file")
    with path.open("rb") as file:
        size = path.stat().st_size
        if size == 0:
            raise RefusedFile("it is empty")
        if size > MAX_FILE:
            raise RefusedFile(f"it is larger than {MAX_FILE >> 30} GB, more than any network here")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _read(data: memoryview, budget: Budget) -> WeightFile:
    container = container_of(data)
    sources = SourceCounter()
    if container is Container.SAFETENSORS:
        found = _from_safetensors(data, budget)
    elif container is Container.TORCH_ZIP:
        found = _from_object(read_zip(ZipMembers(data, budget), FULL_TABLE, budget), budget, sources)
    elif container is Container.TORCH_LEGACY:
        found = _from_object(read_legacy(data, budget, FULL_TABLE), budget, sources)
    else:
        root, _ = read_pickle(data, 0, FULL_TABLE, budget)
        found = _from_object(root, budget, sources)
    found.source_code_bytes, found.size = sources.total, len(data)
    budget.report(1.0)
    return found


def _from_safetensors(data: memoryview, budget: Budget) -> WeightFile:
    tensors, metadata = view_safetensors(data, budget)
    if metadata.get("format") == STATE_FORMAT:
        raise RefusedFile(
            "it is what a training goes on from: open the file beside it, of the same name without .state"
        )
    networks = {"": NetworkTree("", {}, tensors)}
    return WeightFile(layouts.state_dict_layout(networks), networks)


def _from_object(root: object, budget: Budget, sources: SourceCounter) -> WeightFile:
    if isinstance(root, NetworkShell):
        return _tensorflow([("", root)], budget, sources)
    if isinstance(root, tuple | list) and any(isinstance(item, NetworkShell) for item in root):
        return _tensorflow(
            [*zip(_TRIPLE if len(root) == 3 else [""] * MAX_NETWORKS, root, strict=False)], budget, sources
        )
    if isinstance(root, dict) and any(isinstance(item, NetworkShell) for item in root.values()):
        return _tensorflow([(key, item) for key, item in root.items() if isinstance(key, str)], budget, sources)
    if isinstance(root, PersistentShell):
        root = {"G_ema" if root.class_name == "Generator" else "D": root}
    if isinstance(root, dict) and any(isinstance(item, PersistentShell) for item in root.values()):
        return _persistent(root, budget, sources)
    if isinstance(root, dict):
        networks, loose = state_dicts(opened(root, budget), budget)
        if networks:
            networks = unwrapped(networks, budget)
            return WeightFile(layouts.state_dict_layout(networks), networks, extras=_small(loose))
    raise RefusedFile("it can be read, but holds no network")


def _small(loose: dict[str, Array]) -> dict[str, Array]:
    return dict(list(loose.items())[:1000])


def _tensorflow(named: list[tuple[str, object]], budget: Budget, sources: SourceCounter) -> WeightFile:
    """The networks of a pickle, each under its given name, else its own."""
    networks: dict[str, NetworkTree] = {}
    shells = [(name, shell) for name, shell in named if isinstance(shell, NetworkShell)]
    for index, (name, shell) in enumerate(shells[:MAX_NETWORKS]):
        tree = tensorflow_network(shell, budget, sources)
        networks[name or tree.name or f"network {index + 1}"] = tree
    return WeightFile(layouts.tensorflow_layout(networks), networks)


def _persistent(root: dict[object, object], budget: Budget, sources: SourceCounter) -> WeightFile:
    networks = {
        key: torch_module(key, item, budget, sources)
        for key, item in root.items()
        if isinstance(key, str) and isinstance(item, PersistentShell)
    }
    return WeightFile(layouts.persistent_layout(networks), networks)
