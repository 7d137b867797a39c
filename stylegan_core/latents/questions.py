"""Questions with a yes and a no that a labelled data set can answer, from which named directions are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stylegan_core.data.labels import CLASS

FEWEST_SHARE = 0.04  # of the pictures on either side; below it an answer is learned from too few


@dataclass(frozen=True, slots=True)
class Question:
    """Asks whether a picture's ``attribute`` is among ``yes``; among ``no``, or all others where that is empty."""

    name: str
    attribute: str
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()

    def answer(self, value: str) -> bool | None:
        """True, False, or None where the value counts for neither side."""
        if value in self.yes:
            return True
        return False if not self.no or value in self.no else None


DARK_HAIR = ("black", "brown_dark", "brown")
LIGHT_HAIR = ("silver_gray", "platinum", "blonde", "blonde_golden")
AVATARS = (
    Question("Glasses", "glasses", ("clear", "dark"), ("none",)),
    Question("Sunglasses", "glasses", ("dark",), ("none", "clear")),
    Question("Beard", "beard", ("beard",), ("none",)),
    Question("Moustache", "beard", ("moustache",), ("none",)),
    Question("Long hair", "hair_length", ("long",), ("short", "none")),
    Question("Bald", "hair_length", ("none",), ("short", "full", "long")),
    Question("Dark hair", "hair_colour", DARK_HAIR, LIGHT_HAIR),
    Question("Blonde hair", "hair_colour", ("blonde", "blonde_golden", "platinum"), (*DARK_HAIR, "red", "auburn")),
    Question("Red hair", "hair_colour", ("red", "auburn"), (*DARK_HAIR, *LIGHT_HAIR)),
    Question("Pink hair", "hair_colour", ("pastel_pink",), (*DARK_HAIR, *LIGHT_HAIR)),
    Question("Dark skin", "skin", ("black", "dark_brown", "brown"), ("pale", "light")),
    Question("Yellow skin", "skin", ("yellow",), ("pale", "light", "brown", "dark_brown", "black", "tanned")),
    Question("Smile", "smile", ("yes",), ("no",)),
    Question("Open mouth", "mouth_open", ("yes",), ("no",)),
    Question(
        "Dark background", "background", ("slate", "teal"), ("cream", "peach", "pink", "sky", "mint", "periwinkle")
    ),
    Question(
        "Warm background", "background", ("coral", "peach", "pink", "cream"), ("sky", "periwinkle", "mint", "teal")
    ),
    Question("Dark clothes", "clothing_colour", ("black", "blue_03"), ("white", "pastel_yellow", "pastel_green")),
    Question("Tilt", "tilt", ("right",), ("left",)),
    Question("Larger face", "size", ("large",), ("small",)),
    Question("Hat", "hat", ("winter_hat_1", "winter_hat_3", "turban", "hat", "hijab"), ("none",)),
)

MEASURED = tuple(
    Question(name, attribute, ("high",), ("low",))
    for name, attribute in (
        ("Brighter", "brightness"),
        ("More colour", "colour"),
        ("Warmer", "warmth"),
        ("More contrast", "contrast"),
        ("More detail", "detail"),
        ("Wider", "width"),
        ("Taller", "height"),
        ("Larger", "size"),
    )
)


def questions_for(attributes: Mapping[str, Sequence[str]]) -> tuple[Question, ...]:
    """The questions a data set's attributes (name -> values) can answer.

    Our avatars have theirs written down; any other data set gets one question for each value, or one for a pair.
    What was measured (``latents/measured.py``) is asked by :data:`MEASURED`.
    """
    known = tuple(q for q in AVATARS if set(q.yes) <= set(map(str, attributes.get(q.attribute, ()))))
    if len(known) == len(AVATARS):
        return known
    found: list[Question] = []
    for attribute, values in attributes.items():
        spoken = attribute.replace("_", " ").capitalize()
        if attribute == CLASS:
            found.extend(Question(str(value), attribute, (str(value),)) for value in values)
        elif len(values) == 2:
            found.append(Question(f"{spoken}: {values[0]}", attribute, (str(values[0]),), (str(values[1]),)))
        else:
            found.extend(Question(f"{spoken}: {value}", attribute, (str(value),)) for value in values)
    return tuple(found)
