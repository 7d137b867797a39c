"""The dialog that blends networks: what it asks for and when, what it says, and that nothing is lost by closing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.dialogs.blend_dialog import (
    ALL,
    ALONE,
    BETWEEN,
    BY_FILE,
    FACES,
    FILE,
    FIRST,
    SECOND,
    SHOWN_FIRST,
    BlendDialog,
)
from explorer.jobs import Blend, Blendable, BlendFile, Done, Failed, Piece, Strip
from stylegan_core.blend_amounts import Amounts
from stylegan_core.recipe import SEEDS, Latent, Recipe
from tests.explorer.fake_backend import info

TWO = "/nets/two.safetensors"
RED = np.full((112, 112, 3), (255, 0, 0), np.uint8)


class Asked:
    """A dialog, all it asks for, and answers to that."""

    def __init__(self, dialog: BlendDialog, window: QWidget, fitting: Sequence[str] = (TWO,)) -> None:
        self.dialog, self.window, self.requests = dialog, window, list[Any]()
        self.cancelled, self.made = list[str](), list[str]()
        dialog.asked.connect(self.requests.append)
        dialog.cancelled.connect(self.cancelled.append)
        dialog.made.connect(self.made.append)
        dialog.begin()
        self.looks = self.requests.pop(0)
        dialog.job_done(Done(self.looks, "", tuple(fitting)))

    def answer(self, value: object = 0.9) -> None:
        """The last request is done."""
        request = self.requests[-1]
        if not isinstance(request, BlendFile):
            for index in range(FACES):
                self.dialog.job_done(Piece(request, "", index, FACES, RED))
        self.dialog.job_done(Done(request, "", value))


@pytest.fixture
def asked(qtbot: QtBot) -> Asked:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = BlendDialog(Recipe(Latent(SEEDS - 1)), info("one"), [("two", TWO)], "", window)
    return Asked(dialog, window)


def offered(dialog: BlendDialog) -> list[str]:
    return [dialog.other.itemText(at) for at in range(dialog.other.count())]


def test_networks_that_cannot_blend_are_not_offered_and_named_beside_the_list(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    others = [(name, f"/nets/{name}.safetensors") for name in ("wide", "two", "dcgan", "child")]
    dialog = BlendDialog(Recipe(), info("one"), others, "", window)
    asked = Asked(dialog, window, [TWO, "/nets/child.safetensors"])
    assert asked.looks == Blendable("blend-list", tuple(path for _, path in others))
    assert offered(dialog) == ["two", "child", BY_FILE]
    assert dialog.other.currentIndex() == -1
    rest = dialog._rest_of_them
    assert rest.isVisibleTo(dialog) and rest.text() == "2 other models do not blend with this one."
    assert rest.toolTip().endswith("wide, dcgan.")


def test_where_no_network_can_blend_it_says_what_to_do(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = BlendDialog(Recipe(), info("one"), [("two", TWO)], "", window)
    Asked(dialog, window, [])
    assert offered(dialog) == [BY_FILE]
    assert dialog._says.text() == ALONE and not dialog._rest_of_them.isVisibleTo(dialog)


def test_a_file_that_was_chosen_before_the_list_is_known_stays_chosen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = BlendDialog(Recipe(), info("one"), [("two", TWO), ("child", "/nets/child.safetensors")], "", window)
    dialog.choose(TWO)
    Asked(dialog, window, [TWO, "/nets/child.safetensors"])
    assert sorted(offered(dialog)[:2]) == ["child", "two"] and len(offered(dialog)) == 3
    assert dialog.other.currentText() == "two"


def test_it_begins_with_faces_of_the_open_network_alone(asked: Asked) -> None:
    (strip,) = asked.requests
    assert isinstance(strip, Strip)
    assert [recipe.latent.seed for recipe in strip.recipes] == [SEEDS - 1, 0, 1]
    assert not asked.dialog.save.isEnabled()
    assert not asked.dialog.sliders["fine"].isEnabled()
    asked.answer()
    assert not any(face.empty for face in asked.dialog.faces[FIRST])
    assert all(face.empty for face in asked.dialog.faces[SECOND])


def test_a_network_that_is_chosen_is_drawn_and_then_the_blend(asked: Asked, qtbot: QtBot) -> None:
    dialog = asked.dialog
    dialog.show()
    dialog.other.setFocus()
    qtbot.keyClick(dialog.other, Qt.Key.Key_Down)
    dialog.other.activated.emit(dialog.other.currentIndex())
    second = asked.requests[-1]
    assert (second.owner, second.path, second.amounts) == (SECOND, "/nets/two.safetensors", ALL)
    asked.answer(0.9972)
    assert "agree to 99 %" in dialog._says.text()
    blend = asked.requests[-1]
    assert (blend.owner, blend.amounts) == (BETWEEN, SHOWN_FIRST)
    assert dialog.save.isEnabled()


def test_sliders_that_move_while_a_blend_is_drawn_are_drawn_after_it(asked: Asked) -> None:
    asked.dialog.choose("/nets/two.safetensors")
    asked.answer()
    before = len(asked.requests)
    for value in (0.25, 0.5, 0.75):
        asked.dialog.sliders["coarse"].steer(value)
    assert len(asked.requests) == before  # nothing is dropped that somebody would have seen
    asked.answer()
    assert asked.requests[-1].amounts == Amounts(coarse=0.75, fine=1.0)
    asked.answer()
    assert len(asked.requests) == before + 1


def test_a_number_that_is_typed_exaggerates_as_far_as_a_blend_goes(asked: Asked) -> None:
    asked.dialog.choose("/nets/two.safetensors")
    asked.answer()
    asked.answer()
    number = asked.dialog.sliders["fine"].number
    for typed, taken in (("1.5", 1.5), ("7", 2.0), ("-3", -1.0)):
        number.setText(typed)
        number.setModified(True)
        number.take()
        assert asked.dialog.sliders["fine"].value == taken
        assert asked.requests[-1].amounts == Amounts(fine=taken)
        asked.answer()


def test_a_blend_that_is_saved_is_opened(asked: Asked, tmp_path: Path) -> None:
    asked.dialog.choose("/nets/two.safetensors")
    asked.answer()
    asked.answer()
    asked.dialog.save_to(str(tmp_path / "mine"))
    request = asked.requests[-1]
    assert request == BlendFile(FILE, "/nets/two.safetensors", SHOWN_FIRST, str(tmp_path / "mine.safetensors"))
    assert not asked.dialog.save.isEnabled()
    asked.answer(request.target)
    assert asked.made == [request.target]
    assert FILE not in asked.cancelled


def test_a_name_that_nobody_was_asked_about_replaces_nothing(asked: Asked, tmp_path: Path) -> None:
    asked.dialog.choose("/nets/two.safetensors")
    asked.answer()
    (tmp_path / "mine.safetensors").write_bytes(b"precious")
    before = len(asked.requests)
    asked.dialog.save_to(str(tmp_path / "mine"))
    assert "exists already" in asked.dialog._says.text()
    assert len(asked.requests) == before


def test_what_cannot_blend_is_said_and_another_can_be_chosen(asked: Asked) -> None:
    asked.dialog.choose("/nets/two.safetensors")
    asked.dialog.job_done(Failed(asked.requests[-1], "", "one and two are built differently."))
    assert asked.dialog._says.text() == "one and two are built differently."
    assert asked.dialog.other.currentIndex() == -1
    assert not asked.dialog.save.isEnabled()
    asked.dialog.choose("/nets/two.safetensors")
    assert asked.requests[-1].owner == SECOND


@pytest.mark.parametrize("write", [False, True])
def test_a_disk_that_refuses_leaves_the_dialog_as_it_was(asked: Asked, tmp_path: Path, write: bool) -> None:
    asked.dialog.choose("/nets/two.safetensors")
    asked.answer()
    asked.dialog.save_to(str(tmp_path / "mine"))
    asked.dialog.job_done(Failed(asked.requests[-1], "", "No space left on device."))
    assert asked.dialog._says.text() == "No space left on device."
    assert asked.dialog.save.isEnabled()
    if write:
        asked.dialog.save_to(str(tmp_path / "other"))
        assert isinstance(asked.requests[-1], BlendFile)


@pytest.mark.parametrize(
    ("kin", "tone", "words"),
    [(1.0, "", "100 %"), (0.64, "warning", "trained apart"), (0.02, "warning", "trained apart")],
)
def test_it_says_how_near_the_two_are(asked: Asked, kin: float, tone: str, words: str) -> None:
    asked.dialog.choose("/nets/two.safetensors")
    asked.answer(kin)
    assert words in asked.dialog._says.text()
    assert asked.dialog._says.property("tone") in (tone, None)


def test_closing_gives_up_what_is_under_way(asked: Asked) -> None:
    asked.answer()
    asked.dialog.choose("/nets/two.safetensors")
    asked.dialog.reject()
    assert asked.cancelled == [SECOND]


def test_a_file_of_ones_own_is_added_to_the_list(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(_: object, title: str, kinds: str, then: Callable[[str], object], folder: str) -> None:
        then("/else/where.pkl")

    monkeypatch.setattr("explorer.dialogs.blend_dialog.ask_to_open", answered)
    dialog = asked.dialog
    dialog.other.setCurrentIndex(dialog.other.count() - 1)
    dialog.other.activated.emit(dialog.other.count() - 1)
    assert dialog.other.currentText() == "where"
    request = asked.requests[-1]
    assert isinstance(request, Blend)
    assert request.path == "/else/where.pkl"


def test_words_and_pictures_fit(asked: Asked, qtbot: QtBot) -> None:
    dialog = asked.dialog
    dialog.choose("/nets/" + "a-network-with-a-long-name-" * 3 + ".safetensors")
    asked.answer(0.02)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.width() <= 800
    assert dialog.height() <= 560
    ends = max(face.geometry().right() for face in dialog.faces[SECOND])
    assert ends < dialog.sliders["fine"].geometry().left()
