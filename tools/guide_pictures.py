"""Makes the pictures of the user guide: ``python tools/guide_pictures.py [MODEL]`` drives the real window, unseen."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "guide" / "pictures"
PATIENCE = 120.0  # seconds
MARGIN = 14
UNSEEN = 7  # seed of an avatar that no network of the box has learned from
WINDOW = (1440, 1000)
README = (1440, 900)
LAB = (1280, 760)
PRESENTED = (1280, 720)
COMPARED = ("config-c", "config-f", "stylegan2-32")  # of family-32
QUIET = 0.8  # seconds without work after which every small picture is there


def main(argv: list[str]) -> int:
    """Writes one picture a panel; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="", help="weight file; the model in the box without it")
    parser.add_argument("--data", type=Path, help="avatars at 32² or more, for the picture of the Quality page")
    parser.add_argument("--run", type=Path, help="a run, for the picture of the Train workspace")
    parser.add_argument("--blend", type=Path, help="a network trained on from avatars-32, for the picture of blending")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as home:
        os.environ["STYLEGAN_EXPLORER_HOME"] = home
        guide = Guide(str(Path(arguments.model).absolute()) if arguments.model else "")
        guide.make()
        guide.whole_window(arguments.run)
        if arguments.data:
            guide.quality(arguments.data)
        if arguments.blend:
            guide.blend(arguments.blend)
        guide.explorer.close()
    return 0


class Guide:
    """A window that is driven and photographed."""

    def __init__(self, model: str) -> None:
        from PySide6.QtWidgets import QApplication

        from explorer.app import Explorer

        self.explorer = Explorer(QApplication(sys.argv[:1]))
        self.explorer.hints = False
        self.idle_since: float | None = None
        self.explorer.engine.idle_changed.connect(self._idle)
        self.explorer.window.resize(*WINDOW)
        self.explorer.start(model)
        self.panels: dict[str, Any] = {panel.accessibleName(): panel for panel in self.explorer.panels}
        PICTURES.mkdir(parents=True, exist_ok=True)

    def make(self) -> None:
        """Every picture, one after the other; each starts from an untouched face."""
        self.wait(lambda: self.explorer.session.info is not None)
        steps = {
            "latent": self.latent, "vary": self.vary, "noise": self.noise, "truncation": self.truncation,
            "directions": self.directions, "channels": self.channels, "sorting": self.sorting, "mixing": self.mixing,
            "matrix": self.matrix,
            "film": self.film, "projection": self.projection, "drag-points": self.drag_points,
        }  # fmt: skip
        for name, step in steps.items():
            while self.explorer.session.can_undo:
                self.explorer.session.undo()
            step(name)
        self.presenting()
        self.lab()
        self.remote()

    def presenting(self) -> None:
        """A face with some changes, the keys and the caption over it."""
        from stylegan_core.recipe import Latent, Recipe

        presenting = self.explorer.presenting
        self.explorer.session.apply(Recipe(Latent(22)))
        for row, strength in ((0, 0.6), (2, 0.8)):
            self.panels["Directions"].rows[row].moved.emit(strength)
        self.panels["Mixing"].rows["middle"].weighed.emit(0.6)
        self.explorer.session.commit()
        self.settle()
        presenting.begin()
        self.pump(0.2)  # the whole screen comes first
        presenting.stage.resize(*PRESENTED)
        self.pump(0.5)
        presenting.stage.grab().save(str(PICTURES / "presenting.png"))
        presenting.leave()

    def remote(self) -> None:
        """Some knobs, and messages that did something or could not."""
        from explorer.remote.bindings import Binding
        from explorer.remote.message import Message

        remoting = self.explorer.remoting
        remote = remoting.remote
        remote.look_for_devices = lambda then: then(("nanoKONTROL2",), "")  # type: ignore[method-assign, assignment]
        remote.listen_osc(True)
        for source, control in (("cc 1 7", "/psi"), ("cc 1 1", "/walk"), ("note 10 36", "/favourite/next")):
            remote.add(Binding(source, control))
        remoting.show()
        for address, value in (("/film/play", 1), ("/mix/coarse", 0.5), ("/smile", 2.0), ("cc 1 7", 72), ("/psi", 0.7)):
            remote.inbox.put([Message(address, (value,))])
            remote.doing.apply()
        self.settle()
        dialog = remoting.dialog
        assert dialog is not None
        dialog.grab().save(str(PICTURES / "remote.png"))
        dialog.close()
        remote.listen_osc(False)

    def lab(self) -> None:
        """The layers of one face, a sweep of four, and ten directions against what they change."""
        from stylegan_core.recipe import Latent

        size = self.explorer.window.size()
        self.explorer.window.resize(*LAB)
        self.explorer.session.edit(latent=Latent(22))
        self.explorer.session.commit()
        self.explorer.window.show_workspace(2)
        self.settle()
        self.explorer.lab.grab().save(str(PICTURES / "lab.png"))
        self.sweep()
        self.entanglement()
        self.explorer.window.show_workspace(0)
        self.explorer.window.resize(size)

    def sweep(self) -> None:
        """The second direction over seven values, for four seeds."""
        page = self.explorer.sweep
        form = page.form
        form.knob.setCurrentIndex(1)
        form.knob.activated.emit(1)
        form.origin.select(1)
        for field, value in ((form.faces, 4), (form.seed, 22), (form.steps, 7)):
            field.show_value(value)
        form.changed.emit()
        self.explorer.lab_pages.turn_to(1)
        self.wait(lambda: page.facts is not None and page.facts.sweep.seeds != ())
        self.settle()
        page.grab().save(str(PICTURES / "sweep.png"))

    def entanglement(self) -> None:
        """The first ten directions."""
        page = self.explorer.entanglement
        self.explorer.lab_pages.turn_to(2)
        page.press()
        self.wait(lambda: page.facts is not None)
        self.settle()
        page.grab().save(str(PICTURES / "entanglement.png"))

    def quality(self, data: Path) -> None:
        """Three networks and two sets of real pictures, measured on the same data."""
        page, measuring = self.explorer.quality, self.explorer.measuring
        self.explorer.window.resize(*LAB)
        self.explorer.window.show_workspace(2)
        self.explorer.lab_pages.turn_to(3)
        page.use_data(str(data))
        for name in COMPARED:
            path = ROOT / "resources" / "models" / "family-32" / f"{name}.safetensors"
            self.explorer.documents.open(str(path), ask=False)
            self.wait(partial(self._shows, name))
            page.press()
            self.wait(lambda: not measuring.unfinished)
        page.floor.click()
        self.wait(lambda: not measuring.unfinished)
        self.settle()
        page.where.setText(data.name)  # not where it lies on this machine
        page.grab().save(str(PICTURES / "quality.png"))

    def blend(self, other: Path) -> None:
        """The shapes of another network in the colours of avatars-32."""
        from explorer.dialogs.blend_dialog import BlendDialog

        self.explorer.documents.open(str(ROOT / "resources" / "models" / "avatars-32" / "avatars-32.safetensors"))
        self.wait(partial(self._shows, "avatars-32"))
        self.explorer.actions["blend"].trigger()
        dialog = self.explorer.window.findChild(BlendDialog)
        assert isinstance(dialog, BlendDialog)
        dialog.choose(str(other.absolute()))
        self.wait(dialog.save.isEnabled)
        self.settle()
        dialog.setFocus()
        dialog.grab().save(str(PICTURES / "blend.png"))
        dialog.reject()

    def _shows(self, name: str) -> bool:
        info = self.explorer.session.info
        return info is not None and info.name == name

    def latent(self, name: str) -> None:
        """A point between four seeds."""
        from stylegan_core.recipe import Latent

        self.explorer.session.edit(latent=Latent(7, 0.4, 0.3))
        self.shoot(name, "Latent")

    def vary(self, name: str) -> None:
        """Children that keep the coarse layers."""
        self.panels["Vary"].keep["coarse"].click()
        self.shoot(name, "Vary")
        self.panels["Vary"].keep["coarse"].click()

    def noise(self, name: str) -> None:
        """Four draws and the map."""
        panel = self.panels["Noise"]
        panel.draws.click()
        panel.map.click()
        panel.chips.chips[1].click()
        self.shoot(name, "Noise")
        panel.draws.click()
        panel.map.click()

    def truncation(self, name: str) -> None:
        """A psi for each band."""
        panel = self.panels["Truncation"]
        panel.per_band.click()
        panel.bands["fine"].changing.emit(1.2)
        self.shoot(name, "Truncation")

    def directions(self, name: str) -> None:
        """Two directions in use, one of them on some layers only."""
        rows = self.panels["Directions"].rows
        rows[0].moved.emit(2.4)
        rows[2].layers.set_range(4, 7)
        rows[2].moved.emit(-1.5)
        self.shoot(name, "Directions")

    def channels(self, name: str) -> None:
        """A place on a face, the face with one of the channels that change it, and their sliders."""
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QPainter, QPixmap

        from explorer import theme
        from stylegan_core.latents.region import Region
        from stylegan_core.recipe import Latent

        explorer, panel, hair = self.explorer, self.panels["Channels"], Region(0.2, 0.05, 0.8, 0.3)
        explorer.session.edit(latent=Latent(7))
        explorer.session.commit()
        self.settle()
        explorer.places.region = hair
        explorer.places.set_on(True)
        box = explorer.picture.picture_rect().toRect()
        faces = [explorer.picture.grab(box)]
        explorer.places.set_on(False)
        panel.finder.look_at(hair)
        self.wait(lambda: not panel.finder.search.owners)
        panel.rows[0].slider.steer(6.0)
        explorer.session.commit()
        self.settle()
        faces.append(explorer.picture.grab(box))
        sliders = panel.grab()
        side = sliders.height()
        made = QPixmap(2 * (side + MARGIN) + sliders.width(), side)
        made.fill(theme.current().colour("panel"))
        painter = QPainter(made)
        for at, face in enumerate(faces):
            shown = face.scaled(side, side, mode=Qt.TransformationMode.SmoothTransformation)
            painter.drawPixmap(at * (side + MARGIN), 0, shown)
        painter.drawPixmap(2 * (side + MARGIN), 0, sliders)
        painter.end()
        self._framed(made).save(str(PICTURES / f"{name}.png"))

    def sorting(self, name: str) -> None:
        """A few faces on both piles."""
        panel = self.panels["Directions"]
        panel.sort()
        dialog = panel.desk.dialog
        dialog.name.setText("smile")
        for number in range(14):
            self.settle()
            dialog.sort(dialog.candidates[number], number % 2 == 0)
        self.settle()
        dialog.grab().save(str(PICTURES / f"{name}.png"))
        dialog.close()

    def mixing(self, name: str) -> None:
        """Middle and fine layers from two other faces."""
        rows = self.panels["Mixing"].rows
        rows["middle"].weighed.emit(0.6)
        rows["fine"].weighed.emit(1.0)
        self.shoot(name, "Mixing")

    def matrix(self, name: str) -> None:
        """The matrix of the untouched face."""
        panel = self.panels["Mixing"]
        panel.open_matrix()
        self.settle()
        panel._dialog.grab().save(str(PICTURES / f"{name}.png"))
        panel._dialog.close()

    def film(self, name: str) -> None:
        """Four faces, and the film between two of them."""
        from dataclasses import replace

        from stylegan_core.recipe import Latent

        for seed in (3, 22, 56, 52):
            self.explorer.session.apply(replace(self.explorer.session.recipe, latent=Latent(seed)))
            self.explorer.filming.add()
            self.settle()
        self.explorer.film.track.go(2.9)
        self.settle()
        self.explorer.film.grab().save(str(PICTURES / f"{name}.png"))
        self._film_to_music()
        self.explorer.film.clear()
        self.explorer.window.banner.hide()
        self.explorer.below.show_strip(0)

    def _film_to_music(self) -> None:
        """The same film on the beats of drums, and the dialog that did it."""
        from PySide6.QtGui import QPainter, QPixmap

        from explorer import theme
        from explorer.documents.music_dialog import MusicDialog
        from tests.core.film.sounds import drums, write_wav

        with tempfile.TemporaryDirectory() as folder:
            song = write_wav(Path(folder) / "drums.wav", drums(112, 24))
            self.explorer.filming.ask_music(str(song))
            dialog = self.explorer.window.findChild(MusicDialog)
            assert dialog is not None
            self.wait(dialog.set.isEnabled)
            dialog.pulse.set_value(0.3)
            shot = dialog.grab()
            dialog.set.click()
        self.explorer.film.track.go(9.5)
        self.settle()
        below = self.explorer.film.grab()
        whole = QPixmap(max(shot.width(), below.width()), shot.height() + below.height() + 12)
        whole.fill(theme.current().colour("window"))
        painter = QPainter(whole)
        painter.drawPixmap((whole.width() - shot.width()) // 2, 0, shot)
        painter.drawPixmap(0, shot.height() + 12, below)
        painter.end()
        whole.save(str(PICTURES / "film-music.png"))

    def projection(self, name: str) -> None:
        """An avatar that the network has never seen, and the nearest face it draws."""
        from stylegan_core.data.avatars import write_avatars

        with tempfile.TemporaryDirectory() as folder:
            for _ in write_avatars(Path(folder), 1, 256, UNSEEN):
                pass
            self.explorer.projecting.find(str(next(Path(folder).glob("*.png"))))
            self.wait(lambda: self.explorer.latent.card.searching)
            self.wait(lambda: not self.explorer.latent.card.searching)
        self.explorer.window.banner.hide()
        self.shoot(name, "Latent")
        self.explorer.latent.card.close_it.click()

    def drag_points(self, name: str) -> None:
        """A mouth that was dragged to the side, and is to go on."""
        from stylegan_core.recipe import Latent

        drag = self.explorer.drag
        self.explorer.session.edit(latent=Latent(7))
        self.explorer.session.commit()
        self.settle()
        drag.set_on(True)
        drag.canvas.added.emit(0.5, 0.66)
        drag.canvas.aimed.emit(0, 0.6, 0.62)
        self.wait(lambda: not drag.searching)
        drag.canvas.rested.emit()
        self.settle()
        drag.canvas.aimed.emit(0, 0.7, 0.6)
        self.explorer.picture.grab().save(str(PICTURES / f"{name}.png"))
        drag.set_on(False)

    def whole_window(self, run: Path | None) -> None:
        """The two pictures of the README: Explore with some changes, and Train watching a run."""
        self.explorer.window.resize(*README)
        while self.explorer.session.can_undo:
            self.explorer.session.undo()
        from stylegan_core.recipe import Latent

        for seed in (3, 22, 56, 52):
            self.explorer.session.edit(latent=Latent(seed))
            self.explorer.session.commit()
            self.settle()
        rows = self.panels["Directions"].rows
        for row, strength in ((0, 0.6), (2, 0.8)):
            rows[row].moved.emit(strength)
            self.explorer.session.commit()
            self.settle()
        self.panels["Mixing"].rows["fine"].weighed.emit(0.4)
        self.explorer.session.commit()
        self.settle()
        self.explorer.window.banner.hide()
        self.explorer.window.grab().save(str(PICTURES.parent.parent / "pictures" / "explore.png"))
        if run is None:
            return
        self.explorer.train.watch(run)
        self.explorer.window.show_workspace(1)
        self.pump(3.0)
        self.settle()
        self.explorer.window.grab().save(str(PICTURES.parent.parent / "pictures" / "train.png"))

    def shoot(self, name: str, panel: str) -> None:
        """Photographs one panel when everything in it is drawn."""
        self.explorer.session.commit()
        self.settle()
        self._framed(self.panels[panel].grab()).save(str(PICTURES / f"{name}.png"))

    def _framed(self, shot: "QPixmap") -> "QPixmap":
        """The picture with a margin in the colour of the column."""
        from PySide6.QtGui import QPainter, QPixmap

        from explorer import theme

        made = QPixmap(shot.width() + 2 * MARGIN, shot.height() + 2 * MARGIN)
        made.fill(theme.current().colour("panel"))
        painter = QPainter(made)
        painter.drawPixmap(MARGIN, MARGIN, shot)
        painter.end()
        return made

    def settle(self) -> None:
        """Waits until nothing has been drawn for a while."""
        self.pump(0.3)
        self.wait(lambda: self.idle_since is not None and time.monotonic() - self.idle_since > QUIET)

    def wait(self, done: Callable[[], bool]) -> None:
        """Runs the event loop until something is true. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE
        while not done():
            self.pump(0.05)
            if time.monotonic() > end:
                raise TimeoutError("The window did not come to rest: is the model there?")

    def pump(self, seconds: float) -> None:
        """Runs the event loop for a while."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    def _idle(self, idle: bool) -> None:
        self.idle_since = time.monotonic() if idle else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
