"""Which part of the window hears of which: one function for each thing that people do across several parts.

What leads from a recipe to a picture, and a picture's way back, is connected in ``app.py`` itself.
"""

from pathlib import Path

from explorer.jobs import Picture
from explorer.lab.head import SWEEP_PAGE
from explorer.parts import Parts
from explorer.picture.compare import Mode
from explorer.problem import Problem
from stylegan_core.latents.library import Entry
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import AppliedChannel, Recipe

PIN = "pin"  # who asks the engine for the picture that others are held against


def connect_parts(parts: Parts) -> None:
    """Makes every connection between parts of the window."""
    _picture(parts)
    _documents(parts)
    _mixing(parts)
    _drag_points(parts)
    _channels(parts)
    _film(parts)
    _lab(parts)
    _train(parts)


def _picture(parts: Parts) -> None:
    picture, engine, actions = parts.picture, parts.engine, parts.actions
    parts.latent.held.connect(picture.hold)
    parts.latent.held.connect(parts.drag.hold)
    parts.latent.photo_wanted.connect(actions["photo"].trigger)
    parts.window.compare_held.connect(picture.compare)
    picture.comparing.connect(
        lambda other: engine.request(parts.session.recipe if other is None else other, settled=True)
    )
    picture.pin_wanted.connect(lambda recipe: engine.run(Picture(PIN, recipe)))
    picture.mode_changed.connect(lambda mode: actions["wipe"].setChecked(mode is Mode.WIPE))
    picture.mode_changed.connect(lambda mode: actions["difference"].setChecked(mode is Mode.DIFFERENCE))
    picture.menu_asked.connect(lambda where: parts.menus.picture().popup(where))
    picture.smooth_changed.connect(actions["smooth"].setChecked)
    parts.presenting.follow(engine, parts.documents)


def _documents(parts: Parts) -> None:
    """What is opened, dropped or pasted, and what is given back for it."""
    documents, importing, projecting = parts.documents, parts.importing, parts.projecting
    clipboard, window = parts.clipboard, parts.window

    def show_picture() -> None:
        """What somebody opened is seen: in the Lab as well, so that networks can be held side by side there."""
        if window.pages.currentWidget() is not parts.lab_pages:
            window.show_workspace(0)

    window.dropped.connect(documents.open)
    documents.said.connect(parts.say)
    documents.picture_wanted.connect(show_picture)
    documents.photo_met.connect(projecting.offer)
    documents.foreign_met.connect(importing.ask)
    documents.saved.connect(window.show_saved)
    clipboard.said.connect(parts.say)
    clipboard.file_pasted.connect(documents.open)
    clipboard.picture_pasted.connect(projecting.offer_copied)
    projecting.said.connect(window.banner.say)
    projecting.shown.connect(lambda: window.show_workspace(0))
    importing.wanted.connect(documents.load)
    importing.given_up.connect(documents.leave)
    importing.said.connect(parts.say)


def _mixing(parts: Parts) -> None:
    def mix_in_picture(row: str | int, path: str) -> None:
        """Takes the layers of a row of mixing from the face of a saved picture, or says why it cannot be."""
        parts.disk.do(
            lambda: read_picture(Path(path)).recipe.latent,
            lambda latent: parts.mixing.set_source(row, latent),
            lambda error: parts.say(Problem(str(error))),
        )

    parts.mixing.picture_chosen.connect(mix_in_picture)


def _drag_points(parts: Parts) -> None:
    picture, drag, action = parts.picture, parts.drag, parts.actions["drag"]
    picture.drag_asked.connect(action.toggle)
    parts.window.escaped.connect(lambda: drag.set_on(False))
    picture.marked.connect(drag.place)
    picture.marked.connect(lambda: drag.wait(picture.foreign))
    picture.smooth_changed.connect(lambda _: drag.place())
    picture.comparing.connect(lambda other: drag.set_compared(other is not None))
    picture.mode_changed.connect(lambda mode: drag.set_on(drag.on and mode is Mode.OFF))
    drag.switched.connect(picture.show_dragging)
    drag.switched.connect(action.setChecked)
    drag.switched.connect(lambda on: picture.set_mode(Mode.OFF) if on else None)
    # The hint lies where dragging says how it goes; unless it was dismissed it comes with the next start.
    drag.switched.connect(lambda on: parts.hint.hide() if on else None)


def _channels(parts: Parts) -> None:
    """A place of the picture is chosen, and the channels are looked for that change it alone."""
    picture, places, channels = parts.picture, parts.places, parts.channels
    shelf, finder = parts.directions.shelf, channels.finder

    def switched(on: bool) -> None:
        finder.set_picking(on)
        if on:
            parts.drag.set_on(False)
            picture.set_mode(Mode.OFF)
            parts.hint.hide()

    channels.named.connect(shelf.name_channel)
    shelf.names_changed.connect(channels.show_library)
    finder.pick_wanted.connect(lambda: places.set_on(not places.on))
    places.chosen.connect(finder.look_at)
    picture.marked.connect(lambda: finder.wait(picture.foreign))
    places.switched.connect(switched)
    parts.drag.switched.connect(lambda on: places.set_on(places.on and not on))
    parts.window.escaped.connect(lambda: places.set_on(False))
    parts.session.model_changed.connect(lambda _: places.set_on(False))
    picture.marked.connect(places.place)
    picture.smooth_changed.connect(lambda _: places.place())
    picture.mode_changed.connect(lambda mode: places.set_on(places.on and mode is Mode.OFF))


def _film(parts: Parts) -> None:
    reel, actions = parts.reel, parts.actions

    def show_steps() -> None:
        actions["film_undo"].setEnabled(reel.can_undo)
        actions["film_redo"].setEnabled(reel.can_redo)

    parts.filming.said.connect(parts.say)
    parts.filming.shown.connect(lambda: parts.window.show_workspace(0))
    parts.documents.film_opened.connect(parts.filming.open)
    parts.documents.sound_met.connect(parts.filming.ask_music)
    reel.changed.connect(lambda _: show_steps())
    show_steps()


def _lab(parts: Parts) -> None:
    window, directions = parts.window, parts.directions

    def sweep(knob: Entry | AppliedChannel) -> None:
        """A direction or a channel of the panels is swept in the Lab."""
        parts.sweep.sweep_along(knob)
        parts.lab_pages.turn_to(SWEEP_PAGE)
        window.show_workspace(2)

    parts.lab_pages.wanted.connect(lambda: window.show_workspace(2))
    parts.lab_pages.made.connect(lambda: _lab_pages(parts))
    parts.judging.said.connect(parts.say)
    parts.measuring.said.connect(parts.say)
    directions.sweep_wanted.connect(sweep)
    parts.channels.sweep_wanted.connect(sweep)


def _lab_pages(parts: Parts) -> None:
    """The Lab's pages, which were just made: what they are told, what there is of it already, and what they tell."""
    directions, channels, sweep, entanglement = parts.directions, parts.channels, parts.sweep, parts.entanglement

    def go_on_from(recipe: Recipe) -> None:
        """A picture of the Lab becomes the present one, as one step of undo."""
        parts.session.apply(recipe)
        parts.window.show_workspace(0)

    sweep.taken.connect(go_on_from)
    for page in (sweep, entanglement):
        directions.entries_changed.connect(page.offer_directions)
        page.offer_directions(directions.entries)
        channels.channels_changed.connect(page.offer_channels)
        page.offer_channels(channels.at_rest)
        parts.judging.serve(page)
    entanglement.measured.connect(directions.take_measured)
    parts.measuring.serve(parts.quality)


def _train(parts: Parts) -> None:
    train, documents, following, cores = parts.train, parts.documents, parts.following, parts.cores

    def open_run(run: str, newest: str) -> None:
        """A run: its monitor, and its newest network to explore if there is one and nothing else is open."""
        parts.presenting.leave()
        train.watch(Path(run))
        parts.window.show_workspace(1)
        if parts.session.info is None and newest:
            documents.load(newest, shows=False)
        documents.leave("")  # a run that has none yet leaves the other page with something to see

    def explore_checkpoint(path: str) -> None:
        following.explore(path)
        parts.window.show_workspace(0)

    train.said.connect(parts.say)
    train.open_requested.connect(documents.open)
    train.explore_requested.connect(explore_checkpoint)
    train.checkpoint_written.connect(following.take)
    train.watching.connect(lambda run: cores.follow(run) if run is not None else None)
    documents.run_opened.connect(open_run)
    cores.threads_changed.connect(parts.engine.set_threads)
