"""A monitor in a process of its own, for measuring what it costs a trainer: opens a run and watches it till killed."""

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from explorer import theme
from explorer.train.monitor import Monitor


def main() -> int:
    """Says "open" once the run's first news are on screen."""
    app = QApplication([])
    theme.apply(app, "dark")
    monitor = Monitor(Path(sys.argv[1]))
    monitor.resize(1440, 826)
    monitor.show()
    monitor.watcher.news.connect(lambda _: sys.stdout.write("open\n") and sys.stdout.flush())
    monitor.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
