"""``--tensorboard``: the same story as events.jsonl, in the files that TensorBoard reads, beside the others."""

import contextlib
from dataclasses import fields
from typing import Any

import numpy as np
from PIL import Image

from stylegan_core.run.events import Alert, Checkpoint, Event, Metric, Resume, Samples, Stretch, Tick
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
            self._begin(event.img + 1 if isinstance(event, Resume) else None)
        elif self._writer is not None:
            self._follow()
            self._tell(event)

    def _begin(self, purge_step: int | None = None) -> None:
        self._writer = self._open(str(self._run.path / FOLDER), purge_step=purge_step)

    def _follow(self) -> None:
        """Begins another file where the run's folder was renamed; what was not yet written of this one is lost."""
        if self._writer.get_logdir() != str(self._run.path / FOLDER):
            with contextlib.suppress(OSError):
                self.close()
            self._begin()

    def _tell(self, event: Event) -> None:
        if isinstance(event, Tick):
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
        elif isinstance(event, Checkpoint):
            self._writer.flush()  # a run that is killed goes on from here and tells nothing before it again

    def close(self) -> None:
        """Writes what is left and closes the file."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
