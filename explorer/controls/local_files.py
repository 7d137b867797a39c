"""Files and folders that somebody drags in from outside."""

from pathlib import Path

from PySide6.QtCore import QMimeData


def local_files(data: QMimeData) -> list[Path]:
    """The files and folders of this machine among what is dragged; empty where there are none."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
