"""From the inert objects of a reader to `NetworkTree`s: walks modules and dictionaries, bounded in depth.

A file may refer to one object from many places, so what is read once may be walked over very often: every visit is
paid from the budget, and so is every name that is put together.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from stylegan_core.formats.array_shells import Array, ArrayShell
from stylegan_core.formats.limits import MAX_DEPTH, Budget, RefusedFile
from stylegan_core.formats.pickle_machine import LongText
from stylegan_core.formats.stand_ins import NetworkShell, PersistentShell
from stylegan_core.formats.torch_tensors import TensorShell
from stylegan_core.formats.weight_file import NetworkTree

Plain = dict[object, object]
MADE = 8
"""Steps for a visit that makes an array or a dictionary: these weigh more than what one opcode makes."""


class SourceCounter:
    """Adds up the program text a file carries, each text once."""

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}

    def add(self, source: object) -> None:
        """Counts one text; it is looked at for its length only."""
        if isinstance(source, str | bytes | memoryview):
            self.seen[id(source)] = len(source)
        elif isinstance(source, LongText):
            self.seen[id(source)] = len(source.raw)

    @property
    def total(self) -> int:
        """Bytes (characters) in all."""
        return sum(self.seen.values())


def array_in(value: object, budget: Budget) -> Array | None:
    """The array a value stands for, or None where it is something else."""
    if not isinstance(value, ArrayShell | TensorShell | np.generic):
        return None
    budget.visit(MADE)
    if isinstance(value, ArrayShell):
        found = value.array
        budget.spend_tensor(found.nbytes)
        return found
    return value.array(budget) if isinstance(value, TensorShell) else np.asarray(value)


def tensorflow_network(shell: NetworkShell, budget: Budget, sources: SourceCounter) -> NetworkTree:
    """A dnnlib network with its components: 'mapping/Dense0/weight', 'synthesis/4x4/Conv/weight', 'lod', ..."""
    state = shell.state
    tree = NetworkTree(_text(state.get("name")), {}, {})
    tree.options = _options(state.get("static_kwargs"), budget)
    _tensorflow_variables(state, "", tree, budget, sources)
    components = state.get("components")
    for key, component in components.items() if isinstance(components, dict) else ():
        if not isinstance(component, NetworkShell) or not isinstance(key, str):
            raise RefusedFile("it holds a network whose component is not a network: damaged")
        _tensorflow_variables(component.state, _name(key, "/", budget), tree, budget, sources)
        tree.options[key] = _options(component.state.get("static_kwargs"), budget)
    return tree


def _tensorflow_variables(state: Plain, prefix: str, tree: NetworkTree, budget: Budget, sources: SourceCounter) -> None:
    sources.add(state.get("build_module_src"))
    variables = state.get("variables")
    if not isinstance(variables, list):
        raise RefusedFile("it holds a network without its variables: damaged")
    for variable in variables:
        budget.visit()
        if not isinstance(variable, tuple | list) or len(variable) != 2 or not isinstance(variable[0], str):
            raise RefusedFile("it holds a variable that is not a name with numbers: damaged")
        name, value = _name(prefix, variable[0], budget), variable[1]
        array = np.asarray(value) if isinstance(value, int | float) else array_in(value, budget)
        if array is None:
            raise RefusedFile(f"its variable {name[:60]!r} holds no numbers: damaged")
        tree.tensors[name] = array


def torch_module(name: str, shell: PersistentShell, budget: Budget, sources: SourceCounter) -> NetworkTree:
    """A stylegan2-ada module: its state dict as torch would name it, options from its `_init_kwargs`."""
    tree = NetworkTree(name, _options(shell.state.get("_init_kwargs"), budget), {})
    for path, module in _modules(shell, "", 0, budget):
        sources.add(module.source)
        if path:
            tree.options[path] = _options(module.state.get("_init_kwargs"), budget)
        prefix = _name(path, ".", budget) if path else ""
        for group in ("_parameters", "_buffers"):
            for key, value in _items(module.state.get(group), budget):
                array = array_in(value, budget)
                if array is not None:
                    tree.tensors[_name(prefix, key, budget)] = array
    return tree


def _modules(shell: PersistentShell, path: str, depth: int, budget: Budget) -> Iterator[tuple[str, PersistentShell]]:
    if depth > MAX_DEPTH:
        raise RefusedFile("its modules nest deeper than any network's")
    budget.visit()
    yield path, shell
    prefix = _name(path, ".", budget) if path else ""
    for key, child in _items(shell.state.get("_modules"), budget):
        if isinstance(child, PersistentShell):
            yield from _modules(child, _name(prefix, key, budget), depth + 1, budget)


def state_dicts(root: Plain, budget: Budget) -> tuple[dict[str, NetworkTree], dict[str, Array]]:
    """The state dicts of a checkpoint by their key ('' for a bare one), and the loose tensors beside them."""
    found: dict[str, NetworkTree] = {}
    loose = _tensors(root, budget)
    nested = [(key, value) for key, value in _items(root, budget) if isinstance(value, dict)]
    if any(key == "models" for key, _ in nested):
        nested += [(key, value) for key, value in _items(root["models"], budget) if isinstance(value, dict)]
    for key, value in nested:
        tensors = _tensors(value, budget)
        if tensors:
            found[key] = NetworkTree(key, {}, tensors)
    if found:
        return found, loose
    return ({"": NetworkTree("", {}, loose)} if loose else {}), {}


def _tensors(values: Plain, budget: Budget) -> dict[str, Array]:
    arrays = ((key, array_in(value, budget)) for key, value in _items(values, budget))
    return {key: array for key, array in arrays if array is not None}


def _items(values: object, budget: Budget) -> Iterator[tuple[str, object]]:
    """The items under text keys; every key is paid for."""
    for key, value in values.items() if isinstance(values, dict) else ():
        budget.visit()
        if isinstance(key, str):
            yield key, value


def _name(start: str, end: str, budget: Budget) -> str:
    """The two texts as one; a wide character makes all others of a text as wide."""
    width = 1 if start.isascii() and end.isascii() else 4
    budget.spend_text(width * (len(start) + len(end)))
    return start + end


def _options(values: object, budget: Budget, depth: int = 0) -> dict[str, object]:
    """Plain settings only: text, numbers, and short lists and dictionaries of them."""
    budget.visit(MADE)
    found: dict[str, object] = {}
    for key, value in islice(_items(values, budget), 200):
        if isinstance(value, dict) and depth < 3:
            found[key] = _options(value, budget, depth + 1)
        elif isinstance(value, np.generic):
            found[key] = value.item()
        elif value is None or isinstance(value, str | int | float | bool):
            found[key] = value
        elif isinstance(value, list | tuple):
            first = list(value[:64])
            budget.visit(len(first))
            if all(isinstance(v, int | float | str) for v in first):
                found[key] = first
    return found


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""
