"""Pictures that no network of faces has learned: clothes, flowers, houses, noise, gradients; the same each time."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Pixels = npt.NDArray[np.uint8]
Chance = np.random.Generator
SIDE = 256  # at which they are drawn before they are made small


def strange_picture(kind: str, number: int, resolution: int) -> Pixels:
    """Picture ``number`` of a kind of :data:`KINDS`, uint8 [R, R, 3]."""
    chance = np.random.Generator(np.random.PCG64([sorted(KINDS).index(kind), number]))
    drawn = KINDS[kind](chance)
    return np.asarray(drawn.convert("RGB").resize((resolution, resolution), Image.Resampling.BOX))


def _clothes(chance: Chance) -> Image.Image:
    """A shirt or a dress before a wall."""
    page, pen = _page(chance)
    colour, waist, hem = _colour(chance), chance.uniform(35, 60), chance.uniform(45, 95)
    sleeve, bottom = chance.uniform(20, 120), chance.uniform(190, 245)
    right = [(20, 25), (60, 35), (95, 45 + sleeve), (70, 65 + sleeve), (55, 90), (waist, 140), (hem, bottom)]
    pen.polygon([(128 + x, y) for x, y in right] + [(128 - x, y) for x, y in reversed(right)], fill=colour)
    pen.ellipse((108, 10, 148, chance.uniform(35, 75)), fill=page.getpixel((2, 2)))
    for y in np.arange(95, bottom, chance.uniform(15, 60)):
        pen.line((128 - waist, y, 128 + waist, y), fill=_colour(chance), width=4)
    return page


def _flower(chance: Chance) -> Image.Image:
    """Petals round a middle, on a stem."""
    page, pen = _page(chance)
    x, y = chance.uniform(90, 166, 2)
    pen.line((x, y, chance.uniform(60, 196), 256), fill=(40, 120, 40), width=12)
    petals, colour, length = int(chance.integers(5, 13)), _colour(chance), chance.uniform(45, 85)
    width = length * chance.uniform(0.25, 0.5)
    for turn in 2 * np.pi * (np.arange(petals) + chance.random()) / petals:
        middle = np.array([x + length * np.cos(turn) * 0.6, y + length * np.sin(turn) * 0.6])
        ring = np.linspace(0, 2 * np.pi, 24)
        along = np.stack([np.cos(ring) * length / 2, np.sin(ring) * width / 2], 1)
        round_ = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        pen.polygon([tuple(each) for each in middle + along @ round_], fill=colour)
    pen.ellipse((x - 20, y - 20, x + 20, y + 20), fill=_colour(chance))
    return page


def _house(chance: Chance) -> Image.Image:
    """Walls, a roof, a door and windows."""
    page, pen = _page(chance)
    left, right, top = chance.uniform(20, 70), chance.uniform(180, 240), chance.uniform(90, 140)
    pen.rectangle((0, 215, 256, 256), fill=(70, 130, 60))
    pen.rectangle((left, top, right, 225), fill=_colour(chance))
    pen.polygon([(left - 15, top), (right + 15, top), (chance.uniform(90, 166), top - 80)], fill=_colour(chance))
    for x in np.linspace(left + 15, right - 45, int(chance.integers(2, 5))):
        pen.rectangle((x, top + 20, x + 25, top + 50), fill=(170, 210, 240))
    pen.rectangle((118, 175, 145, 225), fill=_colour(chance))
    return page


def _noise(chance: Chance) -> Image.Image:
    """Grains of colour, from 4 to 64 of them to a side."""
    grains = int(chance.choice([4, 8, 16, 64]))
    return Image.fromarray(chance.integers(0, 256, (grains, grains, 3), np.uint8)).resize((SIDE, SIDE), 2)


def _gradient(chance: Chance) -> Image.Image:
    """From one colour to another, straight or round."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    turn, middle = chance.uniform(0, 2 * np.pi), chance.uniform(0.2, 0.8, 2)
    straight = np.cos(turn) * (across - 0.5) + np.sin(turn) * (down - 0.5) + 0.5
    way = straight if chance.random() < 0.5 else np.hypot(across - middle[0], down - middle[1])
    first, last = chance.uniform(0, 255, (2, 3))
    return Image.fromarray((first + (last - first) * way.clip(0, 1)[..., None]).astype(np.uint8))


def _page(chance: Chance) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("RGB", (SIDE, SIDE), _colour(chance))
    return page, ImageDraw.Draw(page)


def _colour(chance: Chance) -> tuple[int, int, int]:
    red, green, blue = chance.integers(0, 256, 3).tolist()
    return red, green, blue


KINDS: dict[str, Callable[[Chance], Image.Image]] = {
    "clothes": _clothes,
    "flower": _flower,
    "gradient": _gradient,
    "house": _house,
    "noise": _noise,
}
