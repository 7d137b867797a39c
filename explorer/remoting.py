"""Remote control and the window: what is steered, the light in the footer, the dialog, and right-clicks to learn."""

from PySide6.QtCore import QObject

from explorer.parts import Parts
from explorer.remote.dialog import RemoteDialog
from explorer.remote.learn_menu import LearnMenu
from explorer.remote.light import RemoteLight
from explorer.remote.remote import Remote
from explorer.steering import Steering


class Remoting(QObject):
    """Made last, when everything that is steered is there. Until :meth:`start` nothing listens."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._window = parts.window
        self.steering = Steering(parts)
        self.remote = Remote(parts.session, self.steering, parts.disk, self)
        self.light = RemoteLight()
        self.dialog: RemoteDialog | None = None
        parts.window.footer.add(self.light)
        self.remote.changed.connect(lambda: self.light.show_words(self.remote.on_words))
        self.remote.doing.active.connect(self.light.glow)
        self.remote.said.connect(parts.say)
        self.light.clicked.connect(self.show)
        self._menu = LearnMenu([*parts.panels, parts.film], self.steering.addresses_of, self.learn, self)
        parts.session.model_changed.connect(lambda _: self._refill())
        parts.channels.learn_wanted.connect(lambda *place: self.learn(self.steering.channel_address(*place)))
        parts.directions.learn_wanted.connect(lambda name: self.learn(self.steering.direction_address(name)))

    def start(self) -> None:
        """Listens to what a person wants to be listened to from the start."""
        self.remote.start()

    def show(self) -> None:
        """Opens the dialog, or brings it to the front."""
        if self.dialog is None:
            self.dialog = RemoteDialog(self.remote, self._window)
        self.dialog.show()
        self.dialog.activateWindow()

    def learn(self, address: str) -> None:
        """Opens the dialog, which waits for the knob of a control."""
        self.show()
        if self.dialog is not None:
            self.dialog.learn(address)

    def _refill(self) -> None:
        """Another network has other controls."""
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.bindings.fill()

    def close(self) -> None:
        """Listens no more."""
        if self.dialog is not None:
            self.dialog.close()
        self.remote.close()
