"""What drawings of networks without growing share: their last stage makes the picture."""

from collections.abc import Sequence

from torch import Tensor


class WholeDrawing:
    """A drawing that has no fade: nothing is left to do after its stages."""

    def picture(
        self,
        activations: Sequence[Tensor],
        ws: Tensor,  # noqa: ARG002
        level: int,  # noqa: ARG002
        alpha: float,  # noqa: ARG002
    ) -> Tensor:
        """The picture [1, 3, R, R] float32: the last stage's."""
        return activations[-1]
