"""What may be asked of the engine besides the picture, and how the answers look: frozen values, no torch.

A panel emits a request, the engine answers with any number of :class:`Piece` and at the end one :class:`Done` or
:class:`Failed`, all with the request and the hash of the model they belong to. A newer request of the same ``owner``
or another model drops the older one without an answer (:class:`Convert` knows no model and is kept; whoever waits for a
:class:`Picture` or for a file hears of the other model as :class:`Failed`).
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.lab_jobs import Inspection, Measurement
from stylegan_core.blend_amounts import Amounts
from stylegan_core.latents.drag import Dragged, Handle
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.latents.region import Region
from stylegan_core.recipe import Direction, Latent, Mix, Recipe


@dataclass(frozen=True, slots=True)
class Strip:
    """Small pictures of several recipes. Piece: uint8 [size, size, 3] at ``index``; Done: a tuple of all of them.

    All of them are drafts; with ``refine`` every piece comes again, drawn exactly, and those are the answer.
    ``waited_for``: somebody has asked for them in particular, and looks at nothing else until they are there.
    """

    owner: str
    recipes: tuple[Recipe, ...]
    size: int = 96
    refine: bool = False
    waited_for: bool = False


@dataclass(frozen=True, slots=True)
class Matrix:
    """The paper's mixing matrix: each row's face with ``band`` of each column's, row after row.

    Piece: uint8 [size, size, 3] at ``index`` = row · columns + column, every cell as a draft and then every cell drawn
    exactly; Done: a tuple of the exact ones.
    """

    owner: str
    rows: tuple[Recipe, ...]
    columns: tuple[Recipe, ...]
    band: str
    size: int = 96

    @property
    def cells(self) -> tuple[Recipe, ...]:
        """The recipe of each cell, row after row."""
        mixes = [Mix(column.latent, 1.0, self.band) for column in self.columns]
        return tuple(row.with_mix(self.band, mix) for row in self.rows for mix in mixes)


@dataclass(frozen=True, slots=True)
class NoiseMap:
    """Standard deviation of each pixel over ``draws`` seeds of the noise (paper, figure 5).

    Piece and Done: float32 [size, size], in parts of the picture's range 0..255.
    """

    owner: str
    recipe: Recipe
    draws: int = 100
    size: int = 256


@dataclass(frozen=True, slots=True)
class Pca:
    """Principal components of W, all that are kept in the cache (latents/pca.py; GANSpace).

    Piece: None, its ``index`` of ``total`` is progress; Done: a tuple of latents.library.Entry, largest first.
    """

    owner: str


@dataclass(frozen=True, slots=True)
class Sefa:
    """Closed-form factorisation of the style affines of layers first..last (latents/sefa.py). Pieces, Done: as Pca."""

    owner: str
    first: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """A direction from two piles of faces, that leaves ``unchanged`` alone (latents/from_labels.py).

    Pieces are progress as with Pca; Done: one latents.library.Entry.
    """

    owner: str
    name: str
    with_it: tuple[Latent, ...]
    without_it: tuple[Latent, ...]
    unchanged: tuple[Direction, ...] = ()
    label: int | None = None


@dataclass(frozen=True, slots=True)
class FindChannels:
    """The numbers of the style space that change one place of a picture (latents/local_channels.py).

    With more than one of ``faces`` others are looked at as well.
    Pieces are progress as with Pca; Done: a tuple of latents.region.LocalChannel, the best one first.
    """

    owner: str
    recipe: Recipe
    region: Region
    count: int = 8
    faces: int = 1


@dataclass(frozen=True, slots=True)
class FindByAttribute:
    """The numbers of the style space that change one attribute of faces (latents/attribute_channels.py).

    ``recipe`` says of which class and state of growth the faces are, ``labels`` names the judge whose answers are
    attributes too. Pieces are progress as with Pca, none where it was looked for before; Done: a tuple of
    latents.channel_effect.ChannelEffect, the best one first.
    """

    owner: str
    recipe: Recipe
    attribute: str
    labels: LearnedLabels | None = None
    count: int = 8


@dataclass(frozen=True, slots=True)
class Styles:
    """The w of each latent before mixing and truncation.

    Done: a tuple of Vector, each [w_dim], or [layers, w_dim] where the latent stores one w a layer.
    """

    owner: str
    latents: tuple[Latent, ...]
    label: int | None = None


@dataclass(frozen=True, slots=True)
class KeyStyles:
    """What enters the synthesis network for each recipe: its ws with mixing, truncation and directions in them.

    Done: a tuple of Vector [num_layers, w_dim].
    """

    owner: str
    recipes: tuple[Recipe, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture drawn exactly and at full size, to save or copy. Done: uint8 [R, R, 3]."""

    owner: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Save:
    """One picture drawn exactly and written as a PNG that carries its recipe. Done: the path, as text.

    ``side`` makes it so many pixels wide and high, ``smooth`` or pixel by pixel; 0 is as the network draws it.
    """

    owner: str
    recipe: Recipe
    path: str
    side: int = 0
    smooth: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A contact sheet of exact pictures, written as PNG or PDF. Piece: None a picture; Done: the path, as text.

    Where a recipe is None there is its caption alone; without ``captions`` each picture has its seed. Pictures are at
    most ``side`` pixels wide; 0 is the network's own resolution, or less where so many would make a page that cannot be
    opened again. The file carries every recipe and the model's hash; ``base``, or else the first recipe, is the one
    that is opened where the file is dropped.
    """

    owner: str
    recipes: tuple[Recipe | None, ...]
    columns: int
    path: str
    captions: tuple[str, ...] = ()
    side: int = 256
    base: Recipe | None = None


@dataclass(frozen=True, slots=True)
class Convert:
    """A foreign weight file as this project's safetensors; needs no model and outlives a switch of models.

    Piece: None, its ``index`` of ``total`` is progress; Done: the target, as text.
    """

    owner: str
    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Blendable:
    """Which files hold networks that may blend with the open one. Piece: None, ``index`` of ``total`` looked at.

    Done: their paths, a tuple; of other people's files all, since only reading one whole would tell.
    """

    owner: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blend:
    """Small pictures as a network between the open one and that of the file ``path`` draws them (blend.py).

    Piece: uint8 [size, size, 3] at ``index``, or None, then its ``index`` of ``total`` is how far the file is read;
    Done: the kinship of the two networks, a float.
    """

    owner: str
    path: str
    amounts: Amounts
    recipes: tuple[Recipe, ...]
    size: int = 96


@dataclass(frozen=True, slots=True)
class BlendFile:
    """Such a network written as safetensors. Piece: as of Blend, without pictures; Done: the target, as text."""

    owner: str
    path: str
    amounts: Amounts
    target: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, given as its text, written to a file. Done: the path, as text."""

    owner: str
    text: str = field(repr=False)
    path: str


@dataclass(frozen=True, slots=True)
class DragSearch:
    """Moves what lies under each handle to its target, step by step (latents/drag_points.py).

    ``origin`` is the picture the handles were put on, ``since`` where an earlier search from there has come to: a hand
    that moves a target steers the search by asking again with both. Piece and Done: drag.Dragged. Unlike other jobs it
    goes on while the picture moves, for it moves it.
    """

    owner: str
    origin: Recipe
    handles: tuple[Handle, ...]
    keep: bool = True
    since: Dragged | None = None


Request = (
    Strip | Matrix | NoiseMap | Pca | Sefa | Fit | FindChannels | FindByAttribute | Styles | KeyStyles | Picture | Save
    | Sheet | Convert | Blendable | Blend | BlendFile | DragSearch | Table | Inspection | Measurement
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture, with everything that says which one it is: pixels are uint8 [R, R, 3], ``seconds`` drawing took.

    ``precision`` is "exact" or "draft", ``dtype`` the numbers it was drawn with in words ("float32").
    """

    recipe: Recipe
    model_hash: str
    precision: str
    pixels: npt.NDArray[np.uint8] = field(repr=False, compare=False)
    seconds: float
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer: number ``index`` of ``total``."""

    request: Request
    model_hash: str
    index: int
    total: int
    value: Any = None


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer."""

    request: Request
    model_hash: str
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no answer, in one sentence."""

    request: Request
    model_hash: str
    reason: str


Answer = Piece | Done | Failed
