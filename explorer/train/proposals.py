"""What the page of a new run proposes: a folder, a preset that suits the pictures, changes set by one click."""

import shlex
from pathlib import Path

from stylegan_core.rundir import RunDir
from stylegan_core.training.config import PRESETS, preset


def settings_in(text: str) -> list[str]:
    """The changes that a person has written, each ``key=value``, with blanks or commas between them.

    Quotation marks hold a value together: ``data.label="Wearing Hat"``. One that is left open reaches to the end.
    """
    for close in ("", '"'):
        try:
            return _split(text + close)
        except ValueError:  # a quotation mark is open
            continue
    return _split(f"{text}'")


def _split(text: str) -> list[str]:
    parts = shlex.shlex(text, posix=True)
    parts.whitespace += ","
    parts.whitespace_split = True
    parts.commenters = parts.escape = ""  # folders have both in their names
    return list(parts)


def _written(setting: str) -> str:
    """What :func:`settings_in` reads as this one setting."""
    if not any(each.isspace() or each in ",\"'" for each in setting):
        return setting
    value_at = setting.find("=") + 1
    value = setting[value_at:].replace('"', '"\'"\'"')
    return f'{setting[:value_at]}"{value}"'


def with_setting(text: str, key: str, value: str) -> str:
    """The changes with one of them set; without it where the value is empty."""
    others = [each for each in settings_in(text) if each.partition("=")[0] != key]
    return " ".join(map(_written, [*others, f"{key}={value}"] if value else others))


def suitable_preset(resolution: int, instead_of: str) -> str:
    """The preset for pictures of this size, of the same family where there is one; empty where none is that small."""
    sizes = {name: preset(name).network.resolution for name in PRESETS}
    family = instead_of.split("-")[0]
    fitting = [name for name, size in sizes.items() if size <= resolution and name != instead_of]
    return max(fitting, key=lambda name: (sizes[name], name.split("-")[0] == family), default="")


def why_not_into(folder: Path, data: Path) -> str:
    """Why a new run on this data cannot go into this folder, in one sentence; empty where it can."""
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        return f"This run folder cannot be used ({error.strerror}); name another."
    if taken:
        return f"{folder.name} is there already; name a new folder."
    among = RunDir(folder).lies_among(data)
    return "This run folder lies among the pictures; name one outside." if among else ""


def next_folder(runs: Path, name: str) -> Path:
    """A folder for the next run: one number higher than any there, and the preset's name."""
    numbers = [int(path.name[:5]) for path in runs.glob("[0-9][0-9][0-9][0-9][0-9]*")] if runs.is_dir() else []
    return runs / f"{max(numbers, default=0) + 1:05d}-{name}"
