"""What kinds of jobs there are for what draws: which write files, who is told, and whose turn is next."""

from collections.abc import Iterable, Mapping

from explorer.jobs import (
    ChannelMap,
    Channels,
    ChannelSheet,
    Convert,
    DragSearch,
    Layers,
    LayerTable,
    Picture,
    Request,
    Save,
    Sheet,
    SweepGrid,
    Table,
)

WRITERS = Save | Sheet | Convert | Table | LayerTable | ChannelSheet  # jobs that write files
AWAITED = Save | Sheet | Picture | Table | LayerTable | ChannelSheet  # whose owner hears that another model came before
MOVERS = DragSearch  # jobs that move the picture themselves, and do not wait for it to rest
SEEN = Layers | Channels | ChannelMap | SweepGrid  # asked by the Lab alone; nobody sees what other pages wait for then


def next_owner(jobs: Iterable[Request], spent: Mapping[str, float], *, quiet: bool, has_model: bool) -> str | None:
    """The owner of the job that is next: one that moves the picture, one of the Lab's, then the one with least time.

    By the seconds ``spent`` for each owner, for by turns the thousand short steps of a search for directions would wait
    for as many pictures. Without a model only some can be done; while the picture moves (not ``quiet``), only what
    moves it.
    """
    possible = [job for job in jobs if quiet or isinstance(job, MOVERS)]
    possible.sort(key=lambda job: (not isinstance(job, MOVERS), not isinstance(job, SEEN), spent.get(job.owner, 0.0)))
    return next((job.owner for job in possible if has_model or isinstance(job, Convert)), None)
