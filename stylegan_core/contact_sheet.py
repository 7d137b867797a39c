"""Contact sheets: many small pictures with their names on one page, as PNG or PDF."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from stylegan_core.whole_file import write_whole

Pixels = npt.NDArray[np.uint8]
MARGIN, GAP, CAPTION = 24, 12, 20  # pixels
PAPER, INK = (255, 255, 255), (60, 66, 80)


def contact_sheet(pictures: Sequence[Pixels], captions: Sequence[str], columns: int) -> Pixels:
    """Pictures uint8 [S, S, 3], row after row, each with its caption below -> one uint8 [H, W, 3].

    Raises ValueError where there is nothing to show or the captions do not match.
    """
    if not pictures or len(pictures) != len(captions) or columns < 1:
        raise ValueError("A contact sheet needs at least one picture, a caption for each, and at least one column.")
    side = pictures[0].shape[0]
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    size = (2 * MARGIN + columns * (side + GAP) - GAP, 2 * MARGIN + rows * (side + CAPTION + GAP) - GAP)
    page = Image.new("RGB", size, PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(12)
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left = MARGIN + index % columns * (side + GAP)
        top = MARGIN + index // columns * (side + CAPTION + GAP)
        page.paste(Image.fromarray(picture), (left, top))
        pen.text((left + side / 2, top + side + 4), caption, INK, font, anchor="ma")
    return np.asarray(page)


def save_sheet(path: Path, sheet: Pixels) -> None:
    """Writes a sheet beside its place and renames it: a PDF where the name ends so, else a PNG. Raises OSError."""
    made = BytesIO()
    Image.fromarray(sheet).save(made, "PDF" if path.suffix.lower() == ".pdf" else "PNG", resolution=150.0)
    write_whole(path, made.getvalue())
