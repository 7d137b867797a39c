"""How lengths of time, bytes, counts and lists are said, alike in commands and the window; plain Python."""

from collections.abc import Sequence


def duration(seconds: float) -> str:
    """A length of time the way people say it: "40 s", "6 min", "7 h 40 min", "3 d 4 h"."""
    if seconds < 59.5:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def size_text(count: float) -> str:
    """A number of bytes in the unit people use for it: "820 MB", "2.1 GB"."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= scale:
            return f"{count / scale:.0f} {unit}" if unit == "MB" else f"{count / scale:.1f} {unit}"
    return f"{max(count, 0) / 1e3:.0f} kB"


def thousands(value: float) -> str:
    """A whole number with thin spaces between thousands: "1\u2009310"."""
    return f"{value:,.0f}".replace(",", "\u2009")


def counted(count: int, thing: str) -> str:
    """So many things, whose name takes an s where there is not one: "1 picture", "1\u2009310 pictures"."""
    return f"{thousands(count)} {thing}{'s' * (count != 1)}"


def listed(things: Sequence[str]) -> str:
    """One thing or more as a sentence lists them: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(things[:-1]), things[-1])))


def count_words(count: int) -> str:
    """A number of parameters in the unit in which it says something: "3.1 M", "24 k", "812"."""
    if count < 1000:
        return str(count)
    return f"{count / 1e6:.1f} M" if count >= 1e5 else f"{count / 1e3:.0f} k"
