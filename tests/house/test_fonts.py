"""The bundled fonts hold every character the window writes, so that a machine without fonts shows no empty boxes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="PySide6 is not installed")
from PySide6.QtGui import QRawFont

ROOT = Path(__file__).parents[2]
FONTS = sorted((ROOT / "resources" / "fonts").glob("*.[ot]tf"))


def written_by_the_window() -> dict[str, str]:
    """Characters beyond ASCII in strings, docstrings excepted, and the module each stands in."""
    found: dict[str, str] = {}
    for path in [*(ROOT / "explorer").rglob("*.py"), *(ROOT / "stylegan_core").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if text.isascii() and "\\" not in text:
            continue  # more than a third of the text, and parsing is what takes the time
        tree = ast.parse(text)
        docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
                found |= {letter: path.name for letter in node.value if ord(letter) > 126}
    return found


def test_each_family_is_there_with_its_licence() -> None:
    assert {path.name.split("-")[0] for path in FONTS} == {"Inter", "JetBrainsMono"}
    assert {path.name for path in (ROOT / "resources/fonts").glob("OFL-*.txt")} == {
        "OFL-Inter.txt",
        "OFL-JetBrainsMono.txt",
    }


@pytest.mark.usefixtures("qapp")
def test_every_character_is_in_a_bundled_font() -> None:
    fonts = [QRawFont(str(path), 13.0) for path in FONTS]
    assert all(font.isValid() for font in fonts)
    letters = written_by_the_window()
    missing = {f"{letter} U+{ord(letter):04X} in {where}" for letter, where in letters.items()
               if not any(font.supportsCharacter(ord(letter)) for font in fonts)}  # fmt: skip
    assert missing == set()
    assert not any(font.supportsCharacter(0x4E00) for font in fonts)
