"""An interpreter for pickle streams that can build plain data and fixed stand-ins, and nothing else.

It follows the opcode table of the standard library's ``pickletools``, but owns every step: names are looked up in a
fixed table and never imported, lengths are held against the bytes that are left before anything is allocated, and all
work is paid from a `Budget`. Long byte strings stay views of the file.
"""

import codecs
import struct
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from stylegan_core.formats.limits import Budget, RefusedFile

MAX_STACK = 200_000
MAX_MARKS = 2_000
MAX_MEMO_INDEX = 2**31
MAX_INTEGER_BYTES = 64
MAX_LINE = 1 << 20
LONG_TEXT = 4096
"""Text longer than this stays bytes until somebody asks for it: in old files it is array data."""


@dataclass(frozen=True, slots=True)
class LongText:
    """UTF-8 text that was not decoded: source code, or array data of a protocol 2 file."""

    raw: memoryview


class Shell:
    """Base of the inert objects a stream may build; `set_state` is what BUILD does to them."""

    def set_state(self, state: object) -> None:
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
_MARK = object()
T = TypeVar("T")


def read_pickle(
    data: memoryview, start: int, table: Table, budget: Budget, persistent: Persistent | None = None
) -> tuple[object, int]:
    """Reads one pickle that begins at `start`; returns its object and the position after it.

    Raises RefusedFile for anything that is not plain data, not in `table`, damaged, or over the limits.
    """
    machine = _Machine(data, start, table, budget, persistent)
    return machine.run(), machine.position


class _Machine:
    def __init__(
        self, data: memoryview, start: int, table: Table, budget: Budget, persistent: Persistent | None
    ) -> None:
        self.data, self.position, self.table, self.budget = data, start, table, budget
        self.persistent = persistent
        self.stack: list[object] = []
        self.marks = 0
        self.memo: dict[int, object] = {}

    def run(self) -> object:
        data, end, steps = self.data, len(self.data), 0
        while True:
            if self.position >= end:
                raise RefusedFile("it ends in the middle: the file is truncated")
            code = data[self.position]
            self.position += 1
            steps += 1
            if steps % 1024 == 0:
                self.budget.spend_steps(1024)
                if steps % 16384 == 0:
                    self.budget.report(self.position / end)
            if code == 0x2E:  # STOP
                self.budget.spend_steps(steps % 1024)
                return self.pop()
            action = _ACTIONS.get(code)
            if action is None:
                raise RefusedFile(f"it holds the byte 0x{code:02x} where a pickle has an instruction")
            action(self)
            if len(self.stack) > MAX_STACK:
                raise RefusedFile("it piles up more unfinished values than any network needs")

    # The stack and the bytes

    def take(self, count: int) -> memoryview:
        if count < 0 or count > len(self.data) - self.position:
            raise RefusedFile(f"it declares {count:,} bytes where fewer are left: truncated or damaged")
        self.position += count
        return self.data[self.position - count : self.position]

    def number(self, layout: str) -> int:
        (value,) = struct.unpack(layout, self.take(struct.calcsize(layout)))
        return int(value)

    def line(self) -> bytes:
        window = bytes(self.data[self.position : self.position + MAX_LINE])
        stop = window.find(b"\n")
        if stop < 0:
            raise RefusedFile("it holds a line of text that does not end")
        self.position += stop + 1
        self.budget.spend_text(stop)
        return window[:stop]

    def push(self, value: object) -> None:
        self.stack.append(value)

    def pop(self) -> object:
        if not self.stack or self.stack[-1] is _MARK:
            raise RefusedFile("it takes a value that was never given: damaged")
        return self.stack.pop()

    def top(self) -> object:
        if not self.stack or self.stack[-1] is _MARK:
            raise RefusedFile("it uses a value that was never given: damaged")
        return self.stack[-1]

    def pop_many(self, count: int) -> tuple[object, ...]:
        return tuple(reversed([self.pop() for _ in range(count)]))

    def mark(self) -> None:
        self.marks += 1
        if self.marks > MAX_MARKS:
            raise RefusedFile("it nests deeper than any network needs")
        self.stack.append(_MARK)

    def pop_to_mark(self) -> list[object]:
        if not self.marks:
            raise RefusedFile("it closes a list that was never opened: damaged")
        self.marks -= 1
        start = len(self.stack) - 1
        while self.stack[start] is not _MARK:
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
        self.push(_decoded(bytes(raw), "utf-8"))

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
        self.push(_parsed(int, line))

    def quoted(self) -> None:
        line = self.line().strip()
        if len(line) < 2 or line[0] != line[-1] or line[0] not in b"'\"":
            raise RefusedFile("it holds text without its quotation marks: damaged")
        try:
            raw = codecs.escape_decode(line[1:-1])[0]
        except ValueError:
            raise RefusedFile("it holds text that cannot be decoded: damaged") from None
        self.push(str(raw, "latin-1") if len(raw) <= LONG_TEXT else memoryview(raw))

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
            target[_key(key)] = value

    def append(self, items: list[object]) -> None:
        target = self.top()
        if not isinstance(target, list):
            raise RefusedFile("it appends to something that is not a list")
        target.extend(items)

    def add(self, items: list[object]) -> None:
        target = self.top()
        if not isinstance(target, set):
            raise RefusedFile("it adds to something that is not a set")
        target.update(_key(item) for item in items)

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
        target.set_state(state)

    def new_with_keywords(self) -> None:
        function, arguments, keywords = self.pop_many(3)
        if keywords != {}:
            raise RefusedFile("it makes an object with keywords, which no network does; nothing was run")
        self.call(function, arguments)

    def instance(self) -> None:
        items = self.pop_to_mark()
        module, name = (_decoded(self.line(), "latin-1") for _ in range(2))
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


def shown(text: str) -> str:
    """A name from a file, safe to put in a sentence: printable and short."""
    clean = "".join(c if c.isprintable() else "?" for c in text[:60])
    return clean + ("..." if len(text) > 60 else "")


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
    except ValueError:
        raise RefusedFile("it holds text that cannot be decoded: damaged") from None


def _parsed(kind: Callable[[bytes], T], line: bytes) -> T:
    try:
        return kind(line)
    except ValueError:
        raise RefusedFile("it holds a number that is none: damaged") from None


_SIMPLE = (str, int, float, bytes, bool, type(None))


def _key(value: object) -> Hashable:
    """A dictionary key: simple values and short tuples of them, so that hashing cannot run deep."""
    if isinstance(value, _SIMPLE):
        return value
    if isinstance(value, tuple) and len(value) <= 8 and all(isinstance(item, _SIMPLE) for item in value):
        return value
    raise RefusedFile(f"it uses a {type(value).__name__} as a key, which no network does")


def _bytes(machine: _Machine, length: int) -> None:
    raw = machine.take(length)
    machine.push(bytes(raw) if length <= LONG_TEXT else raw)


def _refuse(reason: str) -> Callable[[_Machine], None]:
    def action(_machine: _Machine) -> None:
        raise RefusedFile(reason)

    return action


_EXTENSION = _refuse("it uses pickle's extension registry, which no network does; nothing was run")
_BUFFER = _refuse("it keeps its data outside the file, so it cannot be opened alone")

_ACTIONS: dict[int, Callable[[_Machine], None]] = {
    ord("("): _Machine.mark,
    ord("0"): lambda m: void(m.pop_to_mark() if m.stack and m.stack[-1] is _MARK else m.pop()),
    ord("1"): lambda m: void(m.pop_to_mark()),
    ord("2"): lambda m: m.push(m.top()),
    ord("F"): lambda m: m.push(_parsed(float, m.line())),
    ord("I"): _Machine.text_integer,
    ord("J"): lambda m: m.push(m.number("<i")),
    ord("K"): lambda m: m.push(m.number("<B")),
    ord("L"): _Machine.text_integer,
    ord("M"): lambda m: m.push(m.number("<H")),
    ord("N"): lambda m: m.push(None),
    ord("P"): lambda m: m.external(_decoded(m.line(), "latin-1")),
    ord("Q"): lambda m: m.external(m.pop()),
    ord("R"): lambda m: m.call(*m.pop_many(2)),
    ord("S"): _Machine.quoted,
    ord("T"): lambda m: m.old_text(m.number("<i")),
    ord("U"): lambda m: m.old_text(m.number("<B")),
    ord("V"): lambda m: m.push(_decoded(m.line(), "raw-unicode-escape")),
    ord("X"): lambda m: m.text(m.number("<I")),
    ord("a"): lambda m: m.append([m.pop()]),
    ord("b"): _Machine.build,
    ord("c"): lambda m: m.push(m.name(_decoded(m.line(), "utf-8"), _decoded(m.line(), "utf-8"))),
    ord("d"): lambda m: m.dictionary(m.pop_to_mark()),
    ord("}"): lambda m: m.push({}),
    ord("e"): lambda m: m.append(m.pop_to_mark()),
    ord("g"): lambda m: m.get(_parsed(int, m.line()[:20])),
    ord("h"): lambda m: m.get(m.number("<B")),
    ord("i"): _Machine.instance,
    ord("j"): lambda m: m.get(m.number("<I")),
    ord("l"): lambda m: m.push(m.pop_to_mark()),
    ord("]"): lambda m: m.push([]),
    ord("o"): _Machine.make_object,
    ord("p"): lambda m: m.put(_parsed(int, m.line()[:20])),
    ord("q"): lambda m: m.put(m.number("<B")),
    ord("r"): lambda m: m.put(m.number("<I")),
    ord("s"): lambda m: m.set_items(list(m.pop_many(2))),
    ord("t"): lambda m: m.push(tuple(m.pop_to_mark())),
    ord(")"): lambda m: m.push(()),
    ord("u"): lambda m: m.set_items(m.pop_to_mark()),
    ord("G"): lambda m: m.push(struct.unpack(">d", m.take(8))[0]),
    0x80: _Machine.protocol,
    0x81: lambda m: m.call(*m.pop_many(2)),
    0x82: _EXTENSION,
    0x83: _EXTENSION,
    0x84: _EXTENSION,
    0x85: lambda m: m.push(m.pop_many(1)),
    0x86: lambda m: m.push(m.pop_many(2)),
    0x87: lambda m: m.push(m.pop_many(3)),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    0x8A: lambda m: m.integer(m.number("<B")),
    0x8B: lambda m: m.integer(m.number("<i")),
    ord("B"): lambda m: _bytes(m, m.number("<I")),
    ord("C"): lambda m: _bytes(m, m.number("<B")),
    0x8C: lambda m: m.text(m.number("<B")),
    0x8D: lambda m: m.text(m.number("<Q")),
    0x8E: lambda m: _bytes(m, m.number("<Q")),
    0x8F: lambda m: m.push(set()),
    0x90: lambda m: m.add(m.pop_to_mark()),
    0x91: lambda m: m.push(frozenset(_key(item) for item in m.pop_to_mark())),
    0x92: _Machine.new_with_keywords,
    0x93: lambda m: m.push(m.name(*m.pop_many(2))),
    0x94: lambda m: m.put(len(m.memo)),
    0x95: lambda m: void(m.number("<Q")),
    0x96: lambda m: _bytes(m, m.number("<Q")),
    0x97: _BUFFER,
    0x98: lambda m: void(m.top()),
}


def void(_value: object) -> None:
    """Drops a value; lets an expression stand where an action is wanted."""
