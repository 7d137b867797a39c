"""Copying and pasting in the whole window: the exact picture, its recipe, and text that is selected."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from explorer.problem import Problem
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, Recipe, Vector
from tests.explorer.whole_window import Make, drawn


def test_copying_takes_selected_text_before_the_picture(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    qtbot.waitUntil(lambda: bool(explorer.window.hash.text()))
    explorer.say(Problem("What went wrong.", "details of it"))
    banner = explorer.window.banner
    banner._fold.click()
    banner._details.selectAll()
    words = explorer.window.hash.text()
    explorer.window.hash.setSelection(0, len(words))
    clipboard = QGuiApplication.clipboard()
    for widget, text in ((explorer.window.hash, words), (banner._details, "details of it")):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert clipboard.text() == text and clipboard.image().isNull()
    explorer.picture.setFocus()
    qtbot.keyClick(explorer.picture, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not clipboard.image().isNull())


def test_a_recipe_is_copied_and_pasted_and_other_text_is_refused(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.1))
    explorer.actions["copy_recipe"].trigger()
    explorer.session.apply(Recipe(psi=0.9))
    explorer.actions["paste_recipe"].trigger()
    assert explorer.session.recipe == Recipe(psi=0.1)
    QGuiApplication.clipboard().setText("hello")
    explorer.actions["paste_recipe"].trigger()
    assert "no recipe" in explorer.window.banner.sentence


def test_a_pasted_recipe_of_another_network_is_shown_as_far_as_it_fits(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    wide = Vector.of([0.0] * 16)
    mixes = (Mix(Latent(w=wide), 1.0, "coarse"), Mix(Latent(4), 1.0, "fine"))
    smile = AppliedDirection(Direction("smile", wide), 2.0)
    foreign = Recipe(Latent(5, w=wide), psi=0.2, mixes=mixes, directions=(smile,), label=3)
    QGuiApplication.clipboard().setText(foreign.to_json())
    explorer.actions["paste_recipe"].trigger()
    assert explorer.session.recipe == Recipe(Latent(5), psi=0.2, mixes=mixes[1:])
    said = explorer.window.banner.sentence
    assert said == (
        "This recipe was made with another model: boxed leaves out its stored face, 1 of its mixed faces, 1 of its "
        "directions and its class, which it cannot draw."
    )
    explorer.window.banner.hide()
    explorer.actions["copy_recipe"].trigger()
    explorer.session.apply(Recipe())
    explorer.actions["paste_recipe"].trigger()
    assert explorer.session.recipe.latent == Latent(5) and not explorer.window.banner.sentence


def test_the_exact_picture_is_copied(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.actions["copy"].trigger()
    qtbot.waitUntil(lambda: "clipboard" in explorer.window.banner.sentence)
    assert QGuiApplication.clipboard().image().size() == explorer.picture.image.size()
