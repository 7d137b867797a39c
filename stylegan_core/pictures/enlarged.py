"""Pictures made larger or smaller than they were drawn."""

import numpy as np
import numpy.typing as npt
from PIL import Image

LARGEST = 8192  # pixels a side; 4K and what is printed of it, and nothing that a viewer refuses


def enlarged(pixels: npt.NDArray[np.uint8], side: int, *, smooth: bool = False) -> Image.Image:
    """uint8 [R, R, 3] as a picture of ``side``² (0: as it is), pixel by pixel where that is a multiple of R."""
    picture = Image.fromarray(pixels)
    if side in (0, picture.width):
        return picture
    whole_steps = side % picture.width == 0 and not smooth
    return picture.resize((side, side), Image.Resampling.NEAREST if whole_steps else Image.Resampling.LANCZOS)
