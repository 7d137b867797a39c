"""The directions of the session's recipe, as hands change them."""

from dataclasses import replace

from explorer.session import Session
from stylegan_core.lab.sweep_plan import with_direction
from stylegan_core.recipe import AppliedDirection, Direction, Vector


class AppliedDirections:
    """Reads and edits ``recipe.directions``; a direction is known by its vector."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def by_vector(self) -> dict[Vector, AppliedDirection]:
        """Every direction that moves the picture."""
        return {each.direction.vector: each for each in self._session.recipe.directions}

    def set(self, new: AppliedDirection) -> None:
        """Sets one, in a gesture that goes on; at strength 0 it is taken out."""
        self._session.edit(directions=with_direction(self._session.recipe.directions, new))

    def rename(self, direction: Direction) -> None:
        """Gives a direction its new name, where it moves the picture."""
        renamed = [
            replace(each, direction=replace(each.direction, name=direction.name))
            if each.direction.vector == direction.vector
            else each
            for each in self._session.recipe.directions
        ]
        self._session.apply(replace(self._session.recipe, directions=tuple(renamed)))

    def clear(self) -> None:
        """Sets every one to 0, as one step."""
        self._session.apply(replace(self._session.recipe, directions=()))
