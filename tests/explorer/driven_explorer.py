"""The whole window, which answers questions on stdin: where a widget is, and what the session holds."""

import json
import sys
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication, QWidget

from explorer.app import Explorer


def where(explorer: Explorer, name: str) -> list[int] | None:
    """Left, top, width and height of the visible widget with this accessible name, in pixels of the screen."""
    for widget in explorer.window.findChildren(QWidget):
        if widget.accessibleName() == name and widget.isVisible() and widget.isEnabled():
            corner = widget.mapToGlobal(widget.rect().topLeft())
            return [corner.x(), corner.y(), widget.width(), widget.height()]
    return None


def shown(explorer: Explorer) -> dict[str, Any]:
    """The recipe, and whether the picture on screen is the exact one of it."""
    frame = explorer.picture.frame
    return {
        "recipe": explorer.session.recipe.to_json(),
        "exact": frame is not None and frame.precision == "exact" and frame.recipe == explorer.session.recipe,
        "can_undo": explorer.session.can_undo,
        "history": len(explorer.history.entries()),
        "banner": explorer.window.banner.sentence,
    }


def main() -> int:
    """Shows the window at 1280×720 until the questions end."""
    app = QApplication([])
    explorer = Explorer(app)
    explorer.start(sys.argv[1])
    explorer.window.setGeometry(0, 0, 1280, 720)

    def answer() -> None:
        line = sys.stdin.readline()
        if not line:
            notifier.setEnabled(False)
            explorer.window.close()
            return
        question = json.loads(line)
        said = shown(explorer) if question == "shown" else where(explorer, question)
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(answer)
    app.aboutToQuit.connect(explorer.close)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
