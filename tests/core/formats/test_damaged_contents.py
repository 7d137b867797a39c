"""Files that read well but hold impossible contents: each is one sentence that names it, and stops no other."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.__main__ import main
from stylegan_core.formats import reader
from stylegan_core.formats.card import read_card
from stylegan_core.formats.limits import Cancelled, RefusedFile
from stylegan_core.formats.sentences import MOST_SAID, listed, naming, shown
from stylegan_core.model import load_model
from tests.core.formats.corpus import ada_pickle, ada_state
from tests.core.formats.hostile import small, state, tensor, zipped
from tests.core.formats.test_lucidrains import port_file
from tests.core.formats.test_ports_v1 import genforce_file, huangzh13_file, rosinality_file
from tests.core.formats.tf_files import dumped, generator, network_class

State = dict[str, Tensor]
LONGEST = (0, 2**31 - 1, 2**31 - 1, 2**31 - 1)


def without(found: State, part: str) -> State:
    return {name: values for name, values in found.items() if part not in name}


FILES: dict[str, tuple[Callable[[], object], str]] = {
    "genforce, labels": (lambda: genforce_file()[0] | {"mapping.label_weight": torch.tensor(1.0)}, "dimensions"),
    "genforce, mean": (lambda: genforce_file()[0] | {"truncation.w_avg": torch.zeros(0)}, "mean w"),
    "huangzh13, labels": (lambda: huangzh13_file()[0] | {"class_embedding.weight": torch.tensor(1.0)}, "dimensions"),
    "huangzh13, toRGB": (lambda: without(huangzh13_file()[0], "to_rgb"), "number of resolutions"),
    "rosinality, toRGB": (lambda: without(rosinality_file()[0], "to_rgb"), "number of resolutions"),
    "rosinality, bias": (
        lambda: rosinality_file()[0] | {"generator.progression.0.adain1.style.linear.bias": torch.tensor(1.0)},
        "style's bias",
    ),
    "lucidrains, bias": (lambda: {"GAN": port_file() | {"GE.initial_conv.bias": torch.zeros(5)}}, "biases"),
    "lucidrains, kernel": (
        lambda: {"GAN": port_file() | {"GE.blocks.0.conv1.weight": torch.zeros(0, 16, 3, 3)}},
        "of size 0×16×3×3",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_port_with_an_impossible_tensor(tmp_path: Path, name: str) -> None:
    make, said = FILES[name]
    torch.save(make(), tmp_path / "file.pt")
    with pytest.raises(RefusedFile, match=said) as caught:
        load_model(tmp_path / "file.pt")
    assert str(caught.value).startswith(f"{tmp_path / 'file.pt'}: it")


def test_labels_without_a_dimension_in_nvidias_file(tmp_path: Path) -> None:
    with network_class() as cls:
        made = generator(cls, "Gs", small() | {"mapping/LabelConcat/weight": np.float32(3)})
        (tmp_path / "file.pkl").write_bytes(dumped(made, 4))
    with pytest.raises(RefusedFile, match=r"file\.pkl: its tensor 'mapping/LabelConcat/weight' has the wrong number"):
        read_card(tmp_path / "file.pkl")


def test_an_empty_tensor_of_astronomical_sizes(tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": LONGEST, "data_offsets": [0, 0]}}).encode()
    (tmp_path / "a").write_bytes(struct.pack("<Q", len(header)) + header)
    (tmp_path / "b").write_bytes(zipped(state(tensor(0, LONGEST, (1, 1, 1, 1))), data__0=b"\0" * 16))
    for name in "ab":
        with pytest.raises(RefusedFile, match=f"{name}: it holds an array with an impossible size"):
            read_card(tmp_path / name)


@pytest.mark.parametrize("error", [ValueError, TypeError, IndexError, KeyError, AttributeError, ZeroDivisionError])
def test_what_no_check_foresaw_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    (tmp_path / "file.pkl").write_bytes(ada_pickle({"G_ema": ada_state()}, z_dim=2))
    for place in ("stylegan_core.formats.stylegan2_ada.configuration", "stylegan_core.formats.reader.read_pickle"):
        with monkeypatch.context() as changed:
            changed.setattr(place, lambda *_: (_ for _ in ()).throw(error("inside")))
            with pytest.raises(RefusedFile, match=r"file\.pkl: it is damaged in a way") as caught:
                read_card(tmp_path / "file.pkl")
            assert isinstance(caught.value.__cause__, error)


def test_cancelling_and_refusing_pass_the_net() -> None:
    with pytest.raises(Cancelled, match="name: reading was cancelled"), naming("name"):
        raise Cancelled("reading was cancelled")
    with pytest.raises(RefusedFile, match="name: it needs more memory"), naming("name"):
        raise MemoryError
    with pytest.raises(RefusedFile) as caught, naming("name"):
        raise RefusedFile("it is \x1b[2J bad" + "x" * 10_000)
    assert len(str(caught.value)) < MOST_SAID + 20 and "it is ?[2J bad" in str(caught.value)


def test_a_damaged_discriminator_is_left_out(tmp_path: Path) -> None:
    found = {f"layer{at}.{part}": torch.zeros(0, 3) for at in range(13) for part in ("weight", "bias")}
    found |= {f"input{at}.{part}": torch.zeros(0, 3) for at in range(6) for part in ("weight", "bias")}
    torch.save({"generator": genforce_file()[0], "discriminator": found}, tmp_path / "file.pt")
    card = read_card(tmp_path / "file.pt")
    assert not card.discriminator and any("discriminator is left out" in note for note in card.notes)


def test_a_folder_goes_on_after_any_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / name).write_bytes(ada_pickle({"G_ema": ada_state()}, z_dim=2))
    convert_file = reader.convert_file

    def first_fails(file: object, path: Path) -> object:
        if path.name == "a":
            raise NotImplementedError("not foreseen")
        return convert_file(file, path)  # type: ignore[arg-type]

    monkeypatch.setattr("stylegan_core.formats.convert.convert_file", first_fails)
    assert main(["import", str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert "1 of 2 files" in said.out and "NotImplementedError: not foreseen" in said.err
    assert (tmp_path / "out" / "b.safetensors").exists()


def test_names_in_sentences_are_few_and_printable() -> None:
    assert listed([]) == "nothing" and listed(["G", "D"]) == "'G', 'D'"
    assert listed([f"n{at}" for at in range(1005)]) == "'n0', 'n1', 'n2', 'n3', 'n4' and 1,000 more"
    assert shown("a\x1b[31m\n\ud800b" + "c" * 99) == "a?[31m??b" + "c" * 51 + "..."


def test_a_refusal_does_not_list_a_thousand_names(tmp_path: Path) -> None:
    nets = {f"n{at}" + "x" * 3000: {"a": torch.zeros(1)} for at in range(300)}
    torch.save({"d": {"final_linear.0.weight": torch.zeros(1)}, **nets}, tmp_path / "file.pt")
    with pytest.raises(RefusedFile, match=r"and 29\d more") as caught:
        read_card(tmp_path / "file.pt")
    assert len(str(caught.value)) < 600
