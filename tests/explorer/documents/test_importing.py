"""A weight file of another program: dropped, its card, opened, converted, given up in the middle, refused."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import Explorer
from explorer.dialogs.about_dialog import AboutDialog
from explorer.documents.card_dialog import CardDialog
from explorer.jobs import Convert, Failed, Request
from explorer.opening import look
from explorer.renderer.backend import TorchBackend
from explorer.renderer.rendering import Report, Steps
from stylegan_core.amounts import thousands
from stylegan_core.formats import card as cards
from stylegan_core.formats.card import Card
from stylegan_core.formats.limits import Cancelled
from stylegan_core.info import ModelInfo
from stylegan_core.model import load_model
from stylegan_core.recipe import Recipe
from tests.core.formats.hostile import small
from tests.core.formats.tf_files import dumped, generator, network_class
from tests.explorer.fake_backend import WEIGHTS, FakeBackend
from tests.explorer.whole_window import Make, drawn, drop


class SlowBackend(FakeBackend):
    """Loads half of another program's file and goes on when ``gate`` opens, or ends when it is told to."""

    def load(self, path: str, report: Report) -> ModelInfo:
        if not path.endswith(".pkl"):
            return super().load(path, report)
        while not self.gate.wait(0.01):
            if not report(0.5):
                raise Cancelled(f"{path}: reading was cancelled.")
        return super().load(path, report)


class SlowConverter(FakeBackend):
    """Converts half of a file and goes on when ``half`` opens."""

    def __init__(self) -> None:
        super().__init__()
        self.half, self.given_up = threading.Event(), threading.Event()

    def job(self, request: Request) -> Steps:
        return self._convert(request) if isinstance(request, Convert) else super().job(request)

    def _convert(self, request: Convert) -> Steps:
        try:
            while not self.half.wait(0.005):  # as long as a step takes; a flood of steps would drown the window
                yield 50, 100, None
        except GeneratorExit:
            self.given_up.set()
            raise
        Path(request.target).write_bytes(WEIGHTS)
        return request.target


@pytest.fixture
def pickled(tmp_path: Path) -> Path:
    """A small v1 generator as NVIDIA pickles it, with program text inside."""
    path = tmp_path / "in" / "faces.pkl"
    path.parent.mkdir()
    with network_class() as cls:
        path.write_bytes(dumped(generator(cls, "Gs", small() | {"lod": np.float32(0)}), 4))
    return path


def card_shown(explorer: Explorer, qtbot: QtBot) -> CardDialog:
    """Waits until the card is there and can be answered."""

    def ready() -> bool:
        dialog = explorer.importing.dialog
        return dialog is not None and dialog.isVisible() and dialog.buttons["Open"].isEnabled()

    qtbot.waitUntil(ready)
    dialog = explorer.importing.dialog
    assert dialog is not None
    return dialog


def words(dialog: CardDialog) -> str:
    """Everything the dialog says."""
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_a_dropped_file_shows_its_card_and_is_opened_only_then(start: Make, qtbot: QtBot, pickled: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    explorer.session.apply(Recipe(psi=0.4))
    drop(explorer, pickled)
    dialog = card_shown(explorer, qtbot)
    said = words(dialog)
    for part in ("faces.pkl", "NVIDIA's TensorFlow pickle", "StyleGAN v1, 8×8", "Gs, averaged over training"):
        assert part in said
    assert "Contains 760 bytes of code, not run." in said
    assert "no discriminator" in said
    assert explorer.session.info is not None and explorer.session.info.name == "boxed"
    dialog.buttons["Open"].click()
    qtbot.waitUntil(lambda: explorer.session.model_path == str(pickled))
    assert explorer.importing.dialog is None
    explorer.session.undo()
    qtbot.waitUntil(lambda: explorer.session.recipe == Recipe(psi=0.4))


def test_convert_and_open_writes_a_copy_that_draws_the_same(start: Make, qtbot: QtBot, pickled: Path) -> None:
    explorer = start(str(pickled), make=TorchBackend)  # no model is open while it is converted
    dialog = card_shown(explorer, qtbot)
    assert dialog.target == str(pickled.with_suffix(".safetensors"))
    dialog.buttons["Convert and open"].click()
    qtbot.waitUntil(lambda: explorer.session.info is not None)
    target = pickled.with_suffix(".safetensors")
    assert explorer.session.model_path == str(target)
    assert explorer.session.info is not None
    assert explorer.session.info.hash == load_model(pickled).info.hash
    assert str(target) in explorer.window.banner.sentence
    assert not look(target).foreign and look(pickled).foreign
    drop(explorer, pickled)  # the name is taken now
    assert card_shown(explorer, qtbot).target == str(pickled.with_name("faces-2.safetensors"))
    explorer.importing.cancel()


def half_converted(start: Make, qtbot: QtBot, backend: SlowConverter, path: Path) -> tuple[Explorer, CardDialog]:
    """A window whose conversion of a file is half done, and the card that says so."""
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    drop(explorer, path)
    dialog = card_shown(explorer, qtbot)
    dialog.buttons["Convert and open"].click()
    qtbot.waitUntil(lambda: dialog._bar.value() == 50)
    return explorer, dialog


def test_a_conversion_is_given_up_in_the_middle(start: Make, qtbot: QtBot, pickled: Path) -> None:
    backend = SlowConverter()
    explorer, dialog = half_converted(start, qtbot, backend, pickled)
    explorer.session.apply(Recipe(psi=0.2))  # the picture is drawn between two steps
    qtbot.waitUntil(lambda: (Recipe(psi=0.2), "exact") in backend.drawn)
    dialog.buttons["Cancel"].click()
    qtbot.waitUntil(backend.given_up.is_set)
    assert explorer.importing.dialog is None
    assert explorer.session.info is not None and explorer.session.info.name == "boxed"
    assert [path.name for path in pickled.parent.iterdir()] == ["faces.pkl"]


def test_a_conversion_outlives_a_switch_of_models(start: Make, qtbot: QtBot, pickled: Path, tmp_path: Path) -> None:
    backend = SlowConverter()
    explorer, _ = half_converted(start, qtbot, backend, pickled)
    (tmp_path / "other.safetensors").write_bytes(WEIGHTS)
    explorer.documents.open(str(tmp_path / "other.safetensors"))
    qtbot.waitUntil(lambda: explorer.session.model_path.endswith("other.safetensors"))
    backend.half.set()
    qtbot.waitUntil(lambda: explorer.session.model_path.endswith("faces.safetensors"))


def test_a_copy_that_cannot_be_written_is_said_in_the_card(start: Make, qtbot: QtBot, pickled: Path) -> None:
    explorer = start(str(pickled), make=TorchBackend)
    dialog = card_shown(explorer, qtbot)
    dialog.set_target(str(pickled))
    dialog.buttons["Convert and open"].click()
    qtbot.waitUntil(lambda: "choose another name" in dialog.state.text())
    assert dialog.buttons["Convert and open"].isEnabled()
    explorer.importing.cancel()
    assert pickled.read_bytes()[:1] == b"\x80"


def test_cancel_leaves_everything_as_it_was(start: Make, qtbot: QtBot, pickled: Path) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    before = explorer.picture.image
    drop(explorer, pickled)
    qtbot.keyClick(card_shown(explorer, qtbot), Qt.Key.Key_Escape)
    assert explorer.importing.dialog is None
    assert explorer.picture.image == before
    assert not explorer.window.banner.sentence
    assert [path.name for path in pickled.parent.iterdir()] == ["faces.pkl"]


def test_an_argument_that_is_cancelled_gives_the_model_in_the_box(start: Make, qtbot: QtBot, pickled: Path) -> None:
    explorer = start(str(pickled))
    card_shown(explorer, qtbot).buttons["Cancel"].click()
    drawn(explorer, qtbot)
    assert explorer.session.info is not None and explorer.session.info.name == "boxed"


def test_opening_shows_how_far_it_is_and_can_be_given_up(start: Make, qtbot: QtBot, pickled: Path) -> None:
    backend = SlowBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    before = explorer.picture.image
    backend.gate.clear()
    drop(explorer, pickled)
    dialog = card_shown(explorer, qtbot)
    dialog.buttons["Open"].click()
    qtbot.waitUntil(lambda: dialog._bar.value() == 50)
    assert not dialog.buttons["Open"].isEnabled()
    with qtbot.waitSignal(explorer.engine.load_cancelled):
        dialog.buttons["Cancel"].click()
    assert explorer.picture.image == before
    assert explorer.importing.dialog is None
    assert not explorer.window.banner.sentence
    backend.gate.set()


def test_a_file_opened_without_its_card_shows_progress_too(start: Make, qtbot: QtBot, pickled: Path) -> None:
    backend = SlowBackend()
    explorer = start(backend=backend)
    drawn(explorer, qtbot)
    backend.gate.clear()
    explorer.documents.open(str(pickled), ask=False)
    qtbot.waitUntil(lambda: explorer.importing.dialog is not None and explorer.importing.dialog.isVisible())
    backend.gate.set()
    qtbot.waitUntil(lambda: explorer.session.model_path == str(pickled))
    assert explorer.importing.dialog is None


def test_reading_is_shown_when_it_takes_long_and_can_be_given_up(
    start: Make, qtbot: QtBot, pickled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def slow(path: str, progress: Callable[[float], bool]) -> Card:
        while progress(0.25):
            ended.wait(0.01)
        ended.set()
        raise Cancelled(f"{path}: reading was cancelled.")

    monkeypatch.setattr(cards, "read_card", slow)
    explorer = start()
    drawn(explorer, qtbot)
    late = explorer.importing._late
    patience = late.interval()
    late.setInterval(10**6)  # it does not take long yet, however slow this machine is
    drop(explorer, pickled)
    qtbot.waitUntil(lambda: explorer.importing.dialog is not None)
    dialog = explorer.importing.dialog
    assert dialog is not None and not dialog.isVisible()
    late.setInterval(patience)
    qtbot.waitUntil(lambda: dialog.isVisible() and dialog._bar.value() == 25)
    assert dialog.buttons["Open"].isHidden()
    dialog.buttons["Cancel"].click()
    qtbot.waitUntil(ended.is_set)
    assert explorer.importing.dialog is None
    assert not explorer.window.banner.sentence


def test_a_hostile_file_is_one_sentence_with_details_and_runs_nothing(
    start: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    canary, path = tmp_path / "canary", tmp_path / "hostile.pkl"
    command = f"touch {canary}".encode()
    path.write_bytes(b"\x80\x02cos\nsystem\n(X" + len(command).to_bytes(4, "little") + command + b"tR.")
    explorer = start()
    drawn(explorer, qtbot)
    drop(explorer, path)
    qtbot.waitUntil(lambda: bool(explorer.window.banner.sentence))
    assert explorer.window.banner.sentence.startswith(str(path))
    assert "\n" not in explorer.window.banner.sentence
    assert "Nothing in the file was run." in explorer.window.banner._details.toPlainText()
    assert explorer.importing.dialog is None
    assert explorer.session.info is not None and explorer.session.info.name == "boxed"
    assert not canary.exists()


def test_a_mistake_of_the_reader_leaves_no_dialog_behind(
    start: Make, qtbot: QtBot, pickled: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cards, "read_card", lambda *_: {}["a mistake"])
    explorer = start()
    drawn(explorer, qtbot)
    drop(explorer, pickled)
    qtbot.waitUntil(lambda: "please report" in explorer.window.banner.sentence)
    assert explorer.importing.dialog is None
    caplog.clear()


def test_text_of_a_file_is_never_taken_for_markup(qtbot: QtBot) -> None:
    card = Card(
        path="x", bytes=1, format="<b>bold</b>", networks=("<i>net</i>",), drawn="Gs", architecture="StyleGAN v1",
        resolution=8, level=1, alpha=1.0, z_dim=4, w_dim=4, classes=0, parameters=1, discriminator=False,
        code_bytes=33_000, origin="<u>here</u>", notes=("<img src='/etc/passwd'>",) * 20, own=False,
    )  # fmt: skip
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = CardDialog("<h1>name</h1>", parent)
    dialog.show_card(card)
    assert {label.textFormat() for label in dialog.findChildren(QLabel) if label.text()} == {Qt.TextFormat.PlainText}
    assert "Contains 33 kB of code, not run." in words(dialog)
    assert dialog.sizeHint().height() < 640  # twenty notes scroll


def test_the_card_of_the_model_is_shown_with_pictures_beside_it_alone(
    start: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    explorer = start()
    drawn(explorer, qtbot)
    box = tmp_path / "box" / "boxed"
    explorer.picture.image.save(str(box / "face.png"))
    explorer.picture.image.save(str(tmp_path / "outside.png"))
    (box / "card.md").write_text("# Boxed\n\n<b>words</b>\n\n![a](face.png) ![b](../../outside.png)")
    explorer.actions["about"].trigger()
    qtbot.waitUntil(lambda: bool(explorer.window.findChildren(AboutDialog)))
    (dialog,) = explorer.window.findChildren(AboutDialog)
    assert dialog.page.toPlainText().startswith("Boxed\n<b>words</b>")
    image = dialog.page.document().ResourceType.ImageResource.value
    assert not dialog.page.loadResource(image, QUrl("face.png")).isNull()
    for name in ("../../outside.png", "http://127.0.0.1/a.png", "missing.png"):
        assert dialog.page.loadResource(image, QUrl(name)) is None
    dialog.accept()
    (box / "card.md").unlink()
    explorer.actions["about"].trigger()
    qtbot.waitUntil(
        lambda: any(thousands(1e6) in d.page.toPlainText() for d in explorer.window.findChildren(AboutDialog))
    )


def test_answers_that_came_through_a_pipe_are_taken_too(start: Make, qtbot: QtBot, pickled: Path) -> None:
    """They carry a request that is equal to the one that was asked, and not the same object."""
    explorer = start()
    drawn(explorer, qtbot)
    drop(explorer, pickled)
    dialog = card_shown(explorer, qtbot)
    asked: list[Convert] = []
    explorer.importing._engine = SimpleNamespace(run=asked.append, cancel=lambda _: None)  # type: ignore[assignment]
    dialog.convert_asked.emit(str(pickled.with_suffix(".safetensors")))
    copy = replace(asked[0])
    assert copy == asked[0] and copy is not asked[0]
    explorer.importing._answered(Failed(copy, explorer.engine.model_hash, "The disk is full."))
    assert "The disk is full." in words(dialog)


def test_a_large_file_says_how_long_it_takes(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [50.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = CardDialog("large.pkl", parent)
    now[0] = 100.0
    dialog.work("Converting …")
    now[0] = 105.0
    dialog.advance(0.25)
    assert dialog.state.text() == "Converting … about 15 s left"
    dialog.work("Opening …")
    now[0] = 106.0
    dialog.advance(0.5)
    assert dialog.state.text() == "Opening …"
