"""What each byte of a pickle makes the machine do, protocols 0 to 5 (the table of the library's ``pickletools``)."""

import struct
from collections.abc import Callable

from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.pickle_keys import dictionary_key
from stylegan_core.formats.pickle_machine import LONG_TEXT, MARK, Machine, decoded, parsed


def void(_value: object) -> None:
    """Drops a value; lets an expression stand where an action is wanted."""


def _bytes(machine: Machine, length: int) -> None:
    raw = machine.take(length)
    machine.push(bytes(raw) if length <= LONG_TEXT else raw)


def _refuse(reason: str) -> Callable[[Machine], None]:
    def action(_machine: Machine) -> None:
        raise RefusedFile(reason)

    return action


_EXTENSION = _refuse("it uses pickle's extension registry, which no network does; nothing was run")
_BUFFER = _refuse("it keeps its data outside the file, so it cannot be opened alone")

ACTIONS: dict[int, Callable[[Machine], None]] = {
    ord("("): Machine.mark,
    ord("0"): lambda m: void(m.pop_to_mark() if m.stack and m.stack[-1] is MARK else m.pop()),
    ord("1"): lambda m: void(m.pop_to_mark()),
    ord("2"): lambda m: m.push(m.top()),
    ord("F"): lambda m: m.push(parsed(float, m.line())),
    ord("I"): Machine.text_integer,
    ord("J"): lambda m: m.push(m.number("<i")),
    ord("K"): lambda m: m.push(m.number("<B")),
    ord("L"): Machine.text_integer,
    ord("M"): lambda m: m.push(m.number("<H")),
    ord("N"): lambda m: m.push(None),
    ord("P"): lambda m: m.external(decoded(m.line(), "latin-1")),
    ord("Q"): lambda m: m.external(m.pop()),
    ord("R"): lambda m: m.call(*m.pop_many(2)),
    ord("S"): Machine.quoted,
    ord("T"): lambda m: m.old_text(m.number("<i")),
    ord("U"): lambda m: m.old_text(m.number("<B")),
    ord("V"): Machine.text_line,
    ord("X"): lambda m: m.text(m.number("<I")),
    ord("a"): lambda m: m.append([m.pop()]),
    ord("b"): Machine.build,
    ord("c"): lambda m: m.push(m.name(decoded(m.line(), "utf-8"), decoded(m.line(), "utf-8"))),
    ord("d"): lambda m: m.dictionary(m.pop_to_mark()),
    ord("}"): lambda m: m.push({}),
    ord("e"): lambda m: m.append(m.pop_to_mark()),
    ord("g"): lambda m: m.get(parsed(int, m.line()[:20])),
    ord("h"): lambda m: m.get(m.number("<B")),
    ord("i"): Machine.instance,
    ord("j"): lambda m: m.get(m.number("<I")),
    ord("l"): lambda m: m.push(m.pop_to_mark()),
    ord("]"): lambda m: m.push([]),
    ord("o"): Machine.make_object,
    ord("p"): lambda m: m.put(parsed(int, m.line()[:20])),
    ord("q"): lambda m: m.put(m.number("<B")),
    ord("r"): lambda m: m.put(m.number("<I")),
    ord("s"): lambda m: m.set_items(list(m.pop_many(2))),
    ord("t"): lambda m: m.push(tuple(m.pop_to_mark())),
    ord(")"): lambda m: m.push(()),
    ord("u"): lambda m: m.set_items(m.pop_to_mark()),
    ord("G"): lambda m: m.push(struct.unpack(">d", m.take(8))[0]),
    0x80: Machine.protocol,
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
    0x91: lambda m: m.push(frozenset(dictionary_key(item, m.budget) for item in m.pop_to_mark())),
    0x92: Machine.new_with_keywords,
    0x93: lambda m: m.push(m.name(*m.pop_many(2))),
    0x94: lambda m: m.put(len(m.memo)),
    0x95: lambda m: void(m.number("<Q")),
    0x96: lambda m: _bytes(m, m.number("<Q")),
    0x97: _BUFFER,
    0x98: lambda m: void(m.top()),
}
