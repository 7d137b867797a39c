"""Recipes from outside: what of them the network on screen can draw, and a sentence about the rest."""

from explorer.session import Session, fitting
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Latent, Recipe, Transform


def fitted(recipe: Recipe, info: ModelInfo) -> tuple[Recipe, str]:
    """As much of a recipe as this network can draw, and one sentence about what was left out, empty for nothing."""
    kept = fitting(recipe, info)
    mixes, directions = len(recipe.mixes) - len(kept.mixes), len(recipe.directions) - len(kept.directions)
    channels = len(recipe.channels) - len(kept.channels)
    left_out = [
        words
        for words, is_so in (
            ("its stored face", kept.latent != recipe.latent),
            (f"{mixes} of its mixed faces", mixes),
            (f"{directions} of its directions", directions),
            (f"{channels} of its channels", channels),
            ("its class", kept.label != recipe.label),
            ("its transform", recipe.transform != Transform() and info.why_not("transform")),
        )
        if is_so
    ]
    if not left_out:
        return kept, ""
    words = " and ".join(filter(None, [", ".join(left_out[:-1]), left_out[-1]]))
    return kept, f"This recipe was made with another network: {info.name} leaves out {words}, which it cannot draw."


def show(recipe: Recipe, session: Session) -> str:
    """Shows as much of a recipe as the network on screen can draw; the sentence about the rest, empty for nothing.

    Where there is no network yet the whole recipe waits for one.
    """
    kept, left_out = (recipe, "") if session.info is None else fitted(recipe, session.info)
    session.apply(kept)
    return left_out


def fits(latent: Latent, info: ModelInfo) -> bool:
    """Whether this network can draw a face."""
    return fitting(Recipe(latent), info).latent == latent
