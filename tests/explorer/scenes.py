"""Scenes for the regression pictures: the window, every panel and every dialog, in states that never change."""

import random
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QRect, QTimer
from PySide6.QtGui import QImage, QPixmap, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from explorer import engine, runs, theme
from explorer.actions import GESTURES
from explorer.app import Explorer
from explorer.controls import panel as explorer_panel
from explorer.dialogs.about_dialog import AboutDialog
from explorer.dialogs.blend_dialog import BlendDialog
from explorer.dialogs.sheet_dialog import SheetDialog
from explorer.dialogs.shortcuts_dialog import ShortcutsDialog
from explorer.documents.card_dialog import CardDialog
from explorer.documents.film_dialog import FilmDialog
from explorer.documents.music_dialog import MusicDialog
from explorer.jobs import Answer, Done, Failed, Picture
from explorer.pixels import pixels_of
from explorer.problem import Problem
from explorer.remote.bindings import Binding
from explorer.remote.message import Message
from explorer.train.monitor import Monitor
from explorer.train.pictures import PictureLoader
from explorer.train.setup import SetupPage
from explorer.work.command import CoreCommand
from stylegan_core.film.film import Film, Key
from stylegan_core.film.music import Music
from stylegan_core.formats.card import Card
from stylegan_core.lab.quality import Quality
from stylegan_core.latents.region import Region
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.run import events
from stylegan_core.rundir import RunDir
from tests.explorer import drawn_faces
from tests.explorer.regression import Shot
from tests.explorer.train import fake_run

NOW = fake_run.BEGAN + 70.0
REST = 1  # milliseconds: nobody's hand rests here
STAGE = "stage"
PATIENCE = 30.0
MARGIN = 14
Scene = Iterator[tuple[str, QWidget | QImage]]

SONG = Music("/music/a-long-name-for-a-song-that-somebody-has-recorded.flac", 191.0, (0.5, 1.0, 1.5), pulse=0.25)
SONG_FILM = Film((Key(Recipe()), Key(Recipe(psi=0.2))), music=SONG)
ABOUT = """# avatars-64

StyleGAN v1, 64×64, trained by this program's own trainer.

| | |
|---|---|
| data | 20 000 avatars at 64², drawn with python-avatars; `data avatars --count 20000 --resolution 64 --seed 1` |
| preset | `avatars-64`, R1 weight 0.8, seed 0 |
| images seen | … |

## Measured

| metric | value | what it is |
|---|---|---|
| FD-E | … | Fréchet distance to held-out pictures, psi 1 |
| P-E | … | precision: share of drawn pictures that look real |

## Known failures

Hats are rare, and clothes are patches of colour.
"""


def still(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Clock, dice, disk and machine stand still; the hand rests at once."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(runs, "disk_free", lambda _: 41_000_000_000)
    monkeypatch.chdir(home)
    monkeypatch.setattr(CoreCommand, "ask", _answer)
    monkeypatch.setattr(engine, "REST", REST)
    monkeypatch.setattr(explorer_panel, "REST", REST)
    monkeypatch.setattr(theme, "motion", lambda: 0)
    random.seed(5)


class Stage:
    """The whole explorer without torch, on which the scenes are set one after the other."""

    def __init__(self, app: QApplication, home: Path, runs: Path) -> None:
        self.app, self.home, self.runs = app, home, runs
        app.setCursorFlashTime(0)  # the line where one types stays
        self.locks: list[Any] = []
        self.explorer = Explorer(app, drawn_faces.DrawnFaces)
        self.explorer.hints = False
        self._answered = False
        self.explorer.engine.answered.connect(self._hear)
        self._idle = True
        self.explorer.engine.idle_changed.connect(self._rest)
        self.explorer.start()
        self.panels: dict[str, Any] = {each.accessibleName(): each for each in self.explorer.panels}
        self.wait(lambda: self.explorer.session.info is not None or self.explorer.picture.empty.isVisible())

    def close(self) -> None:
        """Ends everything."""
        self.explorer.window.close()
        self.explorer.close()
        for lock in self.locks:
            lock.__exit__(None, None, None)
        self.explorer.window.deleteLater()
        self.explorer.deleteLater()

    def look(self, name: str, width: int, height: int) -> None:
        """The theme and the size of the window."""
        self.explorer.actions["theme"].setChecked(name == "light")
        self.explorer.window.resize(width, height)

    def settle(self) -> None:
        """Waits until every small picture is there, and says how long the last picture took."""
        widgets = [0]
        while widgets[-3:] != 3 * widgets[-1:]:  # an answer may lead to one more question, or to one more row
            self.pump(3 * REST)
            self._answered = False
            self.explorer.engine.run(Picture(STAGE, self.explorer.session.recipe))  # comes last
            self.wait(lambda: self._answered)
            self.wait(lambda: self._idle)  # said after the answer: the status bar shows it
            widgets.append(len(self.explorer.window.findChildren(QWidget)))
        self.wait(theme.is_everywhere)
        frame = self.explorer.picture.frame
        if frame is not None:
            self.explorer.picture.show_frame(replace(frame, seconds=0.0041))

    def wait(self, done: Callable[[], bool]) -> None:
        """Runs the event loop until something is true. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE
        while not done():
            self.pump(5)
            if time.monotonic() > end:
                raise TimeoutError("The window did not come to rest.")

    def pump(self, milliseconds: int) -> None:
        """Runs the event loop for a while."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def _rest(self, idle: bool) -> None:
        self._idle = idle

    def _hear(self, answer: Answer) -> None:
        if answer.request.owner == STAGE:
            self._answered |= isinstance(answer, Done)
            if isinstance(answer, Failed):  # on a busy machine it is asked before the model is there
                self.explorer.engine.run(answer.request)


def shot(widget: QWidget | QImage) -> Shot:
    """The pixels of a widget, with the colour of a column behind it."""
    if isinstance(widget, QWidget):
        for _ in range(4):  # what has got another size is laid out, then what holds it
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        made = QPixmap(widget.size())
        made.fill(theme.current().colour("window" if widget.isWindow() else "panel"))
        background = QWidget.RenderFlag.DrawWindowBackground if widget.isWindow() else QWidget.RenderFlag(0)
        widget.grab(QRect(0, 0, 1, 1))  # lays out all that is not on screen
        widget.render(made, QPoint(), QRegion(), background | QWidget.RenderFlag.DrawChildren)
        image = made.toImage()
    else:
        image = widget
    return pixels_of(image)


# -- Explore ----------------------------------------------------------------------------------------------------------


def explore(stage: Stage) -> Scene:
    """The whole window, untouched and with some changes."""
    explorer, found = stage.explorer, stage.panels
    session = explorer.session
    explorer.window.show_workspace(0)
    yield "explore-untouched", _settled(stage)
    for seed in (3, 5, 37, 8, 12, 48213):
        session.edit(latent=Latent(seed, 0.4, 0.3))
        session.commit()
        stage.settle()
    explorer.history.star_current()
    rows = found["Directions"].rows
    for row, strength in ((0, 2.4), (1, -1.1), (2, 1.6)):
        rows[row].moved.emit(strength)
    session.commit()
    stage.settle()
    found["Mixing"].rows["middle"].weighed.emit(0.65)
    found["Mixing"].rows["fine"].weighed.emit(1.0)
    session.commit()
    stage.settle()
    found["Noise"].chips.chips[5].click()
    yield "explore", _settled(stage)


def film(stage: Stage) -> Scene:
    """A film of three pictures to music, at a moment between two of them, while it is written."""
    explorer = stage.explorer
    explorer.window.show_workspace(0)
    for seed in (3, 37, 12):
        explorer.session.apply(Recipe(Latent(seed)))
        explorer.filming.add()
    explorer.reel.set(music=SONG)
    explorer.film.set_loudness(False, 60)
    stage.settle()
    explorer.film.track.go(2.9)
    explorer.film.show_saving("41 %, about 12 s left", "faces.mp4")
    yield "explore-film", _settled(stage)


def present(stage: Stage) -> Scene:
    """A changed face on the whole screen, the keys over it, and something that went wrong."""
    explorer, found = stage.explorer, stage.panels
    explorer.window.show_workspace(0)
    explorer.session.apply(Recipe(Latent(12, 0.4)))
    for row, strength in ((0, 2.4), (1, -1.1), (2, 1.6)):
        found["Directions"].rows[row].moved.emit(strength)
    found["Mixing"].rows["middle"].weighed.emit(0.65)
    explorer.session.commit()
    stage.settle()
    presenting = explorer.presenting
    presenting.begin()
    presenting.commentary._help_time.stop()
    stage.pump(20)  # the whole screen comes first
    presenting.stage.resize(explorer.window.size())
    stage.settle()
    yield "present", presenting.stage
    explorer.say(Problem("The part of the program that draws has ended (signal SIGSEGV). It was started again."))
    presenting.stage.help.set_wanted(False)
    stage.settle()
    yield "present-error", presenting.stage
    explorer.window.banner.hide()
    presenting.leave()


def panels(stage: Stage) -> Scene:
    """Every panel with everything in it unfolded."""
    found, session = stage.panels, stage.explorer.session
    stage.explorer.window.show_workspace(0)
    rows = found["Directions"].rows
    found["Vary"].keep["coarse"].click()
    found["Noise"].draws.click()
    found["Noise"].map.click()
    found["Truncation"].per_band.click()
    session.commit()
    stage.settle()  # each step of the history gets its own picture
    found["Truncation"].bands["fine"].changing.emit(1.2)
    session.commit()
    stage.settle()
    rows[3].layers.set_range(4, 7)
    rows[3].moved.emit(-14.5)
    found["Channels"].finder.look_at(Region(0.2, 0.05, 0.8, 0.3))
    stage.wait(lambda: len(found["Channels"].rows) == len(drawn_faces.FOUND))
    found["Channels"].rows[0].moved.emit(5.5)
    found["Mixing"].per_layer.click()
    session.commit()
    _settled(stage)
    for name, panel in found.items():
        if panel.isVisible():  # a finished network has nothing to grow
            yield f"panel-{name.lower()}", panel
    yield "panel-history", stage.explorer.history
    for each in (found["Vary"].keep["coarse"], found["Noise"].draws, found["Noise"].map, found["Mixing"].per_layer):
        each.click()


def messages(stage: Stage) -> Scene:
    """What lies over the page: an error with its details, the first hint, the command palette, the wipe."""
    explorer = stage.explorer
    explorer.window.show_workspace(0)
    details = "Traceback (most recent call last):\n  …\nValueError: 12 of 214 tensors are missing"
    sentence = "portraits.pkl cannot be read: it ends in the middle of a tensor. Copy or download it again."
    explorer.say(Problem(sentence, details))
    explorer.hint.begin()
    explorer.window.banner._fold.click()
    yield "explore-error-and-hint", _settled(stage)
    explorer.window.banner.hide()
    explorer.hint.dismiss()
    explorer.window.palette_box.ask(explorer.every_action())
    yield "explore-commands", _settled(stage)
    explorer.window.palette_box.hide()


def nothing(stage: Stage) -> Scene:
    """A window that found no model."""
    yield "explore-empty", stage.explorer.window
    stage.explorer.window.show_workspace(2)
    stage.wait(theme.is_everywhere)
    yield "lab-empty", stage.explorer.window


def lab(stage: Stage) -> Scene:
    """The layers of a face, one of its channels large, and what is behind the recipe."""
    page, session = stage.explorer.lab, stage.explorer.session
    stage.explorer.window.show_workspace(2)
    stage.wait(lambda: bool(page.view.grid.order))
    yield "lab", _settled(stage)
    page.view.open(page.view.grid.order[4])
    yield "lab-channel", _settled(stage)
    page.view.show_all()
    page.layers.choose(9)
    page._rest.stop()
    _settled(stage)
    session.edit(psi=0.4)
    page._rest.stop()  # as long as the hand does not rest
    yield "lab-behind", stage.explorer.window
    yield from measured(stage)


def measured(stage: Stage) -> Scene:
    """A sweep of one face and of several, and the entanglement of the first directions."""
    explorer, sweep, entanglement = stage.explorer, stage.explorer.sweep, stage.explorer.entanglement
    explorer.session.apply(Recipe(Latent(12)))
    explorer.lab_pages.turn_to(1)
    stage.wait(lambda: sweep.head.state.word == "exact · float32")
    yield "lab-sweep-one", _settled(stage)
    sweep.form.origin.select(1)
    sweep.form.changed.emit()
    stage.wait(lambda: sweep.head.state.word == "exact · float32")
    yield "lab-sweep", _settled(stage)
    explorer.lab_pages.turn_to(2)
    _settled(stage)
    entanglement.press()
    stage.wait(lambda: entanglement.head.state.word == "measured")
    yield "lab-entanglement", _settled(stage)
    explorer.lab_pages.turn_to(3)
    explorer.quality.show_rows(qualities(explorer.session.info.hash))
    yield "lab-quality", _settled(stage)
    explorer.lab_pages.turn_to(0)


def qualities(key: str) -> list[Quality]:
    """The open network, another, and real pictures, measured on the same data."""
    mine = {"FD-E": 57.1, "KID-E": 0.0212, "P-E": 0.63, "R-E": 0.27, "SWD": 19.7, "PPL-E": 111234.0}
    others = {"FD-E": 61.1, "KID-E": 0.0252, "P-E": 0.64, "R-E": 0.21, "SWD": 18.7}
    real = {"FD-E": 21.2, "KID-E": -0.0002, "P-E": 0.75, "R-E": 0.74, "SWD": 4.1}
    sure = {"FD-E": 0.74, "KID-E": 0.0023, "P-E": 0.019, "R-E": 0.026, "SWD": 0.66, "PPL-E": 3127.0}
    each = (("avatars-64", key, mine), ("a-network-with-a-long-name", "ab", others), ("", "", real))
    when = enumerate(each)
    return [
        Quality(name, hash_, "/data/faces", 64, 2500, 2500, 0, NOW + at, told, {} if hash_ == "ab" else sure)
        for at, (name, hash_, told) in when
    ]


def dialogs(stage: Stage) -> Scene:
    """Every dialog."""
    explorer, window = stage.explorer, stage.explorer.window
    mixing, directions = stage.panels["Mixing"], stage.panels["Directions"]
    mixing.open_matrix()
    _settled(stage)
    yield "dialog-matrix", mixing._dialog
    mixing._close_matrix()
    directions.sort()
    _settled(stage)
    directions.desk.dialog.name.setText("smile")
    for number in range(13):
        candidate = directions.desk.dialog.candidates[number]
        stage.wait(lambda face=candidate: not face.empty)  # type: ignore[misc]
        directions.desk.dialog.sort(candidate, number % 3 == 0)
    _settled(stage)
    yield "dialog-sorting", directions.desk.dialog
    directions.desk.close()
    for name, dialog in (
        ("about", AboutDialog(ABOUT, Path(), window)),
        ("sheet", SheetDialog(explorer.session.recipe, "avatars-64", "", 0.0, window)),
        ("film", FilmDialog(Film((Key(Recipe()), Key(Recipe(psi=0.2)))), 64, "avatars-64", "", 0.1, window)),
        ("music", MusicDialog(SONG_FILM, Recipe(), "", 0.1, window)),
        ("shortcuts", ShortcutsDialog(explorer.every_action(), GESTURES, window)),
        ("card", _card(window)),
    ):
        dialog.show()
        stage.pump(1)
        yield f"dialog-{name}", dialog
        dialog.close()
        dialog.deleteLater()
    explorer.dialogs.show_blend()
    blend = window.findChild(BlendDialog)
    assert blend is not None
    blend.choose("/models/narrow-blue.safetensors")
    stage.wait(blend.save.isEnabled)
    _settled(stage)
    yield "dialog-blend", blend
    blend.reject()
    yield "dialog-remote", _remote(stage)
    explorer.remoting.dialog.close()
    explorer.remoting.remote.osc_on = False
    explorer.remoting.remote.changed.emit()


def _remote(stage: Stage) -> QWidget:
    """Remote control with some knobs and messages; it looks as if it listened, but no port is open."""
    remoting = stage.explorer.remoting
    remote = remoting.remote
    remote.look_for_devices = lambda then: then(("nanoKONTROL2",), "")  # type: ignore[method-assign, assignment]
    for source, control in (("cc 1 7", "/psi"), ("/1/fader1", "/walk"), ("note 10 36", "/favourite/next")):
        remote.add(Binding(source, control))
    remoting.show()
    remote.osc_on = True
    remote.changed.emit()
    for address, value in (("/mix/coarse", 0.5), ("/film/position", 4.0), ("/smile", 2.0), ("cc 1 7", 72)):
        remote.inbox.put([Message(address, (value,))])
        remote.doing.apply()
    stage.settle()
    assert remoting.dialog is not None
    remoting.dialog.messages.show_log()
    stage.pump(1)
    return remoting.dialog


def _card(window: QWidget) -> CardDialog:
    dialog = CardDialog("ffhq-1024.pkl", window)
    notes = ("The file holds no discriminator.", "Its noise inputs are drawn anew: pictures differ in fine detail.")
    dialog.show_card(
        Card("/models/ffhq-1024.pkl", 324_000_000, "TensorFlow pickle", ("G", "D", "Gs"), "Gs", "StyleGAN v1", 1024, 8,
             1.0, 512, 512, 0, 26_200_000, False, 4200, "NVlabs/stylegan", notes, False)
    )  # fmt: skip
    dialog.set_target("/models/ffhq-1024.safetensors")
    return dialog


def _settled(stage: Stage) -> QWidget:
    stage.settle()
    return stage.explorer.window


# -- Train ------------------------------------------------------------------------------------------------------------


def train(stage: Stage) -> Scene:
    """No run, a new run, many runs, and the monitor of one that fades, one that died, and two side by side."""
    explorer, page = stage.explorer, stage.explorer.train
    explorer.window.show_workspace(1)
    page.show_runs()
    stage.wait(lambda: not page.runs._disk.busy)
    yield "train-empty", _settled(stage)
    page.new_run()
    assert page.setup is not None
    page.setup.run_folder.setText("runs/00013-avatars-32")
    yield "train-new", _settled(stage)
    _choose_data(page.setup, stage)
    yield "train-new-ready", _settled(stage)
    folder = page.runs.folder
    shutil.copytree(stage.runs, folder)
    lock = RunDir(folder / "00012-tiny").locked()
    lock.__enter__()
    stage.locks.append(lock)
    page.show_runs()
    page.runs.refresh()
    stage.wait(lambda: len(page.runs.cards) == 4)
    yield "train-runs", _settled(stage)
    for name, run in (("fading", "00012-tiny"), ("died", "00011-tiny"), ("finished", "00010-tiny")):
        page.watch(folder / run)
        monitor = page.monitor
        assert monitor is not None
        _come_to_rest(stage, monitor, name, folder / "00009-tiny")
        yield f"train-{name}", _settled(stage)


def _come_to_rest(stage: Stage, monitor: Monitor, name: str, other: Path) -> None:
    """Everything is read; one shows the last words of its trainer, one stands beside another run."""
    stage.wait(lambda: bool(monitor.record.samples) and monitor.watcher.state.name != "empty")
    if name == "died":
        monitor.header.details_chip.click()
    if name == "finished":
        monitor.comparison.start(other)
        stage.wait(lambda: bool(monitor.curves._others))
    stage.wait(lambda: monitor.samples.grid._pixmap is not None and _has_read(monitor.loader))
    stage.pump(1)
    stage.wait(lambda: _has_read(monitor.loader))


def _has_read(loader: PictureLoader) -> bool:
    wanted = {path for paths in loader._wanted.values() for path in paths}
    return loader._reading is None and wanted <= loader._known.keys()


def _choose_data(page: SetupPage, stage: Stage) -> None:
    """Data that was looked at; what it costs is told as the core would."""
    data = stage.home / "faces"
    data.mkdir()
    for index in range(24):
        Image.fromarray(drawn_faces.face(Recipe(Latent(index)), 64)).save(data / f"{index:02d}.png")
    page.data.choose(data.name)  # below the working directory, so that the path is always the same
    stage.wait(lambda: page._seen is not None)
    page.run_folder.setText("runs/00013-avatars-32")


def _answer(command: CoreCommand, *arguments: str) -> None:
    """Says at once what the core would say after a while."""
    levels = [
        {"resolution": 4 << level, "kimg": 60 + 40 * level, "batch": 32, "img_per_s": 900 / (1 + level) ** 2,
         "seconds": 400 * (1 + level) ** 2, "measured": level < 2, "memory": 4e8 * (1 + level), "disk": 2e7}
        for level in range(4)
    ]  # fmt: skip
    answers = {
        "preflight": {"levels": levels, "seconds": 27_600, "device": "CPU, bfloat16", "memory": 2.1e9,
                      "memory_free": 12e9, "disk": 4e8, "disk_free": 41e9},
        "data": {"pictures": 2000, "resolution": 64, "not_square": 12, "unreadable": {"img_0412.png": "cut off"}},
    }  # fmt: skip
    QTimer.singleShot(0, command, lambda: command.answered.emit(answers[arguments[0]]))


def write_runs(folder: Path) -> None:
    """One run that fades, one that died, one that finished, one that was stopped."""
    for name, kimg, ago, end in (
        ("00012-tiny", 30, 2, None),
        ("00011-tiny", 21, 500, None),
        ("00010-tiny", 56, 9_000, fake_run.end("finished", 56_000)),
        ("00009-tiny", 45, 400_000, fake_run.end("stopped", 45_000, "Resume goes on from its checkpoint.")),
    ):
        run = fake_run.write_run(folder / name, kimg, began=NOW - 2 * kimg - ago)
        _paint(run)
        if end is not None:
            fake_run.append(run, replace(end, time=NOW - ago))
    died = RunDir(folder / "00011-tiny")
    died.log_file.write_text("2025-06-15 15:06:41,120 ERROR train: RuntimeError: out of memory\n", encoding="utf-8")
    fake_run.leave_lock(died, socket.gethostname())
    fading = RunDir(folder / "00012-tiny")
    fake_run.append(fading, events.Alert(code="unreadable", text="2 unreadable pictures skipped: img_0412.png, a.png",
                                         time=NOW - 1, img=30_000))  # fmt: skip


def _paint(run: RunDir) -> None:
    """Faces instead of colours, the coarser the earlier they were drawn."""
    for path in sorted(run.samples.glob("*.png")):
        with Image.open(path) as image:
            size = image.size
        side = size[1] if "-" in path.stem else 16
        places = [(x, y) for y in range(0, size[1], side) for x in range(0, size[0], side)]
        made = Image.new("RGB", size)
        for seed, place in enumerate(places):
            face = Image.fromarray(drawn_faces.face(Recipe(Latent(seed)), 64))
            small = min(side, max(2, int(path.stem[:6]) // 3), side // 2 if path.stem.endswith("old") else side)
            made.paste(face.resize((small, small)).resize((side, side), Image.Resampling.NEAREST), place)
        made.save(path)
