"""How fast avatars are drawn, and what the level cache saves."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

pytest.importorskip("resvg_py", reason="resvg-py is not installed (extra: data)")


from stylegan_core.data.avatars import write_avatars
from stylegan_core.data.cache import LevelCache
from stylegan_core.data.source import open_dataset

pytestmark = pytest.mark.bench


def test_two_workers_draw_200_avatars_a_second(tmp_path: Path) -> None:
    """Counted in processor time of the two, so that what else runs on the machine does not matter."""
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    list(write_avatars(tmp_path / "a", 2000, 64, seed=1, workers=2))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert 2000 / (seconds / 2) >= 200


def test_the_cache_is_many_times_faster_than_decoding(tmp_path: Path) -> None:
    list(write_avatars(tmp_path / "a", 256, 64, seed=1))
    cache = LevelCache(open_dataset(tmp_path / "a"), tmp_path / "cache")
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        cache.batch(4, range(256))
        seconds.append(time.perf_counter() - started)
    cache.close()
    assert seconds[0] / seconds[1] >= 3
