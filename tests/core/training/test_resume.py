"""Exact resume: however a run was interrupted, it ends as if it never had been."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stylegan_core.run.events import Checkpoint, End, Event, PhaseBegin, Resume, Samples, Tick
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.training.launch import Launch, Wish
from stylegan_core.training.loop import Loop
from tests.core.training.conftest import QUICK, Train
from tests.core.training.final import assert_same_end, final_state
from tests.core.training.processes import FORKS, HALF, OFTEN, train_and_die_at_a_sync, train_often


def kill_and_resume(run: RunDir, pictures: Path, whole: RunDir, moments: list[float]) -> None:
    """Starts the run once per moment and kills it when it has written that share of the whole run's log more.

    So a slow machine is killed as late as a quick one. A run that came to its end before is begun anew and killed in
    half the time, so that every kill strikes.
    """
    for moment in moments:
        while not struck(run, pictures, written(whole), moment):
            shutil.rmtree(run.path)
            moment /= 2


def written(run: RunDir) -> int:
    """Bytes in the log of a run."""
    return run.events_file.stat().st_size if run.events_file.exists() else 0


def struck(run: RunDir, pictures: Path, whole: int, moment: float) -> bool:
    """Whether the kill came before the end of the run."""
    process = FORKS.Process(target=train_often, args=(run.path, pictures), daemon=True)
    until = written(run) + moment * whole
    process.start()
    while process.is_alive() and written(run) <= until:
        time.sleep(0.002)
    process.join(moment / 10)  # somewhere between this event and the next
    process.kill()
    process.join()
    reader = EventReader(run)
    ended = process.exitcode != -signal.SIGKILL or any(isinstance(event, End) for event in reader.poll()[-1:])
    return not ended


def stop_at(monkeypatch: pytest.MonkeyPatch, when: Callable[[Loop, int], bool]) -> None:
    """Makes the next loop see a stop at the first check for which ``when(loop, number of the check)`` holds."""
    original = Loop.check
    calls = 0

    def check(loop: Loop) -> None:
        nonlocal calls
        calls += 1
        if when(loop, calls):
            loop.stop_wanted = True
        original(loop)

    monkeypatch.setattr(Loop, "check", check)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> RunDir:
    path = tmp_path_factory.mktemp("undisturbed") / "run"
    Launch(Wish(path, "tiny", str(pictures), OFTEN)).train()
    return RunDir(path)


def test_snapshots_and_ticks_do_not_change_the_run(train: Train, undisturbed: RunDir) -> None:
    assert_same_end(train(*HALF, "snapshot_kimg=9"), undisturbed)


def test_another_seed_ends_differently(train: Train, finished: Train) -> None:
    with pytest.raises(AssertionError):
        assert_same_end(train(*QUICK, "seed=1"), finished(*QUICK, name="other"))


@pytest.mark.parametrize("number", [26, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 7, 13, 40, 61, 80))])
def test_stopped_between_any_micro_batches_it_goes_on_exactly(
    train: Train, undisturbed: RunDir, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, lambda _, calls: calls == number)
        run = train(*OFTEN)
    ended = [event for event in EventReader(run).poll() if isinstance(event, End)]
    assert [end.reason for end in ended] == ["stopped"]
    assert_same_end(train(*OFTEN), undisturbed)


def test_stopped_in_the_middle_of_a_fade_alpha_goes_on_and_a_reader_sees_no_seam(
    train: Train, undisturbed: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, lambda loop, _: loop.kimg >= 0.048)
        run = train(*OFTEN)
    assert final_state(run)[0]["img"] == 48
    train(*OFTEN)
    reader = EventReader(run)
    reader.poll()
    story: list[Event] = reader.events
    assert any(isinstance(event, Resume) for event in story)
    images = [event.img for event in story]
    assert images == sorted(images)
    phases = [(event.level, event.phase) for event in story if isinstance(event, PhaseBegin)]
    assert phases == [(0, "stable"), (1, "fade"), (1, "stable"), (2, "fade"), (2, "stable")]
    alphas = [event.alpha for event in story if isinstance(event, (Checkpoint, Samples, Tick)) and event.level == 1]
    assert 0.5 in alphas
    assert alphas == sorted(alphas)
    assert_same_end(run, undisturbed)


def test_the_other_half_of_a_step_is_made_up_for(
    train: Train, undisturbed: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, lambda loop, _: loop.state.counters.half and loop.kimg > 0.05)
        run = train(*OFTEN)
    assert final_state(run)[0]["half"] is True
    assert_same_end(train(*OFTEN), undisturbed)


def test_killed_at_random_moments_it_ends_bit_by_bit_alike(
    tmp_path: Path, pictures: Path, undisturbed: RunDir, train: Train
) -> None:
    chance = random.Random(3)
    moments = [chance.uniform(0.0, 0.4) for _ in range(3)]
    kill_and_resume(RunDir(tmp_path / "run"), pictures, undisturbed, moments)
    assert_same_end(train(*OFTEN), undisturbed)


# The drawable of the second checkpoint, the state of the first.
@pytest.mark.parametrize("number", [30, pytest.param(13, marks=pytest.mark.slow)])
def test_killed_inside_a_checkpoint_it_ends_bit_by_bit_alike(
    tmp_path: Path, pictures: Path, undisturbed: RunDir, train: Train, number: int
) -> None:
    run = tmp_path / "run"
    process = FORKS.Process(target=train_and_die_at_a_sync, args=(run, pictures, number), daemon=True)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert list(run.glob("*/.*.part"))
    assert_same_end(train(*OFTEN), undisturbed)
    assert not list(run.glob("*/.*.part"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_killed_thirty_times_it_ends_bit_by_bit_alike(
    tmp_path: Path, pictures: Path, undisturbed: RunDir, train: Train, seed: int
) -> None:
    chance = random.Random(seed)
    moments = [chance.uniform(0.0, 0.5) for _ in range(3)]
    kill_and_resume(RunDir(tmp_path / "run"), pictures, undisturbed, moments)
    assert_same_end(train(*OFTEN), undisturbed)
