"""Files and folders that somebody drags in from outside."""

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDropEvent


def local_files(data: QMimeData) -> list[Path]:
    """The files and folders of this machine among what is dragged; empty where there are none."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def accept_files(event: QDragEnterEvent) -> None:
    """Lets a window that opens whatever is dropped take a drag that holds a file."""
    if local_files(event.mimeData()):
        event.acceptProposedAction()


def dropped_file(event: QDropEvent) -> str:
    """The path of the first file that is dropped, which is then taken; empty where there is none."""
    files = local_files(event.mimeData())
    if not files:
        return ""
    event.acceptProposedAction()
    return str(files[0])
