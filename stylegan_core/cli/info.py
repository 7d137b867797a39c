"""``python -m stylegan_core info FILE [--json]``: what a weight file holds, without opening it for real."""

import argparse
import json

from stylegan_core.cli.arguments import path
from stylegan_core.formats.card import Card, read_card


def main(argv: list[str]) -> int:
    """Prints the information card; raises ValueError or OSError for a file that is no network."""
    parser = argparse.ArgumentParser(prog="python -m stylegan_core info", description=__doc__)
    parser.add_argument("file", type=path, help="weight file or run directory")
    parser.add_argument("--json", action="store_true", help="for programs: the card as JSON")
    arguments = parser.parse_args(argv)
    card = read_card(arguments.file)
    print(json.dumps(card.to_dict()) if arguments.json else printed(card))
    return 0


def printed(card: Card) -> str:
    """The card as aligned lines."""
    rows = card.lines()
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label:<{width}}  {text}" for label, text in rows)
