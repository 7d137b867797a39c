"""Seeds as people write them for several commands."""

from dataclasses import replace

from stylegan_core.recipe import SEEDS, Latent, Recipe

MOST = 100_000


def seed_recipes(text: str, psi: float | None) -> list[Recipe]:
    """One recipe a seed, of a text such as 0-15 or 3,7,20-22; raises ValueError on anything but numbers and ranges."""
    seeds: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ValueError(f"Seeds are written like 0-15 or 3,7,20-22, not {text!r}.")
        begin, end = int(first), int(last or first)
        if not begin <= end < SEEDS or end - begin >= MOST:
            raise ValueError(f"The seeds {part!r} are no range of up to {MOST} numbers below {SEEDS}.")
        seeds.extend(range(begin, end + 1))
    base = Recipe() if psi is None else Recipe(psi=psi)
    return [replace(base, latent=Latent(seed)) for seed in seeds]
