"""A network that never draws, panels, and a stand-in for the engine that records what a panel asks."""

from typing import Any, TypeVar

import numpy as np

from explorer.controls.panel import Asking, Panel
from explorer.explore.directions.panel import DirectionsPanel
from explorer.jobs import Done, Failed, Piece, Request
from explorer.session import Session
from stylegan_core.info import Capabilities, ModelInfo
from tests.explorer.at_once import AtOnce

Made = TypeVar("Made", bound=Panel)
W_DIM = 16


def model_info(resolution: int = 64, name: str = "small", **changes: Any) -> ModelInfo:
    """Facts about a network that does not exist."""
    layers = 2 * (resolution.bit_length() - 2)
    facts: dict[str, Any] = {
        "name": name, "hash": name.ljust(64, "0"), "architecture": "StyleGAN v1", "resolution": resolution,
        "level": layers // 2 - 1, "alpha": 1.0, "z_dim": W_DIM, "w_dim": W_DIM, "num_layers": layers,
        "num_noise_layers": layers, "noise_resolutions": tuple(4 << (layer // 2) for layer in range(layers)),
        "parameters": 1000,
    }  # fmt: skip
    if changes.get("capabilities", Capabilities()).styles:
        facts["style_channels"] = (W_DIM,) * layers
    return ModelInfo(**(facts | changes))


PLAIN = Capabilities(styles=False, noise=False, mixing=False, growing=False, truncation=False)


def make_panel(kind: type[Made], session: Session) -> Made:
    """A panel; what it writes is on the disk at once."""
    return kind(session, AtOnce()) if issubclass(kind, DirectionsPanel) else kind(session)


class Asked:
    """What a panel asks the engine, drops and says, and answers to it."""

    def __init__(self, panel: Asking) -> None:
        self.panel = panel
        self.requests: list[Request] = []
        self.dropped: list[str] = []  # owners
        self.said: list[tuple[str, str]] = []  # sentences and their tones
        panel.job_requested.connect(self.requests.append)
        panel.job_dropped.connect(self.dropped.append)
        panel.said.connect(lambda problem, tone: self.said.append((problem.sentence, tone)))

    def of(self, kind: type[Request]) -> Any:
        """The newest request of a kind."""
        return [request for request in self.requests if isinstance(request, kind)][-1]

    def piece(self, request: Request, index: int, value: Any, total: int = 1) -> None:
        """A part of an answer."""
        self.panel.job_done(Piece(request, self._hash(), index, total, value))

    def done(self, request: Request, value: Any) -> None:
        """The whole answer."""
        self.panel.job_done(Done(request, self._hash(), value))

    def fail(self, request: Request, reason: str) -> None:
        """No answer."""
        self.panel.job_done(Failed(request, self._hash(), reason))

    def _hash(self) -> str:
        assert self.panel.info is not None
        return self.panel.info.hash


def flat(value: int, side: int = 8) -> np.ndarray:
    """A picture of one colour."""
    return np.full((side, side, 3), value, np.uint8)
