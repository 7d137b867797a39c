"""Networks whose numbers come from a file: built as mere shapes, without memory and without random numbers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


@contextmanager
def unfilled() -> Iterator[None]:
    """Inside, new tensors are on the meta device and initialisation does nothing.

    ``torch.randn`` and in-place arithmetic there would import sympy and dynamo, 1.5 s before the first picture.
    """
    with torch.device("meta"), _OnlyShapes():
        yield


class _OnlyShapes(TorchFunctionMode):
    """Draws nothing and scales nothing."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in (Tensor.div_, Tensor.mul_):
            return args[0]
        return (torch.empty if func is torch.randn else func)(*args, **(kwargs or {}))
