"""Modules that promise to be plain Python, imported in a fresh interpreter: no torch, and in the core no Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CORE = [
    "stylegan_core.recipe",
    "stylegan_core.schedule",
    "stylegan_core.rundir",
    "stylegan_core.info",
    "stylegan_core.film.film_file",
    "stylegan_core.latents.drag",
    "stylegan_core.latents.region",
    "stylegan_core.latents.channel_effect",
    "stylegan_core.film.timeline",
    "stylegan_core.bands",
    "stylegan_core.confidence",
    "stylegan_core.lab.quality",
    "stylegan_core.lab.layer_facts",
    "stylegan_core.lab.sweep_plan",
    "stylegan_core.blend_amounts",
    "stylegan_core.latents.learned_labels",
    "stylegan_core.lab.measurement",
    "stylegan_core.lab.sweep_facts",
    "stylegan_core.lab.entanglement",
    "stylegan_core.openmp",
    "stylegan_core.training.config",
    "stylegan_core.data.check",
]
EXPLORER = [
    "explorer.session",
    "explorer.jobs",
    "explorer.lab_jobs",
    "explorer.runs",
    "explorer.settings",
    "explorer.main_window",
    "explorer.remote.remote",
]


LOADS = """
import importlib, sys
for module in sys.argv[1].split():
    importlib.import_module(module)
    print(module, *{name.partition(".")[0] for name in sys.modules})
"""


def loaded_by(modules: list[str]) -> dict[str, set[str]]:
    """The top-level names in sys.modules after one import after the other in a new Python."""
    command = [sys.executable, "-c", LOADS, " ".join(modules)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {module: set(names) for module, *names in map(str.split, done.stdout.splitlines())}


def first_with(loaded: dict[str, set[str]], *unwanted: str) -> dict[str, set[str]]:
    """The first module that brings what is unwanted, with what it brings."""
    brought = ((module, names & {*unwanted}) for module, names in loaded.items())
    return dict([pair for pair in brought if pair[1]][:1])


def test_core_modules_are_plain() -> None:
    loaded = loaded_by(CORE)
    assert [*loaded] == CORE
    assert first_with(loaded, "torch", "PySide6", "shiboken6", "pyqtgraph") == {}


def test_explorer_modules_leave_torch_out() -> None:
    pytest.importorskip("PySide6", reason="PySide6 is not installed")
    loaded = loaded_by(EXPLORER)
    assert [*loaded] == EXPLORER
    assert first_with(loaded, "torch") == {}


def test_the_probe_sees_what_is_imported() -> None:
    loaded = loaded_by(["numpy.random", "json"])
    assert first_with(loaded, "numpy") == {"numpy.random": {"numpy"}}
