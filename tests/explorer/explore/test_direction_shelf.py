"""The shelf of directions: what is changed is seen at once, and written beside the window's thread."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.explore.directions.shelf import DirectionShelf
from explorer.train.workspace import OPENED, TrainWorkspace, remembered
from explorer.work.background import Background
from stylegan_core.latents.library import Entry, Library, NamedChannel, library_path
from stylegan_core.recipe import Direction, Vector
from tests.explorer.at_once import AtOnce
from tests.explorer.explore.panel_fakes import W_DIM, model_info
from tests.explorer.train import fake_run

HERE, ELSEWHERE = model_info(), model_info(name="another")


class Later(AtOnce):
    """A disk that does nothing until ``go_on``."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[Any, ...]] = []

    def do(self, work: Any, then: Any, failed: Any = None) -> None:
        self.waiting.append((work, then, failed))

    def go_on(self) -> None:
        while self.waiting:
            super().do(*self.waiting.pop(0))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    yield


@pytest.fixture
def disk(qapp: object) -> Later:
    return Later()


def shelf_on(disk: Background) -> tuple[DirectionShelf, list[str]]:
    """A shelf with the library of HERE, and all that it says."""
    made, said = DirectionShelf(disk), []
    made.changed.connect(lambda words: said.append(words) if words else None)
    made.open(HERE)
    return made, said


def sorted_ones(count: int) -> list[Entry]:
    axes = np.random.RandomState(5).randn(count, W_DIM)
    return [Entry(Direction(f"Mine {n}", Vector.of(axis), 2.0), "sorting", n) for n, axis in enumerate(axes)]


def on_disk() -> tuple[Entry, ...]:
    return Library.load(library_path(HERE.hash, HERE.name)).entries


def test_a_slow_disk_holds_no_direction_up(disk: Later) -> None:
    """Every star and every name was waited for until it lay on the disk."""
    shelf, _ = shelf_on(disk)
    one, two, three = sorted_ones(3)
    shelf.keep(one)
    shelf.star(two)
    shelf.remove(one)
    shelf.learn([three], str)
    assert [entry.direction.name for entry in shelf.library.entries] == ["Mine 1", "Mine 2"]
    assert not library_path(HERE.hash, HERE.name).exists()
    disk.go_on()
    assert on_disk() == shelf.library.entries and on_disk()[0].starred


def test_a_change_that_waits_is_seen_when_the_network_comes_back(disk: Later) -> None:
    shelf, _ = shelf_on(disk)
    one, two = sorted_ones(2)
    shelf.keep(one)
    shelf.open(ELSEWHERE)
    assert shelf.library.entries == ()
    shelf.open(HERE)
    assert shelf.library.entries == (one,)
    shelf.keep(two)
    disk.go_on()
    assert on_disk() == shelf.library.entries == (one, two)


def test_a_direction_is_put_back_while_its_removal_waits(disk: Later) -> None:
    shelf, _ = shelf_on(disk)
    one, two = sorted_ones(2)
    for each in (one, two):
        shelf.keep(each)
    whole = shelf.library
    shelf.remove(one)
    shelf.open(ELSEWHERE)
    shelf.put_back(one, whole)
    disk.go_on()
    assert on_disk() == (one, two) and shelf.library.entries == ()


def test_what_another_window_has_kept_comes_with_the_next_change(disk: Later) -> None:
    shelf, _ = shelf_on(disk)
    other, _ = shelf_on(AtOnce())
    one, two, three = sorted_ones(3)
    shelf.keep(one)
    other.keep(two)
    shelf.keep(three)
    disk.go_on()
    assert set(on_disk()) == set(shelf.library.entries) == {one, two, three}


def test_names_of_channels_are_kept_beside_the_directions(disk: Later, tmp_path: Path) -> None:
    shelf, said = shelf_on(disk)
    told: list[Any] = []
    shelf.names_changed.connect(told.append)
    fringe, hat = NamedChannel(3, 7, "Fringe"), NamedChannel(5, 1, "Hat")
    other, _ = shelf_on(AtOnce())
    shelf.name_channel(fringe)
    assert told == [(fringe,)]  # before it is on the disk
    other.name_channel(hat)
    disk.go_on()
    assert {*shelf.library.channels} == {fringe, hat} == {*told[-1]}
    shelf.export(tmp_path / "mine.json")
    shelf.open(ELSEWHERE)
    assert told[-1] == ()
    disk.go_on()
    assert said == ["Saved 2 names of channels to mine.json."]
    shelf.open(HERE)
    shelf.name_channel(NamedChannel(5, 1, ""))
    shelf.bring(tmp_path / "mine.json", HERE)
    disk.go_on()
    assert {*shelf.library.channels} == {fringe, hat} and said[-1] == "Imported 1 name of channels."
    shelf.open(ELSEWHERE)
    shelf.bring(tmp_path / "mine.json", ELSEWHERE)
    disk.go_on()
    assert shelf.library.channels == () and "holds no direction for this network" in said[-1]


def test_a_disk_that_refuses_is_said_and_what_was_done_stays_until_it_is_written(
    disk: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, said = shelf_on(disk)
    one, two = sorted_ones(2)
    with monkeypatch.context() as patch:
        patch.setattr(Library, "save", full)
        shelf.keep(one)
        disk.go_on()
    assert said == ["No space is left."]
    shelf.open(ELSEWHERE)
    shelf.open(HERE)
    assert shelf.library.entries == (one,)
    shelf.keep(two)
    disk.go_on()
    assert on_disk() == (one, two) and said == ["No space is left."]


@pytest.mark.parametrize("ask", [DirectionShelf.export, lambda shelf, path: shelf.bring(path, HERE)])
def test_files_of_other_people_are_read_and_written_beside_the_window(
    disk: Later, tmp_path: Path, ask: Callable[[DirectionShelf, Path], None]
) -> None:
    shelf, said = shelf_on(disk)
    path = tmp_path / "nowhere" / "file"
    path.parent.write_text("no folder")
    ask(shelf, path)
    assert not said
    disk.go_on()
    assert len(said) == 1 and str(path.parent) in said[0]


def test_the_list_of_opened_runs_waits_for_no_disk_and_keeps_those_of_another_window(
    disk: Later, tmp_path: Path, qtbot: Any
) -> None:
    """A run was opened when the list of the others lay on the disk."""
    mine, theirs = (fake_run.write_run(tmp_path / name, 12).path.resolve() for name in ("00001-mine", "00002-theirs"))
    one, other = TrainWorkspace(tmp_path / "home", disk), TrainWorkspace(tmp_path / "home", AtOnce())
    for workspace, path in ((one, mine), (other, theirs)):
        qtbot.addWidget(workspace)
        workspace.watch(path)
        workspace.close_workspace()
    assert remembered(tmp_path / "home" / OPENED) == (theirs,)
    disk.go_on()
    assert remembered(tmp_path / "home" / OPENED) == (mine, theirs)


def full(*_: object) -> None:
    raise OSError("No space is left.")
