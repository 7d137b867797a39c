"""Which part of the window hears of which: one function for each thing that people do across several parts.

What leads from a recipe to a picture, and a picture's way back, is connected in ``app.py`` itself.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.controls.compare import Mode
from explorer.jobs import Picture
from explorer.lab.head import SWEEP_PAGE
from explorer.problem import Problem
from stylegan_core.latents.library import Entry
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import Recipe

if TYPE_CHECKING:
    from explorer.app import Explorer

PIN = "pin"  # who asks the engine for the picture that others are held against


def connect_parts(explorer: "Explorer") -> None:
    """Makes every connection between parts of the window."""
    _picture(explorer)
    _documents(explorer)
    _mixing(explorer)
    _drag_points(explorer)
    _film(explorer)
    _lab(explorer)
    _train(explorer)


def _picture(explorer: "Explorer") -> None:
    picture, engine, actions = explorer.picture, explorer.engine, explorer.actions
    explorer.window.compare_held.connect(picture.compare)
    picture.comparing.connect(
        lambda other: engine.request(explorer.session.recipe if other is None else other, settled=True)
    )
    picture.pin_wanted.connect(lambda recipe: engine.run(Picture(PIN, recipe)))
    picture.mode_changed.connect(lambda mode: actions["wipe"].setChecked(mode is Mode.WIPE))
    picture.mode_changed.connect(lambda mode: actions["difference"].setChecked(mode is Mode.DIFFERENCE))
    picture.menu_asked.connect(lambda where: explorer.menus.picture().popup(where))
    picture.smooth_changed.connect(actions["smooth"].setChecked)
    explorer.presenting.follow(engine, explorer.documents)


def _documents(explorer: "Explorer") -> None:
    """What is opened, dropped or pasted, and what is given back for it."""
    documents, importing, projecting = explorer.documents, explorer.importing, explorer.projecting
    clipboard, window = explorer.clipboard, explorer.window

    def show_picture() -> None:
        """What somebody opened is seen: in the Lab as well, so that networks can be held side by side there."""
        if window.pages.currentWidget() is not explorer.lab_pages:
            window.show_workspace(0)

    window.dropped.connect(documents.open)
    documents.said.connect(explorer.say)
    documents.picture_wanted.connect(show_picture)
    documents.photo_met.connect(projecting.offer)
    documents.foreign_met.connect(importing.ask)
    documents.nothing_to_show.connect(explorer.show_nothing)
    documents.saved.connect(window.show_saved)
    clipboard.said.connect(explorer.say)
    clipboard.file_pasted.connect(documents.open)
    clipboard.picture_pasted.connect(projecting.offer_copied)
    projecting.said.connect(window.banner.say)
    projecting.shown.connect(lambda: window.show_workspace(0))
    importing.wanted.connect(documents.load)
    importing.given_up.connect(documents.leave)
    importing.said.connect(explorer.say)


def _mixing(explorer: "Explorer") -> None:
    def mix_in_picture(row: str | int, path: str) -> None:
        """Takes the layers of a row of mixing from the face of a saved picture, or says why it cannot be."""
        explorer.disk.do(
            lambda: read_picture(Path(path)).recipe.latent,
            lambda latent: explorer.mixing.set_source(row, latent),
            lambda error: explorer.say(Problem(str(error))),
        )

    explorer.mixing.picture_chosen.connect(mix_in_picture)


def _drag_points(explorer: "Explorer") -> None:
    picture, drag, action = explorer.picture, explorer.drag, explorer.actions["drag"]
    picture.drag_asked.connect(action.toggle)
    explorer.window.escaped.connect(lambda: drag.set_on(False))
    picture.marked.connect(drag.place)
    picture.marked.connect(lambda: drag.wait(picture.foreign))
    picture.smooth_changed.connect(lambda _: drag.place())
    picture.comparing.connect(lambda other: drag.set_compared(other is not None))
    picture.mode_changed.connect(lambda mode: drag.set_on(drag.on and mode is Mode.OFF))
    drag.switched.connect(picture.show_dragging)
    drag.switched.connect(action.setChecked)
    drag.switched.connect(lambda on: picture.set_mode(Mode.OFF) if on else None)
    # The hint lies where dragging says how it goes; unless it was dismissed it comes with the next start.
    drag.switched.connect(lambda on: explorer.hint.hide() if on else None)


def _film(explorer: "Explorer") -> None:
    reel, actions = explorer.reel, explorer.actions

    def show_steps() -> None:
        actions["film_undo"].setEnabled(reel.can_undo)
        actions["film_redo"].setEnabled(reel.can_redo)

    explorer.filming.said.connect(explorer.say)
    explorer.filming.shown.connect(lambda: explorer.window.show_workspace(0))
    explorer.documents.film_opened.connect(explorer.filming.open)
    reel.changed.connect(lambda _: show_steps())
    show_steps()


def _lab(explorer: "Explorer") -> None:
    window, directions, sweep, entanglement = (
        explorer.window, explorer.directions, explorer.sweep, explorer.entanglement
    )  # fmt: skip

    def sweep_along(entry: Entry) -> None:
        """A direction of the panel is swept in the Lab."""
        sweep.sweep_along(entry)
        explorer.lab_pages.turn_to(SWEEP_PAGE)
        window.show_workspace(2)

    def go_on_from(recipe: Recipe) -> None:
        """A picture of the Lab becomes the present one, as one step of undo."""
        explorer.session.apply(recipe)
        window.show_workspace(0)

    explorer.lab_pages.wanted.connect(lambda: window.show_workspace(2))
    explorer.judging.said.connect(explorer.say)
    explorer.measuring.said.connect(explorer.say)
    sweep.taken.connect(go_on_from)
    directions.entries_changed.connect(sweep.offer_directions)
    directions.entries_changed.connect(entanglement.offer_directions)
    directions.sweep_wanted.connect(sweep_along)
    entanglement.measured.connect(directions.take_measured)


def _train(explorer: "Explorer") -> None:
    train, documents, following, cores = explorer.train, explorer.documents, explorer.following, explorer.cores

    def open_run(run: str, newest: str) -> None:
        """A run: its monitor, and its newest network to explore if there is one and nothing else is open."""
        explorer.presenting.leave()
        train.watch(Path(run))
        explorer.window.show_workspace(1)
        if explorer.session.info is None and newest:
            documents.load(newest, shows=False)
        documents.leave("")  # a run that has none yet leaves the other page with something to see

    def explore_checkpoint(path: str) -> None:
        following.explore(path)
        explorer.window.show_workspace(0)

    train.said.connect(explorer.say)
    train.open_requested.connect(documents.open)
    train.explore_requested.connect(explore_checkpoint)
    train.checkpoint_written.connect(following.take)
    train.watching.connect(lambda run: cores.follow(run) if run is not None else None)
    documents.run_opened.connect(open_run)
    cores.threads_changed.connect(explorer.engine.set_threads)
