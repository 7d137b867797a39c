"""Many recipes in one text, each by how it differs from a base: what a contact sheet or a mixing matrix carries."""

import json
from collections.abc import Sequence
from typing import Any

from stylegan_core.json_text import read_json
from stylegan_core.recipe import Recipe


def list_to_json(base: Recipe, recipes: Sequence[Recipe | None], columns: int) -> str:
    """One line of JSON: ``columns``, and the recipes in reading order, None where nothing is drawn."""
    common = json.loads(base.to_json())
    return json.dumps({"columns": columns, "recipes": [_change(common, each) for each in recipes]})


def list_from_json(base: Recipe, text: str) -> tuple[Recipe | None, ...]:
    """Reads :func:`list_to_json`. Raises ValueError with one sentence on anything else."""
    common, data = json.loads(base.to_json()), read_json(text)
    changes = data.get("recipes") if isinstance(data, dict) else None
    if not isinstance(changes, list) or not all(each is None or isinstance(each, dict) for each in changes):
        raise ValueError("the list of recipes is damaged.")
    return tuple(None if each is None else _changed(common, each) for each in changes)


def _change(common: dict[str, Any], recipe: Recipe | None) -> dict[str, Any] | None:
    if recipe is None:
        return None
    whole = json.loads(recipe.to_json())
    if common.keys() - whole.keys():  # of a newer version, and not in this one: said in full
        return dict(whole)
    return {name: value for name, value in whole.items() if name not in common or common[name] != value}


def _changed(common: dict[str, Any], change: dict[str, Any]) -> Recipe:
    return Recipe.from_json(json.dumps(change if "version" in change else {**common, **change}))
