"""The run directory: events in and out under any circumstances, lock, requests, checkpoints."""

import contextlib
import errno
import io
import math
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stylegan_core.run import locks
from stylegan_core.run.events import (
    KINDS,
    LATEST,
    Alert,
    End,
    Event,
    Heartbeat,
    Metric,
    PhaseBegin,
    Resume,
    Samples,
    Start,
    Tick,
    decode,
    encode,
)
from stylegan_core.run.locks import LocksMissing
from stylegan_core.run.stems import by_img, img_of, kimg_of, kimg_words, of_one_run, stem_at
from stylegan_core.rundir import EventReader, EventWriter, RunDir, is_whole


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    made = RunDir(tmp_path / "run")
    made.create()
    return made


numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=20)
whens = {"time": st.floats(0, LATEST), "img": st.integers(0, 10**9)}
events = st.one_of(
    st.builds(Start, version=texts, preset=texts, threads=st.integers(0, 99), **whens),
    st.builds(PhaseBegin, level=st.integers(0, 8), begin_kimg=numbers, end_kimg=numbers, rate=numbers, **whens),
    st.builds(Tick, kimg=numbers, **dict.fromkeys(("loss_g", "loss_d", "d_real", "d_fake", "r1", "grad_g"), numbers),
              grad_d=numbers, diversity=numbers, img_per_s=numbers, left_phase=numbers, left_total=numbers, **whens),
    st.builds(Samples, path=texts, fakes_old=texts, alpha=numbers, **whens),
    st.builds(Metric, name=texts, value=numbers, **whens),
    st.builds(Alert, code=texts, text=texts, **whens),
    st.builds(End, reason=texts, text=texts, **whens),
)  # fmt: skip


@given(events)
@example(Alert(text="half a letter, as in names that are not UTF-8: \udcff"))
def test_an_event_survives_its_line(event: Event) -> None:
    line = encode(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == event


def test_what_is_not_finite_becomes_null_and_comes_back_as_unknown() -> None:
    line = encode(Tick(loss_g=math.nan, loss_d=math.inf))
    assert b'"loss_g":null' in line
    tick = decode(line)
    assert isinstance(tick, Tick)
    assert math.isnan(tick.loss_g)
    assert math.isnan(tick.loss_d)


def test_phase_bounds_are_called_from_and_to() -> None:
    assert b'"from":1.5,"to":2.5' in encode(PhaseBegin(begin_kimg=1.5, end_kimg=2.5))


def test_every_kind_says_its_name() -> None:
    assert set(KINDS) == {
        "start", "resume", "phase", "tick", "samples", "checkpoint", "metric", "best", "alert", "heartbeat", "end",
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b'{"time":1}',
        b'{"kind":"tick","img":"x"}',
        b"\xff",
        b"nul",
        b'{"kind":"tick","time":1e300}',
        b'{"kind":"tick","time":-1}',
        b'{"kind":"tick","time":null}',
        b'{"kind":"end","img":-1}',
        b'{"kind":"end","img":1e300}',
        b'{"kind":"phase","level":1000000000000}',
        b'{"kind":"phase","level":-1}',
    ],
)
def test_a_broken_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="not an event"):
        decode(line)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(events.filter(lambda e: not isinstance(e, Resume)), max_size=8), st.data())
def test_any_split_of_the_bytes_gives_the_same_events(run: RunDir, story: list[Event], data: st.DataObject) -> None:
    run.events_file.unlink(missing_ok=True)
    content = b"".join(map(encode, story))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=12)))
    reader = EventReader(run)
    found: list[Event] = []
    for begin, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
        with run.events_file.open("ab") as file:
            file.write(content[begin:end])
        found += reader.poll()
    assert found == story
    assert reader.events == story
    assert (reader.broken, reader.unknown) == (0, 0)


def test_a_line_without_its_newline_waits(run: RunDir) -> None:
    line = encode(Heartbeat(time=1.0))
    run.events_file.write_bytes(line[:-1])
    reader = EventReader(run)
    assert reader.poll() == []
    with run.events_file.open("ab") as file:
        file.write(b"\n")
    assert reader.poll() == [Heartbeat(time=1.0)]


def test_unknown_kinds_and_broken_lines_are_skipped_and_counted(run: RunDir) -> None:
    run.events_file.write_bytes(b'{"kind":"news","time":1}\nrubbish\n\n' + encode(Heartbeat(img=3)))
    reader = EventReader(run)
    assert reader.poll() == [Heartbeat(img=3)]
    assert (reader.unknown, reader.broken) == (1, 1)


def test_unknown_fields_are_skipped_and_missing_ones_are_default() -> None:
    assert decode(b'{"kind":"metric","name":"FD-E","novelty":[1]}') == decode(b'{"kind":"metric","name":"FD-E"}')


def test_a_resume_drops_what_it_replays(run: RunDir) -> None:
    writer = EventWriter(run)
    for img in (0, 10, 20, 30):
        writer.write(Tick(img=img, loss_g=1.0))
    reader = EventReader(run)
    reader.poll()
    generation = reader.generation
    writer.write(Resume(img=10))
    writer.write(Tick(img=20))
    writer.close()
    reader.poll()
    assert [event.img for event in reader.events] == [0, 10, 10, 20]
    assert reader.generation == generation + 1


@pytest.mark.parametrize("same_place", [True, False])
def test_another_log_in_its_place_is_read_from_the_start(run: RunDir, same_place: bool) -> None:
    run.events_file.write_bytes(encode(Start(preset="a")) + encode(Heartbeat(img=5)) * 3)
    reader = EventReader(run)
    assert len(reader.poll()) == 4
    if not same_place:
        run.events_file.rename(run.path / "old")
    run.events_file.write_bytes(encode(Start(preset="b")) + encode(Heartbeat(img=6)) * 9)
    assert len(reader.poll()) == 10
    assert reader.events[0] == Start(preset="b")
    assert reader.generation == 1


def test_a_writer_heals_a_torn_line(run: RunDir) -> None:
    run.events_file.write_bytes(encode(Heartbeat(img=1)) + b'{"kind":"ti')
    writer = EventWriter(run)
    writer.write(Heartbeat(img=2))
    writer.close()
    reader = EventReader(run)
    assert [event.img for event in reader.poll()] == [1, 2]
    assert reader.broken == 1


def test_no_log_yet_is_no_news(tmp_path: Path) -> None:
    assert EventReader(RunDir(tmp_path / "nowhere")).poll() == []


def test_a_long_log_keeps_an_even_share_of_its_ticks_and_the_newest(run: RunDir) -> None:
    lines = [encode(Tick(img=n)) for n in range(1000)] + [encode(Alert(code="x"))]
    run.events_file.write_bytes(b"".join(lines))
    reader = EventReader(run, most_ticks=100)
    found = reader.poll()
    assert [event.img for event in found[:-1]] == [*range(0, 1000, 8), 999]
    assert isinstance(found[-1], Alert)
    assert reader.thinned == 1000 - 126


def plainly(content: bytes) -> list[Event]:
    """The events of a log, every line decoded by itself."""
    found = []
    for line in content.split(b"\n")[:-1]:
        with contextlib.suppress(ValueError):
            event = decode(line)
            if event is not None:
                found.append(event)
    return found


LINES = st.one_of(
    st.integers(0, 10**6).map(lambda img: encode(Tick(img=img))),
    st.integers(0, 10**6).map(lambda img: encode(Heartbeat(img=img))),
    events.filter(lambda e: not isinstance(e, Resume)).map(encode),
    st.sampled_from([
        b"\n", b"{\n", b"\xff\xfe\n", b'{"kind":"tick","img":"x"}\n', b'{"kind":"new thing"}\n', b'{"kind":"ti\n',
        b'{"img":7,"kind":"tick"}\n', b'{"kind": "tick", "img": 8}\n', b"[]\n", b'{"kind":"he"}\n', b"\0" * 700 + b"\n",
        b'{"kind":"alert","text":"' + b"x" * 3000 + b'"}\n',
    ]),
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=40), st.binary(max_size=20), st.integers(1, 12), st.integers(100, 900))
def test_any_log_gives_what_reading_every_line_gives(
    run: RunDir, lines: list[bytes], torn: bytes, most: int, chunk: int
) -> None:
    """Broken, unknown, torn and long lines, whatever the blocks they are read in; thinned, never another order."""
    content = b"".join(lines) + torn.replace(b"\n", b"")
    run.events_file.write_bytes(content)
    wanted = plainly(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stylegan_core.rundir.CHUNK", chunk)
        whole, thinned = EventReader(run), EventReader(run, most_ticks=most)
        assert whole.poll() == wanted
        found = thinned.poll()
    rest = iter(wanted)
    assert all(any(event == other for other in rest) for event in found)  # in the same order, none invented
    often = (Tick, Heartbeat)
    assert [e for e in found if not isinstance(e, often)] == [e for e in wanted if not isinstance(e, often)]
    assert whole.behind == thinned.behind == 0


def test_a_log_that_grows_for_weeks_is_thinned_as_it_goes(run: RunDir) -> None:
    reader = EventReader(run, most_ticks=50)
    writer = EventWriter(run)
    for begin in range(0, 1000, 10):
        for img in range(begin, begin + 10):
            writer.write(Tick(img=img))
        writer.write(Metric(name="FD-E", img=begin))
        reader.poll()
        assert sum(isinstance(event, Tick) for event in reader.events) <= 100
        assert next(event.img for event in reversed(reader.events) if isinstance(event, Tick)) == begin + 9
    writer.close()
    assert sum(isinstance(event, Metric) for event in reader.events) == 100
    assert reader.generation > 0


def test_the_lock_keeps_a_second_trainer_out_and_names_the_first(run: RunDir) -> None:
    assert run.holder() is None
    with run.locked():
        holder = run.holder()
        assert holder is not None
        assert holder["pid"] == os.getpid()
        with pytest.raises(OSError, match=f"Another trainer works in .*process {os.getpid()}"), run.locked():
            pass
        if sys.platform != "win32":  # whose locks keep others from writing
            for damaged in ('{"pid": 1e999}', '{"pid": "x"}', "[" * 100_000, "5", ""):
                run.lock_file.write_text(damaged)
                assert run.holder() == {"host": "", "pid": 0}
            with pytest.raises(OSError, match=r"Another trainer works in .*process \? on \?"), run.locked():
                pass
    assert run.holder() is None
    with run.locked():
        pass


def test_requests_are_made_and_taken(run: RunDir) -> None:
    run.request("stop")
    assert run.requested("stop")
    assert run.take("stop")
    assert not run.take("stop")
    run.request("pause")
    run.withdraw("pause")
    assert not run.requested("pause")
    with pytest.raises(ValueError, match="asked to 'dance'"):
        run.request("dance")


def failing(patch: pytest.MonkeyPatch, does: str, name: str, error: OSError) -> None:
    """Makes ``os.stat`` or ``os.unlink`` fail for one file."""
    original = getattr(os, does)

    def fails(path: object, *args: object, **kwargs: object) -> object:
        if str(path).endswith(name):
            raise error
        return original(path, *args, **kwargs)

    patch.setattr(os, does, fails)


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.EACCES])
def test_a_request_that_cannot_be_looked_for_now_waits(
    run: RunDir, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    run.request("stop")
    with monkeypatch.context() as patch:
        failing(patch, "stat", "stop", OSError(number, "no answer", "stop"))
        for _ in range(3):
            assert not run.requested("stop") and not run.take("stop")
    assert caplog.text.count("cannot be looked for (no answer)") == 1
    assert run.take("stop") and not run.take("stop")


def test_a_request_that_cannot_be_deleted_is_obeyed_once(
    run: RunDir, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run.request("stop")
    with monkeypatch.context() as patch:
        failing(patch, "unlink", "stop", PermissionError(13, "It is being used by another process", "stop"))
        assert [run.take("stop") for _ in range(3)] == [True, False, False]
        assert not run.requested("stop") and (run.control / "stop").exists()
    assert caplog.text.count("cannot be deleted") == 1
    assert not run.take("stop")
    assert not (run.control / "stop").exists()
    run.request("stop")
    assert run.take("stop")


def test_a_request_is_new_again_once_another_took_it_away(
    run: RunDir, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run.request("snapshot")
    failing(monkeypatch, "unlink", "snapshot", PermissionError(13, "It is being used by another process", "snapshot"))
    assert run.take("snapshot")
    monkeypatch.undo()
    run.withdraw("snapshot")
    assert not run.take("snapshot")
    run.request("snapshot")
    assert run.take("snapshot")
    assert caplog.records


def test_a_stale_request_that_cannot_be_deleted_is_void(
    run: RunDir, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run.request("pause")
    failing(monkeypatch, "unlink", "pause", PermissionError(13, "It is being used by another process", "pause"))
    run.sweep()
    assert not run.requested("pause")
    assert caplog.records


@pytest.mark.parametrize(("name", "said"), [("file", "it is a file"), ("file/run", "Not a directory")])
def test_where_no_run_can_be_made_another_folder_is_asked_for(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match=rf"{name} cannot hold a run \({said}\): name another folder\."):
        RunDir(tmp_path / name).create()
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_is_said_of_the_lock(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was to begin there said "No space left on device." and nothing else."""

    class Full(io.BytesIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(locks, "try_lock", lambda *_, **__: True)
    monkeypatch.setattr(Path, "open", lambda *_: Full())
    with (
        pytest.raises(OSError, match=r"lock cannot be written \(No space left on device\): free some space"),
        run.locked(),
    ):
        pass


def test_a_folder_without_a_run_says_so(run: RunDir) -> None:
    with pytest.raises(FileNotFoundError, match="is not a run"):
        run.config()
    run.config_file.write_text("[1]", encoding="utf-8")
    with pytest.raises(ValueError, match="damaged"):
        run.config()
    run.write_config({"preset": "tiny"})
    assert run.config() == {"preset": "tiny"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_config_that_an_editor_saved_is_read_or_called_damaged(run: RunDir, encoding: str) -> None:
    run.config_file.write_bytes('{"preset": "é"}'.encode(encoding))
    if encoding == "latin-1":
        with pytest.raises(ValueError, match="damaged"):
            run.config()
    else:
        assert run.config() == {"preset": "é"}


def test_the_newest_whole_checkpoint_is_found(run: RunDir) -> None:
    header = b'{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}'
    whole = len(header).to_bytes(8, "little") + header + b"xy"
    assert run.drawable() is None
    run.checkpoint_file(5000).write_bytes(whole)
    run.checkpoint_file(10_000).write_bytes(whole[:-1])
    (run.checkpoints / "000010.state.safetensors").write_bytes(whole)
    assert run.drawable() == run.checkpoint_file(5000)
    assert not is_whole(run.checkpoints / "missing")


def test_snapshots_of_one_run_are_told_by_their_names_and_their_folder(tmp_path: Path) -> None:
    early, late = tmp_path / "000010.safetensors", tmp_path / "000085_048.safetensors"
    assert of_one_run(early, late) and of_one_run(late, early) and of_one_run(late, late)
    assert not of_one_run(early, tmp_path / "other" / "000085.safetensors")
    assert not of_one_run(early, tmp_path / "faces.safetensors") and not of_one_run(tmp_path / "faces.pkl", early)
    assert not of_one_run(Path(), Path())


def test_names_tell_any_two_images_apart_and_keep_their_order(tmp_path: Path) -> None:
    """Whole kimg alone would let a later checkpoint of the same one overwrite the best."""
    run = RunDir(tmp_path)
    run.create()
    names = [stem_at(img) for img in (0, 64, 999, 1000, 1064, 12_000)]
    assert names == ["000000", "000000_064", "000000_999", "000001", "000001_064", "000012"]
    for name in (*names, "000064-fakes-new", "other"):
        (run.samples / f"{name}.png").touch()
    assert run.newest_grid() == run.samples / "000012.png"
    assert [kimg_of(path) for path in by_img(run.samples.iterdir())] == [0, 0.064, 0.999, 1, 1.064, 12]
    assert run.checkpoint_file(128).name == "000000_128.safetensors"
    assert sorted(names) == names


def test_training_states_are_found_by_the_same_names_and_are_no_pictures(run: RunDir) -> None:
    for img in (1000, 1064, 1_234_000_064):
        run.checkpoint_file(img).touch()
        run.state_file(img).touch()
    (run.checkpoints / "000002.state.safetensors.damaged").touch()
    assert [img_of(path) for path in run.every_state()] == [1_234_000_064, 1064, 1000]
    assert [img_of(path) for path in run.every_drawable()] == [1_234_000_064, 1064, 1000]
    assert not any("state" in path.name for path in run.every_drawable())


def test_a_snapshot_is_called_by_its_kimg() -> None:
    names = ("000000_064", "000001", "000010_048", "000123_500", "mine")
    assert [kimg_words(Path(f"{name}.safetensors")) for name in names] == [
        "0.064 kimg",
        "1 kimg",
        "10 kimg",
        "123.5 kimg",
        "mine",
    ]


def test_a_file_system_without_locks_is_named(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def flock(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(LocksMissing, match=r"cannot lock files.*another disk"), run.locked():
        pass
    assert run.holder() is None
