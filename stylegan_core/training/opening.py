"""The event with which a run begins or goes on: by which version of this program, and on what machine."""

import platform

import torch

from stylegan_core.device import describe
from stylegan_core.run.events import Stretch
from stylegan_core.version import program_version


def opening(kind: type[Stretch], preset: str, device: torch.device, processes: int) -> Stretch:
    """A start or resume, all but its time and image."""
    machine = f"{describe(device)}, {platform.machine()}, {platform.system()}, torch {torch.__version__}"
    threads = torch.get_num_threads()
    return kind(version=program_version(), preset=preset, machine=machine, threads=threads, processes=processes)
