"""A copy of a data set without what is wrong with it: links where the file system can, so it takes no space."""

import os
import shutil
from collections.abc import Set
from pathlib import Path, PurePosixPath

from explorer.work.task import Report
from stylegan_core.data.containers import PictureFiles, open_container

LABELS = ("labels.json", "dataset.json")


def clean_copy(source: Path, folder: Path, without: Set[str], report: Report = lambda _done, _total: None) -> Path:
    """A folder below ``folder`` with all pictures of ``source`` but those named, and with its labels; returns it.

    Raises ValueError for data that is no collection of files, OSError where something cannot be read or written, and
    what ``report`` raises; then nothing is left of the copy.
    """
    container = open_container(source)
    if not isinstance(container, PictureFiles):
        raise ValueError(f"{source} is one file of pictures; single ones cannot be left out of it.")
    names = [name for name in container.names if name not in without]
    if not names:
        raise ValueError(f"Nothing is left of {source} without these; choose other data.")
    target = free_name(folder, f"{source.name.removesuffix('.zip')}-clean")
    beside = target.with_name(f".{target.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for done, name in enumerate(names):
            report(done, len(names))
            place = beside.joinpath(*PurePosixPath(name).parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            _put(container, source, name, place)
        for label in LABELS:
            data = container.side_file(label)
            if data is not None:
                (beside / label).write_bytes(data)
        report(len(names), len(names))
        beside.rename(target)
    except OSError as error:
        raise OSError(f"{target} cannot be written ({error.strerror or error}); free some space.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # nothing is there under this name any more if all went well
    return target


def _put(container: PictureFiles, source: Path, name: str, place: Path) -> None:
    if source.is_dir():
        try:
            os.link(source / name, place)
        except OSError:  # another disk, or a file system without links
            shutil.copyfile(source / name, place)
    else:
        place.write_bytes(container.data(name))


def free_name(folder: Path, name: str) -> Path:
    """A path in ``folder`` that nothing has yet."""
    path, number = folder / name, 2
    while path.exists():
        path, number = folder / f"{name}-{number}", number + 1
    return path
