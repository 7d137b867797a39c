"""Contact sheets: many small pictures with their names on one page, as PNG or PDF."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from stylegan_core.files.whole_file import write_whole
from stylegan_core.info import ModelInfo
from stylegan_core.pictures.picture import EFFORT, labels, png_text
from stylegan_core.pictures.recipe_list import list_to_json
from stylegan_core.pictures.saved_picture import RECIPES
from stylegan_core.recipe import Recipe

Pixels = npt.NDArray[np.uint8]
MARGIN, GAP, CAPTION = 24, 12, 20  # pixels
PAPER, INK = (255, 255, 255), (60, 66, 80)
MOST_PIXELS = 1 << 26  # that the pictures of a sheet may have: Pillow takes a file with many more for an attack


def side_on_sheet(resolution: int, count: int) -> int:
    """The side that so many pictures may have on one sheet, so that it can be opened again: R, R/2, R/4 …"""
    side = resolution
    while side > 1 and count * side**2 > MOST_PIXELS:
        side //= 2
    return side


def shrunk(pixels: Pixels, size: int) -> Pixels:
    """The picture at size² by averaging, or as it is where it is no larger."""
    if pixels.shape[0] <= size:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BOX))


def contact_sheet(pictures: Sequence[Pixels | None], captions: Sequence[str], columns: int) -> Pixels:
    """Pictures uint8 [S, S, 3], row after row, each with its caption below -> one uint8 [H, W, 3].

    In place of a picture that is None stands its caption alone. Raises ValueError where there is nothing to show or
    the captions do not match.
    """
    drawn = [picture for picture in pictures if picture is not None]
    if not drawn or len(pictures) != len(captions) or columns < 1:
        raise ValueError("A contact sheet needs at least one picture, a caption for each, and at least one column.")
    plan = _Plan.of(drawn[0].shape[0], captions, columns)
    page = Image.new("RGB", (plan.width, plan.height), PAPER)
    pen = ImageDraw.Draw(page)
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        middle, top = plan.middle(index), MARGIN + index // plan.columns * plan.pitch
        if picture is None:
            pen.multiline_text((middle, top + plan.side / 2), caption, INK, plan.font, anchor="mm", align="center")
        else:
            page.paste(Image.fromarray(picture), (middle - plan.side // 2, top))
            pen.text((middle, top + plan.side + 4), caption, INK, plan.font, anchor="ma")
    return np.asarray(page)


def grey_sheet(
    pictures: Callable[[int], Pixels], side: int, captions: Sequence[str], columns: int
) -> tuple[int, int, Iterator[Pixels]]:
    """Width and height of a sheet of grey pictures uint8 [side, side], and its bands uint8 [h, width] from the top.

    Each picture is asked for by its place when its band is made, so that one row of them at a time is in memory.
    Captions have one line. The sheet is the red of what :func:`contact_sheet` makes of the same.
    """
    plan = _Plan.of(side, captions, columns)
    return plan.width, plan.height, _grey_bands(plan, pictures, captions)


def _grey_bands(plan: "_Plan", pictures: Callable[[int], Pixels], captions: Sequence[str]) -> Iterator[Pixels]:
    margin = np.full((MARGIN, plan.width), PAPER[0], np.uint8)
    yield margin
    for row in range(plan.rows):
        last = row == plan.rows - 1
        band = Image.new("L", (plan.width, plan.pitch - GAP if last else plan.pitch), PAPER[0])
        pen = ImageDraw.Draw(band)
        for index in range(row * plan.columns, min((row + 1) * plan.columns, len(captions))):
            middle = plan.middle(index)
            band.paste(Image.fromarray(pictures(index)), (middle - plan.side // 2, 0))
            pen.text((middle, plan.side + 4), captions[index], INK[0], plan.font, anchor="ma")
        yield np.asarray(band)
    yield margin


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where pictures lie on a sheet: ``wide`` is a column, ``pitch`` a row with its caption and gap, in pixels."""

    side: int
    columns: int
    rows: int
    wide: int
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont

    @classmethod
    def of(cls, side: int, captions: Sequence[str], columns: int) -> "_Plan":
        """Columns as wide as the widest caption, or as the pictures."""
        font = ImageFont.load_default(12)
        columns = min(columns, len(captions))
        measure = ImageDraw.Draw(Image.new("RGB", (1, 1)))
        wide = max(side, *(math.ceil(measure.multiline_textbbox((0, 0), caption, font)[2]) for caption in captions))
        return cls(side, columns, -(-len(captions) // columns), wide, font)

    @property
    def pitch(self) -> int:
        return self.side + CAPTION + GAP

    @property
    def width(self) -> int:
        return 2 * MARGIN + self.columns * (self.wide + GAP) - GAP

    @property
    def height(self) -> int:
        return 2 * MARGIN + self.rows * self.pitch - GAP

    def middle(self, index: int) -> int:
        """The middle of a picture from the left."""
        return MARGIN + index % self.columns * (self.wide + GAP) + self.wide // 2


def sheet_labels(
    recipes: Sequence[Recipe | None], columns: int, info: ModelInfo, device: str, base: Recipe | None = None
) -> dict[str, str]:
    """Everything that a sheet can be drawn again from, by the names of its text chunks.

    ``base``, or else the first recipe, is the one that is opened where the file is dropped.
    """
    opened = base or next(recipe for recipe in recipes if recipe is not None)
    return {**labels(opened, info, device), RECIPES: list_to_json(opened, recipes, columns)}


def save_sheet(path: Path, sheet: Pixels, said: Mapping[str, str] | None = None) -> None:
    """Writes a sheet beside its place and renames it: a PDF where the name ends so, else a PNG. Raises OSError.

    It may be grey, [H, W], too. ``said`` is what it says of itself by name (``picture.labels``): text chunks of a PNG,
    keywords of a PDF as JSON.
    """
    image, made = Image.fromarray(sheet), BytesIO()
    if path.suffix.lower() == ".pdf":
        image.save(made, "PDF", resolution=150.0, keywords=json.dumps(said or {}))
    else:
        image.save(made, "PNG", pnginfo=png_text(said or {}), compress_level=EFFORT)
    write_whole(path, made.getvalue())
