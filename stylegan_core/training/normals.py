"""numpy's standard normals of Philox streams, the same bits, several times as fast: a loop that numba compiles.

numpy draws one number at a time through two function pointers. Here a row's raw bits come first (Philox 4×64 with ten
rounds; Salmon et al. 2011), then the ziggurat of 256 strips takes them in turn (Marsaglia and Tsang 2000), as
``Generator.standard_normal`` does it in float32. `keys.py` imports this where numba is there, and draws by numpy
elsewhere.
"""

import math

import llvmlite.ir
import numpy as np
from numba import njit, prange, types
from numba.extending import intrinsic

from stylegan_core.networks.kernels import over_pictures

STRIPS, BITS = 256, 23
EDGE = 3.6541528853610088  # where the lowest strip's rectangle ends and the tail begins
ROUNDS = 10
MULTIPLIERS = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
WEYL = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
SPARE = 64  # raw numbers beside those of a row, of which a hundredth or so is drawn again


def _strips():
    """Of each strip: below which of 2²³ points one surely lies under the curve, their width, the curve's height."""
    area = EDGE * math.exp(-EDGE * EDGE / 2) + math.sqrt(math.pi / 2) * math.erfc(EDGE / math.sqrt(2))
    edges = [0.0] * (STRIPS + 1)  # from the top strip, which is as wide as its upper edge is short, down to the lowest
    edges[STRIPS - 1] = EDGE
    edges[STRIPS] = area / math.exp(-EDGE * EDGE / 2)  # of the rectangle that has the tail's area, too
    for strip in range(STRIPS - 2, 0, -1):
        below = edges[strip + 1]
        edges[strip] = math.sqrt(-2 * math.log(area / below + math.exp(-below * below / 2)))
    inner = [edges[strip - 1] / edges[strip] for strip in range(2, STRIPS)]
    sure = [EDGE / edges[STRIPS], 0.0, *inner]
    width = [edges[STRIPS], *edges[1:STRIPS]]
    height = [math.exp(-edge * edge / 2) for edge in edges[:STRIPS]]
    scale = 1 << BITS
    return (
        np.array([round(share * scale) for share in sure], np.uint32),
        np.array([edge / scale for edge in width], np.float32),
        np.array(height, np.float32),
    )


SURE, WIDTH, HEIGHT = _strips()
TAIL, OVER_TAIL, ZERO = np.float32(EDGE), np.float32(1 / EDGE), np.float32(0)
_WIDE = llvmlite.ir.IntType(128)
compiled = njit(nogil=True)


@intrinsic
def _product(typing, one, other):
    """The lower and the upper 64 bits of a product."""

    def code(context, builder, signature, arguments):
        product = builder.mul(*(builder.zext(each, _WIDE) for each in arguments))
        halves = (builder.trunc(each, arguments[0].type) for each in (product, builder.lshr(product, _WIDE(64))))
        return context.make_tuple(builder, signature.return_type, halves)

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), code


@compiled
def _raw(seed, purpose, index, first, into):
    """Fills ``into`` with a stream's 32-bit numbers from the 8·``first``-th on; it is a multiple of 8 long."""
    for block in range(len(into) // 8):
        a, b, c, d = np.uint64(first + block + 1), np.uint64(0), np.uint64(index), np.uint64(0)  # counted up before
        key, other = np.uint64(seed), np.uint64(purpose)
        for _ in range(ROUNDS):
            (low, high), (below, above) = _product(a, MULTIPLIERS[0]), _product(c, MULTIPLIERS[1])
            a, b, c, d = above ^ b ^ key, below, high ^ d ^ other, low
            key, other = key + WEYL[0], other + WEYL[1]
        for at, value in enumerate((a, b, c, d)):
            into[8 * block + 2 * at] = np.uint32(value & np.uint64(0xFFFFFFFF))
            into[8 * block + 2 * at + 1] = np.uint32(value >> np.uint64(32))


@compiled
def _uniform(raw):
    """A float32 from 0 to 1 of the upper 24 of 32 bits."""
    return np.float32(raw >> np.uint32(8)) * np.float32(1 / (1 << 24))


@compiled
def _row(seed, purpose, index, out):
    raw = np.empty((len(out) + len(out) // 32 + SPARE) // 8 * 8, np.uint32)
    first, at = 0, 0
    _raw(seed, purpose, index, first, raw)
    for place in range(len(out)):
        value = ZERO
        while True:
            if at + 2 > len(raw):  # the last one is left for what comes after it
                first, at = _more(seed, purpose, index, first, at, raw)
            bits, after = raw[at], raw[at + 1]
            at += 1
            strip, inside = bits & np.uint32(STRIPS - 1), (bits >> np.uint32(9)) & np.uint32((1 << BITS) - 1)
            value = np.float32(inside) * WIDTH[strip]
            value = -value if bits & np.uint32(STRIPS) else value
            if inside < SURE[strip]:
                break
            if strip == 0:
                beyond = ZERO
                while True:
                    if at + 2 > len(raw):
                        first, at = _more(seed, purpose, index, first, at, raw)
                    beyond = -OVER_TAIL * np.log1p(-_uniform(raw[at]))
                    height = -np.log1p(-_uniform(raw[at + 1]))
                    at += 2
                    if height + height > beyond * beyond:
                        break
                value = -(TAIL + beyond) if (inside >> np.uint32(8)) & np.uint32(1) else TAIL + beyond
                break
            at += 1
            height = (HEIGHT[strip - 1] - HEIGHT[strip]) * _uniform(after) + HEIGHT[strip]
            if height < np.exp(-0.5 * value * value):
                break
        out[place] = value


@compiled
def _more(seed, purpose, index, first, at, raw):
    """Goes on in the stream with what is left of ``raw`` at its front; a block is drawn again where it is cut."""
    at += 8 * first
    first = at // 8
    _raw(seed, purpose, index, first, raw)
    return first, at - 8 * first


@over_pictures
def normals(seed, purpose, indices, out):
    """Row i [size] of ``out``, float32, is ``keys.stream(seed, purpose, indices[i]).standard_normal(size)``."""
    for row in prange(len(indices)):
        _row(seed, purpose, indices[row], out[row])
