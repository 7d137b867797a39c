"""A copied picture stays when the program ends, and ending with one is no crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import numpy as np
from PySide6.QtWidgets import QApplication
from explorer.documents.clipboard import copy_picture, let_go
from stylegan_core.recipe import Recipe
app = QApplication([])
let_go()
copy_picture(np.full((4, 4, 3), 200, np.uint8), Recipe())
let_go()
print(app.clipboard().image().width())
"""


def test_the_program_ends_well_with_a_picture_on_the_clipboard() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "4"), done.stderr
