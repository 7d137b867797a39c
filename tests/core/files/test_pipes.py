"""A pipe is no file: whoever opened one to read waited for ever, and the program with him at its end."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stylegan_core.data.containers import open_container
from stylegan_core.latents.library import Library
from stylegan_core.model import load_model

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes"),
    pytest.mark.timeout(60),
]


@pytest.mark.parametrize("read", [open_container, Library.load, load_model])
def test_a_pipe_is_refused(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"pipe is no file but a pipe or a device: choose a file\.$"):
        read(tmp_path / "pipe")


def test_a_pipe_in_a_folder_is_no_data(tmp_path: Path) -> None:
    for name in ("face.png", "train-images-idx3-ubyte"):
        os.mkfifo(tmp_path / name)
    with pytest.raises(ValueError, match="holds no pictures"):
        open_container(tmp_path)
