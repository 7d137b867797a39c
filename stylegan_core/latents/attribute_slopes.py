"""Slopes of every attribute with respect to every number of the style space, over several faces of one network.

"StyleSpace Analysis" (Wu, Lischinski and Shechtman 2021, section 5) ranks channels by how far the styles of examples
that have an attribute lie from the mean. Which styles come together there says as much about the pictures a network has
learned from as about what a channel does; so here one goes back from the attribute itself through the picture to every
number of the style space, which says what moving it does. What is up in one face and down in the next cancels out.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from stylegan_core.latents.meter import Meter
from stylegan_core.latents.way_back import Doubles, WayBack
from stylegan_core.recipe import Recipe
from stylegan_core.render import Renderer
from stylegan_core.style_space import style_sigmas

AT_ONCE = 1 << 22  # pixels of the ways back that are gone together, as local_channels.py has it


@dataclass(frozen=True, slots=True)
class Slopes:
    """For each face, attribute and number of the style space, in standard deviations of the attribute per sigma.

    ``names`` [A] and their ``spreads`` [A] over faces at psi 1, ``values`` [faces, A, numbers], and the ``places``
    (layer, channel) of the numbers.
    """

    names: tuple[str, ...]
    spreads: Doubles
    values: Doubles
    places: tuple[tuple[int, int], ...]

    def best(self, attribute: str, count: int) -> list[tuple[int, int]]:
        """The ``count`` numbers that change an attribute most, on the mean of the faces."""
        sizes = np.abs(self.values[:, self.names.index(attribute)].mean(axis=0))
        return [self.places[at] for at in np.argsort(-sizes, kind="stable")[:count]]


def attribute_slopes(
    renderer: Renderer, faces: list[Recipe], meter: Meter, spreads: dict[str, float]
) -> Generator[None, None, Slopes]:
    """The slopes of the attributes in ``spreads`` over some faces, yielding between any two ways of a stage."""
    sigmas = np.concatenate([each.double().cpu().numpy() for each in style_sigmas(renderer.styles.model)])
    scale, found = np.array([*spreads.values()]), []
    for face in faces:
        slopes = yield from _of_face(renderer, face, meter, [*spreads])
        found.append(slopes * sigmas / scale[:, None])
    counts = renderer.styles.model.info.style_channels
    places = tuple((layer, channel) for layer, count in enumerate(counts) for channel in range(count))
    return Slopes(tuple(spreads), scale, np.stack(found), places)


def _of_face(renderer: Renderer, face: Recipe, meter: Meter, names: list[str]) -> Generator[None, None, Doubles]:
    """The slopes [names, numbers] of one face, of attributes as they are and numbers as they are."""
    back = WayBack(renderer, face)
    yield from back.forward()
    image = renderer.picture(face, back.made)
    wanted = dict[str, Tensor]()
    for name, each in meter.slopes(_in_pixels(image, renderer.styles.model.resolution)):
        wanted[name] = _to_image(each, image)
        yield
    few, ways = max(2, AT_ONCE // image.shape[-1] ** 2), []
    for at in range(0, len(names), few):
        found = yield from back.slopes([wanted[name] for name in names[at : at + few]])
        ways.append(np.concatenate(found, axis=1))
    slopes: Doubles = np.concatenate(ways)
    return slopes


def _in_pixels(image: Tensor, resolution: int) -> Tensor:
    """A picture as ``render.to_pixels`` shows it [1, 3, R, R], in 0..255 but not rounded."""
    pixels = (image.clamp(-1, 1) + 1) * 127.5
    factor = resolution // image.shape[-1]
    return pixels.repeat_interleave(factor, dim=2).repeat_interleave(factor, dim=3)


def _to_image(slopes: Tensor, image: Tensor) -> Tensor:
    """Slopes of the pixels [1, 3, R, R] as those of the image [1, 3, r, r]: none where it is white or black."""
    factor = slopes.shape[-1] // image.shape[-1]
    summed = torch.nn.functional.avg_pool2d(slopes, factor) * factor**2 if factor > 1 else slopes
    return (summed * 127.5 * (image.abs() <= 1)).to(image)
