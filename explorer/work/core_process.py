"""How a part of this project is started in a process of its own."""

import os
import sys
from pathlib import Path

import stylegan_core


def core_command(*arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line and environment that run the core in a process of its own."""
    return module_command("stylegan_core", *arguments)


def module_command(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line and environment that run a module of this project in a process of its own."""
    root = str(Path(stylegan_core.__path__[0]).parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    return [sys.executable, "-m", module, *arguments], environment
