"""Names that people gave, as part of a line: what would break it or turn what follows around is one dot."""

import re

BREAKS = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
APART, ON_AGAIN = chr(0x2068), chr(0x2069)  # no font draws them


def one_line(words: str) -> str:
    """Words with names of files in them as one line, read in its own direction: each stretch of breaks is "·"."""
    return BREAKS.sub("·", words)


def set_apart(name: str) -> str:
    """A name inside a line: one that is written from right to left does not move the numbers beside it."""
    return f"{APART}{one_line(name)}{ON_AGAIN}"
