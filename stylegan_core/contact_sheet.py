"""Contact sheets: many small pictures with their names on one page, as PNG or PDF."""

import json
import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from stylegan_core.picture import png_text
from stylegan_core.whole_file import write_whole

Pixels = npt.NDArray[np.uint8]
MARGIN, GAP, CAPTION = 24, 12, 20  # pixels
PAPER, INK = (255, 255, 255), (60, 66, 80)


def contact_sheet(pictures: Sequence[Pixels | None], captions: Sequence[str], columns: int) -> Pixels:
    """Pictures uint8 [S, S, 3], row after row, each with its caption below -> one uint8 [H, W, 3].

    In place of a picture that is None stands its caption alone. Raises ValueError where there is nothing to show or
    the captions do not match.
    """
    drawn = [picture for picture in pictures if picture is not None]
    if not drawn or len(pictures) != len(captions) or columns < 1:
        raise ValueError("A contact sheet needs at least one picture, a caption for each, and at least one column.")
    side, font = drawn[0].shape[0], ImageFont.load_default(12)
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    measure = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    wide = max(side, *(math.ceil(measure.multiline_textbbox((0, 0), caption, font)[2]) for caption in captions))
    size = (2 * MARGIN + columns * (wide + GAP) - GAP, 2 * MARGIN + rows * (side + CAPTION + GAP) - GAP)
    page = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(page)
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        middle = MARGIN + index % columns * (wide + GAP) + wide // 2
        top = MARGIN + index // columns * (side + CAPTION + GAP)
        if picture is None:
            pen.multiline_text((middle, top + side / 2), caption, INK, font, anchor="mm", align="center")
        else:
            page.paste(Image.fromarray(picture), (middle - side // 2, top))
            pen.text((middle, top + side + 4), caption, INK, font, anchor="ma")
    return np.asarray(page)


def save_sheet(path: Path, sheet: Pixels, said: Mapping[str, str] | None = None) -> None:
    """Writes a sheet beside its place and renames it: a PDF where the name ends so, else a PNG. Raises OSError.

    It may be grey, [H, W], too. ``said`` is what it says of itself by name (``picture.labels``): text chunks of a PNG,
    keywords of a PDF as JSON.
    """
    image, made = Image.fromarray(sheet), BytesIO()
    if path.suffix.lower() == ".pdf":
        image.save(made, "PDF", resolution=150.0, keywords=json.dumps(said or {}))
    else:
        image.save(made, "PNG", pnginfo=png_text(said or {}))
    write_whole(path, made.getvalue())
