"""How long a picture takes, by those that were drawn."""

import numpy as np

from explorer.jobs import Frame
from explorer.work.pace import Pace
from stylegan_core.recipe import Latent, Recipe

NOTHING = np.zeros((4, 4, 3), np.uint8)


def frame(seed: int, precision: str, seconds: float, dtype: str = "float32", model: str = "one") -> Frame:
    return Frame(Recipe(Latent(seed)), model, precision, NOTHING, seconds, dtype)


def heard(*frames: Frame) -> Pace:
    made = Pace()
    for each in frames:
        made.hear(each)
    return made


def test_an_exact_picture_that_its_draft_left_nothing_to_do_for_does_not_count() -> None:
    """A film of 180 frames was to take 19 seconds, and took nine minutes."""
    made = heard(frame(1, "draft", 3.0), frame(1, "exact", 0.1))
    assert (made.exact, made.longest, made.last) == (3.0, 3.0, 3.1)
    made.hear(frame(2, "exact", 2.0))
    assert (made.exact, made.longest, made.last) == (2.0, 2.0, 2.0)  # the first one had its weights prepared, too


def test_drafts_of_other_numbers_say_nothing_of_exact_pictures() -> None:
    made = heard(*(frame(seed, "draft", 0.5, "bfloat16") for seed in range(3)))
    assert (made.exact, made.longest) == (0.0, 0.5)
    made.hear(frame(2, "exact", 4.0))
    assert (made.exact, made.longest, made.last) == (4.0, 4.0, 4.0)


def test_of_another_network_nothing_is_known() -> None:
    made = heard(frame(1, "exact", 9.0))
    made.forget()
    assert (made.exact, made.longest) == (0.0, 0.0)
    made = heard(frame(1, "exact", 9.0), frame(1, "exact", 1.0, model="two"))
    assert made.exact == 1.0
