"""Buttons: what screen readers hear of them is what stands on them, or a name of their own."""

from pytestqt.qtbot import QtBot

from explorer.controls.buttons import IconButton, button, chip


def test_a_button_that_says_something_else_is_called_so(qtbot: QtBot) -> None:
    """The last of the three hints was read out as "Next", and "Draw them" gave the drawing up."""
    made = button("Draw them", "Draws the avatars now.")
    qtbot.addWidget(made)
    made.setText("Cancel")
    assert made.accessibleName() == "Cancel"
    made.setText("R&&D")
    assert made.accessibleName() == "R&D"
    made.setText("Done")
    assert made.accessibleName() == "Done"


def test_a_name_of_its_own_stays(qtbot: QtBot) -> None:
    made = chip("3 of 8", "Chooses the face.")
    qtbot.addWidget(made)
    made.setAccessibleName("Face")
    made.setText("4 of 8")
    assert made.accessibleName() == "Face"


def test_an_icon_is_called_in_a_word_and_says_in_a_sentence_what_it_does(qtbot: QtBot) -> None:
    made = IconButton("unlock", "Lock the face", "Keeps this face: seed and pad do nothing while locked.", "lock")
    qtbot.addWidget(made)
    assert (made.accessibleName(), made.toolTip()) == (
        "Lock the face",
        "Keeps this face: seed and pad do nothing while locked.",
    )
    assert made.isCheckable()
