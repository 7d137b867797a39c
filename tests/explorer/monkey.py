"""A monkey: random presses, drags, wheel turns and keys of a real X server, the same ones for the same seed."""

import ctypes
import ctypes.util
import math
import random
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.explorer.hand import Hand
from tests.explorer.monkey_pulse import Pulse

REMEMBERED = 50
LONGEST_AWAY = 1.0  # seconds
LEAP = 30.0  # MB
SIZES = ((1280, 720), (1920, 1080), (1440, 900), (1080, 600), (800, 600), (640, 480), (320, 200), (1, 1))
DISKS = ("full", "read-only")
PAGES = ("Layers", "Sweep", "Entanglement", "Quality")  # of the Lab
WHEEL = (4, 4, 5, 5, 6, 7)
KEYS = (
    *"abcdefghijklmnopqrstuvwxyz", *"0123456789", "minus", "period", "space", "Return", "Escape", "Escape", "Tab",
    "Tab", "Delete", "BackSpace", "Home", "End", "Prior", "Next", "Left", "Right", "Up", "Down",
    "F1", "F5", "F11", "Menu",
)  # fmt: skip
SHORTCUTS = (
    "Control_L z", "Control_L z", "Control_L Shift_L z", "Control_L y", "Control_L k", "Control_L i", "Control_L s",
    "Control_L o", "Control_L Shift_L o", "Control_L Shift_L s", "Control_L c", "Control_L Shift_L c", "Control_L v",
    "Control_L d", "Control_L 0", "Control_L b", "Control_L Shift_L b", "Control_L 1", "Control_L 2", "Control_L 3",
    "Control_L n", "Control_L a", "Control_L r", "Control_L Shift_L p", "Control_L Shift_L f", "Control_L Alt_L z",
    "Control_L Next", "Control_L Prior", "Shift_L Tab", "Alt_L F10", "n", "b",
)  # fmt: skip
TYPED = ("0.5", "-3", "99999", "1e9", "", "0..", "smile", "gamma=2", "\N{MINUS SIGN}1", "7")


class XTest:
    """Mouse and keyboard of an X server, moved through the XTEST extension; skips where that is missing."""

    def __init__(self, display: str) -> None:
        names = [ctypes.util.find_library(name) for name in ("X11", "Xtst")]
        if None in names:
            pytest.skip("needs libX11 and libXtst")
        self._x11, self._test = (ctypes.CDLL(name) for name in names)
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XStringToKeysym.restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x11.XOpenDisplay(display.encode()))
        assert self._display.value, f"no X server at {display}"

    def move(self, x: int, y: int) -> None:
        """The pointer is there."""
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        self._x11.XFlush(self._display)

    def button(self, button: int, down: bool) -> None:
        """Presses or lets go; 4 to 7 are the wheel."""
        self._test.XTestFakeButtonEvent(self._display, button, int(down), ctypes.c_ulong(0))
        self._x11.XFlush(self._display)

    def key(self, name: str, down: bool) -> None:
        """Presses or lets go of a key by its X name."""
        symbol = self._x11.XStringToKeysym(name.encode())
        code = self._x11.XKeysymToKeycode(self._display, ctypes.c_ulong(symbol))
        self._test.XTestFakeKeyEvent(self._display, code, int(down), ctypes.c_ulong(0))
        self._x11.XFlush(self._display)

    def close(self) -> None:
        """Forgets the server."""
        self._x11.XCloseDisplay(self._display)


class Monkey:
    """Plays with every control of a window; ``problems`` are what a person must not see, each once."""

    def __init__(self, hand: Hand, mouse: XTest, seed: int, toys: list[Path], networks: list[Path]) -> None:
        self.hand, self.mouse, self.seed, self.toys, self.networks = hand, mouse, seed, toys, networks
        self.dice = random.Random(seed)
        self.done: deque[str] = deque(maxlen=REMEMBERED)
        self.count = 0
        self.problems: dict[str, str] = {}
        self.touched: set[str] = set()
        self.counts: list[dict[str, int]] = []  # of what must not grow, every 50 actions
        self.kinds: list[dict[str, dict[str, int]]] = []  # of windows and objects, as often
        self.leaps: list[str] = []  # where memory grew much at once, with the actions before
        self.longest_away = 0.0
        self._look: dict[str, Any] = {}
        self._pulse = Pulse()
        self._disk_ill = 0  # actions until the disk is well again
        self._acts: list[tuple[int, Callable[[], str]]] = [
            (30, self.click), (8, lambda: self.click(3)), (6, self.double_click), (16, self.drag), (10, self.wheel),
            (8, self.press_keys), (7, self.shortcut), (5, self.type_words), (4, self.hover), (4, self.drop),
            (2, self.other_workspace), (1, self.other_size), (6, self.escape), (6, self.act), (3, self.steer),
            (2, self.other_page), (2, self.other_network), (1, self.kill), (1, self.harm_disk), (1, self.train),
        ]  # fmt: skip

    def play(self, seconds: float = math.inf, actions: float = math.inf) -> None:
        """Until the time is over, so much is done, or the window is gone."""
        self._pulse.start()
        try:
            self._play(seconds, actions)
        finally:
            self._pulse.close()

    def _play(self, seconds: float, actions: float) -> None:
        end = time.monotonic() + seconds
        weights = [weight for weight, _ in self._acts]
        while time.monotonic() < end and self.count < actions:
            if not self.look():
                return
            act = self.dice.choices([act for _, act in self._acts], weights)[0]
            words = act()
            self._heal_disk()
            self.count += 1
            front = self._look["front"]
            self.done.append(f"{self.count}: {words}" + (f"   [in front: {front}]" if front else ""))
            time.sleep(self.dice.choice((0, 0, 0.01, 0.05, 0.2)))
        if self.hand.window.poll() is None:
            self.hand.ask("set_disk", "well")
            self.look()
            self._count()

    def look(self) -> bool:
        """Takes down what has gone wrong; whether the window is still there."""
        try:
            self._look = self.hand.ask("look")
            if self.count % 50 == 0:
                self._count()
        except ConnectionError as error:
            self._complain(str(error))
            return False
        for problem in self._look["problems"]:
            self._complain(problem)
        away = self._look["away"] - self._pulse.lost()
        self.longest_away = max(self.longest_away, away)
        if away > LONGEST_AWAY:
            self._complain(f"the window did not answer for a while\n{self._look['stack']}", f"{away:.2f} s")
        return True

    def _count(self) -> None:
        self.counts.append(self.hand.ask("counts"))
        self.kinds.append(self.hand.ask("kinds"))
        if self.counts[-1]["MB"] - self.counts[-2:][0]["MB"] > LEAP:
            self.leaps.append("\n".join([f"memory leapt to {self.counts[-1]['MB']} MB", *self.done]))
        if freed := self.hand.ask("freed"):
            self._complain("Python takes for alive what Qt has freed", str(freed))
        if not self.hand.ask("picture_returns"):
            self._complain("the recipe does not return from a PNG")

    def report(self) -> str:
        """Every problem with the actions before it."""
        summary = f"{self.count} actions on {len(self.touched)} controls, seed {self.seed}"
        return "\n\n".join([summary, *(f"{what}\n{before}" for what, before in self.problems.items())])

    def grown(self, what: str) -> str:
        """Of which kinds of windows or objects there are more now than after a quarter of the game."""
        early, late = (each.get(what, {}) for each in (self.kinds[len(self.kinds) // 4], self.kinds[-1]))
        more = {kind: count - early.get(kind, 0) for kind, count in late.items() if count > early.get(kind, 0)}
        return ", ".join(f"{more[kind]} {kind}" for kind in sorted(more, key=lambda kind: -more[kind]))

    def _complain(self, what: str, detail: str = "") -> None:
        if what not in self.problems:
            self.problems[what] = "\n".join([detail, f"After these actions (seed {self.seed}):", *self.done])

    def _spot(self) -> tuple[str, int, int]:
        """A control, and a place inside it."""
        controls = self._look["controls"]
        if not controls:
            return "nothing", self.dice.randrange(1280), self.dice.randrange(720)
        name, left, top, width, height = self.dice.choice(controls)
        self.touched.add(name)
        return name, left + self.dice.randrange(max(1, width)), top + self.dice.randrange(max(1, height))

    def click(self, button: int = 1) -> str:
        name, x, y = self._spot()
        self.mouse.move(x, y)
        self._press(button)
        return f"click {button} on {name} at {x}, {y}"

    def double_click(self) -> str:
        name, x, y = self._spot()
        self.mouse.move(x, y)
        self._press(1)
        self._press(1)
        return f"double click on {name} at {x}, {y}"

    def _press(self, button: int) -> None:
        self.mouse.button(button, True)
        self.mouse.button(button, False)

    def drag(self) -> str:
        name, x, y = self._spot()
        to, right, down = self._spot() if self.dice.random() < 0.4 else ("itself", x + self.dice.randint(-150, 150), y)
        steps = self.dice.randint(2, 12)
        self.mouse.move(x, y)
        self.mouse.button(1, True)
        for step in range(1, steps + 1):
            self.mouse.move(x + (right - x) * step // steps, y + (down - y) * step // steps)
            time.sleep(0.01)
        self.mouse.button(1, False)
        return f"drag {name} from {x}, {y} to {to} at {right}, {down} in {steps} steps"

    def wheel(self) -> str:
        name, x, y = self._spot()
        button, turns = self.dice.choice(WHEEL), self.dice.randint(1, 8)
        self.mouse.move(x, y)
        for _ in range(turns):
            self._press(button)
        return f"wheel {button} {turns} times over {name}"

    def press_keys(self) -> str:
        keys = [self.dice.choice(KEYS) for _ in range(self.dice.randint(1, 4))]
        for key in keys:
            self.mouse.key(key, True)
            self.mouse.key(key, False)
        return f"keys {' '.join(keys)}"

    def shortcut(self) -> str:
        chord = self.dice.choice(SHORTCUTS)
        for key in chord.split():
            self.mouse.key(key, True)
        time.sleep(self.dice.choice((0, 0.1)))
        for key in reversed(chord.split()):
            self.mouse.key(key, False)
        return f"keys {chord}"

    def escape(self) -> str:
        self.mouse.key("Escape", True)
        self.mouse.key("Escape", False)
        return "keys Escape"

    def type_words(self) -> str:
        """Into a field, if there is one."""
        fields = [each for each in self._look["controls"] if "Edit" in each[0] or "Field" in each[0]]
        if not fields:
            return self.press_keys()
        name, left, top, width, height = self.dice.choice(fields)
        self.mouse.move(left + width // 2, top + height // 2)
        self._press(1)
        words = self.dice.choice(TYPED)
        for letter in words:
            key = {".": "period", "-": "minus", "=": "equal", "\N{MINUS SIGN}": "minus"}.get(letter, letter)
            self.mouse.key(key, True)
            self.mouse.key(key, False)
        ending = self.dice.choice(("Return", "Tab", "Escape", ""))
        for down in (True, False) if ending else ():  # else what is typed stays half typed
            self.mouse.key(ending, down)
        return f"type {words!r} and {ending or 'nothing'} into {name}"

    def hover(self) -> str:
        name, x, y = self._spot()
        self.mouse.move(x, y)
        time.sleep(0.1)
        return f"rest on {name}"

    def drop(self) -> str:
        _, x, y = self._spot()
        toy = self.dice.choice(self.toys)
        took = self.hand.ask("drop", str(toy), x, y)
        return f"drop {toy.name} at {x}, {y}: {took or 'not taken'}"

    def other_workspace(self) -> str:
        return self._go_to(self.dice.choice([each for each in "123" if int(each) != self._look["workspace"] + 1]))

    def _go_to(self, number: str) -> str:
        for down in (True, False):
            for key in ("Control_L", number) if down else (number, "Control_L"):
                self.mouse.key(key, down)
        return f"workspace {number}"

    def other_size(self) -> str:
        width, height = self.dice.choice(SIZES)
        self.hand.ask("resize", width, height)
        return f"{width}×{height}"

    def act(self) -> str:
        return f"action {self.hand.ask('act')}"

    def steer(self) -> str:
        return f"from outside: {self.hand.ask('steer')}"

    def kill(self) -> str:
        return f"kill {self.hand.ask('kill') or 'nothing'}"

    def train(self) -> str:
        return f"train {self.hand.ask('train') or 'nothing'}"

    def other_page(self) -> str:
        """Of the Lab, or to the Lab."""
        tabs = [each for each in self._look["controls"] if each[0].startswith("QPushButton") and each[0][12:] in PAGES]
        if not tabs:
            return self._go_to("3")
        name, left, top, width, height = self.dice.choice(tabs)
        self.mouse.move(left + width // 2, top + height // 2)
        self._press(1)
        return f"page {name}"

    def other_network(self) -> str:
        network = self.dice.choice(self.networks)
        took = self.hand.ask("drop", str(network), 640, 360)
        return f"network {network.name}: {took or 'not taken'}"

    def harm_disk(self) -> str:
        """For some actions."""
        self._disk_ill = self.dice.randint(5, 40)
        return f"the disk is {self.hand.ask('set_disk', self.dice.choice(DISKS))}"

    def _heal_disk(self) -> None:
        if self._disk_ill:
            self._disk_ill -= 1
            if not self._disk_ill:
                self.hand.ask("set_disk", "well")
