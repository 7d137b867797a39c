"""Which checkpoints stay, from which a run goes on, and that nothing beside training ends it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stylegan_core.files import tensor_file
from stylegan_core.files.tensor_file import Damaged, read_safetensors
from stylegan_core.formats.own_file import STATE_FORMAT
from stylegan_core.model import load_model
from stylegan_core.run.events import Best, Checkpoint, Metric
from stylegan_core.run.stems import STATE, img_of
from stylegan_core.rundir import RunDir
from stylegan_core.training import checkpoint, keeping, metric, penalties
from stylegan_core.training.checkpoint import checksum, read_counters, read_state, write_state
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.keeping import resume_newest, retire
from stylegan_core.training.loop import Loop
from stylegan_core.training.state import TrainingState
from tests.core.training.conftest import BRIEF, QUICK, Train
from tests.core.training.final import alerts, assert_same_end, final_state, story, the_end

PLAIN = (*QUICK, "snapshot_kimg=0.016")
ONE_LEVEL = ("growth.8.fade_kimg=0", "growth.8.stable_kimg=0", "growth.16.fade_kimg=0", "growth.16.stable_kimg=0")


def stop_at(monkeypatch: pytest.MonkeyPatch, img: int) -> None:
    """Makes loops stop at the first check at or after an image; 0 lets them go on."""
    original = Loop.check

    def check(self: Loop) -> None:
        self.stop_wanted = self.stop_wanted or self.state.counters.img >= img > 0
        original(self)

    monkeypatch.setattr(Loop, "check", check)


def seen_states(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[int | None]]]:
    """Filled with the image and the states on disk after every checkpoint."""
    found: list[tuple[int, list[int | None]]] = []
    original = Loop.checkpoint

    def save(self: Loop) -> bool:
        saved = original(self)
        found.append((self.state.counters.img, [img_of(path) for path in self.run.every_state()]))
        return saved

    monkeypatch.setattr(Loop, "checkpoint", save)
    return found


def tear(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(bytes(content))


def state_of(run: RunDir) -> TrainingState:
    return TrainingState.fresh(TrainingConfig.from_dict(run.config()), torch.device("cpu"))


def test_what_is_written_after_a_damaged_checkpoint_stays(
    train: Train, finished: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = (*PLAIN, "keep=2", "keep_every=0")
    whole = finished(*settings, name="whole")
    with monkeypatch.context() as patch:
        stop_at(patch, 128)
        run = train(*settings)
    newest = run.every_state()[0]
    tear(newest)
    newest.rename(run.checkpoints / f"000000_180{STATE}")  # as if it had come further
    run.every_drawable()[0].rename(run.checkpoints / "000000_180.safetensors")
    found = seen_states(monkeypatch)
    train(*settings)
    assert found[0] == (128, [128, 112])
    assert all(img in states for img, states in found)
    assert len(alerts(run, "checkpoint")) == 1
    assert (run.checkpoints / f"000000_180{STATE}.damaged").exists()
    assert_same_end(run, whole)
    assert caplog.records


def test_names_beyond_the_image_neither_count_nor_go(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.create()
    for img in (16, 32, 128, 144):
        run.checkpoint_file(img).touch()
        run.state_file(img).touch()
    gone = retire(run, 48, keep=1, keep_every=0)
    assert {img_of(path) for path in gone} == {16}
    assert [img_of(path) for path in run.every_state()] == [144, 128, 32]


def test_states_and_drawables_are_counted_on_their_own(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.create()
    for img in (16, 32, 48):
        run.state_file(img).touch()
    run.checkpoint_file(16).touch()
    retire(run, 48, keep=1, keep_every=0)
    assert [path.name for path in run.checkpoints.iterdir() if path.name.endswith(STATE)] == [run.state_file(48).name]
    assert run.every_drawable() == [run.checkpoint_file(16)]


def test_the_first_of_each_nth_kimg_stays_also_under_old_names(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.create()
    images = (0, 64, 999, 5000, 10_000, 15_008, 20_032, 20_900, 21_000, 30_048, 31_000)
    for img in images:
        run.checkpoint_file(img).touch()
    retire(run, 31_000, keep=1, keep_every=10)
    assert [img_of(path) for path in run.every_drawable()] == [31_000, 30_048, 20_032, 10_000, 0]


def short_of_memory(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tensor_file, "available_memory", lambda: 10_000)


def denied(patch: pytest.MonkeyPatch) -> None:
    def read(path: Path, _: TrainingState) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    patch.setattr(keeping, "read_state", read)


def allocation_failed(patch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")

    patch.setattr(keeping, "read_state", read)


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        pytest.param(short_of_memory, r"needs .*B of memory", marks=pytest.mark.slow),
        (denied, r"cannot be read now \(Permission denied\); nothing was changed"),
        (allocation_failed, "Memory is too small to read"),
    ],
)
def test_what_may_be_whole_is_never_begun_anew(
    train: Train,
    finished: Train,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: Callable[[pytest.MonkeyPatch], None],
    says: str,
) -> None:
    run = finished(*QUICK)
    before = {path.name: path.read_bytes() for path in run.checkpoints.iterdir()}
    with monkeypatch.context() as patch, pytest.raises((ValueError, OSError), match=says):
        trouble(patch)
        train(*QUICK)
    assert {path.name: path.read_bytes() for path in run.checkpoints.iterdir()} == before
    assert caplog.records


@pytest.mark.usefixtures("caplog")
def test_networks_without_their_training_states_are_not_written_over(train: Train, finished: Train) -> None:
    """Somebody deletes the large files to make room: the same command began at image 0, over what was learnt."""
    run = finished(*PLAIN)
    for path in run.every_state():
        path.unlink()
    before = {path.name: path.read_bytes() for path in run.checkpoints.iterdir()}
    with pytest.raises(ValueError, match=r"no training state .* --init .*safetensors, or move that folder away"):
        train(*PLAIN)
    assert {path.name: path.read_bytes() for path in run.checkpoints.iterdir()} == before


def test_a_checkpoint_of_another_network_is_no_damage(finished: Train) -> None:
    run = finished(*QUICK)
    other = TrainingState.fresh(TrainingConfig.from_dict(run.config()), torch.device("cpu"))
    other.discriminator = torch.nn.Linear(1, 1)  # type: ignore[assignment]
    with pytest.raises(ValueError, match="holds another model") as raised:
        resume_newest(run, other)
    assert not isinstance(raised.value, Damaged)
    assert not list(run.checkpoints.glob("*.damaged"))


def test_an_old_checkpoint_that_cannot_be_deleted_is_an_alert(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.name == "000000_016.safetensors":
            raise PermissionError(13, "It is being used by another process", str(self))
        original(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    run = train(*PLAIN, "keep=2", "keep_every=0")
    assert the_end(run).reason == "finished"
    assert len(alerts(run, "disk")) == 1 and "used by another process" in alerts(run, "disk")[0]
    assert [img_of(path) for path in run.every_drawable()] == [192, 176, 16]
    assert [img_of(path) for path in run.every_state()] == [192, 176]
    assert caplog.records


def test_a_state_whose_drawable_finds_no_room_goes_again(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original, calls = checkpoint.save_model, 0

    def save(*inputs: object, **named: object) -> None:
        nonlocal calls
        calls += 1
        if calls in (2, 3):
            raise OSError(28, "No space left on device")
        original(*inputs, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(checkpoint, "save_model", save)
    found = seen_states(monkeypatch)
    run = train(*PLAIN, "keep=2", "keep_every=0")
    assert [states for _, states in found[:4]] == [[16], [16], [16], [64, 16]]
    assert [img_of(path) for path in run.every_state()] == [img_of(path) for path in run.every_drawable()]
    assert len(alerts(run, "disk")) == 2
    assert caplog.records


def test_a_log_file_that_finds_no_room_is_said_once(
    train: Train, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "log.txt").symlink_to("/dev/full")
    run = train(*BRIEF, "snapshot_kimg=0.016")
    assert the_end(run).reason == "finished"
    assert caplog.text.count("log.txt cannot be written") == 1
    assert "Logging error" not in capsys.readouterr().err


class NoEyes:
    """Stands for the extractor, which these tests never ask."""

    def __init__(self, device: torch.device) -> None:
        pass


def distances(monkeypatch: pytest.MonkeyPatch, measured: Callable[[], float]) -> None:
    monkeypatch.setattr(metric, "Extractor", NoEyes)
    monkeypatch.setattr(metric.Measurer, "_distance", lambda *_: measured())


@pytest.mark.slow
def test_memory_that_runs_out_while_measuring_is_an_alert(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> float:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")

    distances(monkeypatch, fails)
    run = train(*QUICK, "metric_kimg=0.064")
    assert len(alerts(run, "metric")) == 3
    assert the_end(run).reason == "finished"
    assert caplog.records


def test_other_errors_while_measuring_are_not_hidden(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> float:
        raise RuntimeError("shapes do not fit")

    distances(monkeypatch, fails)
    with pytest.raises(RuntimeError, match="shapes"):
        train(*QUICK, "metric_kimg=0.064")
    assert caplog.records


def test_the_best_outlives_a_later_checkpoint_of_its_kimg(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    values = iter([5.0, 9.0, 9.0])
    distances(monkeypatch, lambda: next(values))
    with monkeypatch.context() as patch:
        stop_at(patch, 1600)
        run = train(*ONE_LEVEL, "growth.4.stable_kimg=2", "growth.batch=64", "snapshot_kimg=9", "metric_kimg=1")
    measured = [event for event in story(run) if isinstance(event, Metric)]
    best = [event for event in story(run) if isinstance(event, Best)]
    saved = [event.path for event in story(run) if isinstance(event, Checkpoint)]
    assert [event.img for event in measured] == [1024]
    assert [event.path for event in best] == ["checkpoints/000001_024.safetensors"]
    assert saved == [best[0].path, "checkpoints/000001_600.safetensors"]
    assert load_model(run.path / best[0].path).info.hash != load_model(run.path / saved[1]).info.hash


def poisoned_r1(monkeypatch: pytest.MonkeyPatch) -> None:
    original = penalties.r1_penalty
    monkeypatch.setattr(penalties, "r1_penalty", lambda scores, reals: original(scores, reals) * float("nan"))


def poisoned_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    original = penalties.path_lengths
    monkeypatch.setattr(penalties, "path_lengths", lambda *inputs: original(*inputs) * float("nan"))


@pytest.mark.parametrize(
    ("poison", "settings"),
    [
        (poisoned_r1, ("r1_interval=2",)),
        pytest.param(poisoned_r1, ("r1_interval=2", "r1_groups=1"), marks=pytest.mark.slow),
        pytest.param(poisoned_r1, ("r1_interval=2", "objective.lazy_steps=true"), marks=pytest.mark.slow),
        (poisoned_paths, ("objective.path_length=2", "objective.path_interval=2")),
    ],
    ids=["riding", "on few pictures", "lazy", "paths"],
)
def test_a_penalty_that_is_never_finite_goes_back_though_it_is_due_now_and_then(
    train: Train,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    poison: Callable[[pytest.MonkeyPatch], None],
    settings: tuple[str, ...],
) -> None:
    poison(monkeypatch)
    with pytest.raises(ValueError, match="not finite after three returns"):
        train(*QUICK, *settings)
    assert len(alerts(RunDir(tmp_path / "run"), "rollback")) == 3
    assert caplog.records


def test_counts_of_what_was_left_out_survive_a_resume(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned_r1(monkeypatch)
    settings = ("settle_steps=0", "r1_interval=4", "growth.batch=16")
    with monkeypatch.context() as patch:
        stop_at(patch, 32)
        run = train(*settings)
        assert final_state(run)[0]["skipped_r1"] == 1
    with monkeypatch.context() as patch:
        stop_at(patch, 96)
        train(*settings)
    assert final_state(run)[0]["skipped_r1"] == 2
    assert caplog.records


def test_the_checksum_covers_the_counters_and_what_the_bytes_mean(finished: Train, tmp_path: Path) -> None:
    run = finished(*QUICK)
    path, state = run.every_state()[0], state_of(run)
    metadata, tensors = read_safetensors(path)
    counters = json.dumps(json.loads(metadata["counters"]) | {"img": 999})
    for name, changed in (
        ("img", metadata | {"counters": counters}),
        ("key", {("cOunters" if key == "counters" else key): value for key, value in metadata.items()}),
        ("none", {"format": STATE_FORMAT}),
    ):
        save_file(tensors, tmp_path / name, changed)
        with pytest.raises(Damaged, match="damaged"):
            read_state(tmp_path / name, state)
    other = {name: tensor.view(torch.int32) if tensor.dim() else tensor for name, tensor in tensors.items()}
    save_file(other, tmp_path / "types", metadata)
    with pytest.raises(Damaged, match="damaged"):
        read_state(tmp_path / "types", state)


def test_states_of_before_are_read(finished: Train, tmp_path: Path) -> None:
    run = finished(*QUICK)
    state = state_of(run)
    metadata, tensors = read_safetensors(run.every_state()[0])
    counters = json.loads(metadata["counters"])
    old = {name: value for name, value in counters.items() if name not in ("skipped_r1", "skipped_path")}
    old["gone"] = 1
    save_file(
        tensors, tmp_path / "old", {"format": STATE_FORMAT, "counters": json.dumps(old), "crc32": checksum(tensors)}
    )
    read_state(tmp_path / "old", state)
    assert state.counters == read_counters(metadata["counters"])
    save_file(tensors, tmp_path / "worse", {"format": STATE_FORMAT, "counters": "[1]", "crc32": checksum(tensors)})
    with pytest.raises(Damaged, match="counters"):
        read_state(tmp_path / "worse", state)


def test_a_state_goes_to_disk_and_back(finished: Train, tmp_path: Path) -> None:
    run = finished(*QUICK)
    state = state_of(run)
    read_state(run.every_state()[0], state)
    write_state(tmp_path / "again", state)
    assert load_file(tmp_path / "again").keys() == load_file(run.every_state()[0]).keys()
