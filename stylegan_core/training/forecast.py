"""At the beginning of a run and when it goes on: what its levels to come will take, timed by a few steps of each."""

import logging
from collections.abc import Callable

import torch

from stylegan_core.device import available_memory
from stylegan_core.memory import let_go, out_of_memory
from stylegan_core.schedule import phases
from stylegan_core.training.config import TrainingConfig
from stylegan_core.training.preflight import memory_problems, seconds_of_features
from stylegan_core.training.speed import USUAL_WORK_PER_SECOND, Forecast, work, worth
from stylegan_core.training.timing import measure

BUDGET = 8.0  # seconds, roughly
PAYS = 600.0  # seconds that must be left, on a usual core, to be worth them
log = logging.getLogger(__name__)


def pays(config: TrainingConfig, kimg: float) -> bool:
    """Whether a run at ``kimg`` has other levels before it and will take long."""
    left = [phase for phase in phases(config.growth) if phase.end_kimg > kimg]
    seconds = sum(
        work(config.network, phase.level) * worth(config, phase.level, max(phase.begin_kimg, kimg), phase.end_kimg)
        for phase in left
    )
    return len({phase.level for phase in left}) > 1 and seconds / USUAL_WORK_PER_SECOND >= PAYS


def forecast(
    config: TrainingConfig,
    device: torch.device,
    dtype: torch.dtype,
    kimg: float,
    check: Callable[[], None] = lambda: None,
) -> Forecast:
    """Times steps on networks of its own; knows nothing where there is no memory for them.

    ``check`` is called between steps, and what it raises ends this. How two levels compare depends on the machine:
    without bf16 an image of 64² takes 2.3 times as long beside one of 8² as with it (avatars-64, docs/speed.md).
    """
    if memory_problems(config, dtype, available_memory(device)):
        return Forecast()
    try:
        seconds = measure(config, device, dtype, BUDGET, from_kimg=kimg, check=check)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        log.info("There is no memory to time the levels to come.")
        return Forecast()
    finally:
        let_go()
    try:
        return Forecast(seconds, seconds_of_features(config, device))
    except ValueError:  # what measures is not installed, which the measurement itself will say
        return Forecast(seconds)
