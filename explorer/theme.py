"""Colours, fonts and the style sheet: the tokens of the design, dark and light, in one place."""

from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import FunctionType

import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QStackedWidget,
    QStyle,
    QToolButton,
    QWidget,
)

from explorer.tick_style import TickStyle

RESOURCES = Path(__file__).parent.parent / "resources"
BODY, LABEL, SMALL, HEADLINE = 13, 12, 11, 18  # pixels
MOTION = 120  # milliseconds, the longest a control may move by itself
POLISHED = 40  # hidden widgets that get the colours of another theme in one turn of the event loop


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours; ``dim`` is for large or decorative text only, every other text has contrast ≥ 4.5."""

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    dim: str
    accent: str
    on_accent: str
    coarse: str
    middle: str
    fine: str
    good: str
    warning: str
    bad: str
    well: str
    handle: str

    def colour(self, token: str) -> QColor:
        """A token ("accent", "coarse", ...) as a QColor."""
        return QColor(getattr(self, token))

    def band(self, name: str) -> QColor:
        """The colour of the band "coarse", "middle" or "fine"; any other name gets the accent."""
        return self.colour(name if name in ("coarse", "middle", "fine") else "accent")


DARK = Theme(
    name="dark", window="#14161b", panel="#1b1e25", raised="#242832", hover="#2e3340", line="#2c313c",
    text="#e9ebf1", muted="#98a1b3", dim="#626b7d", accent="#7c8cff", on_accent="#10121a",
    coarse="#f0b04e", middle="#39c5ae", fine="#c07df5", good="#5fd38a", warning="#f0b04e", bad="#f2746f",
    well="#0f1115", handle="#ffffff",
)  # fmt: skip
LIGHT = Theme(
    name="light", window="#f4f5f8", panel="#ffffff", raised="#eceef3", hover="#e0e3eb", line="#d9dde5",
    text="#181b22", muted="#566074", dim="#8a93a5", accent="#4455df", on_accent="#ffffff",
    coarse="#8e5a0f", middle="#0e7261", fine="#893cd0", good="#17743f", warning="#8e5a0f", bad="#ba322d",
    well="#e6e8ee", handle="#ffffff",
)  # fmt: skip
_THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
_Role = QPalette.ColorRole
# The style sheet names roles of the palette instead of colours. So it is parsed once, and another theme is another
# palette: a new sheet would make Qt polish every widget once for each of its ancestors, ten times as long.
# Tokens below the line have no role of their own and take one that nothing here is drawn with.
_ROLES = {
    "window": ("window", (_Role.Window,)),
    "panel": ("base", (_Role.Base,)),
    "well": ("alternate-base", (_Role.AlternateBase,)),
    "raised": ("button", (_Role.Button, _Role.ToolTipBase)),
    "hover": ("midlight", (_Role.Midlight,)),
    "line": ("mid", (_Role.Mid,)),
    "dim": ("dark", (_Role.Dark,)),
    "text": ("window-text", (_Role.WindowText, _Role.Text, _Role.ButtonText)),
    "muted": ("placeholder-text", (_Role.PlaceholderText,)),
    "accent": ("highlight", (_Role.Highlight, _Role.Link, _Role.Accent)),
    "on_accent": ("highlighted-text", (_Role.HighlightedText,)),
    # --
    "coarse": ("link-visited", (_Role.LinkVisited,)),
    "middle": ("bright-text", (_Role.BrightText,)),
    "fine": ("tooltip-text", (_Role.ToolTipText,)),
    "warning": ("link-visited", (_Role.LinkVisited,)),
    "good": ("shadow", (_Role.Shadow,)),
    "bad": ("light", (_Role.Light,)),
}
_behind = 0  # hidden widgets that still have the colours of another theme
_current = DARK
# What the style sheet has colours for; everything else takes them from the palette or paints itself.
_COLOURED = (
    QMainWindow, QDialog, QFrame, QPushButton, QToolButton, QCheckBox, QLineEdit, QAbstractSpinBox, QComboBox, QMenu,
    QScrollBar, QProgressBar,
)  # fmt: skip


def current() -> Theme:
    """The theme now on screen; widgets that paint themselves ask for it in every paintEvent."""
    return _current


def apply(app: QApplication, name: str) -> Theme:
    """Sets the colours, "dark" or "light", everywhere; the first call also loads fonts, style and style sheet.

    What is seen changes at once, hidden widgets in the next turns of the event loop.
    """
    global _current
    before, _current = _current, _THEMES.get(name, DARK)
    first = app.property("styled") is None
    if not first and _current is before:
        return _current
    if first:
        app.setStyle(TickStyle())
        for path in sorted((RESOURCES / "fonts").glob("*.[ot]tf")):
            QFontDatabase.addApplicationFont(str(path))
        app.setFont(sans())
        app.setProperty("styled", 1)
    app.setPalette(_palette(_current))
    if first:
        app.setStyleSheet(_style_sheet())
    else:
        every = app.allWidgets()
        _polish([widget for widget in every if widget.isVisible()])
        _polish_later([widget for widget in every if not widget.isVisible()])
    return _current


def _polish(widgets: list[QWidget]) -> None:
    """Makes the style sheet look at the palette again, which it does only when it meets a widget anew."""
    for widget in widgets:
        if shiboken6.isValid(widget):
            if _is_coloured(widget):
                style = widget.style()
                style.unpolish(widget)
                style.polish(widget)
            # Under a style sheet Qt does not tell every widget that the application's palette is another one.
            if isinstance(type(widget).changeEvent, FunctionType):
                QApplication.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))
            if isinstance(widget, QGraphicsView):
                widget.resetCachedContent()  # plots keep their background
            widget.update()


def _is_coloured(widget: QWidget) -> bool:
    if isinstance(widget, QLabel):
        return bool(widget.dynamicPropertyNames())  # the sheet finds labels by their role, band or tone
    if isinstance(widget, QScrollArea | QStackedWidget):
        return bool(widget.objectName())
    return isinstance(widget, _COLOURED)


def is_everywhere() -> bool:
    """Whether every widget, hidden ones too, has the colours of the last theme."""
    return not _behind


def _polish_later(widgets: list[QWidget]) -> None:
    """Polishes some in each turn of the event loop."""
    global _behind
    _behind += len(widgets)
    _polish_some(widgets)


def _polish_some(widgets: list[QWidget]) -> None:
    global _behind
    _polish(widgets[:POLISHED])
    _behind -= len(widgets[:POLISHED])
    if widgets[POLISHED:]:
        QTimer.singleShot(0, lambda: _polish_some(widgets[POLISHED:]))


def sans(pixels: int = BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font for words; ``pixels`` is its size."""
    return _font(["Inter", "Segoe UI", "Helvetica Neue", "DejaVu Sans"], pixels, weight)


def mono(pixels: int = LABEL, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font for numbers: every digit equally wide, so that values do not jump."""
    return _font(["JetBrains Mono", "Consolas", "Menlo", "DejaVu Sans Mono"], pixels, weight)


def motion() -> int:
    """How long a movement may take in milliseconds; 0 where the system asks for reduced motion."""
    style = QApplication.style()
    moves = style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) if style else 0
    return MOTION if moves else 0


def _font(families: list[str], pixels: int, weight: QFont.Weight) -> QFont:
    font = QFont()
    font.setFamilies(families)
    font.setPixelSize(pixels)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _style_sheet() -> str:
    roles = {token: f"palette({role})" for token, (role, _) in _ROLES.items()}
    icons = (RESOURCES / "icons").as_posix()
    return Template((RESOURCES / "style.qss").read_text(encoding="utf-8")).substitute(roles, icons=icons)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    for token, (_, roles) in _ROLES.items():
        for each in roles:
            palette.setColor(each, theme.colour(token))
    for each in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, theme.colour("dim"))
    return palette


def transparent(colour: QColor, alpha: float) -> QColor:
    """The colour with an opacity from 0 to 1."""
    return QColor(colour.red(), colour.green(), colour.blue(), round(255 * alpha))


ALIGN_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
