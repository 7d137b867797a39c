"""Growing: snapshots of a run, the level and alpha that a network is drawn at, and directions kept over snapshots."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from explorer.explore.directions.panel import DirectionsPanel
from explorer.explore.growing import GrowingPanel, snapshots
from explorer.jobs import Pca
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.latents.library import Entry, Library, library_path
from stylegan_core.recipe import Direction, Latent, Vector
from tests.explorer.explore.panel_fakes import model_info

Show = Callable[..., tuple[Any, Any]]


@pytest.fixture
def kept(tmp_path: Path) -> list[Path]:
    """The snapshots of a run."""
    folder = tmp_path / "00001-run" / "checkpoints"
    folder.mkdir(parents=True)
    (folder.parent / "config.json").touch()
    found = [folder / f"{kimg:06d}.safetensors" for kimg in (10, 20, 30)]
    for path in found:
        path.touch()
        path.with_suffix(".state.safetensors").touch()
    return found


def growing(level: int, alpha: float) -> ModelInfo:
    return replace(model_info(), level=level, alpha=alpha, hash=f"{level}{alpha}".ljust(64, "0"))


def test_only_a_run_has_snapshots(kept: list[Path], tmp_path: Path) -> None:
    assert snapshots(kept[1]) == kept
    assert snapshots(tmp_path / "model.safetensors") == []
    (tmp_path / "checkpoints").mkdir()
    assert snapshots(tmp_path / "checkpoints" / "000010.safetensors") == []


def test_training_states_are_no_snapshots_and_names_between_whole_kimg_are_ordered(kept: list[Path]) -> None:
    between = kept[0].with_name("000010_048.safetensors")
    for path in (between, between.with_name("000010_048.state.safetensors")):
        path.touch()
    assert snapshots(kept[0]) == [kept[0], between, *kept[1:]]


def test_a_finished_network_of_no_run_has_no_such_panel(show: Show) -> None:
    panel, _ = show(GrowingPanel)
    assert panel.isHidden()


def test_alpha_and_level_of_an_unfinished_network_are_dragged(show: Show, session: Session, qtbot) -> None:
    info = growing(2, 0.25)
    panel, _ = show(GrowingPanel, info)
    assert panel.isVisible()
    assert panel.alpha.value == 0.25
    assert [each.text() for each in panel.levels] == ["4", "8", "16"]
    assert panel.levels[2].isChecked()
    panel.alpha.track.setValue(panel.alpha.track.maximum())
    assert (session.recipe.level, session.recipe.alpha) == (2, 1.0)
    qtbot.mouseClick(panel.levels[1], Qt.MouseButton.LeftButton)
    assert (session.recipe.level, session.recipe.alpha) == (1, None)
    assert panel.alpha.value == 1.0
    qtbot.mouseClick(panel.trained, Qt.MouseButton.LeftButton)
    assert (session.recipe.level, session.recipe.alpha) == (None, None)
    assert panel.alpha.value == 0.25
    assert not panel.trained.isVisible()


def test_the_scrubber_goes_back_and_the_newest_is_followed(
    show: Show, session: Session, kept: list[Path], qtbot
) -> None:
    panel, _ = show(GrowingPanel)
    session.set_model(model_info(16), str(kept[2]))
    panel.show_snapshots(kept)
    assert panel.isVisible()
    assert panel.follows
    assert panel.at.text() == "30 kimg"
    assert [each.isChecked() for each in panel.levels] == [False, False, True]
    with qtbot.waitSignal(panel.snapshot_wanted) as wanted:
        panel.scrubber.setValue(0)
    assert wanted.args == [str(kept[0])]
    session.set_model(growing(1, 1.0), str(kept[0]))
    assert not panel.follows
    assert [each.text() for each in panel.levels] == ["4", "8"]
    with qtbot.waitSignal(panel.snapshot_wanted) as wanted:
        qtbot.mouseClick(panel.newest, Qt.MouseButton.LeftButton)
    assert wanted.args == [str(kept[2])]


def with_directions(show: Show, session: Session, snapshot: Path, count: int) -> tuple[Any, Any]:
    """The panel of directions, some of which were found in a snapshot."""
    panel, asked = show(DirectionsPanel)
    session.set_model(growing(2, 0.5), str(snapshot))
    panel._rested()
    eye = np.eye(panel.info.w_dim)
    entries = (Entry(Direction(f"PCA {n}", Vector.of(eye[n]), 1.0), "pca", number=n) for n in range(1, count + 1))
    asked.done(asked.of(Pca), tuple(entries))
    return panel, asked


def test_directions_stay_those_of_the_snapshot_they_were_found_in(
    show: Show, session: Session, kept: list[Path], qtbot
) -> None:
    """Every snapshot of a live run threw the sliders away and looked for others."""
    panel, asked = with_directions(show, session, kept[0], 1)
    qtbot.waitUntil(lambda: len(panel.rows) == 1)
    entry = panel.rows[0].entry
    before = len(asked.requests)
    session.set_model(growing(2, 0.75), str(kept[1]))
    panel._rested()
    assert [row.entry for row in panel.rows] == [entry]
    assert "Found at 10 kimg" in panel.finder.message.text()
    assert len(asked.requests) == before
    qtbot.mouseClick(panel.finder.again, Qt.MouseButton.LeftButton)
    panel._rested()
    assert isinstance(asked.requests[-1], Pca)
    assert len(asked.requests) == before + 1
    assert not panel.finder.again.isVisible()
    session.set_model(model_info(), "another.safetensors")
    assert panel.rows == []


def test_a_direction_named_at_a_later_snapshot_is_there_when_that_one_is_opened(
    show: Show, session: Session, kept: list[Path], qtbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It was kept for the snapshot in which the directions had been found, which a trainer deletes."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path / "home"))
    panel, _ = with_directions(show, session, kept[0], 2)
    qtbot.waitUntil(lambda: len(panel.rows) == 2)
    panel.rows[1].renamed.emit("early")
    later = growing(2, 0.75)
    session.set_model(later, str(kept[1]))
    panel.rows[0].renamed.emit("late")
    found = Library.load(library_path(later.hash, later.name))
    assert sorted(entry.direction.name for entry in found.entries) == ["early", "late"]


def test_piles_of_faces_outlive_a_later_snapshot_and_escape(
    show: Show, session: Session, kept: list[Path], qtbot
) -> None:
    panel, _ = with_directions(show, session, kept[0], 1)
    panel.sort()
    dialog = panel.desk.dialog
    dialog.with_it.add(Latent(3), None)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    session.set_model(growing(2, 0.75), str(kept[1]))
    panel.sort()
    assert panel.desk.dialog is dialog and dialog.isVisible() and dialog.with_it.latents == [Latent(3)]
    session.set_model(model_info(), "another.safetensors")
    assert panel.desk.dialog is None
