"""Going back where gradients are not finite: further at each return, at ever lower rates, until that is past."""

import logging
from pathlib import Path

import torch

from stylegan_core.run.events import Resume
from stylegan_core.run.stems import img_of
from stylegan_core.rundir import RunDir, is_whole
from stylegan_core.training.checkpoint import share_state
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.distributed import Team
from stylegan_core.training.finetune import open_init, take_over
from stylegan_core.training.journal import Journal
from stylegan_core.training.keeping import drawable_beside, first_readable, left_behind, left_name, set_aside
from stylegan_core.training.opening import opening
from stylegan_core.training.state import Counters, TrainingState

MOST_RETURNS = 3
log = logging.getLogger(__name__)


def go_back(run: RunDir, state: TrainingState, team: Team, journal: Journal) -> TrainingState:
    """As :func:`rolled_back`, said in the log: readers drop what came after."""
    state, troubles = rolled_back(run, state, team)
    counters = state.counters
    journal.img = counters.img
    journal.write(opening(Resume, state.config.preset, state.generator.w_avg.device, team.world))
    for trouble in troubles:
        journal.alert("checkpoint", trouble)
    kimg, factor = counters.img / 1000, counters.rate_factor
    journal.alert("rollback", f"Training went back to {kimg:g} kimg and goes on at {factor:g} of the rate.")
    return state


def rolled_back(run: RunDir, state: TrainingState, team: Team) -> tuple[TrainingState, list[str]]:
    """The state of a checkpoint, or that of the run's begin, at half the rate; and what could not be read or set aside.

    The first return is to the newest checkpoint, each one after it to an older one while there is any; the newer ones
    are set aside, so that neither a resume nor who asks for the run's network takes them. Raises ValueError after three
    returns, and as :func:`first_readable` does.
    """
    before, state.torn = state.counters, True
    if before.rollbacks >= MOST_RETURNS:
        raise ValueError(_end_of_returns(run))
    found, troubles = first_readable(run, _in_turn(run, before), state) if team.leads else (None, [])
    if not team.told(found is not None):
        state = _begun_again(state.config, state.generator.w_avg.device, team)
    share_state(state, team)
    counters = state.counters
    counters.rollbacks, counters.rate_factor = before.rollbacks + 1, before.rate_factor / 2
    counters.troubled, counters.returned = max(before.troubled, before.img), counters.img
    counters.skipped_d = counters.skipped_r1 = counters.skipped_g = counters.skipped_path = counters.skipped_c = 0
    state.torn = False
    written = [*run.every_drawable(), *run.every_state()] if team.leads else []
    newer = [path for path in written if (img_of(path) or 0) > counters.img]
    return state, [*troubles, *(said for path in newer if (said := set_aside(path, left_name(path))))]


def came_past(counters: Counters, images: int) -> bool:
    """Whether a run that went back has come so many images beyond the last trouble; if so it counts no more.

    Called after each step. Only what lies beyond the trouble counts, so that no run goes back for ever.
    """
    if not counters.rollbacks:
        return False
    if counters.most_skipped:
        counters.troubled = max(counters.troubled, counters.img)
    if counters.img < counters.troubled + images:
        return False
    counters.rollbacks, counters.rate_factor, counters.troubled, counters.returned = 0, 1.0, 0, 0
    return True


def _in_turn(run: RunDir, counters: Counters) -> list[Path]:
    """The training states in the order in which to try them: all, or first those from before the last return."""
    states = run.every_state()
    if not counters.rollbacks:
        return states
    older = [path for path in states if (img_of(path) or 0) < counters.returned]
    return older + [path for path in states[::-1] if path not in older]


def _begun_again(config: TrainingConfig, device: torch.device, team: Team) -> TrainingState:
    """The state at image 0, with what the run was started from."""
    state = TrainingState.fresh(config, device)
    if team.leads and config.init.path:
        log.info("%s", take_over(state, open_init(Path(config.init.path))))
    return state


def _end_of_returns(run: RunDir) -> str:
    said = "The gradients stay not finite after three returns at ever lower rates; training ends."
    drawable = map(drawable_beside, [*run.every_state(), *left_behind(run)[::-1]])
    older = [path.name for path in drawable if is_whole(path)]
    if not older:
        return said
    return f"{said} In {run.checkpoints} lie {', '.join(older)}; --init begins a new run from one of them."
