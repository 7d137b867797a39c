"""The menus of the film strip: what can be done with a key, and what its head has no room for."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from explorer.controls.pop_up import pop_up

if TYPE_CHECKING:
    from explorer.explore.film import FilmStrip


def key_menu(strip: "FilmStrip", at: int, where: QPoint) -> None:
    """Opens the menu of the key at ``at``."""
    count, reel, here = len(strip.reel.film.keys), strip.reel, strip.info is not None
    pop_up(
        strip,
        where,
        ("Show it", lambda: strip.go_to(at), here),
        ("Put the picture that is shown here", lambda: reel.replace(at, strip.session.recipe), here),
        ("Stay here for a while", lambda: reel.hold(at), True),
        ("Move to the left", lambda: reel.move(at, at - 1), at > 0),
        ("Move to the right", lambda: reel.move(at, at + 2), at + 1 < count),
        ("Take out of the film", lambda: strip.remove(at), True),
    )


def more_menu(strip: "FilmStrip") -> None:
    """Opens the menu below the button at the right of the head."""
    reel, film, button = strip.reel, strip.reel.film, strip.view.more
    switches = (
        ("Go at one speed", lambda: reel.set(pace="constant"), True)
        if film.pace == "eased"
        else ("Come to rest at every picture", lambda: reel.set(pace="eased"), True),
        ("Do not loop" if film.loop else "Loop", lambda: reel.set(loop=not film.loop), True),
    )
    pop_up(
        strip,
        button.mapToGlobal(button.rect().bottomLeft()),
        *(switches if strip.view.narrow else ()),
        ("Add the favourites", strip.favourites_wanted.emit, strip.info is not None),
        ("Undo the last change of the film", reel.undo, reel.can_undo),
        ("Redo the last change of the film", reel.redo, reel.can_redo),
        ("New film", strip.clear, bool(film.keys)),
    )
