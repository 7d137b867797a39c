"""Pictures and recipes on the clipboard."""

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from explorer.controls.local_files import local_files
from explorer.engine import Engine
from explorer.jobs import Answer, Done, Failed, Picture, Piece
from explorer.pixels import Pixels, image_of
from explorer.problem import Problem
from explorer.session import Session
from explorer.work.late import Late
from stylegan_core.recipe import Recipe

COPY = "copy"  # owner of the picture that is drawn to be copied


class Clipboard(QObject):
    """Copies the picture, drawn exactly, and the recipe; pastes a recipe, a picture or a file."""

    said = Signal(object, str)  # Problem, tone
    file_pasted = Signal(str)  # its path
    picture_pasted = Signal(QImage)

    def __init__(self, session: Session, engine: Engine, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._engine, self._late = session, engine, Late(self)
        self._late.said.connect(self.said)
        engine.answered.connect(self._answered)

    def copy_picture(self) -> None:
        """Has the picture drawn; it is on the clipboard a moment later."""
        self._engine.run(Picture(COPY, self._session.recipe))
        self._late.begin("The picture is being drawn exactly and then put on the clipboard.")

    def copy_recipe(self) -> None:
        """The recipe as JSON text."""
        copy_recipe(self._session.recipe)

    def paste(self) -> None:
        """Shows the recipe on the clipboard as far as it can be drawn here; says what cannot, or why there is none.

        A copied file or picture is for others to open.
        """
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is not None and not data.text().lstrip().startswith("{"):
            if files := local_files(data):
                self.file_pasted.emit(str(files[0]))
                return
            if data.hasImage():
                self.picture_pasted.emit(QGuiApplication.clipboard().image())
                return
        try:
            recipe = pasted_recipe()
        except ValueError as error:
            self.said.emit(Problem(str(error)), "bad")
            return
        if left_out := self._session.take(recipe):
            self.said.emit(Problem(left_out), "warning")

    def _answered(self, answer: Answer) -> None:
        request = answer.request
        if not isinstance(request, Picture) or request.owner != COPY:
            return
        if not isinstance(answer, Piece):
            self._late.end()
        if isinstance(answer, Done):
            copy_picture(answer.value, request.recipe)
            self.said.emit(Problem("The picture is on the clipboard, its recipe too."), "good")
        elif isinstance(answer, Failed):
            self.said.emit(Problem(answer.reason), "bad")


def copy_picture(pixels: Pixels, recipe: Recipe) -> None:
    """Puts uint8 [R, R, 3] on the clipboard, and the recipe as its text."""
    data = QMimeData()
    data.setImageData(image_of(pixels))
    data.setText(recipe.to_json())
    QGuiApplication.clipboard().setMimeData(data)


def let_go() -> None:
    """Gives a copied picture to Qt at the end: data made here and deleted after Python has ended is a crash."""
    clipboard = QGuiApplication.clipboard()
    data: QMimeData | None = clipboard.mimeData()  # none at all where the platform has no clipboard
    if data is not None and data.hasImage() and data.text().startswith("{"):
        clipboard.setImage(clipboard.image())


def copy_recipe(recipe: Recipe) -> None:
    """Puts the recipe on the clipboard as JSON text."""
    QGuiApplication.clipboard().setText(recipe.to_json())


def pasted_recipe() -> Recipe:
    """The recipe on the clipboard; raises ValueError with one sentence where there is none."""
    text = QGuiApplication.clipboard().text().strip()
    if not text.startswith("{"):
        raise ValueError("The clipboard holds no recipe and no picture: copy one first.")
    return Recipe.from_json(text)
