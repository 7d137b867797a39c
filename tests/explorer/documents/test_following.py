"""A run that is explored while it trains: its newest network is shown, and nobody is interrupted by it."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from stylegan_core.recipe import Recipe
from tests.explorer.fake_backend import WEIGHTS, FakeBackend, info
from tests.explorer.whole_window import Make, drawn, finish, model_file


@pytest.fixture
def run(window_home: Path) -> Path:
    """The folder of checkpoints of a run, with two of them."""
    folder = window_home / "00001-run" / "checkpoints"
    folder.mkdir(parents=True)
    (folder.parent / "config.json").touch()
    for kimg in (10, 20):
        snapshot(folder, kimg)
    return folder


def snapshot(folder: Path, kimg: int) -> str:
    """Another checkpoint."""
    path = folder / f"{kimg:06d}.safetensors"
    path.write_bytes(WEIGHTS)
    return str(path)


def shows(explorer: Explorer, path: str, qtbot: QtBot) -> None:
    """Waits until a file is the model of the session."""
    qtbot.waitUntil(lambda: explorer.session.model_path == path)


def test_an_explored_run_is_followed_until_an_earlier_snapshot_is_chosen(start: Make, run: Path, qtbot: QtBot) -> None:
    explorer = start(str(run.parents[1] / "box" / "boxed" / "boxed.safetensors"))
    drawn(explorer, qtbot)
    assert explorer.growing.isHidden()
    explorer.session.edit(psi=0.25)
    explorer.following.explore(str(run / "000020.safetensors"))
    shows(explorer, str(run / "000020.safetensors"), qtbot)
    qtbot.waitUntil(lambda: explorer.growing.scrubber.maximum() == 1)
    third = snapshot(run, 30)
    explorer.following.take(third)
    shows(explorer, third, qtbot)
    assert explorer.session.recipe.psi == 0.25
    qtbot.waitUntil(lambda: explorer.growing.scrubber.maximum() == 2)
    explorer.growing.scrubber.setValue(0)
    shows(explorer, str(run / "000010.safetensors"), qtbot)
    fourth = snapshot(run, 40)
    explorer.following.take(fourth)
    qtbot.waitUntil(lambda: explorer.growing.scrubber.maximum() == 3)
    assert explorer.session.model_path == str(run / "000010.safetensors")
    explorer.growing.newest.click()
    shows(explorer, fourth, qtbot)


def test_a_run_is_followed_through_a_link(start: Make, run: Path, qtbot: QtBot, window_home: Path) -> None:
    """What is opened has no links in its path, what the trainer names has."""
    (window_home / "link").symlink_to(run.parents[1], target_is_directory=True)
    linked = window_home / "link" / "00001-run" / "checkpoints"
    explorer = explored(start, linked, qtbot, shown=run)
    explorer.following.take(snapshot(linked, 30))
    shows(explorer, str(run / "000030.safetensors"), qtbot)


def test_an_older_snapshot_from_the_history_stays(start: Make, run: Path, qtbot: QtBot) -> None:
    """The next checkpoint took its place."""
    explorer = start()
    qtbot.waitUntil(lambda: explorer.session.info is not None)
    older = str(run / "000010.safetensors")
    explorer.documents.open(older)
    shows(explorer, older, qtbot)
    explorer.session.apply(Recipe(psi=0.33))
    key = next(explorer.history.entries.newest_first()).key
    explorer.following.explore(str(run / "000020.safetensors"))
    shows(explorer, str(run / "000020.safetensors"), qtbot)
    explorer.history._restore(key)
    shows(explorer, older, qtbot)
    explorer.following.take(snapshot(run, 30))
    assert not explorer.documents.opening and not explorer.following._wait.isActive()
    qtbot.waitUntil(lambda: explorer.growing.scrubber.maximum() == 2)
    assert explorer.session.model_path == older
    explorer.growing.newest.click()
    shows(explorer, str(run / "000030.safetensors"), qtbot)
    fourth = snapshot(run, 40)
    explorer.following.take(fourth)
    shows(explorer, fourth, qtbot)


def explored(
    start: Make, run: Path, qtbot: QtBot, backend: FakeBackend | None = None, shown: Path | None = None
) -> Explorer:
    """A window in which the run is followed, with two steps to undo and one to redo; ``shown`` is it without links."""
    explorer = start(backend=backend)
    qtbot.waitUntil(lambda: explorer.session.info is not None)
    explorer.following.explore(str(run / "000020.safetensors"))
    shows(explorer, str((shown or run) / "000020.safetensors"), qtbot)
    for psi in (0.4, 0.3, 0.2):
        explorer.session.apply(Recipe(psi=psi))
    explorer.session.undo()
    return explorer


def test_a_newer_snapshot_is_no_step_of_undo_no_history_and_no_recent_file(
    start: Make, run: Path, qtbot: QtBot
) -> None:
    """A night of training filled all three, and took redo away every few minutes."""
    explorer = explored(start, run, qtbot)
    recent, entries = len(explorer.settings.value.recent), len(explorer.history.entries)
    for kimg in (30, 40, 50):
        newer = snapshot(run, kimg)
        explorer.following.take(newer)
        shows(explorer, newer, qtbot)
    (run / "000020.safetensors").unlink()  # as a trainer does
    assert len(explorer.settings.value.recent) == recent and len(explorer.history.entries) == entries
    assert explorer.session.recipe.psi == 0.3 and explorer.session.can_redo
    explorer.session.undo()
    assert explorer.session.recipe.psi == 0.4 and explorer.session.model_path == newer
    explorer.session.redo()
    explorer.session.redo()
    assert explorer.session.recipe.psi == 0.2
    explorer.actions["star"].trigger()
    assert [entry.model_path for entry in explorer.history.entries if entry.favourite] == [newer]


def test_a_newer_snapshot_waits_for_a_dialog_and_for_a_file_that_somebody_opens(
    start: Make, run: Path, qtbot: QtBot, window_home: Path
) -> None:
    """It closed the dialog in which faces are sorted, and was shown instead of the file that was being opened."""
    backend = FakeBackend()
    explorer = explored(start, run, qtbot, backend)
    dialog = QDialog(explorer.window)
    dialog.show()
    newer = snapshot(run, 30)
    explorer.following.take(newer)
    assert not explorer.documents.opening
    dialog.close()
    explorer.following._wait.timeout.emit()
    shows(explorer, newer, qtbot)
    backend.load_gate.clear()
    other = model_file(window_home, "other")
    explorer.documents.open(other)
    qtbot.waitUntil(lambda: explorer.documents.opening)
    explorer.following.take(snapshot(run, 40))
    backend.load_gate.set()
    shows(explorer, other, qtbot)
    explorer.following._wait.timeout.emit()
    assert not explorer.documents.opening and explorer.session.model_path == other
    assert not explorer.following._wait.isActive()


def test_a_snapshot_that_the_trainer_has_deleted_stands_for_its_neighbour(
    start: Make, run: Path, qtbot: QtBot, window_home: Path
) -> None:
    """Undo stood before it for ever, and a star said that it does not exist."""
    explorer = explored(start, run, qtbot)
    explorer.history.star_current()
    starred = next(entry.key for entry in explorer.history.entries if entry.favourite)
    other = model_file(window_home, "other")
    explorer.documents.open(other)
    shows(explorer, other, qtbot)
    near = snapshot(run, 22)
    (run / "000020.safetensors").unlink()
    explorer.session.undo()
    shows(explorer, near, qtbot)
    assert explorer.session.recipe.psi == 0.3
    assert "has not kept the snapshot at 20 kimg: this is 22 kimg" in explorer.window.banner.sentence
    explorer.documents.open(other)
    shows(explorer, other, qtbot)
    explorer.history._restore(starred)
    shows(explorer, near, qtbot)
    assert explorer.session.recipe.psi == 0.3


def test_a_file_that_is_gone_is_left_out_of_undo(start: Make, qtbot: QtBot, window_home: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.4))
    missing = window_home / "missing.safetensors"  # the backend refuses it, whatever is there
    missing.write_bytes(WEIGHTS)
    explorer.session.set_model(info("missing"), str(missing))
    missing.unlink()
    other = model_file(window_home, "other")
    explorer.documents.open(other)
    shows(explorer, other, qtbot)
    explorer.session.undo()
    qtbot.waitUntil(lambda: "does not exist" in explorer.window.banner.sentence)
    explorer.session.undo()
    qtbot.waitUntil(lambda: explorer.session.model_path.endswith("boxed.safetensors"))
    assert explorer.session.recipe.psi == 0.4


def test_a_run_without_a_network_leaves_something_to_see(start: Make, run: Path, qtbot: QtBot) -> None:
    """Explore said "Waking up …" for as long as the window was open."""
    for path in run.iterdir():
        path.unlink()
    explorer = start(str(run.parent))
    qtbot.waitUntil(lambda: explorer.session.model_path.endswith("boxed.safetensors"))
    assert explorer.window.pages.currentIndex() == 1


def test_what_is_opened_while_training_is_watched_is_seen(
    start: Make, run: Path, qtbot: QtBot, window_home: Path
) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.window.show_workspace(1)
    other = model_file(window_home, "other")
    explorer.documents.open(other)
    shows(explorer, other, qtbot)
    assert explorer.window.pages.currentIndex() == 0
    explorer.documents.open(str(run.parent))
    qtbot.waitUntil(lambda: explorer.window.pages.currentIndex() == 1)


def test_what_is_opened_at_the_start_calls_nobody_back_from_training(
    start: Make, qtbot: QtBot, window_home: Path
) -> None:
    backend = FakeBackend()
    backend.load_gate.clear()
    explorer = start(model_file(window_home, "one"), backend)
    qtbot.waitUntil(lambda: explorer.documents.opening)
    explorer.window.show_workspace(1)
    backend.load_gate.set()
    qtbot.waitUntil(lambda: explorer.session.info is not None)
    assert explorer.window.pages.currentIndex() == 1


def test_the_recipe_of_a_file_that_another_overtook_is_not_kept_for_later(
    start: Make, qtbot: QtBot, window_home: Path
) -> None:
    backend = FakeBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    one, two = model_file(window_home, "one"), model_file(window_home, "two")
    backend.load_gate.clear()
    explorer.documents.open(two)
    qtbot.waitUntil(backend.load_begun.is_set)
    explorer.documents.open(one, Recipe(psi=0.2), ask=False)
    explorer.documents.open(two)
    qtbot.wait(20)
    backend.load_gate.set()
    shows(explorer, two, qtbot)
    explorer.session.apply(Recipe(psi=0.9))
    explorer.documents.open(one)
    shows(explorer, one, qtbot)
    assert explorer.session.recipe.psi == 0.9


def test_full_screen_is_known_after_a_restart(start: Make, qtbot: QtBot) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.actions["full_screen"].trigger()
    assert explorer.window.isFullScreen()
    finish(explorer)
    again = start()
    assert again.window.isFullScreen() == again.actions["full_screen"].isChecked()
    again.actions["full_screen"].setChecked(False)
