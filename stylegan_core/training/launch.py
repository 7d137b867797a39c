"""Starts or resumes a run: agrees on its configuration, takes its lock, and says in the log how it ended."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from stylegan_core.cores import too_many_threads
from stylegan_core.data.cache import LevelCache
from stylegan_core.data.loader import Loader
from stylegan_core.data.order import DataOrder
from stylegan_core.data.pictures import Fit
from stylegan_core.data.source import Dataset, open_dataset
from stylegan_core.device import choose_device
from stylegan_core.files.places import check_name, real
from stylegan_core.run.events import End, Resume, Start
from stylegan_core.run.stems import img_of
from stylegan_core.rundir import RunDir
from stylegan_core.training.agreement import check_agreement, check_copies, check_data, check_place, note
from stylegan_core.training.checkpoint import share_state
from stylegan_core.training.config import TrainingConfig, changed, preset
from stylegan_core.training.critic import insist_on_eye
from stylegan_core.training.distributed import join
from stylegan_core.training.finetune import adopted_from, open_init, take_over
from stylegan_core.training.journal import Journal, Silent
from stylegan_core.training.keeping import resume_newest
from stylegan_core.training.log_file import log_file
from stylegan_core.training.loop import Loop, Shown
from stylegan_core.training.metric import Measurer
from stylegan_core.training.opening import opening
from stylegan_core.training.parts import places_of
from stylegan_core.training.state import TrainingState, has_batch_norm
from stylegan_core.training.tensorboard import TensorBoard

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for; all but the run's folder may be left out to go on with an existing run."""

    run: Path
    preset: str = ""
    data: str = ""
    settings: tuple[str, ...] = ()
    init: str = ""
    tensorboard: bool = False


class Launch:
    """One start or resume of a run; ``stop()`` may be called from a signal handler at any time."""

    def __init__(self, wish: Wish, shown: Shown = lambda _: None) -> None:
        """Raises ValueError or OSError with one sentence if the wish cannot be met."""
        self.run = RunDir(wish.run)
        self.shown = shown
        self.team = join()
        self._board = TensorBoard(self.run) if wish.tensorboard and self.team.leads else None
        self._stop = self._new = False
        self._loop: Loop | None = None
        if self.team.leads:
            self.config, self.dataset = what_to_train(self.run, wish)
            self.device = self.team.device(choose_device(self.config.device))
            self.run.create()
            self.team.told(self.config)
        else:
            self.config = self.team.told(preset("tiny"))
            self.device = self.team.device(choose_device(self.config.device))
            self.dataset = open_data(self.config.data.path, self.config)
        check_copies(self.team, self.dataset)
        for plan in self.config.growth.levels:
            places_of(plan.batch, self.config.network.mbstd_group, self.team.rank, self.team.world)

    def stop(self) -> None:
        """Ends the run with a checkpoint at the next micro-batch."""
        self._stop = True
        if self._loop is not None:
            self._loop.stop_wanted = True

    def train(self) -> bool:
        """Trains to the end of the plan (True) or until stopped (False). Raises what ended it otherwise."""
        if not self.team.leads:
            return self._train(Silent())
        with self.run.locked(), log_file(self.run):
            note(self.run, self.config)
            self.run.sweep()
            # Asked before the journal's pulse can speak: a heartbeat of a slow start is no earlier run.
            self._new = not self.run.events_file.exists() or not self.run.events_file.stat().st_size
            journal = Journal(self.run, self._board.take if self._board else None)
            try:
                return self._train(journal)
            finally:
                journal.close()
                self._close_board()

    def _close_board(self) -> None:
        """TensorBoard's files are beside the run: that they cannot be finished does not change how it ended."""
        try:
            if self._board:
                self._board.close()
        except OSError as error:
            log.error("TensorBoard's files could not be finished (%s).", error)

    def _train(self, journal: Journal) -> bool:
        torch.set_num_threads(self.config.threads)
        self.dataset.alert = lambda text: journal.alert("picture", text)
        data = self.config.data
        order = DataOrder(len(self.dataset), self.config.seed, data.mirror)
        group, rank, world = self.config.network.mbstd_group, self.team.rank, self.team.world
        cache: LevelCache | None = None
        loader: Loader | None = None
        try:
            cache = LevelCache(self.dataset)
            loader = Loader(
                cache,
                order,
                share=lambda size: places_of(size, group, rank, world),
                on_stall=lambda text: journal.alert("stalled-loader", text),
            )
            state = TrainingState.fresh(self.config, self.device)
            if self.team.leads and not self._greet(journal, state) and self.config.init.path:
                journal.alert("init", take_over(state, open_init(Path(self.config.init.path))))
            share_state(state, self.team)
            if self.team.world > 1 and has_batch_norm(state):
                journal.alert("batch-norm", f"Each of the {self.team.world} processes has batch norms of its own.")
            measurer = Measurer(self.run, cache, journal, self.config, self.device)
            self._loop = Loop(self.run, state, loader, journal, measurer, self.shown, self.team)
            self._loop.stop_wanted = self._stop
            finished = self._loop.train()
        except BaseException as error:
            text = str(error) or type(error).__name__
            journal.alert("error", f"Training ended: {text}")
            journal.write(End(reason="error", text=text))
            raise
        finally:
            if cache and (loader is None or loader.close()):
                cache.close()  # which waits for what the loader's thread is reading
        text = "The plan is complete." if finished else "Stopped with a checkpoint; the same command goes on."
        journal.write(End(reason="finished" if finished else "stopped", text=text))
        journal.sync()
        self.team.leave()
        return finished

    def _greet(self, journal: Journal, state: TrainingState) -> bool:
        """Fills the state from the newest checkpoint and says in the log that the run begins; False at image 0."""
        journal.img = max((img_of(path) or 0 for path in self.run.every_state()), default=0)  # should it be refused
        path, troubles = resume_newest(self.run, state)
        journal.img = state.counters.img
        kind = Start if path is None and self._new else Resume
        journal.write(opening(kind, self.config.preset, self.device, self.team.world))
        for trouble in troubles:
            journal.alert("checkpoint", trouble)
        crowd = too_many_threads(self.config.threads) if self.device.type == "cpu" else ""
        if crowd:
            journal.alert("threads", crowd)
        log.info("%s at %g kimg", "goes on" if path else "starts", state.counters.img / 1000)
        return path is not None


def what_to_train(run: RunDir, wish: Wish) -> tuple[TrainingConfig, Dataset]:
    """The configuration and data of a run: config.json's if it was started before, else the wish's.

    Raises ValueError if the wish or the data differ from config.json, or the wish names too little to start anew.
    """
    return _as_before(run, wish) if run.exists() else _as_wished(run, wish)


def _as_before(run: RunDir, wish: Wish) -> tuple[TrainingConfig, Dataset]:
    config = TrainingConfig.from_dict(run.config())
    check_agreement(run, config, wish)
    path = str(real(wish.data)) if wish.data else config.data.path
    check_place(run, path, wish.data)
    dataset = open_data(path, config)
    check_data(run, config, dataset, wish.data)
    return replace(config, data=replace(config.data, path=path), threads=_threads(config)), dataset


def _as_wished(run: RunDir, wish: Wish) -> tuple[TrainingConfig, Dataset]:
    if run.every_state() or run.drawable():
        raise ValueError(
            f"{run.path} has lost its config.json, which says what it was trained with: put it back, or begin a new "
            "run from one of its models with --init."
        )
    if not wish.preset or not wish.data:
        raise ValueError(f"{run.path} is a new run, which needs --preset and --data.")
    check_name(run.path)
    if run.has_strangers():
        raise ValueError(f"{run.path} is not empty and not a run; name a new folder.")
    if run.lies_among(Path(wish.data)):
        raise ValueError(
            f"{run.path} lies among the pictures of {wish.data}, where its samples would count as some; name a folder "
            "outside."
        )
    config = changed(preset(wish.preset), wish.settings)
    if wish.init:
        config = adopted_from(config, wish.init, wish.settings)
    insist_on_eye(config.critic)
    dataset = open_data(wish.data, config)
    data = replace(config.data, path=str(real(wish.data)), fingerprint=dataset.fingerprint)
    network = config.network.with_classes(tuple(dataset.classes))
    return replace(config, data=data, network=network, threads=_threads(config), asked=wish.settings), dataset


def _threads(config: TrainingConfig) -> int:
    return config.threads or torch.get_num_threads()


def open_data(path: str, config: TrainingConfig) -> Dataset:
    """The pictures at ``path`` as the configuration wants them: size, fit and label. Raises ValueError or OSError."""
    fit: Fit = "letterbox" if config.data.fit == "letterbox" else "crop"
    return open_dataset(path, config.network.resolution, fit, config.data.label)
