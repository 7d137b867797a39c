"""Networks between the open one and another, for the backend: their pictures, and their files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from explorer.jobs import Blend, BlendFile
from explorer.renderer.kept_models import FileKey
from explorer.renderer.rendering import Steps, in_percent
from stylegan_core.blend import blend, check_alike, kinship
from stylegan_core.files.whole_file import check_writable
from stylegan_core.importing import model_steps
from stylegan_core.model import Model, save_model
from stylegan_core.pictures.contact_sheet import shrunk
from stylegan_core.render import renderer_of


@dataclass(frozen=True, slots=True)
class Blender:
    """The open network, the one of the file with this ``key``, and how near they are."""

    first: Model
    second: Model
    key: FileKey
    kin: float

    @classmethod
    def opened(cls, first: Model, key: FileKey, found: Model | None, device: torch.device) -> Steps:
        """Reads the file unless its model is ``found``, in steps of a hundred; returns the blender.

        Raises ValueError or OSError where the file cannot be read or the two do not blend.
        """
        if found is None:
            found = yield from in_percent(model_steps(key[0], device))
        check_alike(first, found)
        return cls(first, found, key, kinship(first, found))

    def pictures(self, request: Blend, between: Callable[[], None] | None) -> Steps:
        """Drafts of all faces; returns the kinship."""
        renderer = renderer_of(blend(self.first, self.second, request.amounts))
        if between is not None:
            renderer.between = between
        yield 100, 100, None
        for index, recipe in enumerate(request.recipes):
            pixels = renderer.render(recipe, "draft", keep=False)
            yield index, len(request.recipes), shrunk(pixels, request.size)
        return self.kin

    def write(self, request: BlendFile) -> Steps:
        """The whole network, or nothing."""
        target = Path(request.target)
        both = [Path(self.key[0]), *([self.first.path] if self.first.path else [])]
        if target.exists() and any(each.exists() and target.samefile(each) for each in both):
            raise ValueError(f"{target} is one of the two that are blended: choose another name.")
        check_writable(target)
        yield 100, 100, None
        save_model(target, blend(self.first, self.second, request.amounts, target.stem))
        return request.target
