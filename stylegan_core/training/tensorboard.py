"""``--tensorboard``: the same story as events.jsonl, in the files that TensorBoard reads, beside the others."""

from dataclasses import fields
from typing import Any

import numpy as np
from PIL import Image

from stylegan_core.run.events import Alert, Event, Metric, Resume, Samples, Stretch, Tick
from stylegan_core.rundir import RunDir

FOLDER = "tensorboard"
LEFT_OUT = ("time", "img", "kimg")


class TensorBoard:
    """Takes events; the horizontal axis counts real images. Raises ValueError where the extra is missing."""

    def __init__(self, run: RunDir) -> None:
        try:
            from torch.utils.tensorboard.writer import SummaryWriter
        except ImportError:
            raise ValueError(
                "--tensorboard needs a package that is not installed: pip install 'stylegan-explorer[tensorboard]'."
            ) from None
        self._run = run
        self._open = SummaryWriter
        self._writer: Any = None

    def take(self, event: Event) -> None:
        """Writes what TensorBoard can show of an event, from the first ``start`` or ``resume`` on. Raises OSError.

        At a resume, what was written beyond its image is hidden.
        """
        if isinstance(event, Stretch):
            self.close()
            beyond = event.img + 1 if isinstance(event, Resume) else None
            self._writer = self._open(str(self._run.path / FOLDER), purge_step=beyond)
        elif self._writer is None:
            return
        elif isinstance(event, Tick):
            for item in fields(event):
                value = float(getattr(event, item.name))
                if item.name not in LEFT_OUT and np.isfinite(value):
                    self._writer.add_scalar(f"training/{item.name}", value, event.img, event.time)
        elif isinstance(event, Metric):
            self._writer.add_scalar(f"metrics/{event.name}", event.value, event.img, event.time)
        elif isinstance(event, Samples):
            with Image.open(self._run.path / event.path) as picture:
                pixels = np.asarray(picture.convert("RGB"))
            self._writer.add_image("samples", pixels, event.img, event.time, dataformats="HWC")
        elif isinstance(event, Alert):
            self._writer.add_text("alerts", event.text, event.img, event.time)

    def close(self) -> None:
        """Writes what is left and closes the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
