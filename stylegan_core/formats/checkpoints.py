"""What checkpoints wrap around state dicts: a dictionary under a usual name, a prefix before every tensor's name."""

from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.limits import Budget
from stylegan_core.formats.weight_file import NetworkTree

WRAPPERS = ("state_dict", "model", "params")
PREFIX = "module."
"""What torch's DataParallel and AveragedModel put before names; the latter adds a count without it."""
MOST_PREFIXES = 3

Plain = dict[object, object]


def opened(root: Plain, budget: Budget) -> Plain:
    """The checkpoint, with the dictionaries of a wrapper beside its own."""
    for name in WRAPPERS:
        inner = root.get(name)
        if not isinstance(inner, dict):
            continue
        budget.spend_steps(len(inner) + len(root))
        if any(isinstance(value, dict) for value in inner.values()):
            root = {**{key: value for key, value in root.items() if key != name}, **inner}
    return root


def unwrapped(networks: dict[str, NetworkTree], budget: Budget) -> dict[str, NetworkTree]:
    """The networks without prefixes in their tensors' names; one under a wrapper's name has none of its own."""
    found: dict[str, NetworkTree] = {}
    for key, tree in networks.items():
        name = "" if key in WRAPPERS and "" not in found else key
        found[name] = NetworkTree(name, tree.options, _unprefixed(tree.tensors, budget))
    return found


def _unprefixed(tensors: dict[str, Array], budget: Budget) -> dict[str, Array]:
    for _ in range(MOST_PREFIXES):
        if 2 * sum(name.startswith(PREFIX) for name in tensors) <= len(tensors):
            break
        budget.spend_text(sum(map(len, tensors)))
        tensors = {name.removeprefix(PREFIX): values for name, values in tensors.items()}
    return tensors
