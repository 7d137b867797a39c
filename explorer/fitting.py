"""What of a recipe a network can draw, and a sentence about the rest."""

from dataclasses import replace

from stylegan_core.amounts import listed
from stylegan_core.info import ModelInfo
from stylegan_core.recipe import Latent, Recipe, Transform


def fitting(recipe: Recipe, info: ModelInfo) -> Recipe:
    """The recipe without what this model cannot draw: vectors of another width, channels and labels it lacks."""
    latent, width = recipe.latent, info.w_dim
    if latent.w is not None and latent.w.shape[-1] != width:
        latent = replace(latent, w=None)
    mixes = tuple(m for m in recipe.mixes if m.source.w is None or m.source.w.shape[-1] == width)
    directions = tuple(d for d in recipe.directions if d.direction.vector.shape[-1] == width)
    channels = tuple(c for c in recipe.channels if info.has_channel(c.layer, c.channel))
    label = recipe.label if recipe.label is not None and recipe.label < len(info.classes) else None
    return replace(recipe, latent=latent, mixes=mixes, directions=directions, channels=channels, label=label)


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
    words = listed(left_out)
    return kept, f"This recipe was made with another model: {info.name} leaves out {words}, which it cannot draw."


def fits(latent: Latent, info: ModelInfo) -> bool:
    """Whether this network can draw a face."""
    return fitting(Recipe(latent), info).latent == latent
