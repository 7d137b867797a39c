"""The strip of what was: every finished gesture as a thumbnail, favourites, a click brings it back."""

from collections.abc import Set

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from explorer.controls.boxes import Across, Down, discard
from explorer.controls.buttons import chip
from explorer.controls.literal import literal_tip
from explorer.controls.pop_up import pop_up
from explorer.controls.questions import ask_for_name
from explorer.controls.recipe_drag import drag_recipe
from explorer.controls.scrolling import ScrollSideways
from explorer.controls.source_words import source_words
from explorer.controls.text import text_label
from explorer.controls.thumbnails import Thumbnail
from explorer.history.entries import Entries
from explorer.history.entry_pictures import STORED, EntryPictures
from explorer.history.history_file import Entry
from explorer.jobs import Answer, Frame, Piece, Strip
from explorer.pixels import image_of
from explorer.session import Session
from explorer.work.soon import soon
from stylegan_core.recipe import Recipe

THUMB, SMALL_THUMB = 62, 42
SIDE, TIGHT_SIDE = 18, 8  # pixels left and right of it, and where there is little room
MOST_SHOWN = 200  # thumbnails of the last entries; favourites are shown beside them, however old
TIP = (
    "Brings this picture back. Drag it onto mixing to take its layers; "
    "F2 or a double-click names it, right-click for more."
)
MISSING, MOST_MISSING = "history.missing", 24
REST = 1000  # milliseconds without a gesture after which entries that were never drawn get their picture


class HistoryStrip(QWidget):
    """One thumbnail a commit, the newest at the left; asks to be written, never writes itself."""

    added = Signal(object)  # Entry
    came_back = Signal(str)  # key of an entry that is on screen again
    pictured = Signal(str, bytes)  # key, thumbnail file
    starred = Signal(str, bool)  # key, favourite
    renamed = Signal(str, str)  # key, name
    removed = Signal(str, bool)  # key, whether it is gone; False: it is back
    taken_away = Signal(str, object)  # a sentence, and what brings the entry back when it is called
    model_wanted = Signal(str, object)  # model path, Recipe: an entry of another model was clicked
    job_requested = Signal(object)  # Strip
    film_wanted = Signal(object)  # Entry: it is to be a picture of the film

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._size, self._compact, self._narrow = THUMB, False, False
        self._on_screen = ""  # key of the entry that was committed last
        self.entries = Entries(session)  # everything there is, also what has no thumbnail
        self._thumbnails: dict[str, Thumbnail] = {}
        self._walked = QButtonGroup(self, exclusive=False)  # the arrow keys go through them, the Tab key past them
        self._pictures = EntryPictures(self)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._ask_for_missing)
        self._lay_out()
        self._pictures.drawn.connect(self._show_picture)
        self._pictures.settled.connect(self._keep_picture)
        session.committed.connect(self._committed)

    def restore(self, entries: list[Entry]) -> None:
        """Shows what was kept, below what this session has already added."""
        self.entries.restore(entries)
        for key in self.entries.worth_showing(MOST_SHOWN):
            if key not in self._thumbnails:
                self._add_thumbnail(self.entries[key])
        self._count()

    def show_frame(self, frame: Frame) -> None:
        """Takes the thumbnail of an entry that waits for it out of a frame that was drawn anyway."""
        self._pictures.take_frame(frame)

    def job_done(self, answer: Answer) -> None:
        """Takes the pictures of entries that a hand passed by before they were drawn."""
        request = answer.request
        if isinstance(answer, Piece) and isinstance(request, Strip) and request.owner == MISSING:
            self._pictures.take_draft(answer.model_hash, request.recipes[answer.index], image_of(answer.value))

    def tell_drafts(self) -> None:
        """Tells of pictures that no exact one has replaced: there may come none any more."""
        self._pictures.settle_drafts()

    def _show_picture(self, key: str, image: QImage) -> None:
        if key in self._thumbnails:
            self._thumbnails[key].show_pixmap(QPixmap.fromImage(image))

    def _keep_picture(self, key: str, file: bytes) -> None:
        if key in self.entries:
            self.pictured.emit(key, file)

    def _ask_for_missing(self) -> None:
        """Has the entries drawn that no frame was drawn of, because the next gesture came too soon."""
        self.tell_drafts()
        model = self._session.info.hash if self._session.info else ""
        empty = {key for key, thumbnail in self._thumbnails.items() if thumbnail.empty}
        if recipes := self._pictures.missing(model, empty):
            self.job_requested.emit(Strip(MISSING, tuple(recipes[-MOST_MISSING:]), STORED))

    def set_compact(self, compact: bool) -> None:
        """One low row instead of two, for a window that needs its height for the picture."""
        self._compact, self._size = compact, SMALL_THUMB if compact else THUMB
        for thumbnail in self._thumbnails.values():
            thumbnail.set_size(self._size)
        self._arrange()

    def set_narrow(self, narrow: bool) -> None:
        """Two rows again, and fewer words, where one row has no room for pictures."""
        self._narrow = narrow
        self._arrange()
        self._count()

    def _arrange(self) -> None:
        compact, narrow = self._compact, self._narrow
        self._hint.setVisible(not compact and not narrow)
        self._column.removeWidget(self._scroll)
        self._middle.removeWidget(self._scroll)
        if compact and not narrow:
            self._middle.addWidget(self._scroll, 1)
        else:
            self._column.addWidget(self._scroll)
        self._scroll.setFixedHeight(self._size + 10)
        side = TIGHT_SIDE if narrow else SIDE
        self._column.setContentsMargins(side, 0 if compact else 6, side, 4 if compact else 8)

    def take_switch(self, switch: QWidget) -> None:
        """Puts the switch between what may lie below the picture at the left of the head."""
        self._head.insertWidget(0, switch)

    def star_current(self) -> None:
        """Makes the entry of the current recipe a favourite, or no longer one."""
        if (key := self._current()) is not None:
            self._star(key)

    def _current(self) -> str | None:
        """The key of the current recipe's entry, which is made where there is none."""
        self._session.commit()
        if self.entries.key_of(self._session.recipe) is None:  # a newer snapshot has come since the last change
            self._committed(self._session.recipe)
        return self.entries.key_of(self._session.recipe)

    def _lay_out(self) -> None:
        self.setAccessibleName("History")
        self._hint = text_label("every change, kept over restarts", "muted")
        self._only = chip("★ favourites", "Shows only the pictures you starred.", checkable=True)
        self._only.toggled.connect(lambda _: self._filter())
        self._only.toggled.connect(lambda _: self._name())
        self._head = Across(spacing=8)
        self._head.addWidget(self._hint)
        self._middle = Across()
        self._middle.addStretch()
        self._head.addLayout(self._middle, 1)
        self._head.addWidget(self._only)
        self._strip = QWidget()
        self._row = Across(self._strip, 7, edges=(0, 2, 0, 0))
        self._empty = text_label("Every change is kept here as a picture.", "muted")
        self._row.add(self._empty, None)
        self._scroll = ScrollSideways()
        self._scroll.setWidget(self._strip)
        self._scroll.setFixedHeight(THUMB + 10)
        self._column = Down(self, 4, edges=(18, 6, 18, 8))
        self._column.add(self._head, self._scroll)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _committed(self, recipe: Recipe) -> None:
        if self._session.info is None:
            return
        self._rest.start()
        key = self.entries.key_of(recipe)
        if key is None:
            key = self._add(recipe)
        elif key != self._on_screen:
            self.came_back.emit(key)
        before, now = self._thumbnails.get(self._on_screen), self._thumbnails.get(key)
        if before is not None and before.hasFocus() and now is not None:
            now.setFocus(Qt.FocusReason.OtherFocusReason)  # F2 still names what is on screen
        self._on_screen = key
        self._select(key)
        self._count()

    def _add(self, recipe: Recipe) -> str:
        entry = self.entries.add(recipe)
        self.tell_drafts()
        self._add_thumbnail(entry)
        self._drop_old_thumbnails()
        self.added.emit(entry)
        self._pictures.wait_for(entry)
        return entry.key

    def _drop_old_thumbnails(self) -> None:
        for key in self._thumbnails.keys() - self.entries.worth_showing(MOST_SHOWN):
            discard(self._thumbnails.pop(key))

    def _add_thumbnail(self, entry: Entry) -> None:
        """Puts a thumbnail at its place, the newest at the left."""
        thumbnail = Thumbnail(self._size)
        thumbnail.set_starred(entry.favourite)
        self._show_name(thumbnail, entry)
        if entry.thumbnail:
            thumbnail.show_pixmap(QPixmap.fromImage(QImage.fromData(entry.thumbnail)))
        thumbnail.clicked.connect(lambda: thumbnail.setFocus(Qt.FocusReason.MouseFocusReason))  # F2 names it
        thumbnail.clicked.connect(lambda _=False, key=entry.key: self._restore(key))
        thumbnail.menu_asked.connect(lambda where, key=entry.key: self._menu(key, where))
        thumbnail.name_asked.connect(lambda key=entry.key: self.ask_name(key))
        thumbnail.drag_started.connect(lambda: drag_recipe(thumbnail, entry.recipe, thumbnail.pixmap))
        newer = self.entries.newer_than(entry.key)
        self._row.insertWidget(sum(key in self._thumbnails for key in newer), thumbnail)
        self._walked.addButton(thumbnail)
        self._thumbnails[entry.key] = thumbnail
        thumbnail.setVisible(not self._hides(entry.key))

    def _restore(self, key: str) -> None:
        entry = self.entries[key]
        if self._session.info is not None and entry.model_hash == self._session.info.hash:
            self._session.apply(entry.recipe)
        else:
            self.model_wanted.emit(entry.model_path, entry.recipe)

    def _menu(self, key: str, where: QPoint) -> None:
        pop_up(
            self,
            where,
            ("Remove star" if self.entries[key].favourite else "Star", lambda: self._star(key), True),
            ("Bring back", lambda: self._restore(key), True),
            (f"{'Rename' if self.entries[key].name else 'Name'}…", lambda: self.ask_name(key), True),
            ("Add to the film", lambda: self.film_wanted.emit(self.entries[key]), True),
            ("Remove from history", lambda: self._remove(key), True),
        )

    def ask_name(self, key: str) -> None:
        """Asks what a picture is to be called; one that gets a name becomes a favourite."""
        ask_for_name(self, "Name of the picture", self.entries[key].name, lambda name: self.rename(key, name))

    def rename(self, key: str, name: str) -> None:
        """Gives a picture a name, or takes it away."""
        if key not in self.entries or name == self.entries[key].name:
            return
        entry = self.entries.rename(key, name)
        self.renamed.emit(key, name)
        if name and not entry.favourite:
            self._star(key)
        if key in self._thumbnails:
            self._show_name(self._thumbnails[key], entry)
        self._name()

    def name_current(self) -> None:
        """Asks what the picture on screen is to be called."""
        if (key := self._current()) is not None:
            self.ask_name(key)

    def go_to(self, key: str) -> None:
        """Brings a picture back, if it is still there."""
        if key in self.entries:
            self._restore(key)

    def _show_name(self, thumbnail: Thumbnail, entry: Entry) -> None:
        thumbnail.set_name(entry.name)
        named = f"{entry.name}. " if entry.name else ""
        thumbnail.setToolTip(literal_tip(f"{named}{TIP}"))

    def _star(self, key: str) -> None:
        entry = self.entries.turn_star(key)
        if key in self._thumbnails:
            self._thumbnails[key].set_starred(entry.favourite)
            self._filter()
        else:  # undo has come back to an entry so old that it has no thumbnail any more
            self._add_thumbnail(entry)
            self._select(key)
            if not entry.thumbnail:
                self._pictures.wait_for(entry)
        self.starred.emit(key, entry.favourite)
        self._count()

    def _remove(self, key: str) -> None:
        entry, older = self.entries.remove(key)
        thumbnail = self._thumbnails.pop(key, None)
        pixmap = None if thumbnail is None else thumbnail.pixmap
        if thumbnail is not None:
            discard(thumbnail)
        self.removed.emit(key, True)
        self._count()
        what = "The starred picture" if entry.favourite else "The picture"
        self.taken_away.emit(f"{what} is removed from the history.", lambda: self._put_back(entry, older, pixmap))

    def _put_back(self, entry: Entry, older: Set[str], pixmap: QPixmap | None) -> None:
        """Undoes a removal: the entry comes back between those ``older`` than it and the others."""
        if entry.key in self.entries:
            return
        self.entries.put_back(entry, older)
        if entry.key in self.entries.worth_showing(MOST_SHOWN):
            self._add_thumbnail(entry)
            if pixmap is not None:
                self._thumbnails[entry.key].show_pixmap(pixmap)
            elif not entry.thumbnail:
                self._pictures.wait_for(entry)
        self.removed.emit(entry.key, False)
        self._count()

    def _select(self, key: str) -> None:
        for each, thumbnail in self._thumbnails.items():
            thumbnail.set_selected(each == key)
        chosen = self._thumbnails.get(key)
        if chosen is not None:
            soon(chosen, lambda: self._scroll.ensureWidgetVisible(chosen, 40, 0))

    def _filter(self) -> None:
        for key, thumbnail in self._thumbnails.items():
            thumbnail.setVisible(not self._hides(key))

    def _name(self) -> None:
        """Says of every thumbnail in sight where it stands, the newest first, and what its marks say to the eye."""
        newest_first = self.entries.newest_first()
        seen = [entry for entry in newest_first if entry.key in self._thumbnails and not self._hides(entry.key)]
        for at, entry in enumerate(seen, 1):
            marks = (", favourite" if entry.favourite else "") + (", current" if entry.key == self._on_screen else "")
            called = f"{entry.name}, " if entry.name else ""
            name = f"{called}Picture {at} of {len(seen)}, {source_words(entry.recipe.latent)}{marks}"
            self._thumbnails[entry.key].setAccessibleName(name)

    def _hides(self, key: str) -> bool:
        """Whether an entry is left out because only favourites are shown."""
        return self._only.isChecked() and not self.entries[key].favourite

    def _count(self) -> None:
        stars = sum(entry.favourite for entry in self.entries)
        words = "★" if self._narrow else "★ favourites"
        self._only.setText(f"{words} {stars}" if stars else words)
        self._only.setEnabled(bool(stars) or self._only.isChecked())
        self._empty.setVisible(not self.entries)
        self._name()
