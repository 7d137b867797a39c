"""``train RUN_DIR --preset NAME --data DIR [--set key=value ...]``: trains a network; the same command resumes."""

import argparse
import contextlib
import logging
import signal
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, TextColumn

from stylegan_core.amounts import duration
from stylegan_core.cli.arguments import path
from stylegan_core.run.events import Tick
from stylegan_core.training.config import PRESETS, preset


def main(argv: list[str]) -> int:
    """Trains until the plan ends or somebody stops it; 0 either way. Raises ValueError or OSError."""
    options, console = _parser().parse_args(argv), Console(stderr=True)
    with _log_on(console):
        return _train(options, console)


@contextlib.contextmanager
def _log_on(console: Console) -> Iterator[None]:
    """What is logged is said there, no longer than this command trains: a script may train again."""
    handler, logger = RichHandler(console=console, show_path=False), logging.getLogger("stylegan_core")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _train(options: argparse.Namespace, console: Console) -> int:
    from stylegan_core.device import keep_big_buffers, take_huge_pages
    from stylegan_core.training.launch import Launch, Wish

    keep_big_buffers(), take_huge_pages()
    bar = _Bar(console)
    settings = tuple(options.set)
    wish = Wish(options.run, options.preset, options.data, settings, options.init, options.tensorboard)
    launch = Launch(wish, bar.show)

    def stop(*_: object) -> None:
        launch.stop()
        bar.stops()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and (name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN):  # as nohup does
            signal.signal(number, stop)
    bar.progress.disable = not launch.team.leads
    with bar.progress:
        bar.total(launch.config.growth.total_kimg)
        finished = launch.train()
        if finished:
            bar.complete(launch.config.growth.total_kimg)
    if launch.team.leads:
        print(f"{launch.run.path}: {'finished' if finished else 'stopped; the same command goes on'}.", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    table = "\n".join(f"  {name:<14} {preset(name).meaning}" for name in PRESETS)
    parser = argparse.ArgumentParser(
        prog="python -m stylegan_core train",
        description="Trains a model into a run directory; the same command resumes it. Presets:\n" + table,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=path, metavar="RUN_DIR", help="where the run lives; made if missing")
    parser.add_argument("--preset", default="", help="what to train; not needed to resume")
    parser.add_argument("--data", default="", help="folder, zip or idx file of pictures; not needed to resume")
    parser.add_argument("--init", default="", metavar="MODEL", help="start from a trained model or run")
    parser.add_argument("--tensorboard", action="store_true", help="write files for TensorBoard beside the others")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting, such as gamma=2"
    )
    return parser


class _Bar:
    """kimg, level, alpha, images a second and the time left, in one line."""

    def __init__(self, console: Console) -> None:
        text = TextColumn("{task.fields[state]}")
        self.progress = Progress(BarColumn(), TextColumn("{task.percentage:>5.1f} %"), text, console=console)
        self._task = self.progress.add_task("", total=None, state="starting")
        self._state, self._stops = "starting", ""

    def total(self, kimg: float) -> None:
        self.progress.update(self._task, total=kimg)

    def complete(self, kimg: float) -> None:
        """The plan is done, whenever the last tick was."""
        self.progress.update(self._task, completed=kimg, state=f"{kimg:.1f} kimg")

    def stops(self) -> None:
        """Somebody asked for the end, which comes after what is computed now: that can take minutes."""
        self._stops = "stopping  "
        self.progress.update(self._task, state=self._stops + self._state)

    def show(self, tick: Tick) -> None:
        side = 4 << tick.level
        growing = f"growing to {side}² alpha {tick.alpha:.2f}" if tick.alpha < 1 else f"{side}²"
        left = f"{duration(tick.left_total)} left" if tick.left_total == tick.left_total else ""
        speed = f"{tick.img_per_s:.1f} img/s" if tick.img_per_s == tick.img_per_s else ""
        self._state = "  ".join(filter(None, (f"{tick.kimg:.1f} kimg", growing, speed, left)))
        self.progress.update(self._task, completed=tick.kimg, state=self._stops + self._state)
