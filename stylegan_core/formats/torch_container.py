"""Torch's two containers, zip and legacy, read without torch: a bounded zip directory and views of the numbers."""

import struct
import zipfile
import zlib

from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.pickle_machine import Table
from stylegan_core.formats.pickle_reader import read_pickle
from stylegan_core.formats.torch_tensors import MAX_STORAGES, Storage, item_size, storage_id

MAX_MEMBERS = 50_000
MAX_DIRECTORY = 160 * MAX_MEMBERS
MAX_RATIO = 20
"""Trained weights do not compress; a member that unpacks to more than this many times its size is a bomb."""
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_LOCAL_HEADER = 30
_ENTRY = b"PK\x01\x02"


class ZipMembers:
    """The members of a zip file by name: stored ones as views of the file, deflated ones within the budget."""

    def __init__(self, data: memoryview, budget: Budget) -> None:
        self.data, self.budget = data, budget
        entries = _directory(data)
        self.members = {entry.filename: entry for entry in entries}
        self.ends = _ends(entries, len(data))
        self.unpacked: dict[str, memoryview] = {}

    def read(self, name: str) -> memoryview:
        """The bytes of a member, its checksum held; raises RefusedFile where it is absent, damaged or a bomb."""
        if name in self.unpacked:
            return self.unpacked[name]
        entry = self.members.get(name)
        if entry is None:
            raise RefusedFile(f"it lacks its part {name[:60]!r}: incomplete or damaged")
        raw = self._packed(entry)
        if entry.compress_type == _STORED:
            self.budget.spend_raw(len(raw))
            content = raw
        else:
            content = self._inflate(entry, raw)
        if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
            raise RefusedFile(f"its part {name[:60]!r} is damaged: the checksum does not fit")
        self.unpacked[name] = content
        return content

    def _packed(self, entry: zipfile.ZipInfo) -> memoryview:
        start = entry.header_offset
        header = self.data[max(start, 0) : start + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER or bytes(header[:4]) != b"PK\x03\x04":
            raise RefusedFile("its zip directory points to nothing: truncated or damaged")
        name_length, extra_length = struct.unpack("<HH", header[26:30])
        first = start + _LOCAL_HEADER + name_length + extra_length
        raw = self.data[first : first + entry.compress_size]
        if len(raw) != entry.compress_size:
            raise RefusedFile("a part of it ends too early: truncated or damaged")
        if first + len(raw) > self.ends[entry.filename]:
            raise RefusedFile("two of its parts share the same bytes, so it is not a torch file")
        return raw

    def _inflate(self, entry: zipfile.ZipInfo, raw: memoryview) -> memoryview:
        if entry.compress_type != _DEFLATED or entry.flag_bits & 1:
            raise RefusedFile("a part of it is encrypted or compressed in a way that torch does not use")
        if entry.file_size > MAX_RATIO * len(raw) + 4096:
            raise RefusedFile("it unpacks into far more data than it holds, so it is not a real network")
        self.budget.spend_raw(entry.file_size)
        machine = zlib.decompressobj(-15)
        try:
            return memoryview(machine.decompress(raw, entry.file_size + 1))
        except zlib.error:
            raise RefusedFile("a part of it cannot be unpacked: damaged") from None


def _ends(entries: list[zipfile.ZipInfo], size: int) -> dict[str, int]:
    """Where each member must end: at the beginning of the next, so that no byte is in two."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    starts = [entry.header_offset for entry in ordered[1:]]
    return {entry.filename: end for entry, end in zip(ordered, [*starts, size], strict=False)}


class _View:
    """A seekable read-only file over a memoryview, so that the zip directory is read without copying the file.

    What zipfile reads at once holds the whole directory, however its end records describe that; so each read is held
    against the limits before zipfile makes an object of every entry.
    """

    def __init__(self, data: memoryview) -> None:
        self.data, self.position = data, 0

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        base = (0, self.position, len(self.data))[whence]
        if base + offset < 0:
            raise OSError("seek before the start")
        self.position = base + offset
        return self.position

    def tell(self) -> int:
        return self.position

    def read(self, count: int = -1) -> bytes:
        end = len(self.data) if count is None or count < 0 else self.position + count
        view = self.data[self.position : end]
        if len(view) > MAX_DIRECTORY:
            raise RefusedFile("it is a zip file with a longer directory than any network has")
        found = bytes(view)
        if found.count(_ENTRY) > MAX_MEMBERS:
            raise RefusedFile(f"it is a zip file of more than {MAX_MEMBERS:,} parts, more than any network has")
        self.position += len(found)
        return found


def _directory(data: memoryview) -> list[zipfile.ZipInfo]:
    if data[-22:].tobytes().count(b"PK\x05\x06") == 0 and b"PK\x05\x06" not in bytes(data[-65_557:]):
        raise RefusedFile("it is a zip file without its directory: truncated")
    try:
        with zipfile.ZipFile(_View(data)) as archive:
            entries = archive.infolist()
    except RefusedFile:
        raise
    except (zipfile.BadZipFile, OSError, struct.error, ValueError, NotImplementedError, IndexError):
        raise RefusedFile("its zip directory cannot be read: truncated or damaged") from None
    if len({entry.filename for entry in entries}) != len(entries):
        raise RefusedFile("it holds two parts of the same name, so it is not a torch file")
    return entries


def pickle_member(members: ZipMembers) -> str | None:
    """The name of torch's ``<archive>/data.pkl``, or None where the zip is something else."""
    return next((name for name in members.members if name == "data.pkl" or name.endswith("/data.pkl")), None)


def read_zip(members: ZipMembers, table: Table, budget: Budget) -> object:
    """The object of a torch zip file; its tensors read from the members beside ``data.pkl``.

    Raises RefusedFile for a zip that is not torch's, or one that is damaged, hostile or a TorchScript program.
    """
    name = pickle_member(members)
    if name is None and members.members and all(member.endswith(".npy") for member in members.members):
        raise RefusedFile("it is a numpy archive of plain arrays, not a network")
    if name is None:
        raise RefusedFile("it is a zip file, but not one that torch writes")
    prefix = name[: -len("data.pkl")]
    code = f"{prefix}code/"
    if any(member.startswith(code) for member in members.members):
        raise RefusedFile("it is a TorchScript program, not a file of weights; export its state dict instead")
    if prefix + "byteorder" in members.members and bytes(members.read(prefix + "byteorder")) != b"little":
        raise RefusedFile("it was written on a big-endian machine, whose numbers are not read here")
    storages: dict[str, Storage] = {}
    read = [0]

    def storage(identity: object) -> Storage:
        code, key, count = storage_id(identity)
        if key not in storages:
            if len(storages) >= MAX_STORAGES:
                raise RefusedFile("it holds more blocks of numbers than any network has")
            made = Storage(code, count)
            made.fill(members.read(f"{prefix}data/{key}"))
            storages[key] = made
            read[0] += len(made.bytes())
            budget.report(read[0] / max(budget.file_size, 1))
        found = storages[key]
        if found.count * item_size(found.code) != count * item_size(code):
            raise RefusedFile("it describes the same block of numbers in two ways: damaged")
        return found if found.code == code else Storage(code, count, found.data)

    root, _ = read_pickle(members.read(name), 0, table, budget, storage)
    return root
