"""The picture of a measured curve on a model's card; needs no screen."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

SIZE = (640, 240)


def draw_curve(points: Sequence[tuple[float, float]], name: str, target: Path) -> None:
    """Writes ``points`` (thousand images, value of the metric ``name``) as a PNG, each one marked."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication

    from explorer import theme

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    colours = theme.apply(application, "dark")
    plot = pg.PlotWidget(background=colours.panel)
    plot.resize(*SIZE)
    for side, words in (("bottom", "thousand images"), ("left", name)):
        axis = plot.getAxis(side)
        axis.setPen(colours.line)
        axis.setTextPen(colours.muted)
        axis.setLabel(words, color=colours.muted)
    plot.showGrid(x=False, y=True, alpha=0.15)
    kimg, values = zip(*points, strict=True)
    plot.plot(kimg, values, pen=pg.mkPen(colours.accent, width=2), symbol="o", symbolSize=6,
              symbolBrush=colours.accent, symbolPen=None)  # fmt: skip
    plot.getViewBox().setLimits(yMin=0)
    plot.setYRange(0, max(values))
    if not plot.grab().save(str(target)):
        raise OSError(f"The curve could not be written to {target}.")
