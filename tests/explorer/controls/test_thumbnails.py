"""Small pictures: what is drawn over them is seen on any of them."""

from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from explorer import theme
from explorer.controls.thumbnails import Thumbnail


def test_a_star_is_seen_on_a_face_of_its_own_colour(qtbot: QtBot) -> None:
    thumbnail, face = Thumbnail(62), QPixmap(62, 62)
    qtbot.addWidget(thumbnail)
    face.fill(theme.DARK.colour("coarse"))
    thumbnail.show_pixmap(face)
    thumbnail.set_starred(True)
    drawn = thumbnail.grab().toImage()
    star, beside = drawn.pixelColor(51, 11), drawn.pixelColor(51, 4)
    assert star == face.toImage().pixelColor(51, 11) and star.lightness() - beside.lightness() > 60
