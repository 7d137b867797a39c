"""A foreign weight file from the drop to the picture: its card, then opening or converting; all can be given up."""

import logging
import os
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from explorer.documents.card_dialog import CardDialog
from explorer.engine import Engine
from explorer.jobs import Answer, Convert, Done, Failed, Piece
from explorer.problem import Problem, sentence_of
from explorer.work.background import Background
from stylegan_core.files.places import home

if TYPE_CHECKING:
    from stylegan_core.formats.card import Card

log = logging.getLogger(__name__)

OWNER = "convert"
PATIENCE = 300  # milliseconds after which what goes on is shown
TOLD = 0.05  # seconds between two words about how far reading is
SUFFIX = ".safetensors"


class Importing(QObject):
    """One file at a time. What a person gives up leaves everything as it was, and ``given_up`` says so."""

    said = Signal(object, str)  # Problem, tone
    wanted = Signal(str)  # this file is to be opened now
    given_up = Signal(str)  # path: it is not opened

    _told = Signal(object, float)  # from the reading thread: which reading, and how far

    def __init__(self, window: QWidget, engine: Engine, parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._engine = window, engine
        self._disk = Background(self)
        self._path = self._loading = ""
        self._unwanted = ""  # the load that was given up and has not ended yet
        self._converted = False
        self._dialog: CardDialog | None = None
        self._reading: threading.Event | None = None  # set: nobody waits for this reading any more
        self._request: Convert | None = None
        self._late = QTimer(self, singleShot=True, interval=PATIENCE)
        self._late.timeout.connect(self._show)
        self._told.connect(self._advance_reading)
        engine.load_progress.connect(self._advance_load)
        engine.loaded.connect(lambda _info, path: self._opened(path))
        engine.refused.connect(lambda path, _problem: self._ended(path))
        engine.load_cancelled.connect(self._ended)
        engine.answered.connect(self._answered)

    @property
    def dialog(self) -> CardDialog | None:
        """The dialog while there is one, shown or about to be."""
        return self._dialog

    def ask(self, path: str) -> None:
        """Reads the card of a file beside the window's thread and shows it; a card that is open gives way."""
        self.cancel()
        self._begin(path, "Reading the file …")
        stop = self._reading = threading.Event()

        def failed(error: Exception) -> None:
            if stop is self._reading:
                self._refused(path, error)

        def done(found: "tuple[Card, Path]") -> None:
            if stop is self._reading:
                self._show_card(*found)

        self._disk.do(lambda: self._read(path, stop), done, failed)

    def cancel(self) -> None:
        """Gives up whatever goes on."""
        if self._dialog is not None:
            self._rejected()

    def close(self) -> None:
        """Ends the reading and its thread."""
        if self._reading is not None:
            self._reading.set()
        self._late.stop()
        self._disk.close()

    def _read(self, path: str, stop: threading.Event) -> "tuple[Card, Path]":
        told = 0.0

        def progress(fraction: float) -> bool:
            nonlocal told
            if time.perf_counter() - told > TOLD:
                told = time.perf_counter()
                self._told.emit(stop, fraction)
            return not stop.is_set()

        try:
            from stylegan_core.formats.card import read_card  # here, so that no start of the window waits for it

            return read_card(path, progress), _free_name(Path(path))
        except (ValueError, OSError):
            raise
        except Exception as error:  # a reader's own mistake must not leave the window waiting
            log.exception("%s cannot be read", path)
            raise ValueError(f"{path} cannot be read; please report the details.") from error

    def _begin(self, path: str, words: str) -> CardDialog:
        self._path = path
        self._converted = False
        dialog = self._dialog = CardDialog(Path(path).name, self._window)
        dialog.open_asked.connect(self._open)
        dialog.convert_asked.connect(self._convert)
        dialog.rejected.connect(self._rejected)
        dialog.work(words)
        self._late.start()
        return dialog

    def _show(self) -> None:
        if self._dialog is not None:
            self._dialog.open()

    def _show_card(self, card: "Card", target: Path) -> None:
        self._reading = None
        self._late.stop()
        if self._dialog is not None:
            self._dialog.show_card(card)
            self._dialog.set_target(str(target))
            self._dialog.open()

    def _refused(self, path: str, error: Exception) -> None:
        self._finish()
        details = "".join(traceback.format_exception(error))
        self.said.emit(Problem(sentence_of(error), f"Nothing in the file was run.\n\n{details}"), "bad")
        self.given_up.emit(path)

    def _open(self) -> None:
        self._start_load(self._path, "Opening …")

    def _convert(self, target: str) -> None:
        if self._dialog is not None:
            self._request = Convert(OWNER, self._path, target)
            self._dialog.work("Converting …")
            self._engine.run(self._request)

    def _start_load(self, path: str, words: str) -> None:
        self._loading = path
        if self._dialog is not None:
            self._dialog.work(words)
        self.wanted.emit(path)

    def _answered(self, answer: Answer) -> None:
        if answer.request != self._request or self._dialog is None:
            return
        if isinstance(answer, Piece):
            self._dialog.advance(answer.index / answer.total)
            return
        self._request = None
        if isinstance(answer, Failed):
            self._dialog.rest(answer.reason)
        elif isinstance(answer, Done):
            self._converted = True
            self._start_load(str(answer.value), "Opening the converted copy …")

    def _advance_reading(self, reading: object, fraction: float) -> None:
        if reading is self._reading and self._dialog is not None:
            self._dialog.advance(fraction)

    def _advance_load(self, path: str, fraction: float) -> None:
        """Also a file that was opened without a card, by undo or from the history, shows how far it is."""
        if self._dialog is None and fraction < 1 and path != self._unwanted:
            self._loading = path
            self._begin(path, "Opening …")
        if self._dialog is not None and path == self._loading:
            self._dialog.advance(fraction)

    def _opened(self, path: str) -> None:
        if self._dialog is not None and path == self._loading and self._converted:
            self.said.emit(Problem(f"Converted: the copy is {path}."), "good")
        self._ended(path)

    def _ended(self, path: str) -> None:
        if path == self._unwanted:
            self._unwanted = ""
        if path == self._loading:
            self._finish()

    def _rejected(self) -> None:
        """The person gave up, whatever was going on."""
        path, loading, request = self._path, self._loading, self._request
        if self._reading is not None:
            self._reading.set()
        self._finish()
        if loading:
            self._unwanted = loading
            self._engine.cancel_load()  # the engine says so when it has, and that is the end of it
            return
        if request is not None:
            self._engine.cancel(OWNER)
        self.given_up.emit(path)

    def _finish(self) -> None:
        self._late.stop()
        self._reading = self._request = None
        self._path = self._loading = ""
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.blockSignals(True)
            dialog.close()
            dialog.deleteLater()


def _free_name(path: Path) -> Path:
    """Beside the file where that may be written, else among the person's own; a name that is not taken."""
    folder = path.parent if os.access(path.parent, os.W_OK) else home() / "models"
    names = (f"{path.stem}{SUFFIX}", *(f"{path.stem}-{number}{SUFFIX}" for number in range(2, 1000)))
    return next((folder / name for name in names if not (folder / name).exists()), folder / names[0])
