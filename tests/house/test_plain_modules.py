"""Modules that promise to be plain Python, each imported in a fresh interpreter: no torch, and in the core no Qt."""

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
    "stylegan_core.film.timeline",
    "stylegan_core.bands",
    "stylegan_core.lab.layer_facts",
    "stylegan_core.lab.sweep_plan",
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


def loaded_by(module: str) -> set[str]:
    """The top-level names in sys.modules after one import in a new Python."""
    program = f"import sys, {module}; print(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", CORE)
def test_core_module_is_plain(module: str) -> None:
    assert not loaded_by(module) & {"torch", "PySide6", "shiboken6", "pyqtgraph"}


@pytest.mark.parametrize("module", EXPLORER)
def test_explorer_module_leaves_torch_out(module: str) -> None:
    pytest.importorskip("PySide6", reason="PySide6 is not installed")
    assert "torch" not in loaded_by(module)


def test_the_probe_sees_what_is_imported() -> None:
    assert "numpy" in loaded_by("numpy.random")
