"""The networks in the box: which there are, which come next to each other, and the face that each begins with."""

from collections.abc import Iterable
from pathlib import Path

from stylegan_core.files.names import one_line
from stylegan_core.files.places import is_there
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.run.stems import kimg_words
from stylegan_core.rundir import run_of

BUNDLED = Path(__file__).parents[1] / "resources" / "models"
BEST = ("avatars-64", "avatars-32")
FIRST_SEEDS = {"avatars-64": 58}  # the face a fresh start shows, chosen by eye; 0 for the others


def bundled_models() -> list[Path]:
    """The models in the box that stand for themselves, the best one first."""
    found = [path for path in sorted(BUNDLED.glob("*/*.safetensors")) if path.stem == path.parent.name]
    return sorted(found, key=lambda path: BEST.index(path.stem) if path.stem in BEST else len(BEST))


def first_face(path: Path) -> Recipe:
    """What a fresh start shows of a model in the box."""
    return Recipe(Latent(FIRST_SEEDS.get(path.stem, 0)))


def bundled_sets() -> dict[str, list[Path]]:
    """The sets in the box by name: networks of one folder, made to be held side by side, sorted by name."""
    found: dict[str, list[Path]] = {}
    for path in sorted(BUNDLED.glob("*/*.safetensors")):
        if path.stem != path.parent.name:
            found.setdefault(path.parent.name, []).append(path)
    return found


def neighbour(path: Path, step: int) -> Path | None:
    """The network ``step`` places on in the set that a network belongs to, else in the box, round and round.

    None where there is no other.
    """
    ring = bundled_sets().get(path.parent.name, []) if path.is_relative_to(BUNDLED) else []
    ring = ring if path in ring else bundled_models()
    if path not in ring:
        return ring[0] if ring else None
    other = ring[(ring.index(path) + step) % len(ring)]
    return other if other != path else None


def network_name(path: Path) -> str:
    """What a network is called: a snapshot by its run and its thousands of images, any other by its file."""
    run = run_of(path)
    return one_line(f"{run.path.name} · {kimg_words(path)}" if run else path.stem)


def known_networks(recent: Iterable[str]) -> list[tuple[str, str]]:
    """Name and path of the networks in the box, and of those opened before that are still there."""
    paths = [*bundled_models(), *(path for paths in bundled_sets().values() for path in paths)]
    before = [Path(text) for text in recent]
    paths += [path for path in before if path not in paths and is_there(path)]
    return [(network_name(path), str(path)) for path in paths]
