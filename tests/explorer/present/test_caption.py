"""Signs: lines that fit, what is left out is counted, letters that can be read on any picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.present import caption
from explorer.present.caption import Part, Sign, broken

PARTS = st.lists(st.text("ab", min_size=1, max_size=12).map(Part), max_size=12)


@given(PARTS, st.integers(14, 60), st.integers(1, 4))
def test_lines_fit_and_nothing_is_lost_unsaid(parts: list[Part], room: int, most: int) -> None:
    lines = broken(parts, room, len, " ", most)
    assert len(lines) <= most
    assert all(len(" ".join(part.text for part in line)) <= room or len(line) <= 2 for line in lines)
    flat = [part for line in lines for part in line]
    if flat and flat[-1].token == "muted":
        left = int(flat.pop().text.split()[1])
        assert left == len(parts) - len(flat) > 0
    assert flat == parts[: len(flat)]


def luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("token", ["text", "muted", "coarse", "middle", "fine", "warning", "bad", "accent"])
def test_letters_can_be_read_on_a_white_picture(token: str) -> None:
    opaque = caption._GROUND.alphaF()
    behind = [round(255 * (1 - opaque + opaque * each)) for each in caption._GROUND.getRgbF()[:3]]
    ground, letters = luminance(QColor(*behind)), luminance(theme.DARK.colour(token))
    assert (letters + 0.05) / (ground + 0.05) >= 4.5


def test_it_is_as_large_as_its_parent_asks_and_hidden_without_words(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1280, 720)
    sign = Sign(parent, 1 / 28)
    sign.say([Part("avatars-64"), Part("seed 42")], [Part("Smile +2.4")])
    small = sign.sizeHint()
    assert sign.accessibleName() == "avatars-64  ·  seed 42\nSmile +2.4"
    parent.resize(1920, 1080)
    sign.fit()
    assert abs(sign.sizeHint().height() - 1.5 * small.height()) <= 3
    sign.say()
    assert sign.isHidden()


def test_it_fades_unless_motion_is_reduced(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    sign = Sign(parent, 1 / 28)
    monkeypatch.setattr(theme, "motion", lambda: 20)
    sign.say([Part("seed 42")])
    qtbot.waitUntil(lambda: sign._seen == 1)
    sign.set_wanted(False)
    assert sign.isVisible()
    qtbot.waitUntil(sign.isHidden)
    monkeypatch.setattr(theme, "motion", lambda: 0)
    sign.set_wanted(True)
    assert sign.isVisible() and sign._seen == 1
    sign.set_wanted(False)
    assert sign.isHidden()


def test_a_path_without_end_stays_inside(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(800, 600)
    sign = Sign(parent, 1 / 36, between=" ", most=4)
    sign.say([Part("x" * 4000), Part("cannot"), Part("be"), Part("read.")], icon="warning", tone="bad")
    assert sign.sizeHint().width() <= 800
    sign.grab()
