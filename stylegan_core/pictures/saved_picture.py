"""Reads the recipe out of a picture this program saved, or a file; needs no torch, so that panels may read one too."""

from dataclasses import dataclass
from pathlib import Path

from stylegan_core.data.picture_kinds import PNG
from stylegan_core.files.places import check_ends
from stylegan_core.json_text import read_json
from stylegan_core.pictures.recipe_list import list_from_json
from stylegan_core.recipe import Recipe

RECIPE, RECIPES, MODEL, DRAWN = "stylegan-recipe", "stylegan-recipes", "stylegan-model", "stylegan-drawn"


class NoRecipe(ValueError):
    """A picture that this program did not save."""


@dataclass(frozen=True, slots=True)
class SavedPicture:
    """What a saved picture says of itself: its recipe, the model that drew it, the threads and the device it did so on.

    A sheet of many pictures carries ``recipes`` too, in reading order, None where it is empty; ``recipe`` is then the
    one that the others were made from.
    """

    recipe: Recipe
    model_name: str
    model_hash: str
    threads: int | None
    recipes: tuple[Recipe | None, ...] = ()
    device: str = ""  # empty where it does not say


def read_picture(path: Path) -> SavedPicture:
    """Reads what ``picture.save_picture`` or ``contact_sheet.save_sheet`` wrote.

    Raises ValueError if the file is no such picture (NoRecipe if it is another one), else OSError.
    """
    from PIL import Image  # here, so that the window opens without it

    check_ends(path)
    try:
        with Image.open(path, formats=["PNG"]) as image:
            image.load()
            text = {**image.info, **getattr(image, "text", {})}
    except Image.DecompressionBombError:
        raise ValueError(f"{path} has too many pixels to be read: make it smaller.") from None
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise ValueError(f"{path} is no readable PNG picture: copy or download it again.") from None
    if not isinstance(text.get(RECIPE), str):
        raise NoRecipe(f"{path} carries no recipe; only pictures saved by this program do.")
    try:
        model = read_json(text.get(MODEL, "{}"))
        drawn = read_json(text.get(DRAWN, "{}"))
        threads, device = drawn.get("threads"), drawn.get("device")
        recipe = Recipe.from_json(text[RECIPE])
        return SavedPicture(
            recipe,
            str(model.get("name", "")),
            str(model.get("hash", "")),
            threads if isinstance(threads, int) else None,
            list_from_json(recipe, text[RECIPES]) if RECIPES in text else (),
            device if isinstance(device, str) else "",
        )
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} carries a recipe that cannot be read: {error}") from None


def read_recipe(file: Path) -> SavedPicture:
    """The recipe inside a PNG, by content, or a JSON file. Raises ValueError or OSError."""
    with file.open("rb") as opened:
        if opened.read(len(PNG)) == PNG:
            return read_picture(file)
    try:
        return SavedPicture(Recipe.from_json(file.read_text(encoding="utf-8-sig")), "", "", None)
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no recipe: it is not text.") from None
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
