"""Regression pictures: how two pictures of a window are compared, and how the approved ones are kept small."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

Shot = npt.NDArray[np.uint8]  # [height, width, 3]

APPROVED = Path(__file__).with_name("pictures")
FOUND = Path(__file__).parents[2] / "build" / "regression"
CELL = 4  # pixels: letters drawn a little bolder change little in the mean of a cell, a letter that is gone does
STRANGE = 16  # of 255: the mean of a cell differs by more where something else stands there
FEWEST = 3  # strange cells, about one small letter
DEPTH = 8  # colours are kept in steps of this, which costs nobody anything and most of the bytes


def approving() -> bool:
    """Whether the pictures of this run are to be kept as the approved ones."""
    return os.environ.get("REGRESSION") == "approve"


def strange_cells(approved: Shot, seen: Shot) -> npt.NDArray[np.bool_]:
    """[rows, columns] where the means of a cell of two equally large pictures lie apart."""
    apart = np.abs(_means(approved) - _means(seen)).max(axis=2)
    return np.asarray(apart > STRANGE)


def difference(approved: Shot, seen: Shot) -> str:
    """How the picture differs from the approved one, in words; empty where it does not."""
    if approved.shape != seen.shape:
        (high, wide), (rows, columns) = approved.shape[:2], seen.shape[:2]
        return f"is {columns}×{rows} and was {wide}×{high}"
    strange = strange_cells(approved, seen)
    count = int(strange.sum())
    if count < FEWEST:
        return ""
    rows, columns = np.nonzero(strange)
    left, top = CELL * int(columns.min()), CELL * int(rows.min())
    right, bottom = CELL * (int(columns.max()) + 1), CELL * (int(rows.max()) + 1)
    return f"differs in {count} places between ({left}, {top}) and ({right}, {bottom})"


def judge(name: str, seen: Shot) -> str:
    """Compares with the approved picture of that name, or makes it the approved one; words where it differs."""
    path = APPROVED / f"{name}.png"
    if approving():
        if not path.exists() or difference(read(path), coarse(seen)):
            keep(path, seen)
        return ""
    if not path.exists():
        return f"{name}: there is no approved picture"
    approved = read(path)
    words = difference(approved, seen)
    if words:
        keep(FOUND / f"{name}.png", seen)
        if approved.shape == seen.shape:
            keep(FOUND / f"{name}-where.png", marked(approved, seen))
    return f"{name} {words}" if words else ""


def marked(approved: Shot, seen: Shot) -> Shot:
    """The picture, dimmed where it is as it was."""
    strange = np.kron(strange_cells(approved, seen), np.ones((CELL, CELL), bool))[: seen.shape[0], : seen.shape[1]]
    return np.where(strange[..., None], seen, seen // 4).astype(np.uint8)


def coarse(shot: Shot) -> Shot:
    """The picture with fewer colours, each in the middle of its step."""
    return np.minimum(shot // DEPTH * DEPTH + DEPTH // 2, 255).astype(np.uint8)


def keep(path: Path, shot: Shot) -> None:
    """Writes a small PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(coarse(shot))
    if len(image.getcolors(1 << 20) or range(257)) <= 256:
        image = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=256)
    image.save(path, optimize=True)


def read(path: Path) -> Shot:
    """uint8 [height, width, 3]."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _means(shot: Shot) -> npt.NDArray[np.int16]:
    """[rows, columns, 3]: the mean of each cell."""
    return np.asarray(Image.fromarray(shot).reduce(CELL), np.int16)
