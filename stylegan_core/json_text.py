"""Reads JSON that may be damaged or hostile; plain Python."""

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """What a text in JSON says. Raises ValueError where it is none, or nested too deeply for Python to read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
