"""The names of what a run writes as it goes, made from how many images it had seen; they sort in that order."""

import re
from collections.abc import Iterable
from pathlib import Path

STEM = re.compile(r"(\d{6,})(?:_(\d{3}))?", re.ASCII)
STATE = ".state.safetensors"  # the training state beside a drawable checkpoint


def stem_at(img: int) -> str:
    """The name of what is written after ``img`` images: kimg in six digits, and the images beyond a whole one."""
    kimg, images = divmod(img, 1000)
    return f"{kimg:06d}_{images:03d}" if images else f"{kimg:06d}"


def img_of(path: Path) -> int | None:
    """The images in a name made by :func:`stem_at`, also in that of a training state; None for any other name.

    Runs begun by earlier versions named whole kimg alone, so theirs may be up to 999 less than was seen.
    """
    found = STEM.fullmatch(path.name.removesuffix(STATE) if path.name.endswith(STATE) else path.stem)
    return int(found[1]) * 1000 + int(found[2] or 0) if found else None


def kimg_of(path: Path) -> float | None:
    """The same in thousands of images."""
    img = img_of(path)
    return None if img is None else img / 1000


def of_one_run(one: Path, other: Path) -> bool:
    """Whether two networks are snapshots of the same run, or one of it: by their names, in the same folder."""
    return one.parent == other.parent and None not in (img_of(one), img_of(other))


def kimg_words(path: Path) -> str:
    """How a snapshot of a run is called: "0.064 kimg", "85.1 kimg", "85 kimg"; other names as they are."""
    kimg = kimg_of(path)
    if kimg is None:
        return path.stem
    return f"{kimg:g} kimg" if kimg < 1 else f"{kimg:.1f}".removesuffix(".0") + " kimg"


def state_file(drawable: Path) -> Path:
    """Where the training state lies beside a drawable checkpoint."""
    return drawable.with_name(drawable.stem + STATE)


def by_img(paths: Iterable[Path]) -> list[Path]:
    """Those of the paths that are named by their images, the earliest first."""
    found = [(img, path) for path in paths if (img := img_of(path)) is not None]
    return [path for _, path in sorted(found)]
