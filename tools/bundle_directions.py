"""Finds the named directions of networks in the box anew, and writes them into their files and their cards.

    python -m tools.bundle_directions NAME --data LABELLED_PICTURES [--labelled 3000] [--network NETWORK …]

NAME is a folder of resources/models: a network, or a set of them that one judge serves, of which some can be chosen.
Nothing else is touched.
"""

import argparse
import re
from pathlib import Path

from stylegan_core.data.source import open_dataset
from stylegan_core.device import keep_big_buffers
from stylegan_core.latents.judge import learn
from stylegan_core.latents.library import Library
from stylegan_core.latents.named_directions import Named, find_directions
from stylegan_core.metrics.features import Extractor
from stylegan_core.model import Model, load_model
from tools import bundle_model, bundle_set
from tools.bundle_model import MODELS, kept
from tools.ending import run


def on_a_card(card: str, found: list[Named], layers: int) -> str:
    """The card of one network with what was found in the place of its directions."""
    before, rest = card.split(f"{bundle_model.DIRECTIONS}\n", 1)
    _, after = rest.split(f"{bundle_model.SAMPLES}\n", 1)
    told = "\n".join(bundle_model.told_directions(found, layers))
    return f"{before}{told}\n\n{bundle_model.SAMPLES}\n{after}"


def on_a_sets_card(card: str, name: str, found: list[Named]) -> str:
    """The card of a set with what was found in one network, whose part begins with its name."""
    before, rest = card.split(f"## {name}\n", 1)
    own, heading, after = rest.partition("\n## ")
    own = re.sub(rf"\n{bundle_set.DIRECTIONS} \(.*\n", "", own).rstrip("\n")
    told = bundle_set.told_directions(found)
    parts = [own, told] if told else [own]
    return f"{before}## {name}\n" + "\n\n".join(parts) + f"\n{heading}{after}"


def write(found: list[Named], model: Model, path: Path) -> None:
    """The library beside a network, or none where nothing was found."""
    if entries := kept(found):
        Library(model.info.hash, model.info.name, entries).save(path)
    else:
        path.unlink(missing_ok=True)


def chosen(files: list[Path], names: list[str] | None) -> list[Path]:
    """The networks of these names, or all. Raises ValueError where one is missing."""
    if unknown := sorted(set(names or []) - {file.stem for file in files}):
        raise ValueError(f"There is no network {unknown[0]} in {files[0].parent}.")
    return [file for file in files if names is None or file.stem in names]


def main() -> int:
    """0, or the error in one sentence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a folder of resources/models")
    parser.add_argument("--data", type=Path, required=True, help="the pictures that the network was trained on")
    parser.add_argument("--labelled", type=int, default=3000, help="of them to learn from, and faces to judge")
    parser.add_argument("--network", nargs="+", help="of a set, those to do; else all")
    options = parser.parse_args()
    keep_big_buffers()
    folder, every = MODELS / options.name, sorted((MODELS / options.name).glob("*.safetensors"))
    if not every:
        raise ValueError(f"{folder} has no networks: name a folder of {MODELS}.")
    alone = [file.stem for file in every] == [folder.name]
    files = chosen(every, options.network)
    data = open_dataset(options.data, load_model(files[0]).resolution)
    judge = learn(data, Extractor(), options.labelled)
    card = (folder / "card.md").read_text("utf-8")
    for file in files:
        model = load_model(file)
        found = find_directions(model, judge, options.labelled) if model.config.styles else []
        write(found, model, folder / ("directions.json" if alone else f"{file.stem}-directions.json"))
        layers = model.num_layers
        card = on_a_card(card, found, layers) if alone else on_a_sets_card(card, file.stem, found)
        (folder / "card.md").write_text(card, "utf-8")
        print(f"{file.stem}: {len(kept(found))} of {len(found)} directions")
    return 0


if __name__ == "__main__":
    run(main)
