"""``python -m stylegan_core music FILE``: what a film hears in a sound file."""

import argparse
import json

from stylegan_core.amounts import counted, duration
from stylegan_core.cli.arguments import add_progress, path
from stylegan_core.cli.progress import InLines
from stylegan_core.film.hearing import hear


def main(argv: list[str]) -> int:
    """Says how long it lasts, its tempo and its beats; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m stylegan_core music", description=__doc__)
    parser.add_argument("file", type=path, help="a sound file: mp3, wav, flac, ogg, m4a or an mp4 with sound")
    parser.add_argument("--json", action="store_true", help="write all that was heard, as a film's JSON has it")
    add_progress(parser)
    arguments = parser.parse_args(argv)
    music = hear(arguments.file, InLines()) if arguments.progress else hear(arguments.file)
    if arguments.json:
        print(json.dumps(music.to_data()))
    else:
        tempo = f"{music.tempo:.0f} beats a minute, {counted(len(music.beats), 'beat')}" if music.beats else "no beats"
        print(f"{music.name}: {duration(music.seconds)}, {tempo}")
    return 0
