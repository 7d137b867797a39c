"""The loader gives the batch of an image counter, whatever was asked before, and says what goes wrong."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

# ruff: noqa: E402 - without torch none of the rest can be imported
from stylegan_core.data.cache import LevelCache
from stylegan_core.data.loader import Loader
from stylegan_core.data.order import DataOrder
from stylegan_core.data.source import open_dataset
from tests.core.data.making import folder_of


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[LevelCache]:
    for name in ("cat", "dog"):
        folder_of(tmp_path / "a" / name, 4)
    cache = LevelCache(open_dataset(tmp_path / "a", label="folder"), tmp_path / "cache")
    yield cache
    cache.close()


@pytest.fixture
def order() -> DataOrder:
    return DataOrder(8, seed=5, mirror=True)


@pytest.fixture
def loader(cache: LevelCache, order: DataOrder) -> Iterator[Loader]:
    loader = Loader(cache, order)
    yield loader
    loader.close()


def expected(cache: LevelCache, order: DataOrder, img: int, level: int, size: int) -> np.ndarray:
    indices, flips = order.at(img, size)
    pixels = cache.batch(level, indices)
    return np.stack([one[:, :, ::-1] if flip else one for one, flip in zip(pixels, flips, strict=True)])


def test_any_request_gets_its_own_batch(loader: Loader, cache: LevelCache, order: DataOrder) -> None:
    """In a row, with a new level or size, back, and far ahead."""
    for img, level, size in [
        (0, 2, 3),
        (3, 2, 3),
        (6, 2, 3),
        (9, 1, 3),
        (12, 1, 6),
        (0, 2, 3),
        (6, 2, 3),
        (10**6, 0, 2),
    ]:
        batch = loader.get(img, level, size)
        assert batch.pixels.dtype == torch.uint8
        assert batch.pixels.shape == (size, 3, 4 << level, 4 << level)
        assert (batch.pixels.numpy() == expected(cache, order, img, level, size)).all()
        indices, _ = order.at(img, size)
        assert batch.labels is not None
        assert batch.labels.tolist() == [cache.dataset.label(index) for index in indices.tolist()]


def test_without_labels_there_are_none(tmp_path: Path) -> None:
    cache = LevelCache(open_dataset(folder_of(tmp_path / "a", 2)), tmp_path / "cache")
    loader = Loader(cache, DataOrder(2, seed=1))
    assert loader.get(0, 2, 2).labels is None
    loader.close()
    cache.close()


def test_ranks_share_a_batch(cache: LevelCache, order: DataOrder) -> None:
    loaders = [Loader(cache, order, share=lambda size, rank=rank: range(rank, size, 2)) for rank in range(2)]
    whole = expected(cache, order, 6, 2, 4)
    for rank, loader in enumerate(loaders):
        assert (loader.get(6, 2, 4).pixels.numpy() == whole[rank::2]).all()
    for loader in loaders:
        loader.close()


def test_it_works_ahead_but_not_far(loader: Loader, cache: LevelCache, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    enough = threading.Event()
    batch = cache.batch

    def counted(level: int, indices: np.ndarray) -> np.ndarray:
        made.append(len(indices))
        if len(made) == 3:
            enough.set()
        return batch(level, indices)

    monkeypatch.setattr(cache, "batch", counted)
    loader.get(0, 2, 2)
    assert enough.wait(60)
    loader.close()
    assert len(made) == 3  # the one asked for and two ahead


def test_a_vanished_folder_is_raised_where_the_batch_is_asked_for(loader: Loader, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "a")
    for _ in range(2):
        with pytest.raises(OSError, match="is gone; connect or restore"):
            loader.get(0, 2, 4)


def test_a_folder_that_comes_back_goes_on(loader: Loader, tmp_path: Path) -> None:
    (tmp_path / "a").rename(tmp_path / "b")
    with pytest.raises(OSError, match="is gone"):
        loader.get(0, 2, 4)
    (tmp_path / "b").rename(tmp_path / "a")
    for _ in range(3):  # the thread may have tried again before the folder was back
        try:
            assert loader.get(0, 2, 4).pixels.shape[0] == 4
            break
        except OSError:
            continue
    else:
        pytest.fail("the loader did not recover")


def test_a_stall_is_told(cache: LevelCache, order: DataOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    texts: list[str] = []
    batch = cache.batch

    def slow(level: int, indices: np.ndarray) -> np.ndarray:
        told.wait(60)
        return batch(level, indices)

    def on_stall(text: str) -> None:
        texts.append(text)
        told.set()

    monkeypatch.setattr(cache, "batch", slow)
    loader = Loader(cache, order, on_stall=on_stall, stall_seconds=0.02)
    assert loader.get(0, 2, 2).pixels.shape[0] == 2
    assert "no pictures for" in texts[0]
    assert loader.waited > 0
    loader.close()


def test_a_stall_is_told_once_and_whoever_waits_may_leave(
    cache: LevelCache, order: DataOrder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Enough(Exception):
        """Somebody asks to stop."""

    answers = threading.Event()
    texts: list[str] = []
    looks = 0
    batch = cache.batch

    def hanging(level: int, indices: np.ndarray) -> np.ndarray:
        answers.wait(60)
        return batch(level, indices)

    def check() -> None:
        nonlocal looks
        looks += 1
        if len(texts) == 1 and looks > 10:
            raise Enough

    monkeypatch.setattr(cache, "batch", hanging)
    monkeypatch.setattr("stylegan_core.data.loader.PATIENCE", 0.01)
    loader = Loader(cache, order, on_stall=texts.append, stall_seconds=0.01)
    with pytest.raises(Enough):
        loader.get(0, 2, 2, check)
    assert len(texts) == 1
    assert not loader.close()
    assert "does not answer" in caplog.text
    answers.set()
    monkeypatch.setattr("stylegan_core.data.loader.PATIENCE", 5.0)
    assert loader.close()


def test_closing_ends_the_thread_and_asking_after_it_is_refused(loader: Loader) -> None:
    loader.get(0, 2, 2)
    loader.close()
    loader.close()
    assert "data" not in [thread.name for thread in threading.enumerate()]
    with pytest.raises(ValueError, match="closed"):
        loader.get(2, 2, 2)


def test_an_unexpected_error_reaches_the_training_thread(
    loader: Loader, cache: LevelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> np.ndarray:
        raise MemoryError("too large")

    monkeypatch.setattr(cache, "batch", broken)
    with pytest.raises(MemoryError, match="too large"):
        loader.get(0, 2, 2)
