"""How what a file says, and what is wrong with it, is put into words: printable, short, naming the file."""

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from stylegan_core.formats.limits import Cancelled, RefusedFile

MOST_SAID = 400
"""Characters of a refusal; what a file says within one is shorter still."""
MOST_LISTED = 5
LONGEST_PATH = 1000

DAMAGE = (
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
)
"""What Python and numpy raise on contents that no check here foresaw."""


def shown(text: str, most: int = 60) -> str:
    """Text from a file, safe to show: without control characters, escapes and lone surrogates, and short."""
    clean = "".join(c if c.isprintable() else "?" for c in text[:most])
    return clean + ("..." if len(text) > most else "")


def listed(names: Iterable[str]) -> str:
    """The first few names in quotation marks, and how many more there are."""
    every = list(names)
    first = ", ".join(f"'{shown(name)}'" for name in every[:MOST_LISTED])
    more = f" and {len(every) - MOST_LISTED:,} more" if len(every) > MOST_LISTED else ""
    return first + more or "nothing"


@contextmanager
def naming(name: object) -> Iterator[None]:
    """Inside, every way in which a file can be wrong becomes one RefusedFile whose sentence begins with `name`."""
    try:
        yield
    except Cancelled:
        raise Cancelled(f"{name}: reading was cancelled.") from None
    except RefusedFile as error:
        raise RefusedFile(f"{name}: {shown(str(error), MOST_SAID)}.") from None
    except MemoryError as error:
        raise RefusedFile(f"{name}: it needs more memory than there is, or is damaged.") from error
    except DAMAGE as error:
        raise RefusedFile(f"{name}: it is damaged in a way that no network file is.") from error
