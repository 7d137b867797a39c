"""The fixed table of names a network file may mention, and the inert objects they become."""

from collections.abc import Hashable, Iterable

from stylegan_core.formats.array_shells import NUMPY_TABLE
from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.pickle_keys import dictionary_key
from stylegan_core.formats.pickle_machine import Shell, StandIn, Table


class Dictionary(dict[object, object], Shell):
    """OrderedDict, EasyDict and defaultdict: a dictionary that ignores the attributes files set on it."""

    def set_state(self, state: object, _budget: Budget) -> None:
        """EasyDict keeps its items as state; what OrderedDict adds (torch's _metadata) is not needed."""
        if isinstance(state, tuple) and len(state) == 2:
            state = state[0] or state[1]
        if state is not None and not isinstance(state, dict):
            raise RefusedFile("it sets a dictionary's state to something that is none: damaged")


class NetworkShell(Shell):
    """A dnnlib Network of the TensorFlow files: its state, kept and not acted on."""

    def __init__(self) -> None:
        self.state: dict[object, object] = {}

    def set_state(self, state: object, _budget: Budget) -> None:
        """Keeps the state dictionary."""
        if not isinstance(state, dict):
            raise RefusedFile("it holds a network whose contents are not a dictionary: damaged")
        self.state = state


class PersistentShell(Shell):
    """A module of the stylegan2-ada and stylegan3 files: its class name, state and the length of its source."""

    def __init__(self, class_name: str, state: dict[object, object], source: object) -> None:
        self.class_name, self.state, self.source = class_name, state, source


class SettingsShell(Shell):
    """argparse.Namespace and the like: read past, not used."""

    def set_state(self, state: object, _budget: Budget) -> None:
        """Drops what the file sets."""
        if not isinstance(state, dict):
            raise RefusedFile("it holds settings that are not a dictionary: damaged")


def pairs_of(value: object, budget: Budget) -> Iterable[tuple[Hashable, object]]:
    """The items of a list of pairs, as OrderedDict is written by old Pythons."""
    if isinstance(value, dict):
        value = list(value.items())
    if not isinstance(value, list | tuple):
        raise RefusedFile("it fills a dictionary from something that is not a list of pairs: damaged")
    budget.spend_steps(len(value))
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not isinstance(pair[0], str | int):
            raise RefusedFile("it fills a dictionary from something that is not a list of pairs: damaged")
        yield dictionary_key(pair[0], budget), pair[1]


def _dictionary(arguments: tuple[object, ...], budget: Budget) -> Dictionary:
    return Dictionary(pairs_of(arguments[0], budget)) if arguments else Dictionary()


def _default_dictionary(arguments: tuple[object, ...], budget: Budget) -> Dictionary:
    return _dictionary(arguments[1:2], budget)


def _set(arguments: tuple[object, ...], budget: Budget) -> set[Hashable]:
    items = arguments[0] if arguments else []
    if not isinstance(items, list | tuple | set):
        raise RefusedFile("it makes a set of something that is not a list: damaged")
    budget.spend_steps(len(items))
    if not all(isinstance(item, str | int) for item in items):
        raise RefusedFile("it makes a set of something other than names and numbers: damaged")
    return {dictionary_key(item, budget) for item in items}


def _network(arguments: tuple[object, ...], _budget: Budget) -> NetworkShell:
    if arguments:
        raise RefusedFile("it builds a network with arguments, where files hold finished ones")
    return NetworkShell()


def _persistent(arguments: tuple[object, ...], _budget: Budget) -> PersistentShell:
    meta = arguments[0] if len(arguments) == 1 else None
    if not isinstance(meta, dict) or meta.get("type") != "class":
        raise RefusedFile("it holds a module that is not described as stylegan2-ada does: damaged")
    name, state = meta.get("class_name"), meta.get("state")
    if not isinstance(name, str) or not isinstance(state, dict):
        raise RefusedFile("it holds a module without a class name or contents: damaged")
    return PersistentShell(name, state, meta.get("module_src"))


def _reconstructor(arguments: tuple[object, ...], budget: Budget) -> object:
    """``copyreg._reconstructor(class, base, state)`` of protocols 0 and 1, for classes of the table only."""
    made = arguments[0] if len(arguments) == 3 else None
    if not isinstance(made, StandIn) or made.make is None:
        raise RefusedFile("it rebuilds an object of an unknown class; nothing was run")
    state = arguments[2]
    return made.make((state,) if isinstance(state, dict) else (), budget)


def _settings(_arguments: tuple[object, ...], _budget: Budget) -> SettingsShell:
    return SettingsShell()


_DICTIONARY = StandIn("OrderedDict", _dictionary)
_EASY = StandIn("EasyDict", _dictionary)
_NETWORK = StandIn("the network class", _network)

PLAIN_TABLE: Table = {
    ("collections", "OrderedDict"): _DICTIONARY,
    ("collections", "defaultdict"): StandIn("defaultdict", _default_dictionary),
    ("builtins", "set"): StandIn("set", _set),
    ("__builtin__", "set"): StandIn("set", _set),
    **{(m, n): StandIn(n) for m in ("builtins", "__builtin__") for n in ("dict", "list", "int", "float", "object")},
    **{(m, "_reconstructor"): StandIn("copyreg", _reconstructor) for m in ("copyreg", "copy_reg")},
    ("argparse", "Namespace"): StandIn("argparse.Namespace", _settings),
    **NUMPY_TABLE,
}

NVIDIA_TABLE: Table = {
    **{(module, "Network"): _NETWORK for module in ("dnnlib.tflib.network", "dnnlib.tflib", "tfutil", "network")},
    **{(module, "EasyDict"): _EASY for module in ("dnnlib.util", "dnnlib", "config", "util_scripts")},
    ("torch_utils.persistence", "_reconstruct_persistent_obj"): StandIn("the module maker", _persistent),
}
