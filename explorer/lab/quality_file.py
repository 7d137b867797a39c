"""The measurements on disk: a line for each that was made or taken away; every window appends to the same file."""

import json
import logging
from pathlib import Path
from typing import Any

from stylegan_core.files.places import place
from stylegan_core.json_text import read_json
from stylegan_core.lab.quality import Quality

log = logging.getLogger(__name__)


def read_measurements() -> list[Quality]:
    """What was measured and not taken away, oldest first; a line that cannot be read is left out. Raises OSError."""
    file = _file()
    found: dict[float, Quality] = {}
    text = file.read_text("utf-8", errors="replace") if file.exists() else ""
    for line in filter(None, text.splitlines()):
        try:
            data = read_json(line)
            if "removed" in data:
                found.pop(float(data["removed"]), None)
            else:
                row = Quality.from_json(data)
                found[row.when] = row
        except (ValueError, TypeError, AttributeError) as error:
            log.info("A line of the measurements cannot be read and is left out: %s", error)
    return list(found.values())


def add_measurement(row: Quality) -> None:
    """Appends a measurement. Raises OSError."""
    _append(row.to_json())


def remove_measurement(row: Quality) -> None:
    """Appends that a measurement was taken away. Raises OSError."""
    _append({"removed": row.when})


def _file() -> Path:
    return place("measurements") / "quality.jsonl"


def _append(data: dict[str, Any]) -> None:
    with _file().open("ab") as file:  # begun anew after a line that a crash has torn; an empty one says nothing
        file.write(b"\n" + json.dumps(data).encode() + b"\n")
