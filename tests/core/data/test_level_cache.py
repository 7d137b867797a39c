"""The level cache gives what decoding gives, decodes nothing twice, and trusts nothing that is torn."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from stylegan_core.data import cache as cache_module
from stylegan_core.data.cache import LevelCache
from stylegan_core.data.pictures import pyramid
from stylegan_core.data.source import Dataset, open_dataset
from tests.core.data.making import break_picture, folder_of, unreadable_now


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    return open_dataset(folder_of(tmp_path / "a", 5, side=32))


def forbid_reading(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(index: int) -> None:
        raise AssertionError(f"picture {index} is decoded again")

    monkeypatch.setattr(data, "read", read)


def test_every_level_is_the_pyramid_before_and_after_storing(data: Dataset, tmp_path: Path) -> None:
    expected = [pyramid(data.read(index)) for index in range(5)]
    cache = LevelCache(data, tmp_path / "cache")
    for _ in range(2):
        for level in range(4):
            batch = cache.batch(level, [4, 0, 0, 2])
            assert batch.shape == (4, 3, 4 << level, 4 << level)
            assert (batch == np.stack([expected[n][level] for n in (4, 0, 0, 2)])).all()
    cache.close()


def test_nothing_is_decoded_twice_also_by_the_next_process(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = LevelCache(data, tmp_path / "cache")
    top = cache.batch(3, range(5))
    cache.close()
    forbid_reading(data, monkeypatch)
    again = LevelCache(data, tmp_path / "cache")
    assert (again.batch(3, range(5)) == top).all()
    assert again.batch(0, range(5)).shape == (5, 3, 4, 4)
    again.close()


def test_a_torn_picture_is_decoded_again(data: Dataset, tmp_path: Path) -> None:
    cache = LevelCache(data, tmp_path / "cache")
    top = cache.batch(3, range(5))
    cache.close()
    raw = next((tmp_path / "cache").rglob("level-3.raw"))
    content = bytearray(raw.read_bytes())
    content[3 * 32 * 32 + 7] ^= 1
    raw.write_bytes(content[:-5])
    again = LevelCache(data, tmp_path / "cache")
    assert (again.batch(3, range(5)) == top).all()
    again.close()
    assert raw.read_bytes() == top.tobytes()


def test_stand_ins_keep_their_labels_in_the_next_process(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("cat", "dog"):
        folder_of(tmp_path / "a" / name, 1)
    break_picture(tmp_path / "a/cat/0.png")
    for _ in range(2):
        cache = LevelCache(open_dataset(tmp_path / "a", 16, label="folder"), tmp_path / "cache")
        for _ in range(2):
            cache.batch(2, [0, 1])
            assert [cache.label(0), cache.label(1)] == [1, 1]
        cache.close()
    assert len(caplog.records) == 2  # each process says it once


def test_what_could_not_be_read_for_a_while_is_not_kept(data: Dataset, tmp_path: Path) -> None:
    """Another picture was written into the cache in its place, and every later process showed it without a word."""
    expected, told = np.stack([pyramid(data.read(index))[3] for index in range(5)]), []
    data.alert = told.append
    cache = LevelCache(data, tmp_path / "cache")
    with unreadable_now("3.png"):
        assert (cache.batch(3, [3])[0] == expected[4]).all()
    cache.close()
    assert len(told) == 1
    again = LevelCache(open_dataset(data.path), tmp_path / "cache")
    assert (again.batch(3, range(5)) == expected).all()
    again.close()


def test_a_picture_that_another_stood_in_for_is_looked_at_again(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caches of earlier versions hold such pictures though nothing is wrong with them."""
    expected = np.stack([pyramid(data.read(index))[3] for index in range(5)])
    cache = LevelCache(data, tmp_path / "cache")
    for level, file in cache._files.items():
        file.write(3, pyramid(data.read(4))[level], 4)
    cache.close()
    again = LevelCache(data, tmp_path / "cache")
    assert (again.batch(3, range(5)) == expected).all()
    forbid_reading(data, monkeypatch)
    assert (again.batch(3, range(5)) == expected).all()
    again.close()


def test_a_level_above_the_data_is_refused(data: Dataset, tmp_path: Path) -> None:
    cache = LevelCache(data, tmp_path / "cache")
    with pytest.raises(ValueError, match="no level 4"):
        cache.batch(4, [0])
    cache.close()


def test_levels_without_room_are_decoded_each_time(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 5 * 3 * (4**2 + 8**2) / cache_module.FREE_SHARE
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": room}))
    cache = LevelCache(data, tmp_path / "cache")
    assert (cache.batch(3, [1])[0] == data.read(1)).all()
    cache.close()
    assert sorted(file.name for file in (tmp_path / "cache").rglob("*.raw")) == ["level-0.raw", "level-1.raw"]


def test_a_full_disk_is_reported_once_and_training_goes_on(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache_module._LevelFile, "write", full)
    cache = LevelCache(data, tmp_path / "cache")
    assert (cache.batch(3, [1, 2])[1] == data.read(2)).all()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "No space left" in caplog.text
    cache.close()


@pytest.mark.parametrize("trouble", ["a file in its place", "a disk that fails"])
def test_a_cache_that_cannot_be_used_is_done_without(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    """It ended the training, which needs none."""
    if trouble == "a file in its place":
        (tmp_path / "cache").touch()
    cache = LevelCache(data, tmp_path / "cache")
    cache.batch(3, range(5))
    with monkeypatch.context() as patch:
        patch.setattr(cache_module._LevelFile, "read", fails)
        for _ in range(2):
            assert (cache.batch(3, [1, 2])[1] == data.read(2)).all()
    cache.close()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "pictures are decoded each time" in caplog.text


def fails(*_: object) -> None:
    raise OSError(errno.EIO, "Input/output error")


def test_two_at_once_agree(data: Dataset, tmp_path: Path) -> None:
    one, other = (LevelCache(data, tmp_path / "cache") for _ in range(2))
    assert (one.batch(3, range(5)) == other.batch(3, range(5))).all()
    assert (one.batch(2, range(5)) == other.batch(2, range(5))).all()
    one.close()
    other.close()
