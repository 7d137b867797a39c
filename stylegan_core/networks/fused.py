"""Several passes over a map in one, in training on a CPU: lrelu, lrelu and blur, and what follows a convolution.

torch takes each operation through memory on its own; the loops of `kernels.py` keep a picture in a core's cache and
round once (docs/speed.md). They are for :func:`fused_passes` only, around a step of training. Without numba, on other
devices and in float64 everything goes through torch.
"""

import contextlib
import functools
import logging
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

from stylegan_core.networks.skipping import skips_weights

log = logging.getLogger(__name__)

_Grads = tuple[Tensor | None, None]
LEAST_WEIGHTS = 4096  # below, calling takes longer than the passes over memory
LEAST_SIDE = 8  # below, calling takes longer than the passes over memory (measured with AMX)
_made: Any = WeakIdKeyDictionary()  # of each weight, by how it was prepared: what the weight was then, and the result
_one_at_a_time = threading.Lock()  # numba's simplest pool of threads ends the program if it is asked twice at once


class _Here(threading.local):
    fusing = False

    def __init__(self) -> None:
        self.prepared: dict[tuple[Any, ...], Tensor] = {}


_here = _Here()


@functools.cache
def _kernels() -> ModuleType | None:
    """The compiled loops; None where numba is missing or does not run."""
    try:
        from stylegan_core.networks import kernels
    except (ImportError, OSError, RuntimeError) as error:  # not installed, or not for this Python or system
        log.info("Training takes each pass over memory on its own, for numba is not there (%s).", error)
        return None
    return kernels


@functools.cache
def _tell(kernels: ModuleType, several: bool) -> None:
    """Says so, once, where what follows takes long; loops for one thread and for ``several`` are compiled apart."""
    if not kernels.are_kept():
        log.info("Compiling for this processor, which takes %d seconds or so, once.", 15 if several else 10)


@contextlib.contextmanager
def fused_passes() -> Iterator[None]:
    """In here this thread's maps on a CPU go through compiled loops, with as many threads as torch has."""
    before = _here.fusing
    if kernels := _kernels():
        threads = torch.get_num_threads()
        kernels.take_threads(threads)
        _tell(kernels, threads > 1)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        _here.fusing = True
    try:
        yield
    finally:
        _here.fusing = before
        _here.prepared.clear()


def fusing() -> bool:
    """Whether this thread is in :func:`fused_passes`, with numba there."""
    return _here.fusing


def fuses(x: Tensor) -> bool:
    """Whether a map [N, C, H, W] is one for the compiled loops, here and now."""
    if not _here.fusing or x.dim() != 4 or x.device.type != "cpu" or min(x.shape[2:]) < LEAST_SIDE:
        return False
    return x.dtype in (torch.bfloat16, torch.float32) and x.is_contiguous(memory_format=torch.channels_last)


def fuses_image(image: Tensor, dtype: torch.dtype) -> bool:
    """Whether a picture [N, 3, H, W] is one for :func:`from_rgb` in this precision."""
    return fuses(image) and image.shape[1] == 3 and dtype in (torch.bfloat16, torch.float32)


def lrelu(x: Tensor) -> Tensor:
    """Leaky ReLU of a map that :func:`fuses`, to be differentiated as often as wanted."""
    return _through(_Masked, x, x)


def lrelu_in_place(x: Tensor) -> Tensor:
    """The same in the memory of ``x``, which nothing else may need any more."""
    if torch.is_grad_enabled():
        made: Tensor = _Rectified.apply(x)  # type: ignore[no-untyped-call]
        return made
    run("rectified", x)
    return x


def lrelu_and_blur(x: Tensor) -> Tensor:
    """Leaky ReLU, then the binomial 3×3 blur with zero padding; the map in between is never written."""
    return _through(_MaskedBlurred, x, x)


def run(name: str, *arguments: Tensor | bool | float) -> None:
    """Runs one loop of `kernels.py`; maps go in as [N, H, W, C]."""
    call(getattr(_kernels(), name), *(_as_array(one) for one in arguments))


def call(loop: Callable[..., None], *arguments: Any) -> None:
    """Runs a compiled loop over arrays, as the only one that runs."""
    with _one_at_a_time:
        loop(*arguments)


def _as_array(one: Tensor | bool | float) -> Any:
    if not isinstance(one, Tensor):
        return np.float32(one) if isinstance(one, float) else one
    one = one.detach() if one.requires_grad else one
    array = (one.view(torch.uint16) if one.dtype == torch.bfloat16 else one).numpy()
    return array.transpose(0, 2, 3, 1) if array.ndim == 4 else array


class _Pass(torch.autograd.Function):
    """x and a map whose signs decide lrelu's slope -> a map; linear in x, so its way back is another such pass."""

    loop = ""

    @classmethod
    def computed(cls, x: Tensor, signs: Tensor) -> Tensor:
        out = torch.empty_like(x)
        run(cls.loop, x, signs, out)
        return out

    @staticmethod
    def back() -> "type[_Pass]":
        raise NotImplementedError

    @classmethod
    def forward(cls, ctx: Any, x: Tensor, signs: Tensor) -> Tensor:
        ctx.save_for_backward(signs)
        return cls.computed(x, signs)

    @classmethod
    def backward(cls, ctx: Any, *grads: Tensor) -> _Grads:
        (signs,) = ctx.saved_tensors
        return _through(cls.back(), grads[0].contiguous(memory_format=torch.channels_last), signs), None


class _Masked(_Pass):
    loop = "masked"

    @staticmethod
    def back() -> type[_Pass]:
        return _Masked


class _MaskedBlurred(_Pass):
    loop = "masked_blurred"

    @staticmethod
    def back() -> type[_Pass]:
        return _BlurredMasked


class _BlurredMasked(_Pass):
    loop = "blurred_masked"

    @staticmethod
    def back() -> type[_Pass]:
        return _MaskedBlurred


class _Rectified(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        run("rectified", x)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (signs,) = ctx.saved_tensors
        return _through(_Masked, grads[0].contiguous(memory_format=torch.channels_last), signs)


def _through(which: type[_Pass], x: Tensor, signs: Tensor) -> Tensor:
    if not torch.is_grad_enabled():
        return which.computed(x, signs)
    made: Tensor = which.apply(x, signs.detach())  # type: ignore[no-untyped-call]
    return made


def from_rgb(image: Tensor, weight: Tensor, bias: Tensor, dtype: torch.dtype) -> Tensor:
    """lrelu(weight · image + bias) in one pass: [N, 3, H, W] with [C, 3, 1, 1] and [C] -> [N, C, H, W] in ``dtype``."""
    made: Tensor = _FromRGB.apply(image, weight, bias, dtype)  # type: ignore[no-untyped-call]
    return made


def _rows(weight: Tensor) -> Tensor:
    """[C, 3, 1, 1] -> [3, C]."""
    return weight.detach().flatten(1).t().contiguous()


def _weight_of(shares: Tensor) -> Tensor:
    """[N, 4, C] -> [C, 3, 1, 1]."""
    return shares[:, :3].sum(dim=0).t()[:, :, None, None]


class _FromRGB(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, image: Tensor, weight: Tensor, bias: Tensor, dtype: torch.dtype) -> Tensor:
        number, _, height, width = image.shape
        shape = (number, len(weight), height, width)
        out = torch.empty(shape, dtype=dtype, memory_format=torch.channels_last)
        run("from_rgb", image, _rows(weight), bias.detach().contiguous(), out)
        ctx.save_for_backward(image, weight, out)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        image, weight, out = ctx.saved_tensors
        g = grads[0].contiguous(memory_format=torch.channels_last)
        of_image, of_weight, of_bias = ctx.needs_input_grad[:3]
        dimage = _OfRGB.apply(g, weight, out.detach(), image.dtype) if of_image else None  # type: ignore[no-untyped-call]
        if skips_weights() or not (of_weight or of_bias):
            return dimage, None, None, None
        if torch.is_grad_enabled() and g.requires_grad:
            raise NotImplementedError("The gradient of fromRGB's weight cannot be differentiated again.")
        shares = torch.empty(len(g), 4, g.shape[1])
        run("from_rgb_shares", g, out, image, shares)
        return dimage, _weight_of(shares), shares[:, 3].sum(dim=0), None


def to_rgb(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """weight · x + bias in one pass: [N, C, H, W] with [3, C, 1, 1] and [3] -> [N, 3, H, W] float32."""
    made: Tensor = _ToRGB.apply(x, weight, bias)  # type: ignore[no-untyped-call]
    return made


class _ToRGB(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        number, _, height, width = x.shape
        image = torch.empty((number, 3, height, width), memory_format=torch.channels_last)
        run("to_rgb", x, weight.detach().flatten(1).contiguous(), bias, image)
        ctx.save_for_backward(x, weight)
        return image

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, weight = ctx.saved_tensors
        g = grads[0].contiguous(memory_format=torch.channels_last)
        flat = weight.flatten(1)
        if torch.is_grad_enabled():  # somebody differentiates the gradient: autograd knows how
            dx = torch.einsum("nkhw,kc->nchw", g, flat).to(x.dtype)
            return dx, torch.einsum("nkhw,nchw->kc", g, x.float())[:, :, None, None], g.sum(dim=(0, 2, 3))
        dx, shares = torch.empty_like(x), torch.empty(len(g), 3, x.shape[1])
        run("to_rgb_back", g, x, flat.contiguous(), dx, shares)
        return dx, shares.sum(dim=0)[:, :, None, None], g.sum(dim=(0, 2, 3))


class _OfRGB(torch.autograd.Function):
    """weightᵀ · (g · lrelu'(signs)): the gradient of the picture, which R1 differentiates again."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, weight: Tensor, signs: Tensor, dtype: torch.dtype) -> Tensor:
        number, _, height, width = g.shape
        image = torch.empty((number, 3, height, width), dtype=dtype, memory_format=torch.channels_last)
        run("to_rgb_masked", g, _rows(weight), signs, image)
        ctx.save_for_backward(g, weight, signs)
        return image

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        g, weight, signs = ctx.saved_tensors
        v = grads[0].contiguous(memory_format=torch.channels_last)
        if torch.is_grad_enabled() and v.requires_grad:
            raise NotImplementedError("The gradient of fromRGB's picture cannot be differentiated twice more.")
        of_g, of_weight = ctx.needs_input_grad[:2]
        dg, shares = torch.empty_like(g), torch.empty(len(g), 4, g.shape[1])
        if of_g:
            run("from_rgb_masked", v, _rows(weight), signs, dg)
        if of_weight:
            run("from_rgb_shares", g, signs, v, shares)
        return dg if of_g else None, _weight_of(shares) if of_weight else None, None, None


def fuses_product(g: Tensor, x: Tensor) -> bool:
    """Whether a convolution's weight has its gradient from :func:`across_pictures` and :func:`seen_by_kernel`."""
    if not _here.fusing or g.dtype != torch.bfloat16 or x.dtype != torch.bfloat16:
        return False
    return all(m.device.type == "cpu" and m.is_contiguous(memory_format=torch.channels_last) for m in (g, x))


def across_pictures(g: Tensor) -> Tensor:
    """[N, D, H, W] -> [D, N·H·W]."""
    out = torch.empty((g.shape[1], g.numel() // g.shape[1]), dtype=g.dtype)
    run("across_pictures", g, out)
    return out


def seen_by_kernel(x: Tensor, side: int, stride: int, padding: int, places: torch.Size) -> Tensor:
    """What a kernel of this side sees at each of its places [H', W']: [N, C, H, W] -> [N·H'·W', k·k·C]."""
    out = torch.empty((len(x), *places, side, side * x.shape[1]), dtype=x.dtype)
    run("seen_by_kernel", x, stride, padding, out)
    return out.view(len(x) * places.numel(), -1)


Shape = Literal["scaled", "summed", "turned"]


def fuses_weight(weight: Tensor, dtype: torch.dtype) -> bool:
    """Whether a convolution's weight [D, C, k, k] is one for :func:`prepared`."""
    if not _here.fusing or weight.device.type != "cpu" or weight.numel() < LEAST_WEIGHTS:
        return False
    fits = weight.dtype == torch.float32 and dtype in (torch.bfloat16, torch.float32)
    return fits and weight.is_contiguous(memory_format=torch.channels_last)


def prepared(weight: Tensor, factor: float, how: Shape, dtype: torch.dtype) -> Tensor:
    """factor · weight [D, C, k, k] in another precision, channels last, in one pass.

    "summed" is the sum of a 3×3 kernel's four shifts [D, C, 4, 4]; "turned" that of the rotated kernel with inputs and
    outputs exchanged [C, D, 4, 4]. It is made once for as long as the weight stays, and the passes of a half step
    share its place in autograd's graph.
    """
    made = _kept(weight, factor, how, dtype)
    if not (torch.is_grad_enabled() and weight.requires_grad):
        return made
    key = id(weight), _state(weight), factor, how, dtype
    if key not in _here.prepared:
        _here.prepared[key] = _Prepared.apply(weight, factor, how, dtype, False, made)  # type: ignore[no-untyped-call]
    return _here.prepared[key]


def _kept(weight: Tensor, factor: float, how: Shape, dtype: torch.dtype) -> Tensor:
    """What :func:`prepared` gives, without a place in a graph, from the last time if the weight is still the same."""
    of_weight: dict[tuple[float, Shape, torch.dtype], tuple[tuple[int, int], Tensor]] = _made.setdefault(weight, {})
    key, state = (factor, how, dtype), _state(weight)
    if key not in of_weight or of_weight[key][0] != state:
        of_weight[key] = state, _shaped(weight.detach(), factor, how, dtype, back=False)
    return of_weight[key][1]


def _state(weight: Tensor) -> tuple[int, int]:
    """By which a weight that was changed is known; Adam's fused loop on a CPU leaves the version to its caller."""
    return weight._version, weight.data_ptr()


def _shaped(x: Tensor, factor: float, how: Shape, dtype: torch.dtype, *, back: bool) -> Tensor:
    x = x.contiguous(memory_format=torch.channels_last)
    outputs, inputs, side, _ = x.shape
    if how == "turned":
        outputs, inputs = inputs, outputs
    if how != "scaled":
        side = 3 if back else 4
    out = torch.empty((outputs, inputs, side, side), dtype=dtype, memory_format=torch.channels_last)
    run(how, x, factor, *((1 if back else -1,) if how == "summed" else ()), out)
    return out


class _Prepared(torch.autograd.Function):
    """Linear, so that its way back is the same with the sides exchanged (``back``); ``made``: what comes out."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, factor: float, how: Shape, dtype: torch.dtype, back: bool, made: Tensor | None = None
    ) -> Tensor:
        ctx.settings = factor, how, x.dtype, not back
        return _shaped(x, factor, how, dtype, back=back) if made is None else made.detach()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None, None, None]:
        return _Prepared.apply(grads[0], *ctx.settings), None, None, None, None, None  # type: ignore[no-untyped-call]
