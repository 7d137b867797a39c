"""What this project's own safetensors say of themselves: the network's configuration, and facts about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.sentences import shown
from stylegan_core.json_text import read_json
from stylegan_core.networks.config import NetworkConfig

STATE_FORMAT = "stylegan-explorer training state"  # what lies beside a network while it trains
MOST_NOTES = 20
LONGEST_NAME, LONGEST_FACT = 200, 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands in a file beside its numbers: name, state of growth, origin and notes, all safe to show."""

    name: str
    level: int
    alpha: float
    origin: str
    notes: tuple[str, ...]


def read_config(metadata: Mapping[str, str]) -> NetworkConfig:
    """The network that the metadata describes; raises RefusedFile."""
    try:
        data = read_json(metadata["config"])
        if not isinstance(data, dict):
            raise ValueError("its configuration is no table")
        return NetworkConfig.from_dict(data)
    except KeyError:
        raise RefusedFile("it does not say what network it holds: incomplete") from None
    except (ValueError, TypeError, OverflowError) as error:
        raise RefusedFile(f"it does not say what network it holds ({str(error).rstrip('.')})") from None


def read_facts(metadata: Mapping[str, str], config: NetworkConfig, name: str) -> Facts:
    """The facts about a network of this configuration, called `name` unless they say; raises RefusedFile."""
    try:
        found = read_json(metadata.get("facts", "{}"))
        level, alpha = int(found.get("level", config.levels - 1)), float(found.get("alpha", 1.0))
        notes = found.get("notes", [])
        if not isinstance(notes, list):
            raise TypeError
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise RefusedFile("it holds facts that cannot be read; convert or save it again") from None
    if not (0 <= level < config.levels and 0 <= alpha <= 1):
        raise RefusedFile(f"it says level {level}, alpha {alpha:g}, which its network does not have")
    return Facts(
        shown(str(found.get("name", name)), LONGEST_NAME),
        level,
        alpha,
        shown(str(found.get("origin", "")), LONGEST_FACT),
        tuple(shown(str(note), LONGEST_FACT) for note in notes[:MOST_NOTES]),
    )
