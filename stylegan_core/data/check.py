"""Says what a data set holds and what is wrong with it: broken, tiny, odd and repeated pictures, and usable sizes."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stylegan_core.amounts import counted
from stylegan_core.data.containers import Container, NotNow, PictureFiles, open_container, printable
from stylegan_core.data.duplicates import difference_hash, exact_groups, near_groups, thumbnail
from stylegan_core.data.few import FEW, FEW_CURE, FEW_SAID
from stylegan_core.data.labels import attribute_tables
from stylegan_core.data.pictures import open_picture, to_rgb

TINY = 32  # pixels of the shorter side, below which a picture is called tiny
MOST = 0.9  # of the pictures that the usable resolution must not enlarge
PLAIN_MODES = ("RGB", "L")
SHOWN = 8  # names a line of the text shows


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found; names are relative to the data set."""

    path: str
    pictures: int
    unreadable: dict[str, str]  # name: what is wrong
    tiny: dict[str, str]  # name: size
    odd_modes: dict[str, list[str]]  # Pillow's mode, other than RGB and L: names
    identical: list[list[str]]  # groups of names with the same bytes
    similar: list[list[str]]  # groups that look the same, without those of the same bytes
    not_square: int
    resolution: int  # largest power of two that most pictures fill; 0 where none can be read
    shorter_sides: dict[int, int]  # power of two: how many pictures have it as the largest that fits
    unread: list[str]  # files that are pictures, too, of a kind that cannot be read
    attributes: list[str]  # that it can be trained on
    incomplete: dict[str, int]  # attribute that it cannot be trained on: how many pictures have none
    labels_trouble: str  # why the labels beside the pictures cannot be read, or empty

    def to_json(self) -> str:
        """All of it, for programs."""
        return json.dumps(asdict(self), indent=1)

    def to_text(self) -> str:
        """All of it, in sentences."""
        lines = [f"{self.path}: {counted(self.pictures, 'picture')}."]
        if self.resolution:
            lines.append(f"Usable resolution: {self.resolution} (at least {MOST:.0%} of the pictures fill it).")
            sides = ", ".join(f"{number} from {side}" for side, number in self.shorter_sides.items())
            lines.append(f"Shorter sides: {sides}.")
        lines += [f"Not square, so cropped or letter-boxed: {self.not_square}."] if self.not_square else []
        lines += _listed("Cannot be read, will be skipped", [f"{n} ({why})" for n, why in self.unreadable.items()])
        lines += _listed(f"Smaller than {TINY} pixels", [f"{name} ({size})" for name, size in self.tiny.items()])
        lines += _listed("Of a kind that cannot be read, so left out; save them as PNG or JPEG", self.unread)
        for mode, names in self.odd_modes.items():
            lines += _listed(f"Of mode {mode}, will be converted", names)
        lines += _listed("Identical", [" = ".join(group) for group in self.identical])
        lines += _listed("Nearly the same", [" ~ ".join(group) for group in self.similar])
        lines += [f"Attributes to train on: {', '.join(self.attributes)}."] if self.attributes else []
        lines += [
            f"Not to train on: {name}, for {lack} of the pictures have none." for name, lack in self.incomplete.items()
        ]
        lines += [self.labels_trouble] if self.labels_trouble else []
        lines += [f"{FEW_SAID} {FEW_CURE}"] if 0 < self.pictures < FEW else []
        found = (self.unreadable, self.tiny, self.identical, self.similar, self.unread, self.incomplete)
        problems = any(found) or self.labels_trouble or self.pictures < FEW
        return "\n".join([*lines, *([] if problems else ["Nothing is wrong with it."])])


def _listed(title: str, names: list[str]) -> list[str]:
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return [f"{title}: {len(names)}: {', '.join(map(printable, names[:SHOWN]))}{more}."] if names else []


@dataclass(frozen=True, slots=True)
class Seen:
    """One readable picture."""

    name: str
    size: tuple[int, int]
    mode: str
    digest: bytes
    code: int
    thumb: NDArray[np.uint8]


def check(path: str | Path, progress: Callable[[int, int], None] | None = None) -> Report:
    """Reads every picture of a data set once; `progress(done, total)` is called after each.

    Raises OSError or ValueError with one sentence where there is no data set.
    """
    container = open_container(Path(path))
    seen: list[Seen] = []
    unreadable: dict[str, str] = {}
    for done, (name, found) in enumerate(_look(container), 1):
        if isinstance(found, Seen):
            seen.append(found)
        else:
            unreadable[name] = found
        if progress:
            progress(done, len(container.names))
    return _report(container, seen, unreadable)


def _look(container: Container) -> Iterator[tuple[str, Seen | str]]:
    """Each name with what was seen, or what is wrong."""
    for index, name in enumerate(container.names):
        try:
            if isinstance(container, PictureFiles):
                data = container.data(name)
                picture = open_picture(data)
            else:
                picture = Image.fromarray(container.read(index, container.first_side(), "crop", (0, 0, 0))[0])
                data = picture.tobytes()
            rgb = to_rgb(picture, (255, 255, 255))
            digest = hashlib.blake2b(data, digest_size=16).digest()
            yield name, Seen(name, picture.size, picture.mode, digest, difference_hash(rgb), thumbnail(rgb))
        except (ValueError, NotNow) as error:
            yield name, str(error)


def _report(container: Container, seen: list[Seen], unreadable: dict[str, str]) -> Report:
    sides = [min(one.size) for one in seen]
    odd: dict[str, list[str]] = {}
    for one in seen:
        if one.mode not in PLAIN_MODES:
            odd.setdefault(one.mode, []).append(one.name)
    identical = exact_groups([one.digest for one in seen])
    repeated = {index for group in identical for index in group[1:]}
    once = [one for index, one in enumerate(seen) if index not in repeated]
    similar = near_groups([one.code for one in once], [one.thumb for one in once])
    complete, incomplete, trouble = _attributes(container)
    return Report(
        path=str(container.path),
        pictures=len(container.names),
        unreadable=unreadable,
        tiny={one.name: f"{one.size[0]} x {one.size[1]}" for one in seen if min(one.size) < TINY},
        odd_modes=odd,
        identical=[[seen[index].name for index in group] for group in identical],
        similar=[[once[index].name for index in group] for group in similar],
        not_square=sum(one.size[0] != one.size[1] for one in seen),
        resolution=usable_resolution(sides),
        shorter_sides=dict(sorted(Counter(1 << (side.bit_length() - 1) for side in sides).items())),
        unread=list(container.unread),
        attributes=complete,
        incomplete=incomplete,
        labels_trouble=trouble,
    )


def _attributes(container: Container) -> tuple[list[str], dict[str, int], str]:
    """The attributes that every picture has, how many lack each of the others, and why labels cannot be read."""
    lacking: dict[str, int] = {}
    try:
        for name, table in attribute_tables(container).items():
            known = table()[1]
            lacking[name] = sum(picture not in known for picture in container.names)
    except ValueError as error:
        return [], {}, str(error)
    return [name for name, lack in lacking.items() if not lack], {n: lack for n, lack in lacking.items() if lack}, ""


def usable_resolution(sides: list[int]) -> int:
    """The largest power of two up to 1024 that most of the shorter sides reach; 0 for none at all."""
    if not sides:
        return 0
    reached = sorted(sides)[len(sides) - math.ceil(MOST * len(sides))]
    return min(1024, 1 << (reached.bit_length() - 1))
