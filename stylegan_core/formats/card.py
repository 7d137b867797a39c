"""The information card of a weight file, before it is opened: what it is, what is missing, where numbers came from.

Plain data made without torch, so the window can show it at once.
"""

from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from stylegan_core.amounts import size_text, thousands
from stylegan_core.files.header import FORMAT
from stylegan_core.formats.converted import Converted, State
from stylegan_core.formats.detect import Container, container_of
from stylegan_core.formats.layouts import OWN
from stylegan_core.formats.limits import Budget, Progress, RefusedFile
from stylegan_core.formats.own_file import read_config, read_facts
from stylegan_core.formats.reader import convert_file, mapped, read_weight_file
from stylegan_core.formats.safetensors_reader import view_safetensors
from stylegan_core.formats.sentences import LONGEST_PATH, naming, shown
from stylegan_core.formats.weight_file import WeightFile
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.configurations import title
from stylegan_core.run.stems import state_file
from stylegan_core.rundir import RunDir

MOST_SHOWN = 20
_AVERAGED = ("Gs", "G_ema", "g_ema", "generator_smooth", "g_running", "GE")
_LIVE = ("G", "g", "generator")
# Numbers that no gradient moves: noise, means, norms' statistics, StyleGAN3's waves.
_NOT_COUNTED = (
    "noise", "noise_const", "w_avg", "running_mean", "running_var", "num_batches_tracked",
    "transform", "freqs", "phases", "magnitude_ema",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """What a person wants to know of a weight file before opening it.

    ``networks`` are the names in the file, ``drawn`` the one that will draw; ``level`` and ``alpha`` its state of
    growth; ``parameters`` counts the drawing generator's trained numbers; ``code_bytes`` is program text the file
    carries, which is never run; ``notes`` say what is missing or approximated; ``own`` files need no conversion.
    """

    path: str
    bytes: int
    format: str
    networks: tuple[str, ...]
    drawn: str
    architecture: str
    resolution: int
    level: int
    alpha: float
    z_dim: int
    w_dim: int
    classes: int
    parameters: int
    discriminator: bool
    code_bytes: int
    origin: str
    notes: tuple[str, ...]
    own: bool

    @property
    def working_resolution(self) -> int:
        """The side the network was trained to."""
        return 4 << self.level

    def lines(self) -> list[tuple[str, str]]:
        """(label, text) rows, as the window and the command line show them."""
        grown = self.working_resolution == self.resolution and self.alpha == 1
        state = "" if grown else f", trained to {self.working_resolution}² (alpha {self.alpha:.2f})"
        classes = f", {self.classes} classes" if self.classes else ""
        rows = [
            ("File", f"{shown(self.path, LONGEST_PATH)} ({size_text(self.bytes)})"),
            ("Format", self.format),
            ("Network", f"{self.architecture}, {self.resolution}×{self.resolution}{state}"),
            ("Latents", f"z {self.z_dim}, w {self.w_dim}{classes}"),
            ("Parameters", f"{thousands(self.parameters)} in the generator"),
            ("Holds", ", ".join(self.networks) + (f"; {self.drawn} is drawn" if len(self.networks) > 1 else "")),
            ("Discriminator", "yes" if self.discriminator else "no"),
            ("Numbers", self.origin),
        ]
        if self.code_bytes:
            rows.append(("Code", f"contains {self.code_size} of code, not run"))
        return rows + [("Note", note) for note in self.notes]

    @property
    def code_size(self) -> str:
        """The program text's size in words: "33 kB"."""
        return f"{self.code_bytes / 1000:.0f} kB" if self.code_bytes >= 1000 else f"{self.code_bytes} bytes"

    def to_dict(self) -> dict[str, Any]:
        """The card as JSON-ready data."""
        return asdict(self)


def read_card(path: str | PathLike[str], progress: Progress | None = None) -> Card:
    """The card of a weight file or run directory; reads names and shapes, runs nothing, needs no torch.

    Raises OSError, or ValueError with one sentence naming the file.
    """
    file = Path(path)
    if file.is_dir():
        found = RunDir(file).drawable()
        if found is None:
            raise ValueError(f"{file} is a folder without checkpoints; give a weight file or a run directory.")
        file = found
    with naming(file):
        own = _own(file)
    return own or _foreign(read_weight_file(file, progress), file)


def _foreign(file: WeightFile, path: Path) -> Card:
    found = convert_file(file, path)
    return _card(
        path,
        file.size,
        found.config,
        found.generator,
        format=file.format,
        networks=tuple(shown(name or "generator") for name in list(file.networks)[:MOST_SHOWN]),
        drawn=found.source or "generator",
        level=found.config.levels - 1 if found.level is None else found.level,
        alpha=found.alpha,
        discriminator=found.discriminator is not None,
        code_bytes=file.source_code_bytes,
        origin=_origin(found),
        notes=(*found.notes, *_missing(found)),
        own=False,
    )


def _origin(found: Converted) -> str:
    if found.source in _AVERAGED:
        return f"{found.source}, averaged over training"
    if found.source in _LIVE:
        return f"{found.source}, as the last training step left them"
    return "as stored; the file does not say which copy"


def _missing(found: Converted) -> tuple[str, ...]:
    missing = []
    if "w_avg" not in found.generator and found.config.mapping_layers:
        missing.append("It holds no mean w; it is computed from 10,000 random z when the file is opened.")
    if found.discriminator is None and not any("discriminator" in note for note in found.notes):
        missing.append("It holds no discriminator, so training cannot go on from it.")
    return tuple(missing)


def _own(path: Path) -> Card | None:
    """The card of this project's own safetensors; None for any other file."""
    data = mapped(path)
    if container_of(data) is not Container.SAFETENSORS:
        return None
    tensors, metadata = view_safetensors(data, Budget(len(data)))
    if metadata.get("format") != FORMAT:
        return None
    config = read_config(metadata)
    facts = read_facts(metadata, config, path.stem)
    generator = {name.removeprefix("generator."): a for name, a in tensors.items() if name.startswith("generator.")}
    if any(array.dtype.kind != "f" for array in generator.values()):
        raise RefusedFile("it holds numbers of a type that networks do not have")
    return _card(
        path,
        len(data),
        config,
        generator,
        format=OWN,
        networks=tuple(shown(name) for name in sorted({name.partition(".")[0] for name in tensors})[:MOST_SHOWN]),
        drawn="generator",
        level=facts.level,
        alpha=facts.alpha,
        discriminator=any(name.startswith("discriminator.") for name in tensors) or state_file(path).is_file(),
        code_bytes=0,
        origin=facts.origin or "this project's own training",
        notes=facts.notes,
        own=True,
    )


def _card(path: Path, size: int, config: NetworkConfig, generator: State, **facts: Any) -> Card:
    trained = (array.size for name, array in generator.items() if name.rpartition(".")[2] not in _NOT_COUNTED)
    return Card(
        path=str(path),
        bytes=size,
        architecture=title(config),
        resolution=config.resolution,
        z_dim=config.z_dim,
        w_dim=config.w_dim,
        classes=len(config.classes),
        parameters=sum(map(int, trained)),
        **facts,
    )
