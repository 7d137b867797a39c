"""The command line: ``python -m stylegan_core COMMAND ...``; every command lives in ``stylegan_core/cli``."""

import importlib
import sys

from stylegan_core.cli import streams
from stylegan_core.openmp import spin_briefly
from stylegan_core.processes import end_with_asker

COMMANDS = {
    "data": "make avatars, or check a data set",
    "train": "train a model, or resume a run",
    "preflight": "say what a preset needs on this machine",
    "render": "draw pictures from a model",
    "film": "draw a film from picture to picture: mp4, gif or png frames",
    "music": "hear the beats of a sound file, as a film to music does",
    "project": "find the picture of a model that is nearest to one of yours",
    "import": "convert any supported weight file to safetensors",
    "blend": "make one model between two of the same kind",
    "info": "say what a weight file holds",
    "metrics": "measure a model against a data set, or the set alone",
    "directions": "find named directions of a model with the labels of a data set",
    "channels": "find numbers of the style space that change one place of the picture",
    "sweep": "sweep a direction or another knob: pictures, curves, entanglement",
    "judge": "learn what labels look like, for sweep --judge",
}
MODULES = {"import": "import_weights"}


def usage() -> str:
    """The list of commands, one line each."""
    lines = ["usage: python -m stylegan_core COMMAND ...   (COMMAND --help explains one)", ""]
    return "\n".join(lines + [f"  {name:<10} {meaning}" for name, meaning in COMMANDS.items()])


def main(argv: list[str]) -> int:
    """Runs one command; returns its exit code, 2 for input that cannot be used (one sentence on stderr)."""
    try:
        return _run(argv)
    except BrokenPipeError:
        return streams.SEEN_ENOUGH
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{one_sentence(error)}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _run(argv: list[str]) -> int:
    if not argv or argv[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage() + "\n")
        return 0
    if argv[0] not in COMMANDS:
        sys.stderr.write(f"There is no command {argv[0]!r}; there are {', '.join(COMMANDS)}.\n")
        return 2
    spin_briefly()
    command = importlib.import_module(f"stylegan_core.cli.{MODULES.get(argv[0], argv[0])}")
    return int(command.main(argv[1:]))


def one_sentence(error: ValueError | OSError) -> str:
    """What went wrong, in words a person can act on, naming the file where the system knows it."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return str(error)


def _process() -> int:
    """The command of this process; argparse ends it by itself after --help and after arguments it does not know."""
    end_with_asker()
    streams.prepare()
    try:
        code = main(sys.argv[1:])
    except SystemExit as ended:
        code = int(ended.code or 0)
    return streams.finish(code)


if __name__ == "__main__":
    sys.exit(_process())
