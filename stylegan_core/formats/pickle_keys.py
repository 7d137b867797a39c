"""What may be a key of a dictionary or a member of a set: values whose hashes a file cannot make collide.

Text and bytes are hashed with a secret of the process. A whole number hashes to itself below 2**61 - 1 and repeats
above; a float of this size shares its hash with some tens of others at most. A tuple's hash has no secret, so tuples
are few.
"""

from collections.abc import Hashable

from stylegan_core.formats.limits import Budget, RefusedFile

LARGEST = 2**60
TUPLE_STEPS = 250
_NUMBERS = (int, float)
_SIMPLE = (*_NUMBERS, str, bytes, type(None))


def dictionary_key(value: object, budget: Budget) -> Hashable:
    """The value, where it is a simple one or a short tuple of them, so that hashing cannot run deep.

    Raises RefusedFile for other values, and for numbers of 2**60 and more.
    """
    if isinstance(value, _SIMPLE):
        return _simple(value)
    if isinstance(value, tuple) and len(value) <= 8 and all(isinstance(item, _SIMPLE) for item in value):
        budget.spend_steps(TUPLE_STEPS)
        return tuple(_simple(item) for item in value)
    raise RefusedFile(f"it uses a {type(value).__name__} as a key, which no network does")


def _simple(value: Hashable) -> Hashable:
    if isinstance(value, _NUMBERS) and not -LARGEST < value < LARGEST:
        raise RefusedFile("it uses a number as a key that is larger than any network needs")
    return value
