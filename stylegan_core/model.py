"""Model: a generator with its mean w and facts; loading and saving as safetensors that explain themselves."""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from stylegan_core.device import choose_device
from stylegan_core.files.header import FORMAT
from stylegan_core.files.names import one_line
from stylegan_core.files.places import check_ends
from stylegan_core.files.tensor_file import is_safetensors, read_safetensors, under, write_safetensors
from stylegan_core.formats.own_file import read_config, read_facts
from stylegan_core.formats.sentences import naming
from stylegan_core.info import Capabilities, ModelInfo
from stylegan_core.networks.configurations import title
from stylegan_core.networks.discriminator import Discriminator
from stylegan_core.networks.generator import Generator, build_discriminator, build_generator
from stylegan_core.networks.stored import fill, stored
from stylegan_core.networks.synthesis import Noise
from stylegan_core.networks.unfilled import unfilled
from stylegan_core.rundir import RunDir

if TYPE_CHECKING:
    from stylegan_core.formats.convert import Foreign

log = logging.getLogger(__name__)

VERSION = "1"

AT_ONCE = 1 << 20  # pixels drawn at once: 32 pictures of 1024² would take some 12 gigabytes in StyleGAN v1

Progress = Callable[[float], bool | None]


class Model:
    """A generator as it was trained, ready to draw; everything it returns is float32."""

    def __init__(
        self,
        generator: Generator,
        *,
        name: str = "untitled",
        level: int | None = None,
        alpha: float = 1.0,
        origin: str = "",
        notes: tuple[str, ...] = (),
        path: Path | None = None,
    ) -> None:
        self.generator = generator.eval().requires_grad_(False)
        self.config = generator.config
        self.path = path
        self.derived: dict[str, object] = {}  # what others computed from this model and keep as long as it lives
        self.info = _facts(generator, name, level, alpha, origin, notes)

    @property
    def resolution(self) -> int:
        """The side of the pictures, in pixels."""
        return self.config.resolution

    @property
    def num_layers(self) -> int:
        """Style layers, the second dimension of ws; 1 where the network has no styles."""
        return self.config.num_layers

    @property
    def num_noise_layers(self) -> int:
        """Layers with a noise input."""
        return self.config.num_noise_layers

    @property
    def z_dim(self) -> int:
        """The width of z."""
        return self.config.z_dim

    @property
    def w_dim(self) -> int:
        """The width of w."""
        return self.config.w_dim

    @property
    def w_avg(self) -> Tensor:
        """The mean of w [w_dim], the face that truncation pulls towards."""
        return self.generator.w_avg

    @property
    def level(self) -> int:
        """The level the file was trained to; level k works at 4·2^k."""
        return self.info.level

    @property
    def alpha(self) -> float:
        """The weight of the newest block the file was trained to, 1 when its level is stable."""
        return self.info.alpha

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels; empty for an unconditional network."""
        return self.config.classes

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.generator.w_avg.device

    @torch.no_grad()
    def mapping(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """z [N, z_dim], one-hot labels [N, classes] where there are classes -> w [N, w_dim], untruncated.

        Raises ValueError if a shape does not fit.
        """
        if z.ndim != 2 or z.shape[1] != self.z_dim:
            raise ValueError(f"This model takes z of [N, {self.z_dim}], not {list(z.shape)}.")
        if labels is not None and tuple(labels.shape) != (len(z), len(self.classes)):
            raise ValueError(f"This model takes labels of [N, {len(self.classes)}], not {list(labels.shape)}.")
        labels = labels.to(self.device) if labels is not None and self.classes else None
        w: Tensor = self.generator.mapping(z.to(self.device), labels)
        return w

    @torch.no_grad()
    def synthesis(
        self, ws: Tensor, noise: Noise = "const", level: int | None = None, alpha: float | None = None
    ) -> Tensor:
        """ws [N, num_layers, w_dim] -> pictures [N, 3, R, R], about [-1, 1], at any state of growth.

        ``noise``: "const" (stored maps), "random", "none", or a strength for each of the num_noise_layers;
        ``level`` and ``alpha`` None are what the file was trained to. Raises ValueError if a shape does not fit.
        """
        if ws.ndim != 3 or ws.shape[1:] != (self.num_layers, self.w_dim):
            raise ValueError(f"This model takes ws of [N, {self.num_layers}, {self.w_dim}], not {list(ws.shape)}.")
        level, alpha = self.state(level, alpha)
        ws, at_once = ws.to(self.device).float(), max(1, AT_ONCE // self.resolution**2)
        parts: list[Tensor] = []
        for begin in range(0, max(len(ws), 1), at_once):
            part = slice(begin, begin + at_once)
            parts.append(self.generator.synthesis(ws[part], _noise_of(noise, part), level, alpha))
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def state(self, level: int | None, alpha: float | None) -> tuple[int, float]:
        """Level and alpha to draw at: what is None comes from the file (a level of one's own starts at alpha 1)."""
        if alpha is None:
            alpha = self.alpha if level is None or level == self.level else 1.0
        return (self.level if level is None else level), alpha


def _noise_of(noise: Noise, part: slice) -> Noise:
    """The noise of some of the pictures: maps [N, 1, h, w] are of one picture each, all else is of every picture."""
    if isinstance(noise, str) or not any(isinstance(each, Tensor) and len(each) > 1 for each in noise):
        return noise
    return [each[part] if isinstance(each, Tensor) and len(each) > 1 else each for each in noise]  # type: ignore[return-value]


def model_hash(generator: nn.Module) -> str:
    """SHA-256 over name, shape and float32 little-endian bytes of every tensor, sorted by name, as hex."""
    digest = hashlib.sha256()
    for name, tensor in sorted(generator.state_dict().items()):
        values = tensor.detach().to("cpu", torch.float32).contiguous().numpy().astype("<f4", copy=False)
        digest.update(name.encode() + b"\0" + ",".join(map(str, values.shape)).encode() + b"\0")
        digest.update(memoryview(values).cast("B") if values.size else b"")
    return digest.hexdigest()


def load_model(
    path: str | os.PathLike[str], device: str | torch.device = "cpu", progress: Progress | None = None
) -> Model:
    """Opens any supported weight file, or the newest network of a run directory, without running anything in it.

    ``progress`` gets the fraction done of a foreign file and cancels by returning False. Raises ValueError or OSError
    with one clear sentence, also where this machine has no such ``device``.
    """
    device = choose_device(str(device))
    file = drawable_file(Path(path))
    metadata, tensors = read_safetensors(file) if is_safetensors(file) else ({}, {})
    if metadata.get("format") != FORMAT:
        from stylegan_core.formats.convert import read_foreign  # here: most files are of this project's own format

        return model_of(read_foreign(file, progress), device)
    model = _build(file, metadata, under(tensors, "generator."))
    model.generator.to(device)
    return model


def model_of(found: "Foreign", device: str | torch.device = "cpu") -> Model:
    """The drawing model of a foreign file that was read."""
    return Model(
        found.generator.to(torch.device(device)),
        name=one_line(found.path.stem),
        level=found.level,
        alpha=found.alpha,
        origin=f"Imported from {found.format} ({found.path.name}).",
        notes=found.notes,
        path=found.path,
    )


def load_discriminator(path: str | os.PathLike[str]) -> Discriminator | None:
    """The discriminator stored beside a generator; None where the file has none. Raises as load_model."""
    file = drawable_file(Path(path))
    metadata, tensors = read_safetensors(file)
    found = under(tensors, "discriminator.")
    if not found:
        return None
    with naming(file):
        discriminator = build_discriminator(read_config(metadata))
    fill(discriminator, found, file)
    return discriminator


def save_model(
    path: str | os.PathLike[str],
    model: Model | Generator,
    *,
    discriminator: nn.Module | None = None,
    dtype: torch.dtype = torch.float32,
    level: int | None = None,
    alpha: float = 1.0,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Writes a model beside its place, syncs it and renames it there, so that no torn file can appear.

    ``dtype`` float16 or bfloat16 halves the file, but for tensors with numbers too large for it, which stay float32;
    ``facts`` (name, origin, notes, kimg, preset …) goes into the metadata. For a bare generator ``level`` and ``alpha``
    say how far it has grown. Raises OSError.
    """
    target = Path(path)
    generator = model.generator if isinstance(model, Model) else model
    tensors = stored(generator, "generator.", dtype)
    if discriminator is not None:
        tensors |= stored(discriminator, "discriminator.", dtype)
    metadata = {"format": FORMAT, "version": VERSION, "config": json.dumps(generator.config.to_dict())}
    about: dict[str, Any] = {"name": target.stem, **(facts or {})}
    if isinstance(model, Model):
        about = {"origin": model.info.origin, "notes": list(model.info.notes), **about}
        level, alpha = model.level, model.alpha
    about |= {"level": generator.config.levels - 1 if level is None else level, "alpha": alpha}
    metadata["facts"] = json.dumps(about)
    write_safetensors(target, tensors, metadata)


def drawable_file(path: Path) -> Path:
    """The file itself, or the newest checkpoint of a run directory. Raises OSError or ValueError where none is."""
    if not path.is_dir():
        if not path.exists():
            raise FileNotFoundError(2, "There is no such file", str(path))
        check_ends(path)
        return path
    newest = RunDir(path).drawable()
    if newest is None:
        raise ValueError(f"{path} is a folder without checkpoints; open a weight file or a run directory.")
    return newest


def _build(file: Path, metadata: Mapping[str, str], tensors: dict[str, Tensor]) -> Model:
    with naming(file):
        config = read_config(metadata)
        facts = read_facts(metadata, config, file.stem)
    with unfilled():
        generator = build_generator(config)
    fill(generator, tensors, file)
    return Model(
        generator,
        name=facts.name,
        level=facts.level,
        alpha=facts.alpha,
        origin=facts.origin,
        notes=facts.notes,
        path=file,
    )


def _facts(
    generator: Generator, name: str, level: int | None, alpha: float, origin: str, notes: tuple[str, ...]
) -> ModelInfo:
    config = generator.config
    return ModelInfo(
        name=name,
        hash=model_hash(generator),
        architecture=title(config),
        resolution=config.resolution,
        level=config.levels - 1 if level is None else level,
        alpha=alpha,
        z_dim=config.z_dim,
        w_dim=config.w_dim,
        num_layers=config.num_layers,
        num_noise_layers=config.num_noise_layers,
        noise_resolutions=config.noise_resolutions,
        parameters=sum(p.numel() for p in generator.parameters()),
        classes=config.classes,
        capabilities=Capabilities(
            styles=config.has_styles,
            noise=config.num_noise_layers > 0,
            mixing=config.has_styles,
            growing=config.family.growing,
            truncation=config.has_styles,
            transform=config.family.transform,
            rotation=config.family.transform and config.rotation,
        ),
        origin=origin,
        notes=notes,
        layer_resolutions=config.layer_resolutions,
        style_channels=tuple(len(each) for each in generator.synthesis.scales()),
        scales_inputs=generator.synthesis.scales_inputs,
    )
