"""Messages through a pipe between two processes of this program: pickled, large arrays beside it without a copy."""

import pickle
import struct
from typing import IO, Any


def send(stream: IO[bytes], message: object) -> None:
    """Writes one message. Raises OSError where nobody reads any more."""
    arrays: list[pickle.PickleBuffer] = []
    parts: list[Any] = [pickle.dumps(message, 5, buffer_callback=arrays.append)]
    parts += [array.raw() for array in arrays]
    sizes = [memoryview(part).nbytes for part in parts]
    stream.write(struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Reads one message. Raises EOFError where the other side has ended."""
    (count,) = struct.unpack("<I", _exactly(stream, 4))
    sizes = struct.unpack(f"<{count}Q", _exactly(stream, 8 * count))
    body, *arrays = [_exactly(stream, size) for size in sizes]
    return pickle.loads(body, buffers=arrays)  # noqa: S301 (both ends are this program)


def _exactly(stream: IO[bytes], size: int) -> bytearray:
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        read = stream.readinto(view[done:])  # type: ignore[attr-defined]
        if not read:
            raise EOFError("The other side of the pipe has ended.")
        done += read
    return data
