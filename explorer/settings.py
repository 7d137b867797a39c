"""Settings: one dataclass and one file; what a person chose and wants to find again."""

import json
import logging
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

from explorer.work.background import Background
from stylegan_core.files.places import home
from stylegan_core.files.whole_file import write_whole
from stylegan_core.json_text import read_json
from stylegan_core.run.stems import of_one_run

log = logging.getLogger(__name__)

RECENT = 12
MOST_PLACES = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """Frozen: a change makes a new value, which the owner saves. ``models`` remembers where a hash was last seen."""

    theme: str = "dark"
    smooth: bool = False
    recent: tuple[str, ...] = ()
    models: dict[str, str] = field(default_factory=dict)
    geometry: str = ""
    folded: tuple[str, ...] = ()
    save_folder: str = ""
    hint_seen: bool = False
    caption: bool = True
    mute: bool = False

    @classmethod
    def load(cls) -> Self:
        """Reads the file; where there is none, or a damaged one, the defaults."""
        path = settings_file()
        try:
            data = read_json(path.read_text("utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            log.info("%s cannot be read, so the settings start anew: %s", path, error)
            return cls()
        return cls(**_fitting(data)) if isinstance(data, dict) else cls()

    def save(self) -> None:
        """Writes the file beside and renames it; raises OSError with one sentence."""
        path = settings_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(asdict(self), indent=1).encode())

    def with_opened(self, path: str, model_hash: str) -> Self:
        """These settings with a file at the top of the recent ones, in the place of other snapshots of its run."""
        others = (each for each in self.recent if each != path and not of_one_run(Path(each), Path(path)))
        return replace(self.with_seen(path, model_hash), recent=(path, *others)[:RECENT])

    def with_seen(self, path: str, model_hash: str) -> Self:
        """These settings with the place of a network; the places of those seen longest ago are forgotten."""
        others = [(each, where) for each, where in self.models.items() if each != model_hash]
        return replace(self, models=dict([*others, (model_hash, path)][-MOST_PLACES:]))

    def beside(self, kept: Self) -> Self:
        """These settings with what another window has opened since."""
        mine = [Path(each) for each in self.recent]
        others = (
            each for each in kept.recent if not any(Path(each) == own or of_one_run(Path(each), own) for own in mine)
        )
        places = [(each, where) for each, where in kept.models.items() if each not in self.models]
        models = dict([*places, *self.models.items()][-MOST_PLACES:])
        return replace(self, recent=(*self.recent, *others)[:RECENT], models=models)


def settings_file() -> Path:
    """Where the settings lie."""
    return home() / "settings.json"


def _fitting(data: dict[str, Any]) -> dict[str, Any]:
    """The fields this version knows, as far as their types are right."""
    made: dict[str, Any] = {}
    standard = Settings()
    for item in fields(Settings):
        value, wanted = data.get(item.name), getattr(standard, item.name)
        if isinstance(wanted, tuple) and isinstance(value, list):
            made[item.name] = tuple(each for each in value if isinstance(each, str))
        elif isinstance(wanted, dict) and isinstance(value, dict):
            made[item.name] = {key: each for key, each in value.items() if isinstance(each, str)}
        elif type(value) is type(wanted):
            made[item.name] = value
    return made


class SettingsKeeper:
    """Holds the settings of this window and has every change written at once; a disk that refuses is noted, no more."""

    def __init__(self, disk: Background) -> None:
        self.value = Settings.load()
        self._disk = disk

    def change(self, **changes: Any) -> None:
        """Changes fields and has them saved, if anything differs."""
        self.take(replace(self.value, **changes))

    def take(self, value: Settings) -> None:
        """Replaces the settings and has them saved, if they differ."""
        if value == self.value:
            return
        self.value = value

        def take_merged(merged: Settings) -> None:
            if self.value is value:
                self.value = merged

        self._disk.do(lambda: _save_merged(value), take_merged, lambda why: log.warning("No settings kept: %s", why))


def _save_merged(value: Settings) -> Settings:
    """Writes the settings with what another window has opened since, and returns them. Raises OSError."""
    merged = value.beside(Settings.load())
    merged.save()
    return merged
