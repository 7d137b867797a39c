"""A picture of one's own: the core looks for the nearest face of the open network, in a process of its own.

Not between the renderer's draws, as jobs are: a step goes through the network and back, takes several draws' time and
cannot be interrupted, so a hand that drags would wait for it. A process of lower priority with one core fewer gives way
at once, its memory is gone when it ends, and giving up is ending it.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from explorer.controls.questions import PHOTO_FILES, ask_to_open
from explorer.documents.documents import Documents
from explorer.explore.latent.panel import LatentPanel
from explorer.photo.photo_search import COPIED, FOUND, Nearest, Search, clear_left_behind, read_nearest, remove
from explorer.picture.compare import Mode
from explorer.picture.view import PictureView
from explorer.pixels import Pixels, image_of
from explorer.problem import Problem
from explorer.session import Session
from explorer.work.background import Background
from explorer.work.command import CoreCommand
from explorer.work.time_left import TimeLeft
from stylegan_core.files.places import place
from stylegan_core.files.whole_file import part_of
from stylegan_core.info import ModelInfo
from stylegan_core.latents.nearness import Nearness
from stylegan_core.latents.target import read_target

PHOTO = "photo"
ANY_SIDE = 64  # at which a picture is tried before there is a network
FIND = "Find its face"
NO_NETWORK = "There is no network yet to look in: open a model with Ctrl+O."


class Projecting(QObject):
    """One search at a time; what is found is one step of undo."""

    said = Signal(object, str, str, object)  # Problem, tone, and what a button is called and does, or "" and None
    shown = Signal()  # the search, or what it is compared with, is to be seen

    def __init__(
        self,
        session: Session,
        panel: LatentPanel,
        picture: PictureView,
        documents: Documents,
        disk: Background,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._panel, self._picture = session, panel, picture
        self._documents, self._disk, self._card = documents, disk, panel.card
        self._search: Search | None = None
        self._nearest: Nearest | None = None
        self._left: TimeLeft | None = None
        self._looking = False
        self._process = self._searches = 0
        self._pasted: list[Path] = []  # each a file of its own: a search may still be about to read an older one
        self._command = CoreCommand(parent=self)
        self._command.progress.connect(self._advance)
        self._command.answered.connect(self._answered)
        self._command.failed.connect(self._failed)
        self._card.taken.connect(self.take)
        self._card.given_up.connect(self.cancel)
        self._card.compared.connect(self._compare)
        self._card.returned.connect(self._return)
        self._card.closed.connect(self._put_away)
        session.model_changed.connect(lambda _: self._model_changed())

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return [f"the search for {self._search.name}"] if self._command.busy and self._search is not None else []

    def start(self) -> None:
        """Takes away what a window that was killed has left of people's photos."""
        self._disk.do(lambda: clear_left_behind(place("caches"), time.time()), lambda _: None)

    def ask(self) -> None:
        """Asks for a picture and looks for its face."""
        ask_to_open(self._panel.window(), "Find the face of a picture", PHOTO_FILES, self.find)

    def offer(self, path: str) -> None:
        """A picture without a recipe was opened: offers to look for its face, or says why it cannot be read."""
        info = self._session.info
        where = f" in {info.name}" if info is not None else ""
        name = "The copied picture" if Path(path) in self._pasted else Path(path).name
        sentence = f"{name} carries no recipe, but the nearest face{where} can be looked for."
        self._disk.do(
            lambda: read_target(Path(path), info.resolution if info is not None else ANY_SIDE),
            lambda _: self.said.emit(Problem(sentence), "warning", FIND, lambda: self.find(path)),
            self._refuse,
        )

    def offer_copied(self, image: QImage) -> None:
        """The same for a picture from the clipboard."""

        def write() -> str:
            copy = place("caches") / COPIED.format(f"{os.getpid()}-{len(self._pasted)}")
            self._pasted.append(copy)
            if not image.save(str(copy)):
                raise OSError(f"{copy} cannot be written: free some space on the disk.")
            return str(copy)

        self._disk.do(write, self.offer, self._refuse)

    def find(self, path: str) -> None:
        """Looks for the face nearest to a picture; an older search is given up."""
        info = self._session.info
        if info is None or self._panel.lock.isChecked():
            self._say(NO_NETWORK if info is None else "This face is locked: unlock it to look for another.", "warning")
            return
        model = self._session.model_path

        def begin(photo: Pixels) -> None:
            if self._session.model_path != model:  # another network came meanwhile
                self.find(path)
            else:
                self._begin(path, photo, info)

        self._disk.do(lambda: read_target(Path(path), info.resolution), begin, self._refuse)

    def take(self) -> None:
        """Ends the search; what was nearest so far is what was found."""
        if self._search is not None and self._nearest is not None and self._command.busy:
            self._drop()
            self._finish(self._search, self._nearest, None)

    def cancel(self) -> None:
        """Gives the search up; the face stays as it is."""
        if self._search is not None and self._command.busy:
            self._drop()
            self._put_away()
            self._say(f"The search for {self._search.name} was given up.", "good")

    def close(self) -> None:
        """Gives it up without a word."""
        self._drop()
        for copy in self._pasted:
            remove(copy)

    def _begin(self, path: str, photo: Pixels, info: ModelInfo) -> None:
        self._drop()
        self._stop_comparing()
        try:
            out = place("caches") / FOUND.format(f"{os.getpid()}-{self._searches}")  # an older one may still be ending
        except OSError as error:
            self._refuse(error)
            return
        self._searches += 1
        remove(out)
        name = "the copied picture" if Path(path) in self._pasted else Path(path).name
        self._search = Search(name, photo, info, self._session.model_path, out)
        self._nearest = self._left = None
        self._panel.section.set_open(True)
        self._card.begin(photo, name)
        self.shown.emit()
        label = self._session.recipe.label
        self._command.ask(
            "project", str(Path(self._search.model).absolute()), path, "--out", str(out), "--overwrite",
            "--progress", "--json", "--beside", *(("--label", str(label)) if label is not None else ()),
        )  # fmt: skip
        self._process = self._command.process_id

    def _advance(self, done: int, total: int) -> None:
        if self._left is None:  # the network is loaded now
            self._left = TimeLeft()
        self._card.advance(done, total, self._left.words(done, total))
        if not self._looking:
            self._looking = True
            self._look(lambda: None)

    def _look(self, then: Callable[[], None]) -> None:
        """Reads the nearest picture so far and shows it, where it is another one than before."""
        search, seen = self._search, self._nearest.written if self._nearest is not None else 0
        assert search is not None

        def show(found: Nearest | None) -> None:
            self._looking = False
            if search is not self._search:
                return
            if found is not None:
                self._nearest = found
                self._card.show_nearest(found.pixels, found.difference)
            then()

        self._disk.do(lambda: read_nearest(search, seen), show, lambda _: show(None))

    def _answered(self, said: object) -> None:
        search = self._search
        assert search is not None
        try:
            nearness = Nearness.of(said)
        except ValueError as error:
            self._failed(str(error))
            return

        def finish() -> None:
            if self._nearest is None:
                self._failed(f"{search.out} is gone: look for the face again.")
            else:
                self._finish(search, self._nearest, nearness)

        self._look(finish)

    def _finish(self, search: Search, found: Nearest, nearness: Nearness | None) -> None:
        """The face becomes the session's where its network is shown, and else is kept for a click."""
        remove(search.out)
        self._card.end(nearness.random if nearness is not None else None)
        self._show_where()
        said = nearness.sentence if nearness is not None else f"It differs by {found.difference:.1f} of 255 on average."
        tone = "good" if nearness is None or not nearness.doubt else "warning"
        sentence = f"This is the nearest face to {search.name}. {said}"
        if self._is_shown(search) and not self._panel.lock.isChecked():
            self._session.apply(found.recipe)
            self._say(sentence, tone)
        else:
            where = search.where(self._session.model_path)
            sentence = f"The nearest face to {search.name} is found in {where}. {said}"
            self.said.emit(Problem(sentence), "warning", "Show it", self._return)  # good news would go by itself

    def _failed(self, sentence: str) -> None:
        """What was nearest until then stays to be clicked."""
        self._drop()
        if self._nearest is None:
            self._put_away()
        else:
            self._card.end()
            self._show_where()
        self._say(sentence, "bad")

    def _refuse(self, error: Exception) -> None:
        self._say(str(error), "bad")

    def _say(self, sentence: str, tone: str) -> None:
        self.said.emit(Problem(sentence), tone, "", None)

    def _drop(self) -> None:
        """Ends the process, and takes away what it has left once it is gone."""
        search, process = self._search, self._process

        def take_away() -> None:
            if search is not None:
                remove(part_of(search.out, process))
                remove(search.out)

        self._command.drop(take_away)

    def _compare(self) -> None:
        """Wipes between the photo and the face, or no longer."""
        if self._compares:
            self._stop_comparing()
        elif self._search is not None:
            self._picture.hold_beside(image_of(self._search.photo), PHOTO)
            self.shown.emit()

    @property
    def _compares(self) -> bool:
        return self._picture.wipe.mode is not Mode.OFF and self._picture.wipe.name == PHOTO

    def _stop_comparing(self) -> None:
        if self._compares:
            self._picture.set_mode(Mode.OFF)

    def _return(self) -> None:
        """Shows the face that was found, in its network."""
        if self._search is None or self._nearest is None:
            return
        if self._is_shown(self._search):
            self._session.apply(self._nearest.recipe)
        else:
            self._documents.open(self._search.model, self._nearest.recipe, ask=False)

    def _is_shown(self, search: Search) -> bool:
        """Whether the network in which was looked is the one that is shown."""
        return self._session.info is not None and self._session.info.hash == search.info.hash

    def _put_away(self) -> None:
        self._stop_comparing()
        self._card.hide()

    def _model_changed(self) -> None:
        """What was found belongs to its network and the run of that; a search goes on in any case."""
        search, shown = self._search, self._session.model_path
        if search is None or not (self._command.busy or self._is_shown(search) or search.is_of_run(shown)):
            self._put_away()
        self._show_where()

    def _show_where(self) -> None:
        """Says on the card in which network it looks, or has looked, where another one is shown."""
        search = self._search
        if search is None or self._is_shown(search):
            self._card.say_where("")
        else:
            where = search.where(self._session.model_path)
            busy, found = f"Goes on in {where}.", f"Found in {where}: click it to go back there."
            self._card.say_where(busy if self._card.searching else found)
