"""A window with the training workspace that answers questions on stdin: where a widget is, and what it shows."""

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMainWindow

from explorer import theme
from explorer.train.workspace import TrainWorkspace


def where(name: str) -> list[int] | None:
    """The middle of the visible, enabled widget with this text or accessible name, in pixels of the screen."""
    for widget in QApplication.allWidgets():
        text = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
        if name in (text, widget.accessibleName()) and widget.isVisible() and widget.isEnabled():
            middle = widget.mapToGlobal(widget.rect().center())
            return [middle.x(), middle.y()]
    return None


def shown(workspace: TrainWorkspace) -> dict[str, Any]:
    """What the monitor says."""
    monitor = workspace.monitor
    if monitor is None:
        return {"state": ""}
    return {
        "state": monitor.header.pill.state,
        "sentence": monitor.header.sentence.text(),
        "kimg": monitor.record.kimg,
        "alphas": sorted({round(alpha, 3) for alpha in monitor.record.ticks.column("alpha").tolist()}),
        "snapshots": len(monitor.record.samples),
        "shown_kimg": monitor.samples.current.img / 1000 if monitor.samples.current else None,
        "compares": monitor.curves.compares,
    }


def main() -> int:
    """Shows the window until "quit"."""
    app = QApplication([])
    theme.apply(app, "dark")
    window, workspace = QMainWindow(), TrainWorkspace(Path(sys.argv[1]))
    window.setCentralWidget(workspace)
    window.setGeometry(0, 0, 1280, 720)
    explored: list[str] = []
    workspace.explore_requested.connect(explored.append)

    def answer() -> None:
        question = json.loads(sys.stdin.readline() or '"quit"')
        if question == "quit":
            workspace.close_workspace()
            app.quit()
        elif question == "shown":
            said: Any = {**shown(workspace), "explored": explored}
            sys.stdout.write(json.dumps(said) + "\n")
        else:
            sys.stdout.write(json.dumps(where(question)) + "\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(answer)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
