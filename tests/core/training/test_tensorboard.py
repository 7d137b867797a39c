"""TensorBoard's files beside a run: the same numbers, in TensorBoard's own words; one sentence where it is missing."""

import os
import sys
from pathlib import Path

import pytest

from stylegan_core.run.events import Alert, Checkpoint, Metric, Resume, Start, Tick
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.training.journal import Journal
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.tensorboard import FOLDER, TensorBoard
from tests.core.training.conftest import QUICK

pytest.importorskip("tensorboard", reason="the tensorboard extra is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    read = EventAccumulator(str(folder))
    read.Reload()
    return {name: [(point.step, point.value) for point in read.Scalars(name)] for name in read.Tags()["scalars"]}


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    made = RunDir(tmp_path / "run")
    made.create()
    return made


def test_a_run_is_there_twice(tmp_path: Path, pictures: Path) -> None:
    run = RunDir(tmp_path / "run")
    Launch(Wish(run.path, "tiny", str(pictures), QUICK, tensorboard=True)).train()
    ticks = [event for event in EventReader(run).poll() if isinstance(event, Tick)]
    found = scalars(run.path / FOLDER)
    assert [step for step, _ in found["training/alpha"]] == [tick.img for tick in ticks]
    assert [value for _, value in found["training/alpha"]] == pytest.approx([tick.alpha for tick in ticks])
    assert "training/loss_d" in found and "training/ada_p" not in found


def test_after_a_resume_there_is_no_seam(run: RunDir, caplog: pytest.LogCaptureFixture) -> None:
    board = TensorBoard(run)
    journal = Journal(run, board.take)
    for event in (
        Start(),
        Metric(name="FD-E", value=3.0, img=1000),
        Metric(name="FD-E", value=2.0, img=2000),
        Resume(img=1000),
        Alert(code="x", text="Something.", img=1500),
        Metric(name="FD-E", value=1.0, img=3000),
    ):
        journal.write(event)
    journal.close()
    board.close()
    assert scalars(run.path / FOLDER) == {"metrics/FD-E": [(1000, 3.0), (3000, 1.0)]}


def test_what_a_checkpoint_holds_outlives_a_kill(run: RunDir) -> None:
    board = TensorBoard(run)
    for event in (Start(), Metric(name="FD-E", value=3.0, img=1000), Checkpoint(img=1000)):
        board.take(event)
    assert scalars(run.path / FOLDER) == {"metrics/FD-E": [(1000, 3.0)]}
    board.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows renames no folder with an open file in it")
def test_they_go_on_in_a_folder_that_is_renamed(run: RunDir, tmp_path: Path) -> None:
    board = TensorBoard(run)
    for event in (Start(), Metric(name="FD-E", value=3.0, img=1000), Checkpoint(img=1000)):
        board.take(event)
    with run.locked():
        run.path.rename(tmp_path / "new")
        assert run.follow()
        board.take(Metric(name="FD-E", value=2.0, img=2000))
    board.close()
    assert run.path == tmp_path / "new"
    assert scalars(run.path / FOLDER) == {"metrics/FD-E": [(1000, 3.0), (2000, 2.0)]}


def test_a_missing_package_is_one_sentence_before_anything_is_made(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", None)
    with pytest.raises(ValueError, match=r"stylegan-explorer\[tensorboard\]"):
        Launch(Wish(tmp_path / "run", "tiny", str(pictures), tensorboard=True))
    assert not (tmp_path / "run").exists()


def test_a_disk_that_takes_no_more_ends_them_and_not_the_run(run: RunDir, caplog: pytest.LogCaptureFixture) -> None:
    told: list[object] = []

    def full(event: object) -> None:
        told.append(event)
        raise OSError(28, "No space left on device")

    journal = Journal(run, full)
    journal.write(Tick(img=1))
    journal.write(Tick(img=2))
    journal.close()
    assert len(told) == 1
    assert "No space left" in caplog.text
    assert len(EventReader(run).poll()) == 2
