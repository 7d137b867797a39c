"""Reads what is known about pictures: labels.json, NVIDIA's dataset.json, idx labels, or the names of folders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stylegan_core.amounts import counted
from stylegan_core.data.containers import Container
from stylegan_core.data.idx import Idx, read_idx
from stylegan_core.json_text import read_json

FASHION = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
Table = tuple[Sequence[str], Mapping[str, int]]  # names of the values, and the value of each picture by name
Tables = dict[str, Callable[[], Table]]
CLASS = "class"  # the attribute of files that know only one
FOLDER = "folder"  # the attribute of pictures sorted into folders


@dataclass(frozen=True, slots=True)
class Labels:
    """One attribute of every picture of a data set: the names of its values, and an index into them per picture."""

    classes: tuple[str, ...] = ()
    values: tuple[int, ...] | None = None


def read_labels(container: Container, label: str | None) -> Labels:
    """The labels called `label`; none at all for None.

    Raises ValueError with one sentence naming the attributes there are, or the pictures that have no value.
    """
    if label is None:
        return Labels()
    tables = attribute_tables(container)
    if label not in tables:
        known = ", ".join(tables) or "none"
        raise ValueError(f"{container.path} has no attribute {label!r}; it has: {known}.")
    classes, by_name = tables[label]()
    missing = [name for name in container.names if name not in by_name]
    if missing:
        lack = counted(len(missing), "picture")
        raise ValueError(f"{container.path} has {lack} without {label}, the first is {missing[0]}.")
    return Labels(tuple(classes), tuple(by_name[name] for name in container.names))


def attribute_tables(container: Container) -> Tables:
    """The attributes that tell pictures apart, each with a function that makes its table."""
    if isinstance(container, Idx):
        path = container.labels_path()
        return {CLASS: partial(_idx_table, container, path)} if path else {}
    for file, read in (("labels.json", _labels_json), ("dataset.json", _dataset_json)):
        data = container.side_file(file)
        if data is not None:
            try:
                return read(read_json(data), container.names)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"{container.path}: {file} is damaged or of another kind ({error}).") from error
    return _folder_tables(container.names)


def _labels_json(content: Any, names: Sequence[str]) -> Tables:
    """Ours: attributes with their values, and a value for each picture; without values it is a number."""
    pictures = {name: dict(_of(content["pictures"], name, {})) for name in names}
    return {
        attribute: partial(_labels_table, attribute, list(map(str, values)), pictures)
        for attribute, values in content["attributes"].items()
        if values
    }


def _labels_table(attribute: str, values: list[str], pictures: Mapping[str, Mapping[str, Any]]) -> Table:
    index = {value: n for n, value in enumerate(values)}
    told = ((name, str(of.get(attribute))) for name, of in pictures.items())
    return values, {name: index[value] for name, value in told if value in index}


def _dataset_json(content: Any, names: Sequence[str]) -> Tables:
    """NVIDIA's: {"labels": [[name, class number], ...]} or null where there are none."""
    if content["labels"] is None:
        return {}
    table = dict(content["labels"])
    values = {name: value for name in names if (value := _of(table, name, None)) is not None}
    if not all(isinstance(value, int) and 0 <= value < 1 << 16 for value in values.values()):
        raise ValueError("its labels are not class numbers")
    classes = [str(n) for n in range(max(values.values(), default=-1) + 1)]
    return {CLASS: lambda: (classes, values)} if values else {}


def _of(table: Mapping[str, Any], name: str, default: Any) -> Any:
    """What a table says of a picture, also where a zip file packed the folder around both."""
    return table.get(name, table.get(name.partition("/")[2], default))


def _folder_tables(names: Sequence[str]) -> Tables:
    folders = sorted({name.split("/")[0] for name in names if "/" in name})
    if len(folders) < 2 or not all("/" in name for name in names):
        return {}
    index = {folder: n for n, folder in enumerate(folders)}
    return {FOLDER: lambda: (folders, {name: index[name.split("/")[0]] for name in names})}


def _idx_table(container: Idx, path: Path) -> Table:
    values = read_idx(path)
    if values.shape != (len(container.names),):
        raise ValueError(f"{path} has {values.size} labels for {len(container.names)} pictures.")
    count = int(values.max(initial=0)) + 1
    fashion = "fashion" in str(container.path.absolute()).lower() and count <= len(FASHION)
    classes = FASHION if fashion else [str(n) for n in range(count)]
    return classes, dict(zip(container.names, values.tolist(), strict=True))
