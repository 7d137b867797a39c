"""Where a face comes from, as captions say it."""

from stylegan_core.recipe import Latent


def source_words(latent: Latent) -> str:
    """Where a face comes from, in two words."""
    if latent.w is not None:
        return "stored face"
    return f"seed {latent.seed}" if not (latent.x or latent.y) else f"near seed {latent.seed}"
