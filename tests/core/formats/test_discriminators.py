"""A discriminator that does not fit is left out with a note, and the card says so beforehand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.__main__ import main
from stylegan_core.formats.card import read_card
from stylegan_core.formats.shapes import discriminator_shapes
from stylegan_core.importing import import_file
from stylegan_core.model import load_discriminator
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_discriminator
from tests.core.formats.corpus import ada_pickle, ada_state
from tests.core.formats.test_stylegan2_files import tf_judge, tf_variables
from tests.core.formats.test_tensorflow_v1 import judge_variables, progan_variables, variables
from tests.core.formats.tf_files import dumped, generator, network, network_class

Write = Callable[[Path], None]
SIZES = {"z_dim": 8, "w_dim": 8, "mapping_width": 8, "fmap_base": 64, "fmap_max": 8}


@pytest.mark.parametrize("architecture", ["stylegan1", "stylegan2-growing", "stylegan2"])
@pytest.mark.parametrize("changes", [{}, {"mbstd_group": 1}, {"classes": ("a", "b", "c")}, {"resolution": 4}])
def test_the_expected_sizes_are_the_networks(architecture: str, changes: dict[str, Any]) -> None:
    config = NetworkConfig(**{"resolution": 16, "architecture": architecture, **SIZES, **changes})
    found = {name: tuple(values.shape) for name, values in build_discriminator(config).state_dict().items()}
    assert discriminator_shapes(config) == found


def ada_judge(outputs: int = 2, wide: int = 2, **changes: Tensor) -> dict[str, Tensor]:
    """The 8² discriminator beside `ada_state`, or one wider at 8² than its generator."""
    shapes = {
        "b8.fromrgb": (wide, 3, 1, 1),
        "b8.conv0": (wide, wide, 3, 3),
        "b8.conv1": (outputs, wide, 3, 3),
        "b4.conv": (outputs, outputs + 1, 3, 3),
        "b4.fc": (outputs, 16 * outputs),
        "b4.out": (1, outputs),
    }
    state = {f"{name}.weight": torch.randn(shape) for name, shape in shapes.items()}
    state |= {f"{name}.bias": torch.randn(shape[0]) for name, shape in shapes.items()}
    return {**state, "b8.skip.weight": torch.randn(outputs, wide, 1, 1), **changes}


def ada(judge: dict[str, Tensor], **settings: Any) -> Write:
    return lambda path: path.write_bytes(ada_pickle({"G_ema": ada_state(), "D": judge}, **settings))  # type: ignore


def tensorflow(found: dict[str, Any], judge: dict[str, Any], /, *, progan: bool = False, **settings: Any) -> Write:
    def write(path: Path) -> None:
        with network_class() as cls:
            made = network(cls, "Gs", found) if progan else generator(cls, "Gs", found)
            path.write_bytes(dumped((made, network(cls, "D", judge, static_kwargs=settings), made), 4))

    return write


def test_one_that_fits_is_there(tmp_path: Path) -> None:
    ada(ada_judge(), z_dim=2)(tmp_path / "file.pkl")
    assert read_card(tmp_path / "file.pkl").discriminator
    assert import_file(tmp_path / "file.pkl").discriminator is not None


WIDE = {"4x4/Dense0/weight": (128, 16), "4x4/Dense0/bias": (16,), "Output/weight": (16, 1)}
MAPPED = {"Output/weight": (8, 8), "Output/bias": (8,), "mapping/LabelEmbed/weight": (3, 8)}


def zeros(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (ada(ada_judge(wide=4), z_dim=2), "of size 4×3×1×1"),
        (tensorflow(tf_variables(), tf_judge() | zeros(WIDE)), "of size 16×128"),
        (tensorflow(tf_variables(labels="LabelEmbed"), tf_judge() | zeros(MAPPED)), "mapped label"),
        (tensorflow(tf_variables(), tf_judge() | zeros({"LabelEmbed/weight": (3, 8)})), "mapped label"),
        (tensorflow(tf_variables(), tf_judge(), nonlinearity="relu"), "nonlinearity='relu'"),
        (tensorflow(tf_variables(), tf_judge(), mbstd_group_size="four"), "group size"),
        (tensorflow(tf_variables(growing=True), tf_judge()), "another architecture"),
        (tensorflow(variables(), judge_variables(), use_wscale=False), "use_wscale=False"),
        (tensorflow(variables(), judge_variables(), mbstd_group_size=1 << 20), "group size"),
        (tensorflow(progan_variables(True), judge_variables(), progan=True, use_wscale=False), "use_wscale=False"),
    ],
)
def test_one_that_does_not_fit_is_left_out(tmp_path: Path, write: Write, said: str) -> None:
    path, target = tmp_path / "file.pkl", tmp_path / "out.safetensors"
    write(path)
    card = read_card(path)
    (note,) = (note for note in card.notes if note.startswith("Its discriminator is left out: "))
    assert not card.discriminator and said in note
    assert main(["import", str(path), str(target)]) == 0
    assert load_discriminator(target) is None
    assert note in read_card(target).notes


def test_one_with_numbers_that_are_not_finite_is_left_out_on_import(tmp_path: Path) -> None:
    ada(ada_judge(**{"b4.out.bias": torch.tensor([float("nan")])}), z_dim=2)(tmp_path / "file.pkl")
    found = import_file(tmp_path / "file.pkl")
    assert found.discriminator is None
    assert any("left out: its discriminator holds numbers" in note for note in found.model.info.notes)


def test_too_little_memory_drops_no_discriminator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ada(ada_judge(), z_dim=2)(tmp_path / "file.pkl")
    numbers = read_card(tmp_path / "file.pkl").parameters
    monkeypatch.setattr("stylegan_core.formats.build.available_memory", lambda: 4 * (numbers + 200))
    with pytest.raises(ValueError, match="B are free"):
        import_file(tmp_path / "file.pkl")
