"""Film: pictures a person has chosen and the time from one to the next, and its JSON; plain Python."""

import json
import math
from dataclasses import dataclass, replace
from typing import Any, Self

from stylegan_core.film.music import Music
from stylegan_core.json_text import read_json
from stylegan_core.recipe import Recipe
from stylegan_core.recipe_json import kept

VERSION = 1
PACES = ("eased", "constant")
SECONDS = 2.0  # from a picture to the next, until somebody says otherwise
LONGEST = 3600.0  # seconds from one picture to the next
RATES = (24, 25, 30, 50, 60)
MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """A picture that the film passes through, and the seconds from there to the next one; 0 cuts to it."""

    recipe: Recipe
    seconds: float = SECONDS
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """The keys in their order, and how the film goes from one to the next.

    ``loop``: after the last key comes the first again, and the film has no seam. ``pace``: "eased" comes to rest at
    every key; "constant" goes through W at one speed and takes the time of all keys together. ``model_hash`` and
    ``model_name`` say which network the keys were chosen with. ``music`` moves it along, and sounds where it is saved
    with sound. ``unknown`` keeps fields of a newer version.
    """

    keys: tuple[Key, ...] = ()
    loop: bool = True
    pace: str = "eased"
    fps: int = 30
    model_name: str = ""
    model_hash: str = ""
    music: Music | None = None
    unknown: str = ""

    @property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """From which key to which each section of the film goes."""
        count = len(self.keys)
        ends = [(index, index + 1) for index in range(count - 1)]
        return tuple([*ends, (count - 1, 0)] if self.loop and count > 1 else ends)

    @property
    def seconds(self) -> float:
        """How long the film lasts, once through."""
        return math.fsum(self.keys[first].seconds for first, _ in self.sections)

    @property
    def frames(self) -> int:
        """How many pictures it has; a loop has no second first picture at its end."""
        steps = round(self.seconds * self.fps)
        return 0 if not self.sections else max(steps, 1) if self.loop else steps + 1

    def with_seconds(self, total: float) -> Self:
        """The same film, faster or slower, so that it lasts ``total`` seconds; no section gets more than LONGEST.

        A key that begins no section keeps the seconds it would have in a loop.
        """
        keys, now, sections = list(self.keys), self.seconds, self.sections
        for at, _ in sections:
            seconds = total * (keys[at].seconds / now) if now else total / len(sections)
            keys[at] = replace(keys[at], seconds=min(max(0.0, seconds), LONGEST))
        return replace(self, keys=tuple(keys))

    def to_json(self) -> str:
        """One line of JSON; fields of newer versions come back as they were."""
        keys = [
            {**_known(key.unknown), "seconds": key.seconds, "recipe": json.loads(key.recipe.to_json())}
            for key in self.keys
        ]
        return json.dumps(
            {
                "film": VERSION,
                **_known(self.unknown),
                "loop": self.loop,
                "pace": self.pace,
                "fps": self.fps,
                "model": {"name": self.model_name, "hash": self.model_hash},
                **({"music": {**_known(self.music.unknown), **self.music.to_data()}} if self.music else {}),
                "keys": keys,
            },
            separators=(",", ":"),
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads :meth:`to_json`; missing fields are default. Raises ValueError with one sentence on anything else."""
        try:
            data = read_json(text)
        except ValueError as error:
            raise ValueError(f"This is no film: its JSON cannot be read ({error}).") from None
        if not isinstance(data, dict) or type(data.get("film")) is not int:
            raise ValueError("This is no film: a film is a JSON object with the version of the film.")
        try:
            return cls(**_film_fields(data))
        except RecursionError:
            raise ValueError("This is no film: its JSON is nested too deeply.") from None


def _known(unknown: str) -> dict[str, Any]:
    return dict(json.loads(unknown)) if unknown else {}


def _film_fields(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a Film; raises ValueError naming the one that is wrong."""
    keys, model = data.get("keys", []), data.get("model", {})
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise ValueError(f"The keys of the film must be a list of at most {MOST_KEYS}.")
    if not isinstance(model, dict):
        raise ValueError("The model of the film must be a JSON object.")
    made: dict[str, Any] = {
        "keys": tuple(_key(each, number) for number, each in enumerate(keys, 1)),
        "loop": data.get("loop", True),
        "pace": data.get("pace", PACES[0]),
        "fps": data.get("fps", 30),
        "model_name": model.get("name", ""),
        "model_hash": model.get("hash", ""),
        "music": None if data.get("music") is None else Music.from_data(data["music"]),
    }
    if not isinstance(made["model_name"], str) or not isinstance(made["model_hash"], str):
        raise ValueError("The name and the hash of the model of the film must be texts.")
    if not isinstance(made["loop"], bool):
        raise ValueError("The loop of the film must be true or false.")
    if made["pace"] not in PACES:
        raise ValueError(f"The pace of the film must be {' or '.join(PACES)}.")
    if isinstance(made["fps"], bool) or not isinstance(made["fps"], int) or not 1 <= made["fps"] <= 240:
        raise ValueError("The frames a second of the film must be a whole number from 1 to 240.")
    strange = {name: value for name, value in data.items() if name not in (*made, "film", "model")}
    return {**made, "unknown": kept(strange, "film")}


def _key(data: Any, number: int) -> Key:
    if not isinstance(data, dict) or not isinstance(data.get("recipe"), dict):
        raise ValueError(f"Picture {number} of the film must be a JSON object with a recipe.")
    seconds = data.get("seconds", SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST:
        raise ValueError(f"The seconds of picture {number} must be a number from 0 to {LONGEST:g}.")
    try:
        recipe = Recipe.from_json(json.dumps(data["recipe"]))
    except ValueError as error:
        raise ValueError(f"Picture {number} of the film: {error}") from None
    strange = {name: value for name, value in data.items() if name not in ("recipe", "seconds")}
    return Key(recipe, float(seconds), kept(strange, f"picture {number} of the film"))
