"""What of the window can be steered from afar, by address; the same widgets and methods as under a hand."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from explorer.controls.slider import LabelledSlider
from explorer.parts import Parts
from explorer.remote.control import Control, Kind, name_in_address
from stylegan_core.bands import NAMES
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import SEEDS, AppliedChannel, AppliedDirection, Latent, NoiseLayer, Transform, knob

NOTHING = "There is no picture yet: open a model."
TRANSFORM = "Transform"
TRANSFORMS = {"x": "/translate/x", "y": "/translate/y", "rotation": "/rotate"}
PLACES = 8  # sliders of directions and channels that are offered by their place, whatever network is open
PRESENTED = "Not while the picture is presented."
# Commands that ask nothing, write no file and take nothing away that Undo does not bring back. Others are refused.
SAFE = frozenset(
    {
        "undo", "redo", "reset_all_changes_to_this_face", "star_this_picture", "add_to_the_film", "play_the_film",
        "undo_the_last_change_of_the_film", "redo_the_last_change_of_the_film", "add_the_favourites_to_the_film",
        "wipe_between_before_and_now", "map_of_the_last_change", "smooth_enlargement", "next_model",
        "previous_model", "present", "new_face", "snap_to_the_nearest_seed", "walk_or_stand_still", "mean_face",
        "other_noise", "other_children", "new_sources_for_mixing", "reset_every_direction", "reset_every_channel",
        "reset_the_transform",
        "explore", "train", "lab", "full_screen", "history_or_film",
    }
)  # fmt: skip
# Commands that were called otherwise; what was bound to them stays bound.
FORMER = {"next_network": "next_model", "previous_network": "previous_model"}
OF_THE_WINDOW = frozenset({"explore", "train", "lab", "full_screen", "history_or_film"})  # nobody sees it on the stage


class Steering:
    """Finds a control by its address, lists those there are now, and knows which widget has which."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._session = parts, parts.session
        self._latent, self._noise = parts.latent, parts.noise
        self._truncation, self._transform = parts.truncation, parts.transform
        self._makers: dict[str, Callable[[str], Control | None]] = {
            "direction": self._direction, "channel": self._channel, "noise": self._noise_layer,
            "command": self._command,
        }  # fmt: skip
        self._fixed = {control.address: control for control in self._make_fixed()}

    def find(self, address: str) -> Control | None:
        """The control of an address, also of one that this network lacks, which then says so; else None."""
        address = address.casefold().rstrip("/")
        if address == "/film/position":
            return self._film_position()
        if address in self._fixed:
            return self._fixed[address]
        root, _, rest = address.removeprefix("/").partition("/")
        return self._makers[root](rest) if rest and root in self._makers else None

    def every(self) -> Iterator[Control]:
        """All there are for the open network, in the order of the window."""
        info = self._session.info
        without = TRANSFORM if info is None or info.why_not("transform") else ""
        for each in self._fixed.values():
            if each.group == without:
                continue
            yield self._film_position() if each.address == "/film/position" else each
        names = dict.fromkeys(name_in_address(row.entry.direction.name) for row in self._parts.directions.rows)
        places = [str(place) for place in range(1, min(len(names), PLACES) + 1)]
        channels = [row.place for row in self._parts.channels.rows]
        layers = range(info.num_noise_layers if info else 0)
        for root, rests in (
            ("direction", names),
            ("direction", places),
            ("channel", [f"{layer}/{number}" for layer, number in channels]),
            ("channel", [str(place) for place in range(1, min(len(channels), PLACES) + 1)]),
            ("noise", [str(layer) for layer in layers]),
            ("noise", [f"{layer}/on" for layer in layers]),
            ("command", self._safe()),
        ):
            for rest in rests:
                control = self._makers[root](rest)
                if control is not None:
                    yield control

    def addresses_of(self, widget: QWidget) -> tuple[str, ...]:
        """The addresses of what a widget changes; empty where it cannot be steered."""
        latent, noise, cut, film = self._latent, self._noise, self._truncation, self._parts.film.view
        known: dict[QWidget, tuple[str, ...]] = {
            latent.pad: ("/pad/x", "/pad/y"), latent.walk: ("/walk",), latent.new: ("/command/new_face",),
            noise.strength: ("/noise",), noise.layer_strength: (f"/noise/{noise.layer}",), cut.psi: ("/psi",),
            cut.mean: ("/command/mean_face",), film.track: ("/film/position",), film.play: ("/film/play",),
            noise.reseed: ("/command/other_noise",),
        }  # fmt: skip
        known |= {slider: (f"/psi/{name}",) for name, slider in cut.bands.items()}
        known |= {slider: (TRANSFORMS[field],) for field, slider in self._transform.sliders.items()}
        known |= {row.weight: (f"/mix/{key}",) for key, row in self._parts.mixing.rows.items() if key in NAMES}
        known |= {row.slider: (self.channel_address(*row.place),) for row in self._parts.channels.rows}
        return known.get(widget, ())

    @staticmethod
    def channel_address(layer: int, number: int) -> str:
        """The address of a channel."""
        return f"/channel/{layer}/{number}"

    @staticmethod
    def direction_address(name: str) -> str:
        """The address of a direction."""
        return f"/direction/{name_in_address(name)}"

    # -- what is always there -------------------------------------------------------------------------------------

    def _make_fixed(self) -> Iterator[Control]:
        latent, cut, rows = self._latent, self._truncation, self._parts.mixing.rows
        yield self._slider("/psi", "Truncation", "psi", cut.psi)
        for name in NAMES:
            yield self._slider(f"/psi/{name}", "Truncation", f"psi {name}", cut.bands[name])
        across, down = knob(Latent, "x"), knob(Latent, "y")
        pad = partial(Control, group="Latent", kind=Kind.VALUE, why_not=self._reason(latent.pad))
        yield self._seed()
        yield pad("/pad", label="pad", do=latent.move_to, low=across.minimum, high=across.maximum, numbers=2)
        for axis, field, do in (("x", across, self._move_x), ("y", down, self._move_y)):
            yield pad(f"/pad/{axis}", label=f"pad {axis}", do=do, low=field.minimum, high=field.maximum)
        walk = self._slider("/walk", "Latent", "walk", latent.walk, " seeds a second")
        yield replace(walk, rests=False)  # one step of undo when it stops
        for name in NAMES:
            yield self._slider(f"/mix/{name}", "Mixing", f"{name} from the other face", rows[name].weight)
        yield self._slider("/noise", "Noise", "noise of all layers", self._noise.strength)
        yield from self._make_transform()
        yield from self._make_deeds()

    def _make_transform(self) -> Iterator[Control]:
        panel, across = self._transform, knob(Transform, "x")
        yield Control(
            "/translate", TRANSFORM, "move", Kind.VALUE, panel.move_to, self._reason(panel.sliders["x"]),
            across.minimum, across.maximum, numbers=2,
        )  # fmt: skip
        for (field, address), label in zip(TRANSFORMS.items(), ("move x", "move y", "turn"), strict=True):
            unit = " °" if field == "rotation" else ""
            yield self._slider(address, TRANSFORM, label, panel.sliders[field], unit)

    def _make_deeds(self) -> Iterator[Control]:
        step, film = self._parts.presenting.step, self._parts.film.view
        yield Control("/film/play", "Film", "film", Kind.SWITCH, self._play, self._reason(film.play))
        yield self._film_position()
        for word, places in (("next", 1), ("previous", -1)):
            yield Control(
                f"/favourite/{word}", "Favourites", f"{word} favourite", Kind.PRESS, partial(step, places), self._lacks
            )
        yield Control(
            "/favourite", "Favourites", "favourite", Kind.CHOICE, self._go_to_favourite, self._lacks, 1, 999, whole=True
        )
        yield Control("/present", "Window", "present", Kind.SWITCH, self._present, self._lacks)
        reset = self._parts.actions["reset"]
        yield Control("/reset", "Window", "all changes reset", Kind.PRESS, reset.trigger, self._lacks)

    def _slider(self, address: str, group: str, label: str, slider: LabelledSlider, unit: str = "") -> Control:
        low, high, why_not = slider.knob.minimum, slider.knob.maximum, self._reason(slider)
        return Control(address, group, label, Kind.VALUE, slider.steer, why_not, low, high, unit=unit)

    def _seed(self) -> Control:
        latent = self._latent
        return Control(
            "/seed", "Latent", "seed", Kind.VALUE, latent.step_to, self._reason(latent.seed), 0, SEEDS - 1, whole=True
        )

    def _film_position(self) -> Control:
        film = self._parts.film
        return Control(
            "/film/position", "Film", "film position", Kind.VALUE, film.screening.scrub, self._reason(film.track), 0.0,
            film.track.total, unit=" s",
        )  # fmt: skip

    # -- what depends on the network ------------------------------------------------------------------------------

    def _direction(self, name: str) -> Control:
        entry = self._entry(name)
        field = knob(AppliedDirection, "strength")
        missing = f"This model has no direction “{name[:40]}”, or not yet."
        move = partial(self._parts.directions.set_strength, entry) if entry else str
        label = (entry.direction.name if entry else name) + f", slider {name}" * name.isdecimal()
        return Control(
            f"/direction/{name}", "Directions", label, Kind.VALUE, move,
            lambda: self._lacks() or ("" if entry else missing), field.minimum, field.maximum, unit=" σ",
        )  # fmt: skip

    def _entry(self, name: str) -> Entry | None:
        """The direction of that name, or else the one at that place among those on show."""
        rows, wanted = self._parts.directions.rows, name_in_address(name)
        for row in rows:
            if name_in_address(row.entry.direction.name) == wanted:
                return row.entry
        if name.isdecimal() and len(name) < 4 and 0 < int(name) <= len(rows):
            return rows[int(name) - 1].entry
        known = self._parts.directions.shelf.every() if self._session.info else ()
        return next((each for each in known if name_in_address(each.direction.name) == wanted), None)

    def _channel(self, rest: str) -> Control | None:
        """The channel of a layer and a number, or the one at that place among those on show."""
        parts = rest.split("/")
        if len(parts) > 2 or not all(part.isdecimal() and len(part) < 6 for part in parts):
            return None
        rows, place = self._parts.channels.rows, tuple(int(part) for part in parts)
        if len(place) == 1:
            place = rows[place[0] - 1].place if 0 < place[0] <= len(rows) else ()
        field, info = knob(AppliedChannel, "strength"), self._session.info
        has = len(place) == 2 and info is not None and info.has_channel(*place)
        own = self._parts.channels.called((place[0], place[1])) if has else ""
        label = f"channel {own or info.channel_name(*place)}" if has and info is not None else f"channel {rest}"
        missing = f"This model has no channel {rest}." if len(parts) == 2 else f"No channel is at place {rest} now."
        return Control(
            f"/channel/{rest}", "Channels", label + f", slider {rest}" * (len(parts) == 1), Kind.VALUE,
            partial(self._parts.channels.set_strength, *place) if has else str,
            lambda: self._lacks() or ("" if has else missing), field.minimum, field.maximum, unit=" σ",
        )  # fmt: skip

    def _noise_layer(self, rest: str) -> Control | None:
        number, _, word = rest.partition("/")
        if not number.isdecimal() or len(number) > 4 or word not in ("", "on"):
            return None
        layer, field = int(number), knob(NoiseLayer, "strength")
        address, label = f"/noise/{rest}", f"noise of layer {layer}"
        why_not = partial(self._why_no_layer, layer)
        if word:
            return Control(address, "Noise", label, Kind.SWITCH, partial(self._switch_noise, layer), why_not)
        set_strength = partial(self._set_noise, layer)
        return Control(address, "Noise", label, Kind.VALUE, set_strength, why_not, field.minimum, field.maximum)

    def _command(self, name: str) -> Control | None:
        known = FORMER.get(name_in_address(name), name_in_address(name))
        action = self._safe().get(known) or self._named(self._parts.every_action()).get(known)
        if action is None:
            return None
        return Control(
            f"/command/{name}", "Commands", action.text().rstrip("… "), Kind.PRESS, action.trigger,
            partial(self._why_no_command, known, action),
        )  # fmt: skip

    def _safe(self) -> Mapping[str, QAction]:
        """The commands that can be steered; the Lab has none, and its pages need not be made for them."""
        named = self._named(self._parts.own_actions())
        return {name: action for name, action in named.items() if name in SAFE}

    @staticmethod
    def _named(actions: Iterable[QAction]) -> Mapping[str, QAction]:
        return {name_in_address(action.text()): action for action in actions}

    # -- what they do ---------------------------------------------------------------------------------------------

    def _move_x(self, x: float) -> None:
        self._latent.move_to(x, self._session.recipe.latent.y)

    def _move_y(self, y: float) -> None:
        self._latent.move_to(self._session.recipe.latent.x, y)

    def _set_noise(self, layer: int, strength: float) -> None:
        self._session.edit_recipe(self._session.recipe.with_noise(layer, strength=strength))

    def _switch_noise(self, layer: int, on: bool | None) -> None:
        recipe = self._session.recipe
        self._session.apply(recipe.with_noise(layer, on=not recipe.noise_layer(layer).on if on is None else on))

    def _play(self, on: bool | None) -> None:
        if on is None or on != self._parts.film.begun:
            self._parts.filming.play()

    def _present(self, on: bool | None) -> None:
        if on is None or on != self._parts.presenting.on:
            self._parts.presenting.toggle()

    def _go_to_favourite(self, number: int) -> None:
        favourites = self._parts.history.entries.favourites()
        if number > len(favourites):
            raise ValueError(f"This model has {len(favourites)} favourites.")
        self._parts.presenting.go_to_favourite(number - 1)

    # -- why not --------------------------------------------------------------------------------------------------

    def _lacks(self) -> str:
        return "" if self._session.info else NOTHING

    def _reason(self, widget: QWidget) -> Callable[[], str]:
        """Why a widget is grey, as its tooltip says."""
        return lambda: self._lacks() or ("" if widget.isEnabled() else widget.toolTip())

    def _why_no_layer(self, layer: int) -> str:
        info = self._session.info
        if info is None:
            return NOTHING
        return info.why_not("noise") or ("" if layer < info.num_noise_layers else f"It has no noise layer {layer}.")

    def _why_no_command(self, name: str, action: QAction) -> str:
        if name not in SAFE:
            return "This command asks, writes or ends something: it is not done from afar."
        if self._parts.presenting.on and name in OF_THE_WINDOW:
            return PRESENTED
        return "" if action.isEnabled() and action.isVisible() else f"Not now: {action.toolTip()}"
