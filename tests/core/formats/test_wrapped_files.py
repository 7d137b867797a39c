"""The same networks in other wrappings: dictionaries around them, prefixes, attributes, older containers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from stylegan_core.formats.card import read_card
from stylegan_core.formats.limits import RefusedFile
from stylegan_core.model import load_model
from tests.core.formats.corpus import ada_state
from tests.core.formats.hostile import P2, STOP, name, small, text
from tests.core.formats.test_lucidrains import port_file
from tests.core.formats.test_ports_v1 import genforce_file, huangzh13_file, rosinality_file
from tests.core.formats.test_stylegan2_files import rosinality_generator
from tests.core.formats.tf_files import dumped, generator, network_class

State = dict[str, Tensor]


def hash_of(path: Path, content: object, **options: Any) -> str:
    torch.save(content, path, **options)
    return load_model(path).info.hash


LAYOUTS: dict[str, Callable[[], State]] = {
    "ada": ada_state,
    "rosinality 1": lambda: rosinality_file()[0],
    "rosinality 2": rosinality_generator,
    "huangzh13": lambda: huangzh13_file()[0],
    "genforce": lambda: genforce_file()[0],
    "lucidrains": port_file,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_wrappings_of_every_layout(tmp_path: Path, layout: str) -> None:
    state = LAYOUTS[layout]()
    bare = hash_of(tmp_path / "bare", state)
    prefixed = {f"module.{key}": values for key, values in state.items()} | {"n_averaged": torch.tensor(3)}
    for content in (
        {"state_dict": state, "epoch": 3},
        {"model": state},
        {"anything": state},
        {"state_dict": {"anything": state}},
        prefixed,
        {"state_dict": prefixed},
    ):
        assert hash_of(tmp_path / "file", content) == bare


def test_a_wrapper_says_nothing_of_averaging(tmp_path: Path) -> None:
    torch.save({"state_dict": ada_state()}, tmp_path / "file")
    card = read_card(tmp_path / "file")
    assert card.networks == ("generator",) and "does not say which copy" in card.origin


@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_legacy_files_of_every_protocol(tmp_path: Path, protocol: int) -> None:
    bare = hash_of(tmp_path / "zip", {"G_ema": ada_state()})
    options = {"_use_new_zipfile_serialization": False, "pickle_protocol": protocol}
    assert hash_of(tmp_path / "file", {"G_ema": ada_state()}, **options) == bare


@pytest.mark.parametrize("zipped", [True, False])
def test_a_tensor_with_an_attribute(tmp_path: Path, zipped: bool) -> None:
    state = ada_state()
    bare = hash_of(tmp_path / "bare", state)
    state["mapping.w_avg"].source = "computed"  # type: ignore[attr-defined]
    state["mapping.fc0.bias"] = torch.nn.Parameter(state["mapping.fc0.bias"])
    state["mapping.fc0.bias"].tag = 3  # type: ignore[attr-defined]
    assert hash_of(tmp_path / "file", {"G_ema": state}, _use_new_zipfile_serialization=zipped) == bare


@pytest.mark.parametrize(
    "maker",
    [
        name("collections", "OrderedDict"),
        name("torch._tensor", "_rebuild_from_type_v2"),
        name("torch.storage", "_load_from_bytes"),
        text("torch._utils._rebuild_tensor_v2"),
    ],
)
def test_only_tensors_are_made_inside_one_with_attributes(tmp_path: Path, maker: bytes) -> None:
    made = name("torch._tensor", "_rebuild_from_type_v2") + b"(" + maker + name("torch", "Tensor") + b")}tR"
    (tmp_path / "file").write_bytes(P2 + made + STOP)
    with pytest.raises(RefusedFile, match="in a way torch does not"):
        read_card(tmp_path / "file")


def test_a_piece_of_a_stylegan3_state_dict_is_named(tmp_path: Path) -> None:
    state = {"synthesis.input.freqs": torch.zeros(4, 2), "synthesis.L0_36_512.weight": torch.zeros(2, 2, 3, 3)}
    for content in (state, {"G_ema": state}, {"state_dict": {f"module.{key}": v for key, v in state.items()}}):
        torch.save(content, tmp_path / "file")
        with pytest.raises(RefusedFile, match="has 1 layers where StyleGAN3 has 15"):
            read_card(tmp_path / "file")


def test_tensorflow_networks_in_a_dictionary(tmp_path: Path) -> None:
    with network_class() as cls:
        live, mean = (generator(cls, "unnamed", small()) for _ in range(2))
        (tmp_path / "dict").write_bytes(dumped({"kimg": 3, "G": live, "Gs": mean}, 4))
        (tmp_path / "bare").write_bytes(dumped((live, live, mean), 4))
    assert read_card(tmp_path / "dict").networks == ("G", "Gs")
    assert load_model(tmp_path / "dict").info.hash == load_model(tmp_path / "bare").info.hash
