"""Where the picture lies: whole steps, never a wrong aspect, never outside."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize

from explorer.picture.compare import heat
from explorer.picture.fit import fit

SIDES = st.sampled_from([4, 32, 64, 256, 1024])


@given(SIDES, st.integers(520, 4000), st.integers(420, 2200), st.sampled_from([1.0, 1.5, 2.0]), st.booleans())
def test_a_picture_is_square_and_inside(side: int, width: int, height: int, ratio: float, smooth: bool) -> None:
    found = fit(QSize(side, side), QSize(width, height), ratio, smooth)
    assert abs(found.box.width() - found.box.height()) < 1e-9
    assert found.box.left() >= 0 and found.box.top() >= 0
    assert found.box.right() <= width and found.box.bottom() <= height
    assert found.whole == (found.factor == round(found.factor))


def test_small_networks_are_enlarged_by_whole_steps_and_large_ones_fill_the_room() -> None:
    room = QSize(760, 700)
    assert fit(QSize(64, 64), room, 1.0, smooth=False).words == "10× pixels"
    assert fit(QSize(64, 64), room, 1.0, smooth=True).words == "10.2× smooth"
    assert fit(QSize(256, 256), room, 1.0, smooth=False).words == "2.5× smooth"
    assert fit(QSize(1024, 1024), room, 1.0, smooth=False).words == "0.6× smooth"


def test_a_bare_picture_reaches_the_edges() -> None:
    found = fit(QSize(1024, 1024), QSize(1280, 720), 1.0, smooth=True, bare=True)
    assert (found.box.top(), found.box.height()) == (0, 720)
    assert fit(QSize(64, 64), QSize(1920, 1080), 1.0, smooth=False, bare=True).words == "16× pixels"


def test_the_map_of_differences_is_black_where_nothing_changed() -> None:
    one = np.full((4, 4, 3), 100, np.uint8)
    other = one.copy()
    other[0, 0] = 255
    shown = heat(one, other)
    assert (shown[1:] == shown[1, 1]).all()
    assert shown[0, 0].sum() > 600
    assert (heat(one, np.zeros((8, 8, 3), np.uint8)) == 0).all()
