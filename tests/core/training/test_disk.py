"""What a run takes of its disk: checkpoints as they are really kept, and a picture cache that nobody needs."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from stylegan_core.data.cache import FREE_SHARE, Room, room_for
from stylegan_core.rundir import RunDir
from stylegan_core.training import disk
from stylegan_core.training.config import TrainingConfig, changed, preset
from stylegan_core.training.disk import Stretch, judge, kept_for_good, run_bytes
from stylegan_core.training.keeping import retire

GIB = 2**30
FFHQ = preset("ffhq-256")
DRAWABLE = 1 << 20
Free = Callable[..., None]


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Free:
    """free(run=…, cache=…) says how many GiB are free on two disks, on the second of which folders called cache lie."""

    def put(run: float, cache: float | None = None) -> None:
        def usage(path: Path) -> SimpleNamespace:
            return SimpleNamespace(free=int((run if cache is None or path.name != "cache" else cache) * GIB))

        monkeypatch.setattr(shutil, "disk_usage", usage)
        monkeypatch.setattr(disk, "_same_disk", lambda _run, _cache: cache is None)

    return put


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Where the run and the cache would lie."""
    found = tmp_path / "run", tmp_path / "cache"
    for one in found:
        one.mkdir()
    return found


def really_kept(config: TrainingConfig, total_kimg: float, img_per_s: float, tmp_path: Path) -> int:
    """How many checkpoints of a run stay by keeping.py; its speed trembles, as speeds do."""
    run, draw = RunDir(tmp_path / "run"), random.Random(0)
    run.create()
    snapshot, clock, img = round(config.snapshot_kimg * 1000), img_per_s * 60 * config.checkpoint_minutes, 0
    while img < total_kimg * 1000:
        img = min(img + round(clock * draw.uniform(0.8, 1.2)), (img // snapshot + 1) * snapshot)
        run.checkpoint_file(img).touch()
    retire(run, img, config.keep, config.keep_every)
    return len(run.every_drawable())


@pytest.mark.parametrize(
    ("img_per_s", "settings"),
    [(2.0, ()), (7.0, ()), (20.0, ()), (1000.0, ()), (7.0, ("keep_every=7", "snapshot_kimg=20"))],
)
def test_checkpoints_kept_for_good_are_counted_as_they_are_kept(
    img_per_s: float, settings: tuple[str, ...], tmp_path: Path
) -> None:
    """The clock's checkpoints were left out: five times too few where one falls into every kimg."""
    config = changed(FFHQ, settings)
    counted = kept_for_good(config, Stretch(0, 2500, img_per_s))
    assert counted == pytest.approx(really_kept(config, 2500, img_per_s, tmp_path), rel=0.15, abs=config.keep)


def test_checkpoints_are_counted_by_the_settings() -> None:
    run = [Stretch(0, 1000, 1e6)]
    usual = run_bytes(FFHQ, DRAWABLE, run)
    assert run_bytes(changed(FFHQ, ["keep=9"]), DRAWABLE, run) > usual
    assert kept_for_good(changed(FFHQ, ["keep_every=0"]), run[0]) == 0
    assert kept_for_good(FFHQ, run[0]) == pytest.approx(20)  # of the 100 every tenth kimg those of a snapshot
    assert kept_for_good(changed(FFHQ, ["snapshot_kimg=5"]), run[0]) == pytest.approx(100)
    assert kept_for_good(changed(FFHQ, ["metric_kimg=100"]), run[0]) == pytest.approx(20)
    assert kept_for_good(changed(FFHQ, ["metric_kimg=25"]), run[0]) == pytest.approx(20)
    assert kept_for_good(changed(FFHQ, ["metric_kimg=30"]), run[0]) == pytest.approx(100 * (1 - 0.8 * 2 / 3))


def test_a_cache_that_has_no_room_is_a_note(free: Free, places: tuple[Path, Path]) -> None:
    """It made the start impossible, and fewer checkpoints were advised, which could not help."""
    run, cache = places
    free(run=20)
    room = room_for(cache, 70_000, FFHQ.network.levels)
    assert 0 < sum(room.missing) <= 20 * FREE_SHARE * GIB and len(room.missing) < room.levels
    said = judge(FFHQ, DRAWABLE, [Stretch(0, 1000, 60)], run, room)
    assert said.problems == () and said.free == 20 * GIB
    assert len(said.notes) == 1 and "no room for decoded pictures above 128²" in said.notes[0]


def test_the_cache_lies_on_a_disk_of_its_own(free: Free, places: tuple[Path, Path]) -> None:
    run, cache = places
    free(run=2, cache=100)
    room = room_for(cache, 70_000, FFHQ.network.levels)
    assert len(room.missing) == room.levels and sum(room.missing) > 2 * GIB
    said = judge(FFHQ, DRAWABLE, [Stretch(0, 1000, 60)], run, room)
    assert said.problems == ()
    assert "are decoded pictures in" in said.notes[0] and "107.4 GB are free" in said.notes[0]
    free(run=0.01, cache=100)
    (problem,) = judge(FFHQ, DRAWABLE, [Stretch(0, 1000, 60)], run, room).problems
    assert "11 MB are free" in problem and "decoded" not in problem


def test_fewer_checkpoints_are_advised_only_where_that_helps(free: Free, places: tuple[Path, Path]) -> None:
    run, cache = places
    stretches = [Stretch(0, 1000, 60)]
    few = run_bytes(changed(FFHQ, ["keep=1", "keep_every=0"]), DRAWABLE, stretches)
    decoded = Room(cache, (GIB,), 1)
    free(run=(few + GIB) / GIB + 0.001)
    (problem,) = judge(FFHQ, DRAWABLE, stretches, run, decoded).problems
    assert "beside 1.1 GB of decoded pictures" in problem and "keep=1 and keep_every=0" in problem
    free(run=(few + GIB) / GIB - 0.001)
    (problem,) = judge(FFHQ, DRAWABLE, stretches, run, decoded).problems
    assert problem.endswith("; free some.")
