"""Whether what is asked of an existing run, and the data it finds, are those it was started with."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from stylegan_core.data.source import Dataset
from stylegan_core.files.places import real
from stylegan_core.rundir import RunDir
from stylegan_core.training.config import TrainingConfig, changed
from stylegan_core.training.distributed import Team


class Asked(Protocol):
    """What a person names when they start a run; empty where they leave it to the run."""

    @property
    def preset(self) -> str: ...
    @property
    def init(self) -> str: ...
    @property
    def settings(self) -> tuple[str, ...]: ...


def check_agreement(run: RunDir, config: TrainingConfig, wish: Asked) -> None:
    """Raises ValueError with one sentence where preset, origin or settings differ from those of the run."""
    if wish.preset and wish.preset != config.preset:
        raise ValueError(f"{run.path} was started with the preset {config.preset}, not {wish.preset}; name a new run.")
    if wish.init and str(real(wish.init)) != config.init.path:
        began = config.init.path or "no network"
        raise ValueError(f"{run.path} was started from {began}, not from {wish.init}; name a new run.")
    other = _others(config, wish.settings)
    if other and changed(config, other) != config:
        raise ValueError(f"{run.path} was started with other settings than {', '.join(other)}; name a new run.")


def _others(config: TrainingConfig, settings: tuple[str, ...]) -> list[str]:
    """The settings that the run was not started with.

    Those it was started with cannot be found again in its configuration: the plan may begin later than they say, and
    what they left to the program is decided there.
    """
    before, now = _last(config.asked), _last(settings)
    return [setting for setting in settings if before.get(_key(setting)) != now[_key(setting)]]


def _last(settings: Iterable[str]) -> dict[str, str]:
    """The value that each key is given last."""
    return {_key(setting): setting.partition("=")[2].strip() for setting in settings}


def _key(setting: str) -> str:
    return setting.partition("=")[0].strip()


def check_place(run: RunDir, path: str, named: str) -> None:
    """Raises FileNotFoundError with one sentence where nothing lies where a run had its pictures.

    ``named`` is the data set that a person asked for, or empty; theirs is looked for by who opens it.
    """
    if not named and not (path and Path(path).exists()):
        where = f"are not in {path} any more" if path else "are not named in its config.json"
        raise FileNotFoundError(
            f"The pictures of {run.path} {where}: connect or restore them, or name them with --data."
        )


def check_data(run: RunDir, config: TrainingConfig, dataset: Dataset, named: str) -> None:
    """Raises ValueError with one sentence where pictures or classes are not those that the run was started on.

    ``named`` is the data set that a person asked for, or empty.
    """
    moved = named and str(real(named)) != config.data.path
    if config.data.fingerprint and dataset.fingerprint != config.data.fingerprint:
        if moved:
            raise ValueError(f"{run.path} was started on {config.data.path}, not on {named}; name a new run.")
        if run.lies_among(dataset.path):
            raise ValueError(
                f"{run.path} lies among the pictures of {dataset.path}, where its samples count as pictures; move the "
                "run out of there and go on."
            )
        raise ValueError(
            f"The pictures in {dataset.path} have changed since {run.path} was started on them; restore them, or begin "
            f"a new run from it with --init {run.path}."
        )
    if tuple(dataset.classes) != config.network.classes:
        raise ValueError(
            f"The classes of {dataset.path} have changed since {run.path} was started on them; restore its labels, or "
            f"begin a new run from it with --init {run.path}."
        )


def check_copies(team: Team, dataset: Dataset) -> None:
    """Raises ValueError with one sentence, in every process, where one has other pictures or classes than the first."""
    mine = dataset.fingerprint, tuple(dataset.classes)
    if any(team.most([mine != team.told(mine)])):
        raise ValueError(
            f"{dataset.path} holds other pictures or classes on one machine than on another; copy the data set of the "
            "first one to all."
        )


def note(run: RunDir, config: TrainingConfig) -> None:
    """Writes config.json for a new run; for an older one where its data lies now, and threads it left open.

    Raises OSError.
    """
    if not run.exists():
        run.write_config(config.to_dict())
        return
    noted = run.config()
    data = noted.setdefault("data", {})
    if (data.get("path", ""), noted.get("threads")) != (config.data.path, config.threads):
        data["path"], noted["threads"] = config.data.path, config.threads
        run.write_config(noted)
