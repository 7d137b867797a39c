"""What sizes a network's tensors must have: held against a file's before torch is needed."""

import math
from collections.abc import Mapping, Sequence

from stylegan_core.formats.array_shells import Array
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.networks.config import NetworkConfig

Shape = tuple[int, ...]


def discriminator_shapes(config: NetworkConfig) -> dict[str, Shape]:
    """Every tensor of the discriminator that belongs to a StyleGAN of this configuration, by name."""
    top, first = config.levels - 1, config.channels(0)
    grows = config.family.growing
    found: dict[str, Shape] = {}
    for level in range(0 if grows else top, top + 1):
        found |= _biased(f"from_rgb.{level}" if grows else "from_rgb", config.channels(level), 3, 1)
    for level in range(1, config.levels):
        wide, narrow = config.channels(level), config.channels(level - 1)
        block = f"blocks.{level - 1}."
        main = block if grows else block + "main."
        found |= _biased(main + "conv0", wide, wide, 3) | _biased(main + "conv1", narrow, wide, 3)
        if not grows:
            found[block + "skip.weight"] = (narrow, wide, 1, 1)
    found |= _biased("conv", first, first + (config.mbstd_group > 1), 3)
    scores = max(len(config.classes), 1)
    return found | {
        "dense0.weight": (first, 16 * first),
        "dense0.bias": (first,),
        "dense1.weight": (scores, first),
        "dense1.bias": (scores,),
    }


def _biased(name: str, outputs: int, inputs: int, kernel: int) -> dict[str, Shape]:
    return {f"{name}.conv.weight": (outputs, inputs, kernel, kernel), f"{name}.bias": (outputs,)}


def check_tensors(state: Mapping[str, Array], expected: Mapping[str, Shape], what: str) -> None:
    """Raises RefusedFile naming the first tensor that is missing, unknown, of another size, or not of numbers."""
    for name in expected:
        if name not in state:
            raise RefusedFile(f"its {what} lacks the numbers of {name!r}: incomplete")
    for name, values in state.items():
        if name not in expected:
            raise RefusedFile(f"its {what} holds {name!r}, which its configuration does not have")
        if not _fits(values.shape, expected[name]):
            found, wanted = _sizes(values.shape), _sizes(expected[name])
            raise RefusedFile(f"its {what} holds {name!r} of size {found} where {wanted} is needed")
        if values.dtype.kind not in "fiu":
            raise RefusedFile(f"its {what} holds {name!r} as {values.dtype}, not as numbers")


def _fits(found: Shape, wanted: Shape) -> bool:
    """The same but for dimensions of size 1, which layouts place differently."""
    return math.prod(found) == math.prod(wanted) and _squeezed(found) == _squeezed(wanted)


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _sizes(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "1"
