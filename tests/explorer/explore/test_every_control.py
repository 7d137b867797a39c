"""What every control of every panel owes a person: a name, a sentence, and a way by keyboard."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QWidget,
)

from explorer.controls.panel import Panel
from explorer.controls.slider import LabelledSlider
from explorer.controls.thumbnails import Thumbnail
from explorer.explore.channels.panel import ChannelsPanel
from explorer.explore.directions.panel import DirectionsPanel
from explorer.explore.latent.panel import LatentPanel
from explorer.explore.latent.projection_card import NO_SEARCH
from explorer.explore.mixing.panel import MixingPanel
from explorer.explore.noise.panel import NoisePanel
from explorer.explore.transform import TransformPanel
from explorer.explore.truncation import TruncationPanel
from explorer.explore.vary import VaryPanel
from explorer.jobs import Pca
from explorer.main_window import LEFT_WIDTH, RIGHT_WIDTH
from explorer.session import Session
from stylegan_core.info import Capabilities
from stylegan_core.recipe import Latent, Mix, Recipe
from tests.explorer.explore.panel_fakes import PLAIN, make_panel, model_info
from tests.explorer.explore.test_directions_panel import entries

COLUMN_MARGIN, SCROLL_BAR = 14, 10
PANELS = [
    LatentPanel, VaryPanel, TransformPanel, NoisePanel, TruncationPanel, DirectionsPanel, ChannelsPanel, MixingPanel,
]  # fmt: skip
EVERYTHING = Capabilities(transform=True)


def controls(panel: QWidget) -> list[QWidget]:
    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit)
    found = [each for each in panel.findChildren(QWidget) if isinstance(each, kinds)]
    return [each for each in found if not isinstance(each, QScrollBar)]


def tooltip(widget: QWidget | None) -> str:
    """The tooltip Qt would show: a child without one shows its parent's."""
    while widget is not None and not isinstance(widget, Panel):
        if widget.toolTip():
            return widget.toolTip()
        widget = widget.parentWidget()
    return ""


@pytest.fixture(params=PANELS, ids=lambda kind: kind.__name__)
def panel(request: pytest.FixtureRequest, show: Any) -> Panel:
    made, asked = show(request.param, model_info(capabilities=EVERYTHING))
    if request.param is DirectionsPanel:
        asked.done(asked.of(Pca), entries())
    return made


def test_every_control_has_a_name_a_sentence_and_the_keyboard(panel: Panel) -> None:
    found = controls(panel)
    assert len(found) > 5
    for each in found:
        words = f"{type(each).__name__} {each.accessibleName()!r}"
        assert each.accessibleName(), f"{words} has no accessible name"
        assert isinstance(each, Thumbnail) or len(each.accessibleName()) <= 40, f"{words}: the name is a sentence"
        assert tooltip(each).rstrip().endswith((".", ")", "(N).")), f"{words}: no sentence in {tooltip(each)!r}"
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{words} is not reached by Tab"


def test_what_a_network_without_styles_lacks_says_why(show: Any) -> None:
    for kind in (VaryPanel, NoisePanel, TruncationPanel, MixingPanel):
        panel, _ = show(kind, model_info(capabilities=PLAIN))
        off = [each for each in controls(panel) if not each.isEnabled() and each.isVisibleTo(panel)]
        for each in off:
            assert "model" in tooltip(each), f"{kind.__name__}: {each.accessibleName()!r} says {tooltip(each)!r}"
        assert off


@pytest.mark.parametrize(
    ("kind", "name", "key", "control"),
    [
        (MixingPanel, "Mixing matrix…", "", "matrix"),
        (MixingPanel, "New sources for mixing", "", "new"),
        (TruncationPanel, "Mean face", "M", "mean"),
        (NoisePanel, "Other noise", "R", "reseed"),
    ],
)
def test_a_command_can_be_used_when_its_control_can(
    session: Session, show: Any, kind: type[Panel], name: str, key: str, control: str
) -> None:
    panel, _ = show(kind)
    command = next(each for each in panel.actions() if each.text() == name)
    tip = command.toolTip()
    assert command.isEnabled() and command.shortcut() == QKeySequence(key)
    session.set_model(model_info(name="plain", capabilities=PLAIN), "plain.safetensors")
    command.trigger()
    assert not command.isEnabled() and command.toolTip() == getattr(panel, control).toolTip() != tip
    assert session.recipe == Recipe() and getattr(panel, "_dialog", None) is None
    session.undo()
    session.set_model(model_info(), "small.safetensors")
    assert command.isEnabled() and command.toolTip() == tip
    panel.setEnabled(False)  # there is no network at all
    assert not command.isEnabled()


def test_the_commands_of_a_locked_face_say_that_it_is_locked(session: Session, show: Any) -> None:
    panel, _ = show(LatentPanel)
    session.apply(Recipe(Latent(3, 0.4)))
    panel.lock.click()
    commands = [each for each in panel.actions() if each.toolTip() != NO_SEARCH]
    assert {(each.isEnabled(), each.toolTip()) for each in commands} == {(False, "This face is locked.")}
    panel.lock.click()
    assert all(each.isEnabled() for each in commands) and len(commands) == 3
    panel.snap.click()
    assert [each.text() for each in commands if not each.isEnabled()] == ["Snap to the nearest seed"]


def test_every_slider_resets_on_a_double_click(panel: Panel, qtbot: Any, session: Session) -> None:
    for slider in [each for each in panel.findChildren(LabelledSlider) if each.isVisible() and each.isEnabled()]:
        slider.set_value(slider.knob.maximum)
        qtbot.mouseDClick(slider.track, Qt.MouseButton.LeftButton)
        assert slider.value == slider.default
    if isinstance(panel, LatentPanel):
        panel.stop_walk()


def test_showing_a_recipe_edits_nothing(panel: Panel, session: Session) -> None:
    changes: list[object] = []
    recipe = Recipe(Latent(4, 0.5, 1), 1.2, 4, (0.1, 0.2, 0.3), (Mix(Latent(3), 0.5, "fine"),)).with_noise(2, on=False)
    session.recipe_changed.connect(changes.append)
    panel.show_recipe(recipe)
    assert changes == [] and session.recipe == Recipe()


def test_any_recipe_fits_any_network(panel: Panel, session: Session) -> None:
    for resolution in (4, 8, 1024, 16):
        recipe = Recipe(cutoff=12, mixes=(Mix(Latent(3), 0.5, None, 15, 15),)).with_noise(16, on=False)
        session.edit_recipe(recipe)
        session.set_model(model_info(resolution, name=str(resolution)), f"{resolution}.safetensors")
        assert session.recipe == recipe


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_building_a_panel_opens_no_window(qapp: QApplication, session: Session, kind: type[Panel]) -> None:
    opened: list[QObject] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                opened.append(watched)
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    panel = make_panel(kind, session)
    panel.show_model(model_info())
    qapp.removeEventFilter(watch)
    assert opened == []
    panel.deleteLater()


@pytest.mark.parametrize("resolution", [32, 64, 1024])
@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_no_text_is_cut_off_in_a_column(session: Session, show: Any, kind: type[Panel], resolution: int) -> None:
    panel, asked = show(kind, model_info(resolution, capabilities=EVERYTHING))
    session.edit_recipe(Recipe().with_transform(rotation=-123.5))
    if kind is DirectionsPanel:
        asked.done(asked.of(Pca), entries())
    column = LEFT_WIDTH if kind in (LatentPanel, VaryPanel, TransformPanel, NoisePanel) else RIGHT_WIDTH
    panel.setFixedWidth(column - 2 * COLUMN_MARGIN - SCROLL_BAR)
    panel.layout().activate()
    assert panel.minimumSizeHint().width() <= panel.width()
    for each in panel.findChildren(QWidget):
        if each.isVisible() and isinstance(each, QLabel | QPushButton) and each.text():
            assert each.width() >= each.minimumSizeHint().width() - 1, f"{each.text()!r} has {each.width()} pixels"
            right = each.mapTo(panel, QPoint(each.width(), 0)).x()
            assert right <= panel.width(), f"{each.text()!r} ends at {right} of {panel.width()}"
