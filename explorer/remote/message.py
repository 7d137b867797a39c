"""A message that came in from outside, the same for OSC and MIDI, and how it is written in a list."""

from dataclasses import dataclass

LONGEST_WORDS = 80
PRESSED = ("/favourite", "/reset", "/command")  # each message to these counts; of others only the newest does
_MIDI = {"cc": "CC {1}, channel {0}", "note": "note {1}, channel {0}", "bend": "pitch bend, channel {0}"}


@dataclass(frozen=True, slots=True)
class Message:
    """Where it is addressed to, and what it brings.

    ``address`` is an OSC address, or names a MIDI control: "cc 1 7" is controller 7 on channel 1, "note 10 36" a key,
    "bend 1" the pitch wheel. MIDI brings one whole number: 0..127, for the wheel 0..16383.
    """

    address: str
    arguments: tuple[object, ...] = ()

    @property
    def is_midi(self) -> bool:
        """Whether it came from a MIDI controller."""
        return not self.address.startswith("/")

    @property
    def counts(self) -> bool:
        """Whether each one is done, and not only the newest of a frame: a key, a command."""
        root = "/" + self.address[1:].partition("/")[0]
        return not self.arguments or root in PRESSED or self.address.startswith("note ")

    @property
    def words(self) -> str:
        """The message as a person reads it: "/psi 0.55"."""
        told = " ".join([source_words(self.address) + ":" * self.is_midi, *map(_word, self.arguments[:8])])
        printable = "".join(letter if letter.isprintable() else "·" for letter in told[: LONGEST_WORDS + 1])
        return printable if len(printable) <= LONGEST_WORDS else printable[:LONGEST_WORDS] + "…"


def source_words(address: str) -> str:
    """Where messages of an address come from: "CC 7, channel 1"; an OSC address stays as it is."""
    kind, *numbers = address.split(" ")
    return _MIDI[kind].format(*numbers) if kind in _MIDI and len(numbers) == (1 if kind == "bend" else 2) else address


def _word(argument: object) -> str:
    if isinstance(argument, float):
        return f"{argument:.4g}"
    if isinstance(argument, bytes):
        return f"({len(argument)} bytes)"
    return str(argument)[:LONGEST_WORDS]
