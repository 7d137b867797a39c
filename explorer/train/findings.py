"""What ``data check`` found, in sentences: what is wrong, what happens to it, and what one click can do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from explorer.train.words import square
from stylegan_core.amounts import counted, thousands
from stylegan_core.data.few import FEW, FEW_SAID
from stylegan_core.files.names import one_line
from stylegan_core.training.groups import PAPER_TARGET

NAMED = 3
CLEAN, LOOK = "clean", "look"


@dataclass(frozen=True, slots=True)
class Cure:
    """A button: ``act`` is "preset:NAME", "set:KEY=VALUE", "clean" (a copy without what is wrong) or "look"."""

    text: str
    tip: str
    act: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence with the colour token of its weight, and what cures it."""

    text: str
    tone: str
    cures: tuple[Cure, ...] = ()


LETTERBOX = Cure("show all of it", "Adds bars instead of cutting the sides off.", "set:data.fit=letterbox")
CROP = Cure("use the middle", "Cuts the sides off instead of adding bars.", "set:data.fit=crop")
MIRROR = Cure(
    "mirror them", "Shows half of the pictures mirrored: twice as many to learn from.", "set:data.mirror=true"
)
AUGMENT = Cure(
    "augment",
    f"Alters what D sees, as much as is needed (ADA, target {PAPER_TARGET}).",
    f"set:ada.target={PAPER_TARGET}",
)


def findings(report: dict[str, Any], resolution: int, better: str, settings: Iterable[str]) -> list[Finding]:
    """A data check's report for a network of this resolution; ``better`` names a preset that suits the pictures.

    ``settings`` are the changes a person has made: what they cure is not offered again.
    """
    made = dict(each.partition("=")[::2] for each in settings)
    found = [_size(report, resolution, better), *_few(report, made), *_wrong(report, resolution), *_unused(report)]
    if report.get("not_square"):
        boxed = made.get("data.fit") == "letterbox"
        what = "bars are added" if boxed else "the middle is used"
        text = f"{_are(int(report['not_square']))} not square; {what}."
        found.append(Finding(text, "muted", (CROP if boxed else LETTERBOX,)))
    for mode, names in dict(report.get("odd_modes") or {}).items():
        found.append(Finding(f"{_are(len(names))} of mode {mode} and will be converted to RGB.", "muted"))
    similar = list(report.get("similar") or [])
    if similar:
        groups = "1 group looks" if len(similar) == 1 else f"{thousands(len(similar))} groups look"
        found.append(Finding(f"{groups} nearly the same, such as {_named(similar[0])}.", "muted"))
    return found


def _size(report: dict[str, Any], resolution: int, better: str) -> Finding:
    count, usable = int(report.get("pictures", 0)), int(report.get("resolution", 0))
    if not usable:
        none = "The one picture cannot" if count == 1 else f"None of the {thousands(count)} pictures can"
        return Finding(f"{none} be read.", "bad")
    enough = f"{counted(count, 'picture')}, sharp enough for {square(usable)}"
    if usable >= resolution:
        return Finding(f"{enough}.", "good")
    text = f"{enough}: {'it' if count == 1 else 'most'} would be enlarged to {square(resolution)}."
    cure = Cure(f"use {better}", "The preset for pictures of this size.", f"preset:{better}")
    return Finding(text, "warning", (cure,) if better else ())


def _few(report: dict[str, Any], made: dict[str, str]) -> list[Finding]:
    if int(report.get("pictures", 0)) >= FEW:
        return []
    cures = tuple(cure for cure in (MIRROR, AUGMENT) if cure.act.partition(":")[2].partition("=")[0] not in made)
    return [Finding(FEW_SAID, "warning", cures)]


def _wrong(report: dict[str, Any], resolution: int) -> list[Finding]:
    unreadable, tiny = dict(report.get("unreadable") or {}), _enlarged(report, resolution)
    identical = list(report.get("identical") or [])
    found = []
    if unreadable:
        found.append(
            Finding(f"{_are(len(unreadable))} unreadable and will be skipped: {_named(unreadable)}.", "warning")
        )
    if tiny:
        found.append(Finding(f"{_are(len(tiny))} tiny and will be enlarged: {_named(tiny)}.", "warning"))
    if identical:
        text = f"{_are(len(repeated(report)))} there more than once, such as {_named(identical[0])}."
        found.append(Finding(text, "warning"))
    if found and not str(report.get("path", "")).endswith(("ubyte", ".gz")):
        count = len(unwanted(report, resolution))
        what = "it" if count == 1 else "these"
        tip = f"Makes a copy of the data without {what} and uses that; your own files stay as they are."
        last = found[-1]
        found[-1] = Finding(
            last.text,
            last.tone,
            (Cure(f"leave these {thousands(count)} out" if count > 1 else "leave it out", tip, CLEAN),),
        )
    return found


def _unused(report: dict[str, Any]) -> list[Finding]:
    """What lies beside the pictures and is of no use as it is: other kinds of files, and labels."""
    unread, found = list(report.get("unread") or []), []
    if unread:
        kinds = ", ".join(sorted({PurePosixPath(str(name)).suffix.lower() for name in unread}))
        text = f"{_are(len(unread))} left out, of a kind that cannot be read ({kinds}); PNG and JPEG can."
        found.append(Finding(text, "warning"))
    incomplete = dict(report.get("incomplete") or {})
    if incomplete:
        lack = [f"{name.replace('_', ' ')} ({thousands(count)})" for name, count in incomplete.items()]
        what = ", ".join(lack[:NAMED]) + (" …" if len(lack) > NAMED else "")
        found.append(Finding(f"Not offered as classes, for some pictures have none: {what}.", "muted"))
    if report.get("labels_trouble"):
        found.append(Finding(f"Without classes: {report['labels_trouble']}", "warning"))
    return found


def repeated(report: dict[str, Any]) -> list[str]:
    """The names of pictures that are there under another name too, the first of each group left alone."""
    return [str(name) for group in report.get("identical") or [] for name in group[1:]]


def unwanted(report: dict[str, Any], resolution: int) -> set[str]:
    """The names of all pictures that a clean copy for a network of this resolution leaves out."""
    return {*map(str, report.get("unreadable") or {}), *_enlarged(report, resolution), *repeated(report)}


def _enlarged(report: dict[str, Any], resolution: int) -> list[str]:
    """The names of the tiny pictures that are too small for this network, too; their sizes are like "24 x 30"."""
    sizes = dict(report.get("tiny") or {}).items()
    return [str(name) for name, size in sizes if min(map(int, str(size).split(" x "))) < resolution]


def _are(count: int) -> str:
    return f"{counted(count, 'picture')} {'is' if count == 1 else 'are'}"


def _named(names: Any) -> str:
    some = [one_line(str(name)) for name in names]
    return ", ".join(some[:NAMED]) + (f" and {len(some) - NAMED} more" if len(some) > NAMED else "")


def why_it_cannot_fit(answer: dict[str, Any]) -> str:
    """Why the preset cannot run on this machine, in one sentence; empty where it can."""
    return str(next(iter(answer.get("problems") or []), ""))
