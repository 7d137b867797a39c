"""Where pictures come from: a folder, a zip file, or an idx file; recognised by what is inside."""

import errno
import hashlib
import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from stylegan_core.data.idx import Idx
from stylegan_core.data.picture_kinds import SUFFIXES, UNREAD
from stylegan_core.data.pictures import MAX_BYTES, Colour, Fit, Pixels, decode, open_picture
from stylegan_core.files.places import check_ends

try:
    from lzma import LZMAError
except ImportError:  # of a Python built without it, whose zipfile refuses such an entry itself

    class LZMAError(Exception):  # type: ignore[no-redef]
        """Never raised."""


MAX_SIDE_FILE = 1 << 30  # bytes of a labels.json
DAMAGED_ENTRY = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, RuntimeError)
NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class NotNow(OSError):
    """A picture could not be read this time, which says nothing about what is in it."""


class Container(Protocol):
    """A list of pictures, in an order that does not change."""

    path: Path
    fingerprint: str  # of the names and sizes: the same on another machine
    stamp: str  # changes also when a file is replaced by one of the same size

    @property
    def names(self) -> Sequence[str]:
        """Of the files, relative to the data set, with forward slashes."""

    @property
    def unread(self) -> Sequence[str]:
        """Of the files beside them that are pictures too, but of a kind that cannot be read."""

    def read(self, index: int, resolution: int, fit: Fit, background: Colour) -> Pixels:
        """One picture, uint8 [3, R, R].

        Raises ValueError where it is broken or not there any more, NotNow where reading it failed for another reason,
        and any other OSError where the data set is gone.
        """

    def side_file(self, name: str) -> bytes | None:
        """A file that lies beside the pictures, or None."""

    def first_side(self) -> int:
        """The shorter side of the first picture that can be read."""


def open_container(path: Path) -> Container:
    """What is at `path`. Raises FileNotFoundError or ValueError with one sentence."""
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; name a folder, a zip file or an idx file of pictures.")
    if path.is_dir():
        return _open_folder(path)
    check_ends(path)
    with path.open("rb") as file:
        start = file.read(4)
    if zipfile.is_zipfile(path):
        return Zip(path)
    if start[:2] == b"PK":
        raise ValueError(f"{path} is a damaged or unfinished zip file; copy or download it again.")
    if start[:2] == b"\x1f\x8b" or start[:3] == b"\0\0\x08":
        return Idx(path)
    raise ValueError(f"{path} is neither a folder, nor a zip file, nor an idx file of pictures.")


def _open_folder(path: Path) -> Container:
    folder = Folder(path)
    if folder.names:
        return folder
    idx = sorted(file for file in path.iterdir() if "idx3" in file.name and file.is_file())
    training = [file for file in idx if file.name.startswith("train")]
    if idx:
        return Idx((training or idx)[0])
    raise ValueError(_no_pictures(folder, "folder"))


def _no_pictures(container: "PictureFiles", kind: str) -> str:
    if not container.unread:
        return f"{container.path} holds no pictures; name a {kind} with pictures such as PNG or JPEG."
    kinds = ", ".join(sorted({PurePosixPath(name).suffix.lower() for name in container.unread}))
    return f"{container.path} holds only pictures of kinds that cannot be read ({kinds}); save them as PNG or JPEG."


def fingerprint_of(lines: Sequence[object]) -> str:
    """A hash over what tells a data set from another."""
    return hashlib.sha256("\n".join(map(str, lines)).encode("utf-8", "surrogateescape")).hexdigest()


def printable(name: str) -> str:
    """A file's name as it can be shown in a line: what would break or colour it, or is no letter, by its number."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _is_of(suffixes: Sequence[str], name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in suffixes and not _is_hidden(name)


class PictureFiles:
    """What folders and zip files share: pictures are files with names."""

    path: Path
    names: Sequence[str]
    unread: Sequence[str]

    def data(self, name: str) -> bytes:
        """The content of a file. Raises as :meth:`Container.read`."""
        raise NotImplementedError

    def read(self, index: int, resolution: int, fit: Fit, background: Colour) -> Pixels:
        return decode(self.data(self.names[index]), resolution, fit, background)

    def first_side(self) -> int:
        for name in self.names:
            try:
                return min(open_picture(self.data(name)).size)
            except (ValueError, NotNow):
                continue
        raise ValueError(f"{self.path} holds no picture that can be read.")


def _judged(error: OSError, path: Path, kind: str) -> OSError | ValueError:
    """What an error says that came while a picture of the data set at ``path`` was read."""
    try:
        there = path.exists()
    except OSError:  # nor does what holds it answer
        there = True
    if not there:
        return OSError(f"{path} is gone; connect or restore the {kind} of the data set.")
    if isinstance(error, NOT_THERE):
        return ValueError(error.strerror or str(error))
    return NotNow(f"it cannot be read now ({error.strerror or error})")


class Folder(PictureFiles):
    """Pictures in a folder and the folders below it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        files = sorted(_walk(path))
        found = [file for file in files if _is_of(SUFFIXES, file[0])]
        self.names: Sequence[str] = [name for name, _, _ in found]
        self.unread: Sequence[str] = [name for name, _, _ in files if _is_of(UNREAD, name)]
        self.fingerprint = fingerprint_of([(name, size) for name, size, _ in found])
        self.stamp = fingerprint_of(found)

    def data(self, name: str) -> bytes:
        file = self.path / name
        try:
            with file.open("rb") as opened:
                if os.fstat(opened.fileno()).st_size > MAX_BYTES:
                    raise ValueError(f"the file is larger than {MAX_BYTES >> 20} MB")
                return opened.read()
        except OSError as error:
            raise _judged(error, self.path, "folder") from error

    def side_file(self, name: str) -> bytes | None:
        file = self.path / name
        return file.read_bytes() if file.is_file() and file.stat().st_size <= MAX_SIDE_FILE else None


def _walk(path: Path, below: str = "") -> list[tuple[str, int, int]]:
    """(name with forward slashes, size, time of change) of all pictures, read or not; links to folders not followed."""
    found: list[tuple[str, int, int]] = []
    with os.scandir(path) as entries:
        for entry in entries:
            name = below + entry.name
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and entry.name != "__MACOSX":
                    found += _walk(Path(entry.path), name + "/")
            elif _is_of(SUFFIXES + UNREAD, name) and _is_file(entry):
                status = entry.stat()
                found.append((name, status.st_size, status.st_mtime_ns))
    return found


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file or a link to one; a link that leads nowhere, or in a circle, is none. Raises OSError."""
    try:
        return entry.is_file()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise


class Zip(PictureFiles):
    """Pictures in a zip file. Sizes are checked before and while unpacking, so a bomb is only a broken picture."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, OverflowError) as error:
            raise ValueError(f"{path} is a damaged zip file ({error}); copy or download it again.") from error
        files = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        entries = sorted(
            (entry.filename, entry.file_size, entry.CRC) for entry in files if _is_of(SUFFIXES, entry.filename)
        )
        self.unread = sorted(entry.filename for entry in files if _is_of(UNREAD, entry.filename))
        if not entries:
            raise ValueError(_no_pictures(self, "zip file"))
        self.names = [name for name, _, _ in entries]
        self.stamp = self.fingerprint = fingerprint_of(entries)

    def data(self, name: str) -> bytes:
        return self._unpack(name, MAX_BYTES)

    def _unpack(self, name: str, limit: int) -> bytes:
        if self._zip.getinfo(name).file_size > limit:
            raise ValueError(f"it unpacks to more than {limit >> 20} MB")
        try:
            with self._zip.open(name) as file:
                data = file.read(limit + 1)
        except DAMAGED_ENTRY as error:
            raise ValueError(f"its entry in the zip file is damaged ({error})") from error
        except OSError as error:
            if error.errno is None:  # of bz2, which says so that what it unpacks is damaged
                raise ValueError(f"its entry in the zip file is damaged ({error})") from error
            raise _judged(error, self.path, "zip file") from error
        if len(data) > limit:
            raise ValueError(f"it unpacks to more than {limit >> 20} MB")
        return data

    def side_file(self, name: str) -> bytes | None:
        inside = [entry for entry in self._zip.namelist() if PurePosixPath(entry).name == name]
        return self._unpack(min(inside, key=len), MAX_SIDE_FILE) if inside else None
