"""The same command goes on with a run; what differs from the run, and data that has changed, is refused."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch

from stylegan_core.data.source import open_dataset
from stylegan_core.model import save_model
from stylegan_core.networks.generator import build_generator
from stylegan_core.rundir import RunDir
from stylegan_core.training import launch
from stylegan_core.training.agreement import check_copies
from stylegan_core.training.config import TrainingConfig, preset
from stylegan_core.training.distributed import T, Team
from stylegan_core.training.launch import Launch, Wish
from tests.core.training.conftest import Train
from tests.core.training.threads import in_threads

SHORT = ("settle_steps=0", "growth.stable_kimg=0.008", "growth.fade_kimg=0.008")


@pytest.fixture
def data(pictures: Path, tmp_path: Path) -> Path:
    """The pictures in a folder of their own, each with a hat or without."""
    copy: Path = shutil.copytree(pictures, tmp_path / "data")
    label(copy, ["hat", "none"])
    return copy


def label(folder: Path, values: list[str]) -> None:
    names = sorted(file.name for file in folder.glob("*.png"))
    table = {name: {"hat": values[number % len(values)]} for number, name in enumerate(names)}
    (folder / "labels.json").write_text(json.dumps({"attributes": {"hat": values}, "pictures": table}))


def noted(run: RunDir) -> TrainingConfig:
    return TrainingConfig.from_dict(run.config())


@pytest.mark.parametrize(
    ("preset", "data", "settings", "says"),
    [
        ("avatars-32", "", (), "was started with the preset tiny, not avatars-32"),
        ("tiny", "", ("gamma=3",), "other settings than gamma=3"),
        ("tiny", "other", (), "was started on .*, not on"),
    ],
)
def test_another_preset_or_data_is_refused(
    finished: Train, pictures: Path, tmp_path: Path, preset: str, data: str, settings: tuple[str, ...], says: str
) -> None:
    run = finished(*SHORT)
    if data:
        shutil.copytree(pictures, tmp_path / data)
        (tmp_path / data / "000.png").unlink()
        data = str(tmp_path / data)
    with pytest.raises(ValueError, match=says):
        Launch(Wish(run.path, preset, data, settings))


def test_the_same_data_may_have_moved(finished: Train, pictures: Path, tmp_path: Path) -> None:
    run = finished(*SHORT)
    shutil.copytree(pictures, tmp_path / "moved")
    Launch(Wish(run.path, "tiny", str(tmp_path / "moved")))
    Launch(Wish(run.path))


@pytest.mark.usefixtures("caplog")
@pytest.mark.parametrize(
    "settings",
    [
        ("growth.8.stable_kimg=0.05",),
        ("growth.16.fade_kimg=0.05",),
        ("threads=0",),
        ("gamma=2", "gamma = 3.0", "growth.stable_kimg=0.05", "growth.16.stable_kimg=0.008"),
    ],
)
def test_the_same_command_goes_on(tmp_path: Path, pictures: Path, settings: tuple[str, ...]) -> None:
    """What a setting names may be cut from the plan of a run that begins from a network, or decided at its start."""
    torch.set_num_threads(1)
    init = tmp_path / "origin.safetensors"
    save_model(init, build_generator(preset("tiny").network))
    wish = Wish(tmp_path / "run", "tiny", str(pictures), (*SHORT, *settings), str(init))
    Launch(wish).train()
    assert Launch(wish).train()
    with pytest.raises(ValueError, match="other settings than seed=9; name"):
        Launch(Wish(wish.run, "tiny", settings=(*settings, "seed=9")))


def test_a_setting_that_was_changed_back_is_another(train: Train) -> None:
    run = train(*SHORT, "gamma=2", "gamma=3")
    Launch(Wish(run.path, settings=("gamma=2", "gamma=3.0")))
    with pytest.raises(ValueError, match="other settings"):
        Launch(Wish(run.path, settings=("gamma=3", "gamma=2")))
    with pytest.raises(ValueError, match="takes key=value"):
        Launch(Wish(run.path, settings=("gamma",)))


def test_a_run_that_did_not_note_what_was_asked_is_compared_with_what_came_of_it(train: Train) -> None:
    run = train(*SHORT, "gamma=3")
    older = run.config()
    del older["asked"]
    run.write_config(older)
    Launch(Wish(run.path, settings=("gamma=3.0",)))
    with pytest.raises(ValueError, match="other settings than gamma=4"):
        Launch(Wish(run.path, settings=("gamma=4",)))


@pytest.mark.parametrize("path", ["", "gone"])
def test_pictures_that_are_not_where_they_were_are_asked_for(finished: Train, pictures: Path, path: str) -> None:
    """Without a path it went on with whatever pictures lay where one stood."""
    run = finished(*SHORT)
    run.write_config({**run.config(), "data": {"path": path}})
    with pytest.raises(FileNotFoundError, match=r"The pictures of .*run are not .*: .* name them with --data\."):
        Launch(Wish(run.path))
    Launch(Wish(run.path, data=str(pictures)))


@pytest.mark.usefixtures("caplog")
def test_threads_that_somebody_left_open_are_decided_again(finished: Train) -> None:
    """It ended with a traceback."""
    run = finished(*SHORT)
    run.write_config({**run.config(), "threads": 0})
    assert Launch(Wish(run.path)).train()
    assert noted(run).threads == torch.get_num_threads()


class Two(Team):
    """The first of two processes, which keeps what it tells the other."""

    world = 2

    def __init__(self) -> None:
        self.heard: list[object] = []

    def told(self, thing: T) -> T:
        self.heard.append(thing)
        return thing


def test_data_that_has_moved_is_noted_where_all_look(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    run = RunDir(tmp_path / "run")
    Launch(Wish(run.path, "tiny", str(data), SHORT)).train()
    run.write_config({**run.config(), "telepathy": True})
    place = str(data.rename(tmp_path / "moved"))
    with monkeypatch.context() as patch:
        team = Two()
        patch.setattr(launch, "join", lambda: team)
        Launch(Wish(run.path, data=place))
        told = team.heard[0]
    assert isinstance(told, TrainingConfig)
    assert told.data.path == place
    assert noted(run).data.path == str(data)  # nothing is written before the run is locked
    assert Launch(Wish(run.path, data=place)).train()
    assert noted(run).data.path == place
    assert run.config()["telepathy"]
    assert Launch(Wish(run.path)).train()


class Second(Team):
    """The second of two processes, told what the first one trains and on what."""

    rank, world = 1, 2

    def __init__(self, *said: object) -> None:
        self._said = iter(said)

    def told(self, thing: T) -> T:
        return next(self._said)  # type: ignore[return-value]


def test_another_copy_of_the_data_in_a_second_process_is_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = Launch(Wish(tmp_path / "run", "tiny", str(data)))
    mine = leader.dataset.fingerprint, tuple(leader.dataset.classes)
    for told, refused in ((mine, False), (("other pictures", ()), True), ((mine[0], ("other class",)), True)):
        team = Second(leader.config, told)
        monkeypatch.setattr(launch, "join", lambda team=team: team)
        with pytest.raises(ValueError, match="copy the data set of the first") if refused else nullcontext():
            Launch(Wish(tmp_path / "run"))


def test_a_copy_that_differs_anywhere_ends_all_processes(data: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(data, tmp_path / "copy")
    shutil.copy(copy / "000.png", copy / "999.png")
    copies = [open_dataset(folder, 16) for folder in (data, copy)]

    def refusal(team: Team) -> str:
        with pytest.raises(ValueError, match="copy the data set of the first") as refused:
            check_copies(team, copies[team.rank])
        return str(refused.value)

    first, second = in_threads(2, refusal)
    assert str(data) in first and str(copy) in second
    assert in_threads(2, lambda team: check_copies(team, copies[0])) == [None, None]


@pytest.mark.parametrize("named", [True, False])
def test_pictures_that_have_changed_are_refused_with_the_cure(data: Path, tmp_path: Path, named: bool) -> None:
    wish = Wish(tmp_path / "run", "tiny", str(data), SHORT)
    Launch(wish).train()
    shutil.copy(data / "000.png", data / "999.png")
    with pytest.raises(ValueError, match=r"have changed since .*run was started .* with --init .*run\."):
        Launch(wish if named else Wish(wish.run))
    (data / "999.png").unlink()
    assert Launch(Wish(wish.run)).train()


def test_a_run_among_its_own_pictures_is_refused(data: Path, tmp_path: Path) -> None:
    """Its samples were pictures of the data when it was to go on: a night of training could not be resumed."""
    with pytest.raises(ValueError, match=r"lies among the pictures of .*; name a folder outside\."):
        Launch(Wish(data / "runs" / "one", "tiny", str(data), SHORT))
    assert not (data / "runs").exists()
    run = RunDir(tmp_path / "run")  # as one begun by an earlier version
    Launch(Wish(run.path, "tiny", str(data), SHORT)).train()
    moved = run.path.rename(data / "run")
    with pytest.raises(ValueError, match="move the run out of there"):
        Launch(Wish(moved))


def test_classes_that_have_changed_are_refused_with_the_cure(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    Launch(Wish(run, "tiny", str(data), (*SHORT, "data.label=hat"))).train()
    label(data, ["hat", "none", "two"])
    with pytest.raises(ValueError, match=r"The classes of .*data have changed .* --init .*run\."):
        Launch(Wish(run))
