"""Loops over one picture's map that numba compiles for this CPU: the passes of training around its convolutions.

Maps are [N, H, W, C] in float32, or in bfloat16 as the 16 bits it is made of; what is computed is float32, and rounded
once when it is stored. A picture is the business of one thread, row by row, so neither the number of threads nor of
pictures changes a bit. `fused.py` calls these, and imports them only then: numba takes a while.

All in one file, however long: what numba keeps of a loop is made anew when the loop's own file changes, but not when
that of a function does which the loop calls.
"""

import functools
import pickle
import threading
from pathlib import Path
from types import FunctionType

import llvmlite.binding as llvm
import numpy as np
from numba import config, njit, prange, set_num_threads, types
from numba.core.caching import NullCache
from numba.extending import overload

_features = llvm.get_host_cpu_features()
if _features.get("avx512f") and not (config.CPU_NAME or config.CPU_FEATURES):
    # LLVM takes half of such a processor's vectors, for the sake of old ones that then slowed down.
    config.CPU_NAME = llvm.get_host_cpu_name()
    config.CPU_FEATURES = _features.flatten() + ",-prefer-256-bit"

SLOPE = np.float32(0.2)
ZERO, ONE, TWO, SIXTEENTH = np.float32(0), np.float32(1), np.float32(2), np.float32(1 / 16)
BLOCK = 16  # channels turned at once
LINE = 64  # bytes in a line of the cache, and in a vector of 512 bits
HALF_AND_TIES = np.uint32(0x7FFF)  # added below the last bit kept: half of it, a tie going to the even one


class _Here(threading.local):
    threads = 1


_here = _Here()


def number(stored):
    """What is stored, as float32."""
    return stored


def _place_to_keep():
    """The folder that numba finds for what it compiles: beside this file, or the user's; None if there is none."""
    try:
        return Path(njit(cache=True)(number).stats.cache_path)
    except RuntimeError:
        return None


PLACE = _place_to_keep()
KEPT = PLACE is not None
compiled = njit(nogil=True, fastmath={"contract"})
summing = njit(nogil=True, fastmath={"contract", "reassoc"})  # one sum over all lanes of a vector


def over_pictures(loop):
    """Compiles a loop over pictures, for one thread and for several: each when it is first asked for."""
    together = FunctionType(loop.__code__, loop.__globals__, f"{loop.__name__}_together")
    together.__qualname__ = together.__name__  # by which numba's cache knows it
    alone = njit(nogil=True, fastmath={"contract"}, cache=KEPT)(loop)
    together = njit(nogil=True, fastmath={"contract"}, cache=KEPT, parallel=True)(together)

    @functools.wraps(loop)
    def chosen(*arguments):
        run(together if _here.threads > 1 else alone, arguments)

    return chosen


def run(loop, arguments):
    """Runs a compiled loop, without numba's files of what it has compiled if they cannot be read or written."""
    try:
        loop(*arguments)
    except (OSError, EOFError, pickle.PickleError):
        loop._cache = NullCache()
        loop(*arguments)


@overload(number)
def _number(stored):
    if stored == types.uint16:
        return lambda stored: np.uint32(np.uint32(stored) << np.uint32(16)).view(np.float32)
    return lambda stored: stored


def put(into, at, value):
    """Stores a float32 in an array, rounded to what that holds."""
    into[at] = value


@overload(put)
def _put(into, at, value):
    if into.dtype != types.uint16:

        def exactly(into, at, value):
            into[at] = value

        return exactly

    def rounded(into, at, value):
        bits = np.float32(value).view(np.uint32)
        even = (bits >> np.uint32(16)) & np.uint32(1)
        into[at] = np.uint16(np.uint32(bits + HALF_AND_TIES + even) >> np.uint32(16))

    return rounded


@compiled
def _room(amount, dtype):
    """Memory for so many numbers where no vector lies across two lines of the cache: a tenth to a fifth faster."""
    room = np.empty(amount + LINE, dtype)
    first = -room.ctypes.data % LINE // room.itemsize
    return room[first : first + amount]


@compiled
def _floats(amount):
    return _room(amount, np.float32)


@compiled
def _rows(number, length):
    return _floats(number * length).reshape(number, length)


@compiled
def _framed(length, channels):
    """A row of pixels between two that are zero: the whole, and the row in it."""
    line = _floats(length + 2 * channels)
    _clear(line)
    return line, line[channels : channels + length]


@compiled
def _clear(numbers):
    for at in range(len(numbers)):
        numbers[at] = 0


@compiled
def _add(numbers, total):
    for at in range(len(total)):
        total[at] += number(numbers[at])


@compiled
def _clear_rows(rows):
    for row in range(rows.shape[0]):
        for at in range(rows.shape[1]):
            rows[row, at] = ZERO


@compiled
def _add_rows(rows, total):
    for row in range(total.shape[0]):
        for at in range(total.shape[1]):
            total[row, at] += rows[row, at]


@compiled
def _read(row, into):
    for at in range(len(into)):
        into[at] = number(row[at])


@compiled
def _mask(row, signs, into):
    for at in range(len(into)):
        value = number(row[at])
        put(into, at, value if number(signs[at]) > ZERO else value * SLOPE)


@compiled
def _down(above, here, below, into):
    for at in range(len(into)):
        into[at] = above[at] + TWO * here[at] + below[at]


@compiled
def _across(left, here, right, into):
    for at in range(len(into)):
        put(into, at, (left[at] + TWO * here[at] + right[at]) * SIXTEENTH)


@compiled
def _across_and_mask(left, here, right, signs, into):
    for at in range(len(into)):
        value = (left[at] + TWO * here[at] + right[at]) * SIXTEENTH
        put(into, at, value if number(signs[at]) > ZERO else value * SLOPE)


@compiled
def _blur_down(rows, at, height, into):
    """Blurs row ``at`` with its neighbours; ``rows`` [3, W·C] holds the three, each at its number modulo 3."""
    above, here, below = rows[(at + 2) % 3], rows[at % 3], rows[(at + 1) % 3]
    if at == 0:
        _clear(above)
    if at == height - 1:
        _clear(below)
    _down(above, here, below, into)


@compiled
def _rectify(x):
    for at in range(len(x)):
        value = number(x[at])
        put(x, at, value if value > ZERO else value * SLOPE)


@over_pictures
def rectified(x):
    """lrelu(x), in place."""
    for picture in prange(x.shape[0]):
        _rectify(x[picture].reshape(-1))


@over_pictures
def masked(x, signs, out):
    """x · lrelu'(signs)."""
    for picture in prange(x.shape[0]):
        _mask(x[picture].reshape(-1), signs[picture].reshape(-1), out[picture].reshape(-1))


@compiled
def _mask_and_blur(x, signs, out, channels):
    height, width = x.shape
    rows, (line, here) = _rows(3, width), _framed(width, channels)
    _mask(x[0], signs[0], rows[0])
    for at in range(height):
        if at + 1 < height:
            _mask(x[at + 1], signs[at + 1], rows[(at + 1) % 3])
        _blur_down(rows, at, height, here)
        _across(line[:width], here, line[2 * channels :], out[at])


@over_pictures
def masked_blurred(x, signs, out):
    """blur(x · lrelu'(signs)): the binomial 3×3 blur with zero padding."""
    height, channels = x.shape[1], x.shape[3]
    for picture in prange(x.shape[0]):
        here, there = x[picture].reshape(height, -1), signs[picture].reshape(height, -1)
        _mask_and_blur(here, there, out[picture].reshape(height, -1), channels)


@compiled
def _blur_and_mask(x, signs, out, channels):
    height, width = x.shape
    rows, (line, here) = _rows(3, width), _framed(width, channels)
    _read(x[0], rows[0])
    for at in range(height):
        if at + 1 < height:
            _read(x[at + 1], rows[(at + 1) % 3])
        _blur_down(rows, at, height, here)
        _across_and_mask(line[:width], here, line[2 * channels :], signs[at], out[at])


@over_pictures
def blurred_masked(x, signs, out):
    """blur(x) · lrelu'(signs), the way back of :func:`masked_blurred`, for the blur is its own adjoint."""
    height, channels = x.shape[1], x.shape[3]
    for picture in prange(x.shape[0]):
        here, there = x[picture].reshape(height, -1), signs[picture].reshape(height, -1)
        _blur_and_mask(here, there, out[picture].reshape(height, -1), channels)


@compiled
def _from_rgb(image, weight, bias, out):
    for pixel in range(image.shape[0]):
        red, green, blue = number(image[pixel, 0]), number(image[pixel, 1]), number(image[pixel, 2])
        for channel in range(out.shape[1]):
            value = bias[channel] + weight[0, channel] * red
            value += weight[1, channel] * green
            value += weight[2, channel] * blue
            put(out, (pixel, channel), value if value > ZERO else value * SLOPE)


@over_pictures
def from_rgb(image, weight, bias, out):
    """lrelu(weight · image + bias): [N, H, W, 3] with [3, C] and [C] -> [N, H, W, C]."""
    channels = out.shape[3]
    for picture in prange(image.shape[0]):
        _from_rgb(image[picture].reshape(-1, 3), weight, bias, out[picture].reshape(-1, channels))


@compiled
def _from_rgb_masked(image, weight, signs, out):
    for pixel in range(image.shape[0]):
        red, green, blue = number(image[pixel, 0]), number(image[pixel, 1]), number(image[pixel, 2])
        for channel in range(out.shape[1]):
            value = weight[0, channel] * red + weight[1, channel] * green + weight[2, channel] * blue
            put(out, (pixel, channel), value if number(signs[pixel, channel]) > ZERO else value * SLOPE)


@over_pictures
def from_rgb_masked(image, weight, signs, out):
    """(weight · image) · lrelu'(signs), the way back of :func:`to_rgb_masked`."""
    channels = out.shape[3]
    for picture in prange(image.shape[0]):
        there, into = signs[picture].reshape(-1, channels), out[picture].reshape(-1, channels)
        _from_rgb_masked(image[picture].reshape(-1, 3), weight, there, into)


@summing
def _to_rgb_masked(g, weight, signs, image):
    for pixel in range(g.shape[0]):
        red, green, blue = ZERO, ZERO, ZERO
        for channel in range(g.shape[1]):
            slope = number(g[pixel, channel])
            slope = slope if number(signs[pixel, channel]) > ZERO else slope * SLOPE
            red += weight[0, channel] * slope
            green += weight[1, channel] * slope
            blue += weight[2, channel] * slope
        put(image, (pixel, 0), red)
        put(image, (pixel, 1), green)
        put(image, (pixel, 2), blue)


@over_pictures
def to_rgb_masked(g, weight, signs, image):
    """The gradient of :func:`from_rgb`'s picture: weightᵀ · (g · lrelu'(signs))."""
    channels = g.shape[3]
    for picture in prange(g.shape[0]):
        here, there = g[picture].reshape(-1, channels), signs[picture].reshape(-1, channels)
        _to_rgb_masked(here, weight, there, image[picture].reshape(-1, 3))


@compiled
def _from_rgb_shares(g, signs, image, shares, part):
    _clear_rows(part)
    for column in range(g.shape[0]):
        red, green, blue = number(image[column, 0]), number(image[column, 1]), number(image[column, 2])
        for channel in range(g.shape[1]):
            slope = number(g[column, channel])
            slope = slope if number(signs[column, channel]) > ZERO else slope * SLOPE
            part[0, channel] += slope * red
            part[1, channel] += slope * green
            part[2, channel] += slope * blue
            part[3, channel] += slope
    _add_rows(part, shares)


@over_pictures
def from_rgb_shares(g, signs, image, shares):
    """Each picture's share of the gradients of :func:`from_rgb`'s weight and, last, bias [N, 4, C]."""
    for picture in prange(g.shape[0]):
        part = _rows(4, g.shape[3])
        _clear_rows(shares[picture])
        for row in range(g.shape[1]):
            _from_rgb_shares(g[picture, row], signs[picture, row], image[picture, row], shares[picture], part)


@compiled
def _activate(row, noise, strength, bias, pivot, active, total, part):
    """lrelu(row + strength·noise + bias) into ``active``; adds up distances from ``pivot`` and their squares [2, C]."""
    _clear_rows(part)
    for column in range(active.shape[0]):
        here = noise[column]
        for channel in range(active.shape[1]):
            value = number(row[column, channel]) + strength[channel] * here + bias[channel]
            value = value if value > ZERO else value * SLOPE
            put(active, (column, channel), value)
            apart = number(active[column, channel]) - pivot[channel]
            part[0, channel] += apart
            part[1, channel] += apart * apart
    _add_rows(part, total)


@summing
def _to_rgb(x, weight, bias, image):
    for pixel in range(x.shape[0]):
        red, green, blue = bias[0], bias[1], bias[2]
        for channel in range(x.shape[1]):
            value = number(x[pixel, channel])
            red += weight[0, channel] * value
            green += weight[1, channel] * value
            blue += weight[2, channel] * value
        image[pixel, 0] = red
        image[pixel, 1] = green
        image[pixel, 2] = blue


@over_pictures
def to_rgb(x, weight, bias, image):
    """weight · x + bias: [N, H, W, C] with [3, C] and [3] -> [N, H, W, 3], always float32."""
    channels = x.shape[3]
    for picture in prange(x.shape[0]):
        _to_rgb(x[picture].reshape(-1, channels), weight, bias, image[picture].reshape(-1, 3))


@compiled
def _to_rgb_back(g, x, weight, dx, shares):
    for pixel in range(g.shape[0]):
        red, green, blue = g[pixel, 0], g[pixel, 1], g[pixel, 2]
        for channel in range(x.shape[1]):
            slope = weight[0, channel] * red + weight[1, channel] * green + weight[2, channel] * blue
            put(dx, (pixel, channel), slope)
        for channel in range(x.shape[1]):
            value = number(x[pixel, channel])
            shares[0, channel] += value * red
            shares[1, channel] += value * green
            shares[2, channel] += value * blue


@over_pictures
def to_rgb_back(g, x, weight, dx, shares):
    """Gradients of :func:`to_rgb`'s map, and each picture's share of its weight's [N, 3, C]."""
    for picture in prange(g.shape[0]):
        part = _rows(3, x.shape[3])
        _clear_rows(shares[picture])
        for row in range(g.shape[1]):
            _clear_rows(part)
            _to_rgb_back(g[picture, row], x[picture, row], weight, dx[picture, row], part)
            _add_rows(part, shares[picture])


@compiled
def _first_pixel(row, noise, strength, bias):
    """What :func:`_activate` gives at the first pixel: near the mean, if the map varies little [C]."""
    pivot = _floats(len(bias))
    for channel in range(len(bias)):
        value = number(row[channel]) + strength[channel] * noise + bias[channel]
        pivot[channel] = value if value > ZERO else value * SLOPE
    return pivot


@compiled
def _styled(active, factor, offset, out):
    for column in range(active.shape[0]):
        for channel in range(active.shape[1]):
            put(out, (column, channel), number(active[column, channel]) * factor[channel] + offset[channel])


@compiled
def _finish(x, blurs, noise, strength, bias, style, eps, active, out, moments):
    height, width, channels = x.shape
    pixels = np.float32(height * width)
    total, part = _rows(2, channels), _rows(2, channels)
    _clear_rows(total)
    if blurs:
        flat, length = x.reshape(height, -1), width * channels
        rows, row, (line, here) = _rows(3, length), _floats(length), _framed(length, channels)
        _read(flat[0], rows[0])
        for at in range(height):
            if at + 1 < height:
                _read(flat[at + 1], rows[(at + 1) % 3])
            _blur_down(rows, at, height, here)
            _across(line[:length], here, line[2 * channels :], row)
            if at == 0:
                pivot = _first_pixel(row, noise[0, 0], strength, bias)
            _activate(row.reshape(width, channels), noise[at], strength, bias, pivot, active[at], total, part)
    else:
        pivot = _first_pixel(x[0, 0], noise[0, 0], strength, bias)
        for at in range(height):
            _activate(x[at], noise[at], strength, bias, pivot, active[at], total, part)
    factor, offset = _floats(channels), _floats(channels)
    for channel in range(channels):
        apart = total[0, channel] / pixels
        mean = pivot[channel] + apart
        inverse = ONE / np.sqrt(max(total[1, channel] / pixels - apart * apart, ZERO) + eps)
        moments[0, channel] = mean
        moments[1, channel] = inverse
        factor[channel] = inverse * (style[channel] + ONE)
        offset[channel] = style[channels + channel] - mean * factor[channel]
    for at in range(height):
        _styled(active[at], factor, offset, out[at])


@over_pictures
def finish(x, blurs, noise, strength, bias, style, eps, active, out, moments):
    """What follows a convolution of v1's generator, x maybe blurred first; see ``finishing.finished``.

    ``noise`` [N or 1, H, W], ``strength`` and ``bias`` [C], ``style`` [N, 2C]. Leaves what came out of lrelu in
    ``active``, unless that has no pictures, and mean and 1/deviation in ``moments`` [N, 2, C].
    """
    for picture in prange(x.shape[0]):
        maps = noise[picture % noise.shape[0]]
        into = out[picture]
        kept = active[picture] if active.shape[0] else _room(into.size, into.dtype).reshape(into.shape)
        _finish(x[picture], blurs, maps, strength, bias, style[picture], eps, kept, into, moments[picture])


@compiled
def _products(g, active, mean, total, part):
    """Adds up g and g·(active − mean) into ``total`` [2, C]."""
    _clear_rows(part)
    for column in range(g.shape[0]):
        for channel in range(g.shape[1]):
            slope = number(g[column, channel])
            part[0, channel] += slope
            part[1, channel] += slope * (number(active[column, channel]) - mean[channel])
    _add_rows(part, total)


@compiled
def _unfinish(g, active, noise, factors, into, total, part):
    """Back through style, norm and lrelu into ``into``; adds up the shares of bias and strength in ``total`` [2, C].

    ``factors`` [3, C]: what is added, what g and what ``active`` are multiplied by.
    """
    _clear_rows(part)
    for column in range(g.shape[0]):
        here = noise[column]
        for channel in range(g.shape[1]):
            value = number(active[column, channel])
            slope = factors[0, channel] + factors[1, channel] * number(g[column, channel]) + factors[2, channel] * value
            slope = slope if value > ZERO else slope * SLOPE
            put(into, (column, channel), slope)
            part[0, channel] += slope
            part[1, channel] += slope * here
    _add_rows(part, total)


@compiled
def _finish_back(g, blurs, active, noise, style, moments, dx, dstyle, shares):
    height, width, channels = g.shape
    pixels = np.float32(height * width)
    total, part = _rows(2, channels), _rows(2, channels)
    _clear_rows(total)
    for at in range(height):
        _products(g[at], active[at], moments[0], total, part)
    factors = _rows(3, channels)
    for channel in range(channels):
        of_shift, of_scale, r = total[0, channel], total[1, channel] * moments[1, channel], moments[1, channel]
        dstyle[channel] = of_scale
        dstyle[channels + channel] = of_shift
        factor = r * (style[channel] + ONE)
        factors[1, channel] = factor
        factors[2, channel] = -factor * r * of_scale / pixels
        factors[0, channel] = -factor * of_shift / pixels - factors[2, channel] * moments[0, channel]
    _clear_rows(shares)
    if blurs:
        length = width * channels
        rows, (line, here) = _rows(3, length), _framed(length, channels)
        _unfinish(g[0], active[0], noise[0], factors, rows[0].reshape(width, channels), shares, part)
        for at in range(height):
            if at + 1 < height:
                after = rows[(at + 1) % 3].reshape(width, channels)
                _unfinish(g[at + 1], active[at + 1], noise[at + 1], factors, after, shares, part)
            _blur_down(rows, at, height, here)
            _across(line[:length], here, line[2 * channels :], dx[at].reshape(-1))
    else:
        for at in range(height):
            _unfinish(g[at], active[at], noise[at], factors, dx[at], shares, part)


@over_pictures
def finish_back(g, blurs, active, noise, style, moments, dx, dstyle, shares):
    """The way back of :func:`finish`: gradients of x, of style [N, 2C], and each picture's of bias and strength.

    With x̂ = (active − mean)·r and k = r·(scale + 1): k·(g − ⟨g⟩ − x̂·⟨g·x̂⟩) reaches ``active``, ⟨⟩ the mean over
    pixels; ∂scale = Σ g·x̂, ∂shift = Σ g. ``shares`` [N, 2, C]: of the bias, then of the strength.
    """
    for picture in prange(g.shape[0]):
        maps = noise[picture % noise.shape[0]]
        here, kept, into = g[picture], active[picture], dx[picture]
        of_style, sums = dstyle[picture], shares[picture]
        _finish_back(here, blurs, kept, maps, style[picture], moments[picture], into, of_style, sums)


@over_pictures
def scaled(x, factor, out):
    """factor · x, for kernels [D, k, k, C] of any side."""
    for output in prange(x.shape[0]):
        here, into = x[output].reshape(-1), out[output].reshape(-1)
        for at in range(len(into)):
            put(into, at, number(here[at]) * factor)


@over_pictures
def summed(x, factor, way, out):
    """factor · the sum of a kernel's four shifts: [D, 3, 3, C] -> [D, 4, 4, C], and back where ``way`` is 1, not -1."""
    sides, side = x.shape[1], out.shape[1]
    for output in prange(x.shape[0]):
        total = _floats(x.shape[3])
        for row in range(side):
            for column in range(side):
                _clear(total)
                for shift in range(4):
                    down, right = row + way * (shift // 2), column + way * (shift % 2)
                    if 0 <= down < sides and 0 <= right < sides:
                        _add(x[output, down, right], total)
                into = out[output, row, column]
                for at in range(len(total)):
                    put(into, at, total[at] * factor)


@over_pictures
def turned(x, factor, out):
    """As :func:`summed`, but rotated by 180°, inputs and outputs exchanged: [D, 3, 3, C] -> [C, 4, 4, D], or back."""
    inputs, sides, outputs = x.shape[0], x.shape[1], x.shape[3]
    side = out.shape[1]
    for block in prange((outputs + BLOCK - 1) // BLOCK):
        first = block * BLOCK
        width = min(BLOCK, outputs - first)
        total = _rows(inputs, width)
        for row in range(side):
            for column in range(side):
                _clear_rows(total)
                for shift in range(4):
                    down, right = 2 - row + shift // 2, 2 - column + shift % 2
                    if 0 <= down < sides and 0 <= right < sides:
                        for one in range(inputs):
                            _add(x[one, down, right, first : first + width], total[one])
                for here in range(width):
                    into = out[first + here, row, column]
                    for one in range(inputs):
                        put(into, one, total[one, here] * factor)


@compiled
def _copy(numbers, into):
    for at in range(len(into)):
        into[at] = numbers[at]


@over_pictures
def across_pictures(x, out):
    """[N, H, W, C] -> [C, N·H·W]."""
    places = x.shape[1] * x.shape[2]
    for picture in prange(x.shape[0]):
        here, into = x[picture].reshape(places, -1), out[:, picture * places : (picture + 1) * places]
        for first in range(0, places, BLOCK):
            for channel in range(x.shape[3]):
                for place in range(first, min(first + BLOCK, places)):
                    into[channel, place] = here[place, channel]


@compiled
def _seen_by_kernel(x, stride, padding, out):
    height, width, channels = x.shape
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            left = column * stride - padding
            begin = max(0, -left) * channels
            end = min(out.shape[3], (width - left) * channels)
            for down in range(out.shape[2]):
                into, line = out[row, column, down], row * stride - padding + down
                if line < 0 or line >= height:
                    _clear(into)
                    continue
                _clear(into[:begin])
                _copy(x[line].reshape(-1)[left * channels + begin : left * channels + end], into[begin:end])
                _clear(into[end:])


@over_pictures
def seen_by_kernel(x, stride, padding, out):
    """What a kernel with k rows sees at each of its places: [N, H, W, C] -> [N, H', W', k, k·C], zeros outside."""
    for picture in prange(x.shape[0]):
        _seen_by_kernel(x[picture], stride, padding, out[picture])


def are_kept():
    """Whether a process before this one has compiled and kept the loops for one thread, or for several, as taken."""
    name = "finish_together" if _here.threads > 1 else "finish"
    return PLACE is not None and any(PLACE.glob(f"kernels.{name}-*.nbi"))


def take_threads(wanted):
    """As many threads as are wanted and there, for the thread that asks.

    numba's own are not even started for one: its pool may be torch's, and starting it changes how many torch takes.
    """
    _here.threads = max(1, min(wanted, config.NUMBA_NUM_THREADS))
    if _here.threads > 1:
        set_num_threads(_here.threads)
