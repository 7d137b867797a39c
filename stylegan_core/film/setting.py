"""Sets a film to music: its pictures come on the beats; plain Python."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice, takewhile

from stylegan_core.film.film import LONGEST, MOST_KEYS, Film, Key
from stylegan_core.film.music import Music
from stylegan_core.recipe import Recipe

USUAL_BEATS, MOST_BEATS = 4, 64  # from one picture to the next


def set_to_music(
    film: Film, music: Music, every: int, *, whole: bool, recipe: Callable[[int], Recipe] | None = None
) -> Film:
    """The film with the music, eased, and its pictures on every so many beats of it.

    ``whole``: it lasts as long as the music, with its own pictures in turn or, where one is given, the ``recipe`` of
    each number. Raises ValueError where that are more than a film has or fewer than two, or one would wait too long.
    """
    keys = film.keys
    if whole:
        times = _whole(music, every)
        count = len(times) + (not film.loop)
        if count < 2:
            raise ValueError(f"The music ends before a second picture comes at {every} beats: take fewer for each.")
        if count > MOST_KEYS:
            raise ValueError(f"That is more than the {MOST_KEYS} pictures of a film: take more beats for each.")
        if recipe is not None:
            keys = tuple(Key(recipe(number)) for number in range(count))
        elif keys:
            keys = tuple(keys[number % len(keys)] for number in range(count))
    else:
        times = list(islice(music.moments(every), len(film.sections)))
    seconds = [end - begin for begin, end in zip([0.0, *times], times, strict=False)]
    if seconds and max(seconds) > LONGEST:
        raise ValueError(f"From one picture to the next are at most {LONGEST:g} s: take fewer beats for each.")
    keys = tuple(replace(key, seconds=each) for key, each in zip(keys, seconds, strict=False)) + keys[len(seconds) :]
    return replace(film, keys=keys, pace="eased", music=music)


def _whole(music: Music, every: int) -> list[float]:
    """The seconds at which each section of a film of the whole piece ends."""
    least = every * music.gap / 2  # a last section shorter than that is none of its own
    inside = takewhile(lambda second: second < music.left - least, music.moments(every))
    return [*islice(inside, MOST_KEYS), music.left]
