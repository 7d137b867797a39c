"""Which checkpoint a run goes on from, which of them stay, and what becomes of a damaged one."""

import errno
import logging
import time
from collections.abc import Sequence
from pathlib import Path

from stylegan_core.files.tensor_file import Damaged
from stylegan_core.memory import out_of_memory
from stylegan_core.run.events import Checkpoint
from stylegan_core.run.stems import STATE, img_of, kimg_words
from stylegan_core.rundir import RunDir
from stylegan_core.schedule import phase_at
from stylegan_core.training.checkpoint import can_be_read, is_of_now, read_state, write_checkpoint
from stylegan_core.training.journal import Journal
from stylegan_core.training.state import TrainingState

DAMAGED = ".damaged"
LEFT = ".left"  # of checkpoints that the run went back beyond, until the trouble is past
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
log = logging.getLogger(__name__)


class Keeper:
    """Writes the checkpoints of a run and deletes old ones; what the disk will not do is an alert, not the end."""

    def __init__(self, run: RunDir, journal: Journal) -> None:
        self._run = run
        self._journal = journal
        self._saved = time.monotonic()
        self._stuck = ""
        self._trouble = ""

    def idle_for(self, minutes: float) -> bool:
        """Whether nothing was written, or tried, for so long."""
        return time.monotonic() - self._saved > 60 * minutes

    def save(self, state: TrainingState, best: str) -> bool:
        """As :meth:`tries_to_save`; what the disk will not do is told."""
        saved = self.tries_to_save(state, best)
        if not saved:
            self._journal.alert(
                "disk", f"The checkpoint could not be written, the one before it stays: {self._trouble}"
            )
        return saved

    def tries_to_save(self, state: TrainingState, best: str) -> bool:
        """Writes a checkpoint, names it by an event, and retires old ones but for the drawable called ``best``.

        Where there is no room for it, old training states go first. False if the disk would not take it even so.
        """
        self._saved = time.monotonic()
        try:
            path = self._written(state)
        except (OSError, MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not out_of_memory(error):
                raise
            self._trouble = str(error) or "memory ran out."
            return False
        phase = phase_at(state.counters.img / 1000, state.config.growth)
        relative = path.relative_to(self._run.path).as_posix()
        self._journal.write(Checkpoint(path=relative, level=phase.level, alpha=phase.alpha))
        self._journal.sync()
        self._retire(state, best)
        return True

    def holds(self, state: TrainingState) -> bool:
        """Whether the newest training state on disk is of this very moment."""
        return any(is_of_now(path, state) for path in self._run.every_state()[:1])

    def loss(self, state: TrainingState) -> str:
        """What is lost where a run ends with a state that could not be written."""
        kimg = state.counters.img / 1000
        newest = next((path for path in self._run.every_state() if can_be_read(path)), None)
        lost = f"since {kimg_words(newest)}, where the same command goes on," if newest else "of the run"
        return f"The checkpoint at {kimg:g} kimg could not be written, and all {lost} is lost: {self._trouble}"

    def forget_left(self) -> None:
        """Deletes the checkpoints that the run went back beyond: it came past what it went back for."""
        for path in sorted(self._run.checkpoints.glob(f"*{LEFT}*")):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                self._journal.alert("disk", f"{path} cannot be deleted ({error.strerror or error}).")

    def _written(self, state: TrainingState) -> Path:
        while True:
            try:
                return write_checkpoint(self._run, state)
            except OSError as error:
                old = spare(self._run) if error.errno in NO_ROOM else None
                if old is None:
                    raise
                old.unlink(missing_ok=True)
                self._journal.alert("disk", f"The old training state {old.name} was deleted to make room: {error}")

    def _retire(self, state: TrainingState, best: str) -> None:
        config = state.config
        try:
            retire(self._run, state.counters.img, config.keep, config.keep_every, best)
        except OSError as error:
            if str(error) != self._stuck:  # a file that somebody holds open stays so for many checkpoints
                self._journal.alert("disk", f"An old checkpoint stays, training goes on: {error}")
            self._stuck = str(error)
        else:
            self._stuck = ""


def resume_newest(run: RunDir, state: TrainingState) -> tuple[Path | None, list[str]]:
    """Fills ``state`` from the newest checkpoint that is not damaged; see :func:`first_readable`.

    Raises ValueError also where only drawable networks are left: to begin anew would write over them.
    """
    path, troubles = first_readable(run, run.every_state(), state)
    newest = run.drawable() if path is None else None
    if newest is not None:
        raise ValueError(
            f"{run.checkpoints} holds models, but no training state (*{STATE}) to go on from: put one back, begin a "
            f"new run with --init {newest}, or move that folder away to begin anew."
        )
    return path, troubles


def first_readable(run: RunDir, paths: Sequence[Path], state: TrainingState) -> tuple[Path | None, list[str]]:
    """Fills ``state`` from the first of the training states that is not damaged; returns it, None where there is none.

    Damaged ones that come before it are set aside under another name; a sentence for each is returned. Raises
    ValueError or OSError, having changed nothing, where one that may be whole cannot be read now, or all are damaged:
    to begin anew would write over them.
    """
    damaged: list[tuple[Path, Damaged]] = []
    for path in paths:
        try:
            _read(path, state)
        except Damaged as error:
            damaged.append((path, error))
        else:
            return path, [_put_by(path, error) for path, error in damaged]
    if damaged:
        raise ValueError(
            f"No checkpoint of {run.path} can be read ({damaged[0][1]}); put a copy of one back, "
            f"or move the folder {run.checkpoints.name} away to begin anew."
        )
    return None, []


def _read(path: Path, state: TrainingState) -> None:
    try:
        read_state(path, state)
    except OSError as error:
        why = error.strerror or error
        raise OSError(f"{path} cannot be read now ({why}); nothing was changed: cure that and start again.") from None
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        raise ValueError(f"Memory is too small to read {path}; close other programs and start again.") from None


def _put_by(path: Path, error: Damaged) -> str:
    log.warning("%s", error)
    said = f"The checkpoint {path.name} cannot be read, so the one before it is used: {error}"
    target = path.with_name(path.name + DAMAGED)
    return f"{said} {set_aside(path, target) or f'It was set aside as {target.name}.'}"


def set_aside(path: Path, target: Path) -> str:
    """Gives a checkpoint's file a name that no run goes on from; says why where that cannot be, else nothing."""
    try:
        path.replace(target)
    except OSError as trouble:
        return f"{path.name} could not be set aside ({trouble.strerror or trouble})."
    return ""


def left_behind(run: RunDir) -> list[Path]:
    """The training states that a run went back beyond, the oldest first."""
    return sorted(run.checkpoints.glob(f"*{LEFT}{STATE}"), key=lambda path: img_of(_before_left(path)) or 0)


def left_name(path: Path) -> Path:
    """The name of a training state or drawable that a run went back beyond.

    No run takes it for its own, but it is a network as before: --init finds the state beside the drawable.
    """
    kind = STATE if path.name.endswith(STATE) else path.suffix
    return path.with_name(path.name.removesuffix(kind) + LEFT + kind)


def _before_left(path: Path) -> Path:
    return path.with_name(path.name.replace(LEFT, ""))


def drawable_beside(state: Path) -> Path:
    """Where the drawable of a training state lies, that of one left behind, too."""
    return state.with_name(state.name.removesuffix(STATE) + ".safetensors")


def spare(run: RunDir) -> Path | None:
    """The training state that a run can do without first, None where there is none.

    One it went back beyond, or the oldest, where another, newer one can be read.
    """
    states, left = run.every_state(), left_behind(run)
    if left and any(can_be_read(path) for path in states):
        return left[0]
    return states[-1] if any(can_be_read(path) for path in states[:-1]) else None


def retire(run: RunDir, img: int, keep: int, keep_every: int, best: str = "") -> list[Path]:
    """Deletes all but the newest ``keep`` training states and drawables; returns what was deleted.

    Of the older drawables the first of each ``keep_every``-th kimg (0: none) and the one called ``best`` stay. Which
    those are depends on names alone, so that a resumed run keeps the same. Names beyond ``img`` are of a stretch that
    is trained again, and neither count nor go. Raises OSError, naming a file, if one could not be deleted; the others
    are gone then.
    """
    states, drawable = _up_to(img, run.every_state()), _up_to(img, run.every_drawable())
    stay = _spaced(drawable, keep_every)
    gone = states[keep:] + [path for path in drawable[keep:] if path not in stay and path.name != best]
    trouble: OSError | None = None
    for path in gone:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            trouble = OSError(f"{path} cannot be deleted ({error.strerror or error}).")
    if trouble is not None:
        raise trouble
    return gone


def _up_to(img: int, paths: Sequence[Path]) -> list[Path]:
    return [path for path in paths if (img_of(path) or 0) <= img]


def _spaced(drawable: Sequence[Path], keep_every: int) -> set[Path]:
    """The first drawable of every n-th kimg, which is the one that a snapshot wrote; of kimg 0 only image 0."""
    first: dict[int, Path] = {}
    for path in drawable:  # newest first, so that the earliest comes to stay
        first[(img_of(path) or 0) // 1000] = path
    if not keep_every:
        return set()
    return {path for kimg, path in first.items() if kimg % keep_every == 0 and (kimg or not img_of(path))}
