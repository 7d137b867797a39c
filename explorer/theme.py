"""Colours, fonts and the style sheet: the tokens of the design, dark and light, in one place."""

from dataclasses import dataclass, fields
from pathlib import Path
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyleFactory

RESOURCES = Path(__file__).parent.parent / "resources"
BODY, LABEL, SMALL, HEADLINE = 13, 12, 11, 18  # pixels
MOTION = 120  # milliseconds, the longest a control may move by itself


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
    coarse="#f0b04e", middle="#39c5ae", fine="#c07cf5", good="#5fd38a", warning="#f0b04e", bad="#f2706b",
    well="#0f1115", handle="#ffffff",
)  # fmt: skip
LIGHT = Theme(
    name="light", window="#f4f5f8", panel="#ffffff", raised="#eceef3", hover="#e0e3eb", line="#d9dde5",
    text="#181b22", muted="#566074", dim="#8a93a5", accent="#4a5be0", on_accent="#ffffff",
    coarse="#b87413", middle="#12907b", fine="#8b3fd1", good="#1f9d55", warning="#b87413", bad="#cf3f3a",
    well="#e6e8ee", handle="#ffffff",
)  # fmt: skip
_THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
_current = DARK


def current() -> Theme:
    """The theme now on screen; widgets that paint themselves ask for it in every paintEvent."""
    return _current


def apply(app: QApplication, name: str) -> Theme:
    """Loads the fonts once, sets palette, font and style sheet; ``name`` is "dark" or "light"."""
    global _current
    _current = _THEMES.get(name, DARK)
    if app.property("fonts_loaded") is None:
        app.setStyle(QStyleFactory.create("Fusion"))
        for path in sorted((RESOURCES / "fonts").glob("*.[ot]tf")):
            QFontDatabase.addApplicationFont(str(path))
        app.setProperty("fonts_loaded", 1)
        app.setFont(sans())
    app.setPalette(_palette(_current))
    app.setStyleSheet(_style_sheet(_current))
    return _current


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


def _style_sheet(theme: Theme) -> str:
    tokens = {item.name: getattr(theme, item.name) for item in fields(theme)}
    icons = (RESOURCES / "icons").as_posix()
    return Template((RESOURCES / "style.qss").read_text(encoding="utf-8")).substitute(tokens, icons=icons)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for token, roles in {
        "window": (role.Window,),
        "panel": (role.Base, role.AlternateBase),
        "raised": (role.Button, role.ToolTipBase),
        "text": (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText),
        "accent": (role.Highlight, role.Link, role.Accent),
        "on_accent": (role.HighlightedText,),
        "muted": (role.PlaceholderText,),
    }.items():
        for each in roles:
            palette.setColor(each, theme.colour(token))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, theme.colour("dim"))
    return palette


def transparent(colour: QColor, alpha: float) -> QColor:
    """The colour with an opacity from 0 to 1."""
    return QColor(colour.red(), colour.green(), colour.blue(), round(255 * alpha))


ALIGN_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
