"""Out of memory: how it shows, and the next smaller number of images to compute at a time."""

import gc

import torch

from stylegan_core.device import give_back

SIGNS = (
    "can't allocate memory",
    "not enough memory",  # torch's words on Windows
    "out of memory",
    "bad_alloc",
    "could not create a memory object",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; torch has a class for it on a GPU only."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)


def smaller(images: int, group: int) -> int:
    """Half as many images, whole groups of them; 0 where there is only one group left."""
    groups = images // group
    return groups // 2 * group if groups > 1 else 0


def let_go() -> None:
    """Gives back to the system what is not used any more, such as what a failed attempt held."""
    gc.collect()
    give_back()
