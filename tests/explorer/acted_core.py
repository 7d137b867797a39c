"""Python code acts where a command of the core would be started."""

import os
import sys
from types import ModuleType

import pytest

from explorer.work import command


def act(
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    starter: ModuleType = command,
    asked: list[tuple[str, ...]] | None = None,
) -> None:
    """From now on ``starter`` starts this code with the command's words behind it; these come into ``asked``."""

    def core(*words: str) -> tuple[list[str], dict[str, str]]:
        if asked is not None:
            asked.append(words)
        return [sys.executable, "-c", code, *words], dict(os.environ)

    monkeypatch.setattr(starter, "core_command", core)
