"""What the table of entanglement shows: its numbers, their confidence, and what they are about."""

from dataclasses import dataclass, field

import numpy as np

from stylegan_core.lab.entanglement import Entanglement
from stylegan_core.lab.measurement import Doubles

LEAST = 0.25  # standard deviations that have the full colour at least
PUREST, PAIR = "purest", ("purest direction", "purest channel")
VIEWS = ("effects", PUREST, "cosine", "correlation")
VIEW_TIPS = (
    "What one σ of each direction or channel changes, in standard deviations of each attribute.",
    "For each attribute the direction and the channel in whose change it has the largest part; a frame where one is "
    "purer by more than ±.",
    "The cosine between two directions in W, whatever their layers: 1 is the same way, 0 has nothing in common.",
    "The correlation of random faces along two directions: how often those far along one are so along the other, "
    "± 95 % over 2000 of them.",
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a table shows: ``values`` [rows, columns], 1 to ``top`` in full colour; ``halves`` is their confidence.

    ``meant`` is the column of each row that it is about; ``shares`` stand in a column of their own, as a share of one,
    with the confidence ``share_halves``. ``who`` has a name for each cell, whose value is a share then, or none.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Doubles = field(repr=False, compare=False)
    top: float = 1.0
    halves: Doubles | None = field(default=None, repr=False, compare=False)
    meant: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()
    share_halves: tuple[float, ...] = ()
    who: tuple[tuple[str, ...], ...] = ()

    def is_sure(self, row: int, column: int) -> bool:
        """Whether 0 lies outside of the confidence of a number."""
        return self.halves is None or abs(self.values[row, column]) > self.halves[row, column]


def numbers_of(facts: Entanglement, view: str) -> Numbers:
    """One of the ``VIEWS`` of what was measured; attributes that rows are about come first, in their order."""
    names = facts.plan.names
    if view == PUREST:
        return _purest(facts)
    if view != "effects":
        names = names[: len(facts.plan.directions)]
        halves = facts.correlation_confidence if view == "correlation" else None
        return Numbers(names, names, getattr(facts, view), halves=halves)
    mains = [facts.main(row) for row in range(len(names))]
    order = list(dict.fromkeys([*mains, *range(len(facts.names))]))
    effects, halves = facts.effects[:, order], facts.confidence[:, order]
    top = max(float(np.abs(effects).max()), LEAST)
    meant, rows = tuple(map(order.index, mains)), range(len(names))
    shares, share_halves = tuple(map(facts.purity, rows)), tuple(map(facts.purity_confidence, rows))
    return Numbers(names, tuple(facts.names[at] for at in order), effects, top, halves, meant, shares, share_halves)


def _purest(facts: Entanglement) -> Numbers:
    """The purest direction and channel of each attribute that any of them is sure to change."""
    names, rows = facts.plan.names, list[str]()
    values, halves, who, meant = list[list[float]](), list[list[float]](), list[tuple[str, ...]](), list[int]()
    for attribute, name in enumerate(facts.names):
        best = [facts.purest(attribute, channels=channels) for channels in (False, True)]
        if best == [None, None]:
            continue
        shares = [(0.0, 0.0) if at is None else facts.share(at, attribute) for at in best]
        (one, of_one), (other, of_other) = shares
        purer = None not in best and abs(one - other) > float(np.hypot(of_one, of_other))
        rows.append(name)
        values.append([one, other])
        halves.append([of_one, of_other])
        who.append(tuple("" if at is None else names[at] for at in best))
        meant.append(int(other > one) if purer else -1)
    shape = len(rows), len(PAIR)
    return Numbers(
        tuple(rows), PAIR, np.reshape(values, shape), 1.0, np.reshape(halves, shape), tuple(meant), who=tuple(who)
    )
