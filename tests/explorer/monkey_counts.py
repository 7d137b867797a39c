"""What a window holds that must not grow while it is played with, and Python's idea of what Qt has freed."""

import bisect
import ctypes
import gc
import os
import threading
from collections import Counter
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QGraphicsItem, QLayoutItem, QListWidgetItem

KINDS = (QObject, QLayoutItem, QGraphicsItem, QListWidgetItem)  # each begins with the address of its class's table
Regions = list[tuple[int, int]]


def counts() -> dict[str, int]:
    """How many there are now: resident MB, threads, open files, processes below this one, widgets, objects of Qt."""
    gc.collect()
    wrappers = shiboken6.getAllValidWrappers()
    return {
        "MB": round(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6),
        "threads": threading.active_count(),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "processes": len(descendants(os.getpid())),
        "widgets": len(QApplication.allWidgets()),
        "windows": len(QApplication.topLevelWidgets()),
        "objects": len(wrappers),
    }


def kinds() -> dict[str, dict[str, int]]:
    """How many there are of each kind: windows by their class and that of their parent, objects of Qt by class."""
    windows = Counter(f"{_kind(each)} of {_kind(each.parent())}" for each in QApplication.topLevelWidgets())
    return {"windows": dict(windows), "objects": dict(Counter(map(_kind, shiboken6.getAllValidWrappers())))}


def _kind(thing: object) -> str:
    return type(thing).__name__


def freed() -> dict[str, int]:
    """By class, what PySide takes for alive though Qt has freed it: the next thing at that address ends the program.

    What lives begins with the address of a table that lies in a library.
    """
    maps = [line.split(None, 5) for line in Path("/proc/self/maps").read_text().splitlines()]
    readable = _regions([each for each in maps if "r" in each[1]])
    libraries = _regions([each for each in maps if ".so" in each[-1]])
    gone = Counter[str]()
    for wrapper in shiboken6.getAllValidWrappers():
        if isinstance(wrapper, KINDS):
            at = shiboken6.getCppPointer(wrapper)[0]
            if not (_inside(readable, at) and _inside(libraries, ctypes.c_uint64.from_address(at).value)):
                gone[type(wrapper).__name__] += 1
    return dict(gone)


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that these have, as far as they still run."""
    found: list[int] = []
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return found  # it has just ended
    for task in tasks:
        try:
            children = [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def _regions(maps: list[list[str]]) -> Regions:
    return sorted((int(low, 16), int(high, 16)) for low, _, high in (each[0].partition("-") for each in maps))


def _inside(regions: Regions, address: int) -> bool:
    at = bisect.bisect(regions, (address, 1 << 64)) - 1
    return at >= 0 and address < regions[at][1]
