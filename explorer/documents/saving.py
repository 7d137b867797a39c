"""Pictures that are saved: the one that is shown, or every favourite, as large as somebody wants them."""

import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.controls.questions import unasked, with_ending
from explorer.engine import Engine
from explorer.jobs import Answer, Done, Failed, Piece, Save
from explorer.problem import Problem
from explorer.session import Session
from explorer.settings import SettingsKeeper
from explorer.work.late import Late
from stylegan_core.amounts import counted
from stylegan_core.files.places import is_there
from stylegan_core.recipe import Recipe

SAVE = "save "  # owners of saving jobs: this and a number, so that no save drops another
SIDES = (1024, 2048, 4096)  # what a picture is enlarged to, where the network draws smaller ones
WAYS = (("pixel by pixel", False), ("smooth", True))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a picture is written: ``side`` pixels wide and high, 0 as drawn, and enlarged how."""

    side: int = 0
    smooth: bool = False

    @classmethod
    def choices(cls, resolution: int) -> dict[str, "Size"]:
        """The sizes there are for a network, by their words: as it draws first."""
        larger = [side for side in SIDES if side > resolution]
        named = {f"{side} × {side}, {way}": cls(side, smooth) for side in larger for way, smooth in WAYS}
        return {f"{resolution} × {resolution}, as drawn": cls(), **named}


LONGEST = 80  # bytes of a name in that of a file: disks take 255, some programs fewer


class Saving(QObject):
    """Has pictures drawn exactly and written as PNG, their recipe inside, where pictures are drawn."""

    said = Signal(object, str)  # Problem, tone

    def __init__(self, session: Session, engine: Engine, settings: SettingsKeeper, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._engine, self._settings = session, engine, settings
        self._late = Late(self)
        self._late.said.connect(self.said)
        self._series: dict[str, str] = {}  # of favourites not there yet: the owners of their jobs, their folder
        self._written = 0
        engine.answered.connect(self._answered)

    def save(self, path: str, size: Size) -> None:
        """Draws the current recipe exactly and writes it; a name that nobody was asked about replaces nothing."""
        named = with_ending(path, ".png")
        if why := unasked(path, named):
            self.said.emit(Problem(why), "bad")
            return
        self._session.commit()
        self._settings.change(save_folder=str(Path(path).parent))
        self._run(self._session.recipe, named, size)
        self._late.begin(f"The picture is being drawn exactly and then saved as {named}.")

    def save_all(self, recipes: Sequence[Recipe], names: Sequence[str], folder: str, size: Size) -> None:
        """Draws pictures exactly and writes them into a new folder, numbered in their order.

        What has a name (empty for none) has it in its file's, in letters that every disk takes.
        """
        target = Path(folder)
        if is_there(target):
            self.said.emit(Problem(f"{folder} exists already: choose another name."), "bad")
            return
        try:
            target.mkdir(parents=True)
        except OSError as error:
            self.said.emit(Problem(f"{folder} cannot be made ({error.strerror}): choose another place."), "bad")
            return
        self._settings.change(save_folder=str(target.parent))
        self._written = 0
        for number, (recipe, name) in enumerate(zip(recipes, names, strict=True), 1):
            seed = "" if recipe.latent.w is not None else f"-seed{recipe.latent.seed}"
            called = f"-{safe}" if (safe := for_file(name)) else seed
            owner = self._run(recipe, str(target / f"{number:02d}{called}.png"), size)
            self._series[owner] = folder
        many = f"{counted(len(recipes), 'picture')} {'is' if len(recipes) == 1 else 'are'}"
        self._late.begin(f"{many} being drawn exactly and then saved into {folder}.")

    def close(self) -> None:
        """Says nothing any more."""
        self._late.end()

    def _run(self, recipe: Recipe, path: str, size: Size) -> str:
        owner = f"{SAVE}{time.monotonic_ns()}"
        self._engine.run(Save(owner, recipe, path, size.side, size.smooth))
        return owner

    def _answered(self, answer: Answer) -> None:
        if not isinstance(answer.request, Save) or isinstance(answer, Piece):
            return
        self._late.end()
        folder = self._series.pop(answer.request.owner, "")
        if isinstance(answer, Failed):
            self.said.emit(Problem(answer.reason), "bad")
        elif isinstance(answer, Done) and folder:
            self._written += 1
            if folder not in self._series.values():
                pictures = f"{self._written} picture{'s' * (self._written > 1)}"
                self.said.emit(Problem(f"Saved {pictures} into {folder}."), "good")
        elif isinstance(answer, Done):
            self.said.emit(Problem(f"Saved {answer.value}. Drop it on the window to come back to it."), "good")


def for_file(name: str) -> str:
    """A name as part of a file's: letters and digits of any script and what every disk takes, LONGEST bytes at most."""
    letters = unicodedata.normalize("NFC", name)
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in letters)
    short = re.sub("-+", "-", safe).strip("-").encode()[:LONGEST]
    return short.decode(errors="ignore").rstrip("-")
