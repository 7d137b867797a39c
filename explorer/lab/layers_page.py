"""The Lab workspace: the layer inspector, which shows what each layer hands on while the picture is drawn."""

from PySide6.QtGui import QHideEvent, QImage
from PySide6.QtWidgets import QWidget

from explorer.jobs import Done, Failed, Piece, Request
from explorer.lab.base import LabBase
from explorer.lab.export import SHEET, TABLE, Plan, sheet_plan, table_plan
from explorer.lab.layer_view import LayerView
from explorer.lab.overview import Overview
from explorer.lab.places import same_layers, same_place, worth_seeing
from explorer.lab_jobs import ChannelMap, Channels, Layers
from explorer.session import Session
from stylegan_core.info import ModelInfo
from stylegan_core.lab.layer_facts import LayerFacts
from stylegan_core.recipe import Recipe

LAYERS, CHANNELS, ONE = "lab.layers", "lab.channels", "lab.channel"
INSPECTED = "The layers are inspected; then the channels of one are drawn."
DRAWN = "The channels of this layer are being drawn."
SMALL, LARGE, FEW = 128, 256, 16  # pixels of a channel's picture, the larger ones for up to so many channels


class LayersPage(LabBase):
    """Left the layers, right the one that was chosen: its histogram, its channels, and one channel seen large.

    Everything is asked for anew 150 ms after the recipe rests, and only while the page is seen.
    """

    writes = "the layers"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self.overview, self.view = Overview(), LayerView()
        super().__init__(session, self.overview.head, parent)
        self.first_focus = self.layers = self.overview.layers
        self._pending: set[str] = set()  # owners whose answer is still to come
        self._have: dict[str, Recipe] = {}  # what the whole answer on screen is of, by owner
        self._together = False  # whether the channels on screen are on one scale
        self._failure = ""
        self._favourite: LayerFacts | None = None  # the layer that was chosen in the network before
        self._lay_out()
        self._connect()

    def show_recipe(self, recipe: Recipe) -> None:
        if self.info is None or not self.isVisible():
            return
        self._failure = ""
        self.show_where(recipe)
        rows = self.layers.layers
        rows.set_fresh(len(rows.rows) if self._have.get(LAYERS) == recipe else 0)
        self._show_state()
        self.show_face()
        self.refresh_later()

    def show_model(self, info: ModelInfo) -> None:
        self._pending.clear()
        self._have.clear()
        self._favourite = self.layers.chosen or self._favourite
        if self.info is not None and same_layers(self.info, info):
            self.layers.layers.disown()
        else:
            self._frame = self._image = None
            self.layers.layers.clear()
            self.view.clear()
            self.overview.allow_export(False)
        super().show_model(info)

    def refresh(self) -> None:
        if self._send(Layers(LAYERS, self.session.recipe)):
            self.head.state.say("inspecting the layers", "warning")  # until the first of them is there
        self._ask_channels()
        self._show_state()

    def take(self, answer: Piece | Done) -> None:
        request = answer.request
        if request.owner in self._exports:
            self.take_export(answer)
        elif isinstance(request, Layers):
            self._take_layers(answer, request.recipe)
        elif isinstance(answer, Done) and isinstance(request, Channels | ChannelMap):
            self._settle(request.owner, request.recipe)
            if isinstance(request, Channels):
                self._together = request.together
                self.view.show_channels(answer.value, together=request.together)
            else:
                self.view.show_values(answer.value)
            self._show_state()

    def failed(self, answer: Failed) -> None:
        owner = answer.request.owner
        self._pending.discard(owner)
        if owner in self._exports:
            self.export_failed(owner, answer.reason)
        elif owner == LAYERS:
            self._failure = answer.reason
        else:
            self.view.say(answer.reason)
        self._show_state()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits for what is still to come."""
        for owner in tuple(self._pending):
            self.forget(owner)
        self._pending.clear()
        super().hideEvent(event)

    def _send(self, request: Request) -> bool:
        """Whether it is asked anew."""
        sent = self.ask(request)
        if sent:
            self._pending.add(request.owner)
        return sent

    def _settle(self, owner: str, recipe: Recipe) -> None:
        self._pending.discard(owner)
        self._have[owner] = recipe

    def _ask_channels(self) -> None:
        """The channels of the layer that was chosen, and the values of the one that is seen large.

        Not where the network may have no such layer at this level: then once it is inspected.
        """
        facts, recipe, view = self.layers.chosen, self.session.recipe, self.view
        if facts is None or self.info is None or not self.is_seen():
            return
        if not self.layers.layers.has_stage(facts.stage, recipe.level):
            return
        size = SMALL if facts.channels > FEW else LARGE
        self._send(Channels(CHANNELS, recipe, facts.stage, size, view.together.isChecked()))
        if view.channel is not None:
            if view.close_up.pair.values is None:
                self.forget(ONE)  # it was seen before, and put away
            self._send(ChannelMap(ONE, recipe, facts.stage, view.channel))

    def _take_layers(self, answer: Piece | Done, recipe: Recipe) -> None:
        rows = self.layers.layers
        if isinstance(answer, Piece):
            self._have.pop(LAYERS, None)
            self.head.state.say(f"layer {answer.index + 1} of {answer.total}", "warning")
            if answer.value is not None:
                rows.put(answer.value, recipe.level)
                self._forget_channel(answer.value)
                if self.layers.chosen is None and same_place(answer.value, self._favourite):
                    self.layers.choose(answer.value.stage)
        else:
            self._settle(LAYERS, recipe)
            rows.finish(len(answer.value), recipe.level)
        if recipe != self.session.recipe:
            rows.set_fresh(0)  # a hand has moved on meanwhile
        elif isinstance(answer, Done) or answer.value == self.layers.chosen is not None:
            self._ask_channels()  # unless they were asked for before
        if answer.value is not None and self.layers.chosen == answer.value:
            self.view.show_facts(answer.value)
        if isinstance(answer, Done) and self.layers.chosen is None:
            self.layers.choose(worth_seeing(rows.rows, self._favourite))
        self._show_state()

    def _forget_channel(self, facts: LayerFacts) -> None:
        """Back to the grid where the channel that is seen large is none of this layer's any more."""
        channel = self.view.channel
        if facts == self.layers.chosen and channel is not None and channel >= facts.channels:
            self.view.show_all()

    def _pick(self, stage: int) -> None:
        facts = self.layers.layers.rows[stage]
        self.forget(ONE)
        self._have.pop(CHANNELS, None)
        self._have.pop(ONE, None)
        self.view.show_layer(facts)
        self._ask_channels()
        self._show_state()

    def _show_state(self) -> None:
        """What is up to date, what is behind, and what cannot be had."""
        recipe, state, rows = self.session.recipe, self.head.state, self.layers.layers
        if self._failure:
            state.say("cannot be inspected", "bad")
        elif self._have.get(LAYERS) == recipe:
            state.say("exact · float32")
        elif LAYERS not in self._pending:
            state.say("behind", "warning")  # while they are inspected, it says how far
        self._show_style(recipe)
        waits = LAYERS in self._pending and CHANNELS not in self._pending
        self.view.say_waiting(INSPECTED if waits else DRAWN if CHANNELS in self._pending else "")
        self.overview.say(self._failure)
        self.overview.allow_export(bool(rows.rows))
        facts, have = self.layers.chosen, self._have
        self.view.set_stale(
            numbers=facts is not None and facts.stage >= rows.fresh,
            channels=have.get(CHANNELS) != recipe or self._together != self.view.together.isChecked(),
            values=have.get(ONE) != recipe,
        )

    def _show_style(self, recipe: Recipe) -> None:
        """The number of the style space that scales the map that is seen large."""
        if self.info is not None and self.view.channel is not None:
            place = self._style()
            strength = 0.0 if place is None else recipe.strength_of(*place)
            self.view.close_up.show_style(place, self.info, strength)

    def _style(self) -> tuple[int, int] | None:
        """Layer and number of that style; None where none of those that are drawn scales this map."""
        facts, channel, drawn = self.layers.chosen, self.view.channel, self.layers.layers.rows
        if self.info is None or facts is None or channel is None or facts.is_picture:
            return None
        place = self.info.channel_of_map(facts.number, channel)
        layers = [each.number for each in drawn if not each.is_picture]
        return place if place is not None and place[0] in layers else None

    def _move_style(self, strength: float) -> None:
        if (place := self._style()) is not None:
            self.session.edit_recipe(self.session.recipe.with_channel(*place, strength))

    def face_shown(self, image: QImage | None, stale: bool) -> None:
        super().face_shown(image, stale)
        self.view.show_face(image, stale)

    def _try_again(self) -> None:
        self._failure = ""
        self.view.say("")
        self.refresh()

    def _plan_table(self) -> Plan | None:
        return None if self.info is None else table_plan(self.info, self.session.recipe)

    def _plan_sheet(self) -> Plan | None:
        info, view = self.info, self.view
        if info is None or view.facts is None:
            return None
        together, by_spread = view.together.isChecked(), view.orders.index == 0
        return sheet_plan(info, self.session.recipe, view.facts, together=together, by_spread=by_spread)

    def _lay_out(self) -> None:
        self.set_columns(self.overview, self.view, self.layers)
        self.setAccessibleName("Layer inspector")

    def _connect(self) -> None:
        self.overview.picked.connect(self._pick)
        self.overview.again.connect(self._try_again)
        self.view.again.connect(self._try_again)
        self.view.wanted.connect(self._ask_channels)
        self.view.wanted.connect(self._show_state)
        self.view.close_up.scale.changing.connect(self._move_style)
        self.view.close_up.scale.committed.connect(lambda _: self.session.commit())
        table, sheet = self.overview.export, self.view.export
        table.plan, sheet.plan = self._plan_table, self._plan_sheet
        self.add_export(TABLE, table, "Export layer statistics…")
        self.add_export(SHEET, sheet, "Export channels…")
