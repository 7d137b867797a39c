"""The Fréchet distance of the averaged generator while it trains, and which checkpoint was the best by it."""

import logging
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from stylegan_core.data.cache import LevelCache
from stylegan_core.files.places import home
from stylegan_core.files.whole_file import write_whole
from stylegan_core.memory import let_go, out_of_memory
from stylegan_core.metrics.distances import frechet
from stylegan_core.metrics.features import Extractor, Features
from stylegan_core.metrics.samples import BATCH, fakes
from stylegan_core.model import Model
from stylegan_core.networks.generator import Generator
from stylegan_core.run.events import Best, Event, Metric
from stylegan_core.rundir import EventReader, RunDir
from stylegan_core.schedule import Phase
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.journal import Journal

NAME = "FD-E"
CPU = torch.device("cpu")
log = logging.getLogger(__name__)


class Measurer:
    """Measures FD-E every ``metric_kimg`` and on request; touches neither random state nor weights.

    ``device`` is the run's, see `device_of_features`.
    """

    def __init__(
        self,
        run: RunDir,
        cache: LevelCache,
        journal: Journal,
        config: TrainingConfig,
        device: torch.device = CPU,
    ) -> None:
        """Raises ValueError where measurements are planned and the metrics extra is not installed."""
        self.run = run
        self.journal = journal
        self.every = round(config.metric_kimg * 1000)
        self.count = config.metric_count
        self.seed = config.seed
        self._cache = cache
        self._real: Features | None = None
        self._bests = [event for event in story(run) if isinstance(event, Best) and event.name == NAME]
        self._device = device_of_features(device)
        self._extractor = Extractor(self._device) if self.every else None

    def due(self, before: int, after: int) -> bool:
        """Whether a measurement is planned between two states of the image counter, or somebody asked for one."""
        planned = self.every > 0 and after // self.every > before // self.every
        return self.run.take("metric") or planned

    def best(self, img: int) -> str:
        """The file name of the best checkpoint up to an image; empty before anything was measured."""
        self._bests = [event for event in self._bests if event.img <= img]
        return self._bests[-1].path.rpartition("/")[2] if self._bests else ""

    def measure(self, average: Generator, phase: Phase, img: int, checkpoint: str, check: Callable[[], None]) -> None:
        """Measures the average and writes a ``metric`` event, and ``best`` if it is; what cannot be done is an alert.

        ``checkpoint`` is the path of the file that holds it, relative to the run; ``check`` is called between batches
        and may raise to leave it.
        """
        try:
            value = self._distance(average, phase, check)
        except (ValueError, OSError, MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not out_of_memory(error):
                raise
            let_go()
            self.journal.alert("metric", f"{NAME} could not be measured, training goes on: {error}")
            return
        log.info("%s %.3f at %g kimg", NAME, value, img / 1000)
        self.journal.write(Metric(name=NAME, value=value, img=img))
        self.best(img)
        if checkpoint and (not self._bests or value < self._bests[-1].value):
            self._bests.append(Best(name=NAME, value=value, path=checkpoint, img=img))
            self.journal.write(self._bests[-1])

    def _distance(self, average: Generator, phase: Phase, check: Callable[[], None]) -> float:
        if self._extractor is None:
            self._extractor = Extractor(self._device)
        if self._real is None:
            self._real = self._real_features(check)
        model = Model(average, level=phase.level, alpha=phase.alpha)
        drawn = fakes(model, self.count, self.seed)
        fake = self._extractor.all(drawn, self.count, lambda _: check())
        return frechet(self._real, fake)

    def _real_features(self, check: Callable[[], None]) -> Features:
        """Of the first pictures of the data set; kept on disk for the next start where that can be."""
        assert self._extractor is not None
        dataset = self._cache.dataset
        count = min(self.count, len(dataset))
        file = home() / "caches" / "features" / f"{dataset.cache_key}-{count}.npy"
        try:
            kept: Features = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            log.info("features of %d real pictures are computed once", count)
        else:
            return kept
        found = self._extractor.all(self._reals(count), count, lambda _: check())
        if dataset.passing.keys() & range(count):
            return found  # of pictures that only stood in just then
        try:
            write_whole(file, lambda opened: np.save(opened, found))
        except OSError as error:
            log.warning("The features of the real pictures are computed again at the next start: %s", error)
        return found

    def _reals(self, count: int) -> Iterator[Tensor]:
        for begin in range(0, count, BATCH):
            indices = range(begin, min(begin + BATCH, count))
            yield torch.from_numpy(self._cache.batch(self._cache.top, indices))


def device_of_features(device: torch.device) -> torch.device:
    """Where a run on a device computes its features: there on CUDA, else on the CPU."""
    return device if device.type == "cuda" else CPU


def story(run: RunDir) -> list[Event]:
    """Every event of a run, replayed stretches dropped."""
    reader = EventReader(run)
    reader.poll()
    return reader.events
