"""The whole window at 1280×720, which answers questions on stdin: ``driven.py [--monkey SEED] MODEL``."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from explorer.app import Explorer


class Answers:
    """What can be asked of a window; one method a question."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.explored: list[str] = []
        explorer.train.explore_requested.connect(self.explored.append)

    def where(self, name: str) -> list[int] | None:
        """Left, top, width, height on the screen of the visible, enabled widget of this name, else with this text."""
        widgets = [widget for widget in QApplication.allWidgets() if widget.isVisible() and widget.isEnabled()]
        named = [widget for widget in widgets if widget.accessibleName() == name]
        texts = (widget for widget in widgets if isinstance(widget, QAbstractButton | QLabel) and widget.text() == name)
        widget = next(iter((*named, *texts)), None)
        if widget is None:
            return None
        corner = widget.mapToGlobal(widget.rect().topLeft())
        return [corner.x(), corner.y(), widget.width(), widget.height()]

    def shown(self) -> dict[str, Any]:
        """The recipe, whether the picture on screen is the exact one of it, and what the monitor of a run says."""
        explorer = self.explorer
        frame = explorer.picture.frame
        return {
            "recipe": explorer.session.recipe.to_json(),
            "exact": frame is not None and frame.precision == "exact" and frame.recipe == explorer.session.recipe,
            "can_undo": explorer.session.can_undo,
            "history": len(explorer.history.entries),
            "banner": explorer.window.banner.sentence,
            "film": [key.recipe.latent.seed for key in explorer.reel.film.keys],
            "playing": explorer.film.playing,
            "explored": self.explored,
            "run": self._run(),
        }

    def _run(self) -> dict[str, Any]:
        monitor = self.explorer.train.monitor
        if monitor is None:
            return {"state": ""}
        return {
            "state": monitor.header.pill.state,
            "sentence": monitor.header.sentence.text(),
            "kimg": monitor.record.kimg,
            "alphas": sorted({round(alpha, 3) for alpha in monitor.record.ticks.column("alpha").tolist()}),
            "snapshots": len(monitor.record.samples),
            "shown_kimg": monitor.samples.current.img / 1000 if monitor.samples.current else None,
            "compares": bool(monitor.comparison.shown),
        }


def main() -> int:
    """Shows the window until the questions end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--monkey", type=int, help="seed: nothing the window does reaches beyond its home")
    parser.add_argument("model", nargs="?", default="")
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    make: Callable[[Explorer], Answers] = Answers
    if arguments.monkey is not None:
        from tests.explorer.monkey_watch import watched

        make = watched(app, arguments.monkey)
    explorer = Explorer(app)
    answers = make(explorer)
    explorer.start(arguments.model)
    explorer.window.setGeometry(0, 0, 1280, 720)

    def answer() -> None:
        line = sys.stdin.readline()
        if not line:
            notifier.setEnabled(False)
            app.closeAllWindows()
            app.quit()
            return
        question, *words = json.loads(line)
        sys.stdout.write(json.dumps(getattr(answers, question)(*words)) + "\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(answer)
    app.aboutToQuit.connect(explorer.close)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
