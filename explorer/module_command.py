"""How this program starts its own modules in other processes."""

import os
import sys
from pathlib import Path

import stylegan_core


def module_command(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line and environment that run a module of this project in a process of its own."""
    root = str(Path(stylegan_core.__path__[0]).parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    return [sys.executable, "-m", module, *arguments], environment
