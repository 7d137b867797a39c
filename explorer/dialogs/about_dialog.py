"""The dialog about a model: its card, a page of Markdown with pictures, shown without touching the network."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QImage, QTextCharFormat, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from explorer import theme
from explorer.controls.boxes import Down
from explorer.controls.foot import Foot
from stylegan_core.amounts import thousands
from stylegan_core.info import ModelInfo

SIZE = (640, 600)
EDGE, GAP = 18, 10  # pixels around the page, and between its paragraphs
FOOT = 90  # pixels of the button below the page and the room around both


class AboutDialog(QDialog):
    """Shows Markdown; pictures come from ``folder`` alone, links open in the browser only when they are clicked."""

    def __init__(self, markdown: str, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About this model")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wide = min(SIZE[0], parent.width() - 80)
        self.page = Page(folder)
        self.page.resize(wide - 2 * EDGE, SIZE[1])
        self.page.show_markdown(markdown)
        self.page.document().setTextWidth(wide - 2 * EDGE)
        high = round(self.page.document().size().height()) + FOOT
        self.resize(wide, min(high, SIZE[1], parent.height() - 80))
        foot = Foot(self, "Closes this page. (Esc)")
        column = Down(self, 12, edges=(EDGE, EDGE, EDGE, 16))
        column.addWidget(self.page, 1)
        column.addLayout(foot)
        foot.close_it.setFocus()


class Page(QTextBrowser):
    """A browser that reads nothing but pictures of one folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder.resolve()
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; padding: 0; }")
        self.setAccessibleName("The model's card")
        self.setOpenLinks(False)
        self.setSearchPaths([str(self._folder)])
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.anchorClicked.connect(_follow)

    def show_markdown(self, text: str) -> None:
        """Shows the text; HTML in it stays text."""
        features = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
        self.document().setMarkdown(text, features)
        _calm(self.document())
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """A picture of the folder, no wider than the page; anything else is nothing."""
        name = QUrl(name)
        path = (self._folder / name.path()).resolve()
        local = name.scheme() in ("", "file") and path.is_relative_to(self._folder) and path.is_file()
        if kind != QTextDocument.ResourceType.ImageResource.value or not local:
            return None
        picture = QImage(str(path))
        room = max(160, self.viewport().width() - 2 * EDGE)
        wide = picture.width() > room
        return picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation) if wide else picture


def _calm(document: QTextDocument) -> None:
    """Sets the page as the window is set: its fonts, one size of headline, room between paragraphs, bare tables."""
    _set_code(document)
    cursor, block = QTextCursor(document), document.begin()
    while block.isValid():
        cursor.setPosition(block.position())
        layout = block.blockFormat()
        if cursor.currentTable() is None:
            layout.setTopMargin(GAP if layout.headingLevel() else 0)
            layout.setBottomMargin(GAP)
            cursor.setBlockFormat(layout)
        if layout.headingLevel():
            letters = QTextCharFormat()
            letters.setFont(theme.sans(theme.HEADLINE if layout.headingLevel() == 1 else 15, QFont.Weight.DemiBold))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(letters)
        block = block.next()
    for table in document.rootFrame().childFrames():
        if isinstance(table, QTextTable):
            _calm_table(table)


def _set_code(document: QTextDocument) -> None:
    """Code in the window's own font for numbers, where Qt takes whatever the system has for it."""
    letters = QTextCharFormat()
    letters.setFont(theme.mono(theme.LABEL))
    for start, end in _code(document):
        cursor = QTextCursor(document)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(letters)


def _code(document: QTextDocument) -> list[tuple[int, int]]:
    """Where code begins and ends."""
    found: list[tuple[int, int]] = []
    block = document.begin()
    while block.isValid():
        parts = block.begin()
        while not parts.atEnd():
            part = parts.fragment()
            if part.charFormat().fontFamilies():  # Markdown names a font for code alone
                found.append((part.position(), part.position() + part.length()))
            parts += 1
        block = block.next()
    return found


def _embolden(table: QTextTable) -> None:
    """Headings in the heaviest weight of the bundled font; a heavier one each system's FreeType would make up."""
    strong = QTextCharFormat()
    strong.setFontWeight(QFont.Weight.DemiBold)
    for column in range(table.columns()):
        cursor = table.cellAt(0, column).firstCursorPosition()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(strong)


def _calm_table(table: QTextTable) -> None:
    layout = table.format().toTableFormat()
    layout.setBorder(0)
    layout.setCellPadding(4)
    layout.setCellSpacing(0)
    layout.setTopMargin(GAP)
    layout.setBottomMargin(GAP)
    table.setFormat(layout)
    heads = (table.cellAt(0, column) for column in range(table.columns()))
    if all(head.firstCursorPosition() == head.lastCursorPosition() for head in heads):
        table.removeRows(0, 1)  # Markdown has no table without a heading, so cards leave it empty
    else:
        _embolden(table)
    for row in range(table.rows()):
        cursor = table.cellAt(row, 0).firstCursorPosition()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        faint = QTextCharFormat()
        faint.setForeground(theme.current().colour("muted"))
        cursor.mergeCharFormat(faint)


def card_of(info: ModelInfo, path: str) -> str:
    """The card that lies beside a model's file, or where there is none, one made of its facts; Markdown.

    Reads the disk: not for the window's thread. Raises OSError.
    """
    written = Path(path).parent / "card.md"
    if written.is_file():
        return written.read_text(encoding="utf-8", errors="replace")[:200_000]
    grown = "" if info.finished else f", grown to {4 << info.level}², alpha {info.alpha:.2f}"
    rows = {
        "network": f"{info.architecture}, {info.resolution}×{info.resolution}{grown}",
        "latents": f"z {info.z_dim}, w {info.w_dim}",
        "layers": f"{info.num_layers}, {info.num_noise_layers or 'none'} of them with noise",
        "classes": ", ".join(info.classes),
        "parameters": thousands(info.parameters),
        "origin": info.origin or "not said",
        "model hash": f"`{info.hash}`",
        "file": f"`{path}`",
    }
    table = "\n".join(f"| {name} | {text.replace('|', '/')} |" for name, text in rows.items() if text)
    notes = "\n".join(f"- {note}" for note in info.notes)
    return f"# {info.name}\n\n| | |\n|---|---|\n{table}\n\n{notes}\n"


def _follow(link: QUrl) -> None:
    if link.scheme() in ("http", "https"):
        QDesktopServices.openUrl(link)
