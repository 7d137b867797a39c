"""The command line of the explorer; what draws is started before Qt is imported, for it takes longer to wake up."""

import argparse
import logging
import os
import sys
from pathlib import Path

from explorer.opening import look
from explorer.render_process import RenderProcess


def main(arguments: list[str]) -> int:
    """Runs the explorer until its window closes; returns the exit code, 2 where nothing can be shown."""
    parser = argparse.ArgumentParser(prog="main.py", description="Explore and train StyleGAN on the desktop.")
    parser.add_argument("path", nargs="?", default="", help="weight file, run directory or saved picture")
    parser.add_argument("--screenshot", type=Path, metavar="OUT.png", help="write the window to a file and exit")
    parser.add_argument("--size", default="1440x900", metavar="WxH", help="size of the screenshot's window")
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if parsed.screenshot and "QT_QPA_PLATFORM" not in os.environ and not _has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    problem = _problem_with(parsed.path, parsed.screenshot)
    if problem:
        sys.stderr.write(problem + "\n")
        return 2
    process = RenderProcess()
    process.start()
    from explorer.start import run

    return run(parsed, process)


def _problem_with(path: str, screenshot: Path | None) -> str:
    """Why nothing can be shown, in one sentence; empty if the window can open."""
    if "QT_QPA_PLATFORM" not in os.environ and not _has_screen():
        return "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): use --screenshot OUT.png."
    if path and screenshot:
        # Nobody looks at the window, so what it would say in a banner is said here.
        try:
            look(Path(path))
        except (ValueError, OSError) as error:
            return str(error)
    return ""


def _has_screen() -> bool:
    unix = sys.platform.startswith(("linux", "freebsd"))
    return not unix or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
