"""What every test lives under: a home of its own, one thread, and no warning, log message or thread left over."""

from __future__ import annotations

import gc
import logging
import os
import random
import sys
import threading
from collections.abc import Generator, Iterator

import hypothesis
import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by torch when it is loaded, here and in started processes
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

THREAD_GRACE = 20.0  # seconds a thread that was told to stop may take on a machine that has other things to do

# The same examples every time, however long a busy machine takes for one.
hypothesis.settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("same")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Python's collector need not look at modules and tests, which stay to the end: now, and during every test.

    Its looks were a third of the time that collecting the tests took.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


class Unexpected(logging.Handler):
    """Collects log records from WARNING up."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record for the verdict after the test."""
        self.records.append(record)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The explorer's runs, history and caches go to an empty folder, never to the person's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_waits_for_the_disk() -> Iterator[None]:
    """Nothing is synced: a small run asks for it up to two hundred times, and a busy disk takes its time for each.

    What is asked for, and in which order, is the same as ever, and what is no open file is still refused.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(autouse=True)
def same_chance() -> None:
    """Weights and choices that a test leaves to chance are the same every time."""
    random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(0)
        if torch.cuda.is_initialized():  # else torch.manual_seed keeps the traceback of every call for later
            torch.cuda.manual_seed_all(0)


@pytest.fixture(autouse=True)
def one_torch_thread() -> Iterator[None]:
    """The same sums in the same order in every test, also after one that changed the thread count."""
    yield
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A log warning fails the test, unless the test asks for `caplog` and so looks at the log itself."""
    handler = Unexpected()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    if handler.records and "caplog" not in request.fixturenames:
        pytest.fail("unexpected log: " + "; ".join(f"{r.name}: {r.getMessage()}" for r in handler.records))


@pytest.fixture(autouse=True)
def no_leaked_thread() -> Iterator[None]:
    """A thread that a test started must have ended with it."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(THREAD_GRACE)
        if thread.is_alive():
            pytest.fail(f"the test left the thread {thread.name} running")
