"""Draws a film: the styles of its keys, then one exact picture after the other, none of them kept."""

from collections.abc import Iterator

import numpy as np

from stylegan_core.film.film import Film
from stylegan_core.film.timeline import Timeline
from stylegan_core.model import Model
from stylegan_core.recipe import Recipe
from stylegan_core.render import Pixels, render, renderer_of


def timeline(model: Model, film: Film) -> Timeline:
    """The moments of a film in this network. Raises ValueError where a key belongs to a network of another width."""
    styles = renderer_of(model).styles  # which then knows the keys that it draws
    ws = [np.asarray(styles.ws(key.recipe)[0].cpu().numpy(), np.float32) for key in film.keys]
    return Timeline(film, ws, model.info)


def draw(model: Model, film: Film, precision: str = "exact") -> Iterator[tuple[Recipe, Pixels]]:
    """Every picture of the film in its order, uint8 [R, R, 3], with the recipe that draws it.

    Raises ValueError as :func:`timeline`, and where there is nothing to go from and to.
    """
    if not film.sections:
        raise ValueError("A film needs at least two pictures to go from one to the other.")
    moments = timeline(model, film)
    for number in range(film.frames):
        recipe = moments.frame(number)
        yield recipe, render(model, recipe, precision)
