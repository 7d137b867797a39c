"""Watching runs: how a run is judged, what the watcher tells, how a trainer is started and what a dead one says."""

import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from explorer import runs
from explorer.run_state import Signs, judge, last_words, tail_events
from explorer.runs import Launch, RunWatcher, train_arguments
from explorer.train.pictures import read_picture
from explorer.train.run_list import corner
from explorer.train.summary import summarise
from stylegan_core.run import events
from stylegan_core.run.locks import named_in
from stylegan_core.rundir import EventWriter, RunDir
from tests.explorer.acted_core import act
from tests.explorer.train import fake_run

NOW = 1_750_000_000.0
TICK = events.Tick(time=NOW - 1, img=1000)
ALIVE = Signs(last=TICK, end=None, local=True, holder_pid=7, pause=False, stop=False, heard=NOW - 1)
GONE = replace(ALIVE, holder_pid=0)
STOPPED = events.End(reason="stopped", time=NOW - 5)


@pytest.mark.parametrize(
    ("signs", "name"),
    [
        (ALIVE, "training"),
        (replace(ALIVE, stop=True), "stopping"),
        (replace(ALIVE, pause=True), "pausing"),
        (replace(ALIVE, pause=True, last=events.Heartbeat(time=NOW - 1)), "paused"),
        (replace(ALIVE, pause=True, heard=NOW - 4), "paused"),
        (replace(ALIVE, last=None, heard=0), "starting"),
        (replace(ALIVE, last=STOPPED, end=STOPPED), "starting"),
        (replace(ALIVE, heard=NOW - 100), "silent"),
        (replace(GONE, last=STOPPED, end=STOPPED), "stopped"),
        (replace(GONE, end=events.End(reason="finished")), "finished"),
        (replace(GONE, end=events.End(reason="error", text="The disk is full.")), "failed"),
        (GONE, "died"),
        (replace(GONE, last=None), "empty"),
        (replace(GONE, local=False), "training"),
        (replace(GONE, local=False, heard=NOW - 40), "silent"),
        (replace(GONE, last=None, launched=NOW - 3), "starting"),
        (replace(GONE, launched=NOW - 3, code=1), "died"),
        (replace(GONE, last=STOPPED, end=STOPPED, launched=NOW - 1), "starting"),
        # the clock was set back while it trained: its last word lies before its launch, and that lies ahead
        (replace(GONE, last=STOPPED, end=STOPPED, launched=NOW + 3600, code=0), "stopped"),
    ],
)
def test_the_state_follows_from_the_signs_of_life(signs: Signs, name: str) -> None:
    assert judge(signs, NOW).name == name


def test_a_dead_trainer_is_quoted() -> None:
    state = judge(replace(GONE, words="Traceback\n  File x\nMemoryError: no room\n\n"), NOW)
    assert "its last words: MemoryError: no room." in state.sentence
    assert "Resume" in state.sentence
    assert state.details.startswith("Traceback")


def test_a_killed_trainer_says_what_killed_it_without_the_stamp_of_its_log() -> None:
    words = "2026-11-21 23:34:00,214 INFO stable 4² from 0 to 5 kimg\n"
    said = judge(replace(GONE, words=words, code=-9), NOW).sentence
    assert "killed by signal 9, as systems do when memory runs out; its last words: stable 4²" in said


def test_last_words_come_from_the_first_log_that_speaks(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "said").write_text("one\ntwo\nthree\n", encoding="utf-8")
    assert last_words([tmp_path / "none", tmp_path / "empty", tmp_path / "said"], lines=2) == "two\nthree"


def look(watcher: RunWatcher) -> None:
    """One look, without the watcher's own thread."""
    watcher.take(watcher.look())


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return fake_run.write_run(tmp_path / "00001-tiny", 20, began=time.time() - 30, pictures=False)


@pytest.fixture
def watcher(run: RunDir, qtbot):
    made = RunWatcher(run.path)
    yield made
    made.close()


def test_the_watcher_tells_news_once(run: RunDir, watcher: RunWatcher) -> None:
    told: list[events.Event] = []
    watcher.news.connect(lambda news: told.extend(news))
    look(watcher)
    first = len(told)
    assert first > 20
    fake_run.append(run, events.Tick(kimg=21, img=21_000))
    look(watcher)
    look(watcher)
    assert [event.img for event in told[first:]] == [21_000]


def test_a_folder_that_is_deleted_is_said_to_be_gone(run: RunDir, watcher: RunWatcher) -> None:
    """The window told to look at the machine that trains."""
    look(watcher)
    aside = run.path.rename(run.path.with_name("aside"))
    look(watcher)
    assert watcher.state.sentence == f"{run.path} is gone: it was deleted or moved, or its disk is away."
    aside.rename(run.path)
    look(watcher)
    assert watcher.state.name == "training"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(60)
def test_pipes_in_a_run_are_not_waited_for(run: RunDir, watcher: RunWatcher) -> None:
    """The thread that looked waited for ever, and the program with it at its end."""
    look(watcher)
    for file in (run.lock_file, run.log_file, run.samples / "000030.png", run.checkpoint_file(30_000)):
        file.unlink(missing_ok=True)
        os.mkfifo(file)
    look(watcher)
    assert watcher.state.name == "training"
    assert (run.drawable(), corner(run.samples / "000030.png"), last_words([run.log_file])) == (None, None, "")
    assert read_picture(run.samples / "000030.png") is None
    run.events_file.unlink()
    os.mkfifo(run.events_file)
    look(watcher)
    why = "it is no file but a pipe or a device"
    assert watcher.state.sentence == f"{run.events_file} cannot be read ({why}): look at the run's folder and its disk."
    assert summarise(run.path).state.name == "empty"
    with pytest.raises(ValueError, match="no file but a pipe"):
        EventWriter(run)


def test_a_trainer_whose_clock_is_ahead_does_not_live_for_ever(
    run: RunDir, watcher: RunWatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that had died on a machine an hour ahead was "training" for an hour."""
    now = time.time()
    fake_run.append(run, events.Tick(kimg=31, img=31_000, time=now + 3600))
    monkeypatch.setattr(runs.time, "time", lambda: now)
    look(watcher)
    assert watcher.state.name == "training"
    monkeypatch.setattr(runs.time, "time", lambda: now + 31)
    look(watcher)
    assert watcher.state.name == "silent"


def test_a_resume_tells_the_story_anew(run: RunDir, watcher: RunWatcher) -> None:
    stories: list[tuple[events.Event, ...]] = []
    watcher.retold.connect(stories.append)
    look(watcher)
    fake_run.append(run, events.Resume(img=16_000), events.Tick(kimg=16.5, img=16_500))
    look(watcher)
    assert len(stories) == 1
    assert max(event.img for event in stories[0]) == 16_500


def test_the_watcher_looks_by_itself(run: RunDir, watcher: RunWatcher, qtbot) -> None:
    with qtbot.waitSignals([watcher.news, watcher.state_changed, watcher.config_known]):
        watcher.start()
    assert watcher.state.name == "training"  # no lock, but words of a moment ago


def test_a_lock_that_is_held_means_alive_and_one_that_is_not_means_dead(run: RunDir, watcher: RunWatcher) -> None:
    with run.locked():
        look(watcher)
        assert watcher.state.name == "training"
    run.log_file.write_text("Killed\n", encoding="utf-8")
    look(watcher)
    assert watcher.state.name == "died"
    assert "Killed" in watcher.state.sentence


def test_another_machine_is_judged_by_its_last_word(run: RunDir, watcher: RunWatcher) -> None:
    fake_run.leave_lock(run, "elsewhere")
    look(watcher)
    assert watcher.state.name == "training"


def test_requests_become_files(run: RunDir, watcher: RunWatcher) -> None:
    with run.locked():
        watcher.request("pause")
        fake_run.append(run, events.Heartbeat(img=20_000, time=time.time()))
        look(watcher)
        assert watcher.state.name == "paused"
        watcher.go_on()
        look(watcher)
        assert watcher.state.name == "training"


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_can_still_be_watched(run: RunDir, watcher: RunWatcher) -> None:
    run.control.rmdir()
    run.path.chmod(0o555)
    look(watcher)
    with pytest.raises(OSError, match="only be watched"):
        watcher.request("stop")
    run.path.chmod(0o755)


def test_a_folder_that_cannot_be_made_is_one_sentence(run: RunDir, watcher: RunWatcher) -> None:
    run.control.rmdir()
    run.control.write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError, match="only be watched from here"):
        watcher.request("stop")


def test_the_end_of_a_log_is_read_without_the_rest(run: RunDir) -> None:
    with run.events_file.open("ab") as file:
        file.write(b'{"kind":"from the future"}\nnot json\n{"kind":"tick","im')
    assert tail_events(run)[-1].img == 20_000
    assert tail_events(RunDir(run.path / "nowhere")) == []


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Starts this Python code where a trainer would be started."""
    act(monkeypatch, code, runs)


def test_a_trainer_lives_in_a_session_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "import os; print(os.getsid(0) != " + str(os.getsid(0)) + ")")
    launch = Launch(tmp_path / "run", [], tmp_path / "words.txt")
    launch._process.wait(60)
    assert launch.code == 0
    assert launch.words.read_text(encoding="utf-8").strip() == "True"


def test_a_trainer_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    """Where it had trained before, the last line of log.txt was quoted: "stable 16² from 4 to 30 kimg"."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "log.txt").write_text("INFO stable 16² from 4 to 30 kimg\n", encoding="utf-8")
    fake_run.leave_lock(RunDir(tmp_path / "run"))
    stand_in(monkeypatch, "raise SystemExit('No data there.')")
    launch = Launch(tmp_path / "run", [], tmp_path / "words.txt")
    watcher = RunWatcher(tmp_path / "run", launch)
    launch._process.wait(60)
    look(watcher)
    watcher.close()
    assert watcher.state.name == "died"
    assert watcher.state.sentence == "The trainer could not start: No data there."
    assert watcher.state.details == "No data there."


def test_the_command_line_of_a_trainer() -> None:
    said = train_arguments("tiny", "faces.zip", ["threads=1", "seed=3"])
    assert said == ["--preset", "tiny", "--data", "faces.zip", "--set", "threads=1", "--set", "seed=3"]


def test_a_local_lock_names_this_host(run: RunDir) -> None:
    fake_run.leave_lock(run)
    assert named_in(run.lock_file) == (socket.gethostname(), 1)
    for damaged in ('{"host": "here", "pid": 1e999}', '{"host": "here", "pid": "x"}', "[" * 100_000, "5", ""):
        run.lock_file.write_text(damaged)
        assert named_in(run.lock_file) == ("", 0)
