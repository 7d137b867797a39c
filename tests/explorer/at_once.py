"""A disk that has done everything when it is asked."""

from collections.abc import Callable
from typing import TypeVar

from explorer.work.background import Background

T = TypeVar("T")


class AtOnce(Background):
    """Has no thread: what is asked is done, and its result handed back, before ``do`` returns."""

    def do(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None] | None = None
    ) -> None:
        try:
            result = work()
        except (ValueError, OSError) as error:
            if failed is not None:
                failed(error)
        else:
            then(result)
