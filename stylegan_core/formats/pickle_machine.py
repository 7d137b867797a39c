"""The machine that pickle instructions run on: stack, marks, memo and the bytes, each within limits.

It can build plain data and the stand-ins of a fixed table, and nothing else: names are looked up and never imported,
lengths are held against the bytes that are left before anything is allocated, and all work is paid from a `Budget`.
Long byte strings stay views of the file.
"""

import codecs
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from stylegan_core.formats.limits import Budget, RefusedFile
from stylegan_core.formats.pickle_keys import dictionary_key
from stylegan_core.formats.sentences import shown

MAX_STACK = 200_000
MAXMARKS = 2_000
MAX_MEMO_INDEX = 2**31
MAX_INTEGER_BYTES = 64
FIRST_WINDOW, LAST_WINDOW = 128, 1 << 20
"""Bytes looked at for the end of a line, at first and at most at once."""

LONG_TEXT = 4096
"""Text longer than this stays bytes until somebody asks for it: in old files it is array data."""


@dataclass(frozen=True, slots=True)
class LongText:
    """Text that was not decoded: source code, or array data of protocols 0 and 2."""

    raw: memoryview
    encoding: str = "utf-8"


class Shell:
    """Base of the inert objects a stream may build; `set_state` is what BUILD does to them."""

    def set_state(self, state: object, _budget: Budget) -> None:
        """Takes the state the file gives; raises RefusedFile where it has none to take."""
        raise RefusedFile(f"it gives a {type(self).__name__} a state of type {type(state).__name__}: damaged")


Make = Callable[[tuple[object, ...], Budget], object]


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a name in the file means here: a label, and what calling it makes (None: it cannot be called)."""

    label: str
    make: Make | None = None


Table = Mapping[tuple[str, str], StandIn]
Persistent = Callable[[object], object]
MARK = object()
T = TypeVar("T")


class Machine:
    def __init__(
        self, data: memoryview, start: int, table: Table, budget: Budget, persistent: Persistent | None
    ) -> None:
        self.data, self.position, self.table, self.budget = data, start, table, budget
        self.persistent = persistent
        self.stack: list[object] = []
        self.marks = 0
        self.memo: dict[int, object] = {}

    # The stack and the bytes

    def take(self, count: int) -> memoryview:
        if count < 0 or count > len(self.data) - self.position:
            raise RefusedFile(f"it declares {count:,} bytes where fewer are left: truncated or damaged")
        self.position += count
        return self.data[self.position - count : self.position]

    def number(self, layout: str) -> int:
        (value,) = struct.unpack(layout, self.take(struct.calcsize(layout)))
        return int(value)

    def long_line(self) -> memoryview:
        """The bytes up to the next line end, looked for in windows that grow: most lines are short."""
        start, size = self.position, FIRST_WINDOW
        while (stop := bytes(self.data[self.position : self.position + size]).find(b"\n")) < 0:
            self.position += size
            if self.position >= len(self.data):
                raise RefusedFile("it holds a line of text that does not end")
            size = min(2 * size, LAST_WINDOW)
        self.position += stop + 1
        found = self.data[start : self.position - 1]
        if len(found) > LONG_TEXT:
            self.budget.spend_raw(len(found))
        else:
            self.budget.spend_text(len(found))
        return found

    def line(self) -> bytes:
        """A line that holds a name or a number."""
        found = self.long_line()
        if len(found) > LONG_TEXT:
            raise RefusedFile("it holds a name or a whole number longer than any network needs")
        return bytes(found)

    def push(self, value: object) -> None:
        self.stack.append(value)

    def pop(self) -> object:
        if not self.stack or self.stack[-1] is MARK:
            raise RefusedFile("it takes a value that was never given: damaged")
        return self.stack.pop()

    def top(self) -> object:
        if not self.stack or self.stack[-1] is MARK:
            raise RefusedFile("it uses a value that was never given: damaged")
        return self.stack[-1]

    def pop_many(self, count: int) -> tuple[object, ...]:
        return tuple(reversed([self.pop() for _ in range(count)]))

    def mark(self) -> None:
        self.marks += 1
        if self.marks > MAXMARKS:
            raise RefusedFile("it nests deeper than any network needs")
        self.stack.append(MARK)

    def pop_to_mark(self) -> list[object]:
        if not self.marks:
            raise RefusedFile("it closes a list that was never opened: damaged")
        self.marks -= 1
        start = len(self.stack) - 1
        while self.stack[start] is not MARK:
            start -= 1
        items = self.stack[start + 1 :]
        del self.stack[start:]
        return items

    # Text and numbers

    def text(self, length: int) -> None:
        raw = self.take(length)
        if length > LONG_TEXT:
            self.push(LongText(raw))
            return
        self.budget.spend_text(length)
        self.push(decoded(bytes(raw), "utf-8"))

    def old_text(self, length: int) -> None:
        """Python 2's str: latin-1 text where short, the bytes themselves where long."""
        raw = self.take(length)
        if length <= LONG_TEXT:
            self.budget.spend_text(length)
        self.push(str(raw, "latin-1") if length <= LONG_TEXT else raw)

    def integer(self, length: int) -> None:
        if length > MAX_INTEGER_BYTES:
            raise RefusedFile(f"it holds a whole number of {length:,} bytes, longer than any network needs")
        self.push(int.from_bytes(self.take(length), "little", signed=True))

    def text_integer(self) -> None:
        line = self.line().rstrip(b"L")
        if line in (b"00", b"01"):
            self.push(line == b"01")
            return
        if len(line) > 2 * MAX_INTEGER_BYTES:
            raise RefusedFile("it holds a whole number longer than any network needs")
        self.push(parsed(int, line))

    def quoted(self) -> None:
        found = self.long_line()
        if len(found) > LONG_TEXT:
            self.budget.spend_raw(2 * len(found))
        line = bytes(found).strip()
        if len(line) < 2 or line[0] != line[-1] or line[0] not in b"'\"":
            raise RefusedFile("it holds text without its quotation marks: damaged")
        try:
            raw = codecs.escape_decode(line[1:-1])[0]
        except ValueError:
            raise RefusedFile("it holds text that cannot be decoded: damaged") from None
        self.push(str(raw, "latin-1") if len(raw) <= LONG_TEXT else memoryview(raw))

    def text_line(self) -> None:
        found = self.long_line()
        long = len(found) > LONG_TEXT
        self.push(LongText(found, "raw-unicode-escape") if long else decoded(bytes(found), "raw-unicode-escape"))

    # The memo

    def put(self, index: int) -> None:
        if not 0 <= index < MAX_MEMO_INDEX:
            raise RefusedFile("it numbers a remembered value outside any sensible range")
        self.memo[index] = self.top()

    def get(self, index: int) -> None:
        if index not in self.memo:
            raise RefusedFile("it recalls a value it never stored: damaged")
        self.push(self.memo[index])

    # Containers

    def set_items(self, pairs: list[object]) -> None:
        target = self.top()
        if not isinstance(target, dict) or len(pairs) % 2:
            raise RefusedFile("it sets items on something that is not a dictionary")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            target[dictionary_key(key, self.budget)] = value

    def append(self, items: list[object]) -> None:
        target = self.top()
        if not isinstance(target, list):
            raise RefusedFile("it appends to something that is not a list")
        target.extend(items)

    def add(self, items: list[object]) -> None:
        target = self.top()
        if not isinstance(target, set):
            raise RefusedFile("it adds to something that is not a set")
        target.update(dictionary_key(item, self.budget) for item in items)

    def dictionary(self, pairs: list[object]) -> None:
        self.push({})
        self.set_items(pairs)

    # Names and calls: nothing here is ever imported or run

    def name(self, module: object, name: object) -> StandIn:
        if not isinstance(module, str) or not isinstance(name, str):
            raise RefusedFile("it names something to load by a value that is not text")
        found = self.table.get((module, name))
        if found is None:
            raise RefusedFile(
                f"it asks for {shown(module)}.{shown(name)}, which is not part of any network; nothing was run"
            )
        return found

    def call(self, function: object, arguments: object) -> None:
        if not isinstance(function, StandIn):
            raise RefusedFile("it calls something that is not a function; nothing was run")
        if function.make is None:
            raise RefusedFile(f"it calls {function.label}, which is only a name here; nothing was run")
        if not isinstance(arguments, tuple):
            raise RefusedFile(f"it calls {function.label} without a list of arguments; nothing was run")
        self.push(function.make(arguments, self.budget))

    def build(self) -> None:
        state, target = self.pop(), self.top()
        if not isinstance(target, Shell):
            raise RefusedFile(f"it sets the state of a {type(target).__name__}; nothing was run")
        target.set_state(state, self.budget)

    def new_with_keywords(self) -> None:
        function, arguments, keywords = self.pop_many(3)
        if keywords != {}:
            raise RefusedFile("it makes an object with keywords, which no network does; nothing was run")
        self.call(function, arguments)

    def instance(self) -> None:
        items = self.pop_to_mark()
        module, name = (decoded(self.line(), "latin-1") for _ in range(2))
        self.call(self.name(module, name), tuple(items))

    def make_object(self) -> None:
        items = self.pop_to_mark()
        if not items:
            raise RefusedFile("it makes an object of no class: damaged")
        self.call(items[0], tuple(items[1:]))

    def external(self, identity: object) -> None:
        if self.persistent is None:
            raise RefusedFile("it refers to something outside the file; nothing was run")
        self.push(self.persistent(identity))

    def protocol(self) -> None:
        if self.number("<B") > 5:
            raise RefusedFile("it is written in a pickle protocol newer than 5")


def decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
    except ValueError:
        raise RefusedFile("it holds text that cannot be decoded: damaged") from None


def parsed(kind: Callable[[bytes], T], line: bytes) -> T:
    try:
        return kind(line)
    except ValueError:
        raise RefusedFile("it holds a number that is none: damaged") from None
