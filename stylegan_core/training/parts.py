"""How a batch is split among processes and micro-batches so that the step stays that of the joined batch."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Part:
    """Some images computed at a time: their ``places`` in the whole batch and the ``rows`` of this process's pictures.

    ``share`` is their share of the whole batch, by which means over the part add up to means over the batch, and
    ``members`` how many of them make a group.
    """

    places: list[int]
    rows: list[int]
    share: float
    members: int

    def of(self, mine: Tensor) -> Tensor:
        """This part of all that the process has of the batch.

        Cut out rather than indexed: an index is copied to the GPU, which may not be while a step is recorded.
        """
        if len(self.rows) == len(mine):
            return mine
        groups = len(self.rows) // self.members
        return mine.reshape(self.members, -1, *mine.shape[1:]).narrow(1, self.rows[0], groups).flatten(0, 1)

    def without(self, first: "Part") -> "Part":
        """All but the images of ``first``, which are this part's first groups and not all of them."""
        kept = [at for at, place in enumerate(self.places) if place not in first.places]
        places, rows = [self.places[at] for at in kept], [self.rows[at] for at in kept]
        return Part(places, rows, self.share * len(kept) / len(self.places), self.members)


def split(batch: int, size: int, group: int, rank: int = 0, world: int = 1, first: int = 0) -> Iterator[Part]:
    """Splits this process's images of a batch into parts of at most ``size`` (0: one part), never below one group.

    A minibatch-deviation group is strided, i, i + N/g, … (spec-core 2), and parts are made of whole groups, so each
    gives the same statistics as the joined batch. With ``first`` only the batch's first so many groups are taken (0:
    all), and shares are of these. A process that has none of them gets no part.
    """
    members, columns, begin, end = _columns(batch, group, rank, world)
    mine = end - begin
    taken = min(first or columns, columns)
    end = min(end, taken)
    width = max(size // members, 1) if size else max(mine, 1)
    for start in range(begin, end, width):
        chosen = range(start, min(start + width, end))
        places = [row * columns + column for row in range(members) for column in chosen]
        rows = [row * mine + column - begin for row in range(members) for column in chosen]
        yield Part(places, rows, len(places) / (members * taken), members)


def places_of(batch: int, group: int, rank: int, world: int) -> list[int]:
    """The images of a batch that one of several processes computes, in the order of its rows.

    Raises ValueError where there are fewer groups than processes.
    """
    members, columns, _, _ = _columns(batch, group, rank, world)
    if columns < world:
        raise ValueError(
            f"A batch of {batch} has {columns} groups of {members} for the minibatch deviation, too few for {world} "
            "processes; raise the batch or start fewer."
        )
    return next(split(batch, 0, group, rank, world)).places


def _columns(batch: int, group: int, rank: int, world: int) -> tuple[int, int, int, int]:
    """Members of a group, groups in all, and this process's first group and the one after its last."""
    members = min(group, batch) if group > 1 else 1
    columns = batch // members
    return members, columns, rank * columns // world, (rank + 1) * columns // world
