"""Line icons drawn for this window, coloured by the theme and sharp at every scale."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from explorer import theme

# Paths on a 20 × 20 grid; a leading "!" fills instead of drawing a line.
_PATHS = {
    "undo": "M7.5 4.5 4 8l3.5 3.5 M4.3 8H12a4 4 0 0 1 0 8H8.5",
    "redo": "M12.5 4.5 16 8l-3.5 3.5 M15.7 8H8a4 4 0 0 0 0 8h3.5",
    "lock": "M5.5 9h9v7h-9z M7.3 9V6.8a2.7 2.7 0 0 1 5.4 0V9",
    "unlock": "M5.5 9h9v7h-9z M7.3 9V6.2a2.7 2.7 0 0 1 5.2-1",
    "swap": "M4 7.5h11 M12.5 4.8 15.2 7.5 12.5 10.2 M16 12.5H5 M7.5 9.8 4.8 12.5 7.5 15.2",
    "dice": "M5 4.5h10a.8.8 0 0 1 .8.8v9.4a.8.8 0 0 1-.8.8H5a.8.8 0 0 1-.8-.8V5.3a.8.8 0 0 1 .8-.8z "
    "M7.3 7.6h.02 M12.7 7.6h.02 M10 10h.02 M7.3 12.4h.02 M12.7 12.4h.02",
    "star": "M10 3.6 12 8l4.7.5-3.5 3.2 1 4.7L10 14l-4.2 2.4 1-4.7L3.3 8.5 8 8z",
    "star-full": "!M10 3.2 12.1 7.8 17 8.3l-3.7 3.4 1.1 5L10 14.2l-4.4 2.5 1.1-5L3 8.3l4.9-.5z",
    "reset": "M5.2 6.2A6 6 0 1 1 4 10 M5 3.2v3.3h3.3",
    "close": "M5.5 5.5l9 9 M14.5 5.5l-9 9",
    "plus": "M10 4.5v11 M4.5 10h11",
    "minus": "M4.5 10h11",
    "down": "M6 8l4 4 4-4",
    "right": "M8 6l4 4-4 4",
    "left": "M12 6l-4 4 4 4",
    "play": "!M7 4.8 15 10l-8 5.2z",
    "pause": "!M6.3 5h2.6v10H6.3z M11.1 5h2.6v10h-2.6z",
    "stop": "!M6 6h8v8H6z",
    "sound": "M3.5 8H6l3.7-3v10L6 12H3.5z M12.4 7.8a3.2 3.2 0 0 1 0 4.4 M14.5 5.6a6.3 6.3 0 0 1 0 8.8",
    "mute": "M3.5 8H6l3.7-3v10L6 12H3.5z M12.6 8l4 4 M16.6 8l-4 4",
    "folder": "M3.5 6V15h13V7.2H10L8.4 5H3.5z",
    "save": "M10 3.8v8 M6.8 9 10 12.2 13.2 9 M4.5 15.8h11",
    "picture": "M3.8 5h12.4v10H3.8z M4 13l3.4-3.2 2.6 2.4 2.4-2 3.6 3.2 M12.8 7.8h.02",
    "present": "M3.8 4.5h12.4v8.4H3.8z M10 12.9V16 M7 16h6",
    "search": "M9 4.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6z M12.6 12.6 16 16",
    "palette": "M4 6h12 M4 10h8 M4 14h5",
    "warning": "M10 4 16.5 15.5h-13z M10 8.3v3.4 M10 13.6h.02",
    "sun": "M10 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6z M10 3v1.4 M10 15.6V17 M3 10h1.4 M15.6 10H17 M5 5l1 1 M14 14l1 1 "
    "M15 5l-1 1 M6 14l-1 1",
    "grid": "M4.2 4.2h4.6v4.6H4.2z M11.2 4.2h4.6v4.6h-4.6z M4.2 11.2h4.6v4.6H4.2z M11.2 11.2h4.6v4.6h-4.6z",
    "copy": "M7.5 7.5h8v8h-8z M12.5 7.3V4.5h-8v8h2.8",
    "help": "M7.6 7.6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.6v.3 M10 14.4h.02",
    "check": "M4.8 10.4 8.4 14l7-8",
    "pin": "M10 11.5V16 M6.5 11.5h7l-1.2-2V5H7.7v4.5z",
    "more": "!M3.6 10a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0z M8.6 10a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0z "
    "M13.6 10a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0z",
}
NAMES = tuple(_PATHS)


def pixmap(name: str, colour: QColor, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """An icon ``size`` logical pixels wide in one colour, for a screen of the given pixel ratio."""
    path = _PATHS[name]
    filled = path.startswith("!")
    paint = f'fill="{colour.name()}"' if filled else f'fill="none" stroke="{colour.name()}"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="{path.lstrip("!")}" {paint} '
        'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    made = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, token: str = "muted", checked: str | None = None, size: int = 16) -> QIcon:
    """An icon in a colour of the current theme; ``checked`` names another icon for the checked state."""
    ratios = tuple(sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()}))
    return _icon(name, token, checked, theme.current(), size, ratios)


@lru_cache(maxsize=256)
def _icon(
    name: str, token: str, checked: str | None, colours: theme.Theme, size: int, ratios: tuple[float, ...]
) -> QIcon:
    """As :func:`icon`, drawn once for each theme: a dozen pixmaps are slow to paint for every row of a panel."""
    made = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, token), (QIcon.Mode.Active, "text"), (QIcon.Mode.Disabled, "dim")):
        for state, shape in ((QIcon.State.Off, name), (QIcon.State.On, checked or name)):
            shade = colours.colour("text" if state == QIcon.State.On and colour == "muted" else colour)
            for ratio in ratios:
                made.addPixmap(pixmap(shape, shade, size, ratio), mode, state)
    return made
