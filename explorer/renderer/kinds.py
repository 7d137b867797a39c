"""What kinds of jobs there are for what draws: which write files, who is told, and whose turn is next."""

from collections.abc import Iterable

from explorer.jobs import (
    Blend,
    Blendable,
    BlendFile,
    Convert,
    DragSearch,
    FindByAttribute,
    FindChannels,
    Fit,
    KeyStyles,
    Matrix,
    Pca,
    Picture,
    Request,
    Save,
    Sefa,
    Sheet,
    Strip,
    Styles,
    Table,
)
from explorer.lab_jobs import ChannelMap, Channels, ChannelSheet, Entangle, Layers, LayerTable, SweepGrid

WRITERS = Save | Sheet | Convert | BlendFile | Table | LayerTable | ChannelSheet  # jobs that write files
AWAITED = Save | Sheet | BlendFile | Table | LayerTable | ChannelSheet | Picture  # who asked hears of another model
MOVERS = DragSearch  # jobs that move the picture themselves, and do not wait for it to rest
SHORT = Styles | KeyStyles  # jobs that draw nothing and take milliseconds


def next_owner(jobs: Iterable[Request], *, quiet: bool, has_model: bool) -> str | None:
    """The owner of the job that is next, the first of those that are as urgent.

    Without a model only some can be done; while the picture moves (not ``quiet``), only what moves it.
    """
    possible = [job for job in jobs if quiet or isinstance(job, MOVERS)]
    possible.sort(key=_rank)
    return next((job.owner for job in possible if has_model or isinstance(job, Convert)), None)


def _rank(job: Request) -> int:
    """0 is the most urgent; else a hundred short steps would wait for as many pictures, and a dialog for the panels."""
    match job:
        case DragSearch():
            return 0
        case Pca() | Sefa() | Fit() | Styles() | KeyStyles() | Convert() | Blendable() | BlendFile() | Table():
            return 1  # they draw nothing
        case Layers() | Channels() | ChannelMap() | SweepGrid() | Entangle():
            return 2  # asked by the Lab alone; nobody sees what other pages wait for then
        case Matrix() | Sheet() | Picture() | Blend() | Strip(refine=True) | Strip(waited_for=True):
            return 3  # somebody has asked for them in particular
        case FindChannels() | FindByAttribute():
            return 3
    return 4
