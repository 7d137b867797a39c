"""The information card, `info` and `import`: what they say, what they write, what they refuse."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from stylegan_core.__main__ import main
from stylegan_core.formats.card import read_card
from stylegan_core.formats.limits import Cancelled
from stylegan_core.formats.reader import read_weight_file
from stylegan_core.importing import convert_steps
from stylegan_core.model import load_discriminator, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from tests.core.formats.corpus import ada_pickle, ada_state
from tests.core.formats.hostile import small
from tests.core.formats.test_lucidrains import port_file
from tests.core.formats.test_ports_v1 import huangzh13_file, rosinality_file
from tests.core.formats.tf_files import dumped, generator, network_class
from tests.core.networks.small import FAMILY
from tests.core.networks.small import small as of_family
from tests.core.reference import reference


@pytest.fixture
def pickled(tmp_path: Path) -> Path:
    """A small v1 generator, growing, as NVIDIA pickles it."""
    path = tmp_path / "in" / "snapshot.dat"
    path.parent.mkdir()
    with network_class() as cls:
        made = [generator(cls, name, small() | {"lod": np.float32(0.25)}) for name in ("G", "Gs")]
        path.write_bytes(dumped(made[1], 4))
    return path


def test_the_card_of_a_pickle(pickled: Path) -> None:
    card = read_card(pickled)
    assert (card.resolution, card.level, card.alpha, card.z_dim, card.w_dim) == (8, 1, 0.75, 4, 4)
    assert card.format == "StyleGAN, NVIDIA's TensorFlow pickle" and card.networks == ("Gs",) and not card.own
    assert card.code_bytes == 20 * len("raise SystemExit('this text was run')\n")
    text = dict(card.lines())
    assert text["Code"] == "contains 760 bytes of code, not run"
    assert "alpha 0.75" in text["Network"] and "no discriminator" in text["Note"]
    trained = [v for k, v in small().items() if k not in ("lod", "dlatent_avg") and "/noise" not in k]
    assert card.parameters == sum(np.size(v) for v in trained) == load_model(pickled).info.parameters


def test_the_card_says_what_a_port_lacks(tmp_path: Path) -> None:
    torch.save({"g_running": rosinality_file()[0], "discriminator": {"a": torch.zeros(1)}}, tmp_path / "file")
    notes = " ".join(read_card(tmp_path / "file").notes)
    assert "no mean w" in notes and "discriminator" in notes and "noise maps" in notes


def test_the_card_of_an_own_file_and_of_a_run(pickled: Path, tmp_path: Path) -> None:
    target = tmp_path / "run" / "checkpoints" / "000012.safetensors"
    save_model(target, load_model(pickled))
    (tmp_path / "run" / "config.json").write_text("{}")
    for path in (target, tmp_path / "run"):
        card = read_card(path)
        assert card.own and card.alpha == 0.75 and card.parameters == read_card(pickled).parameters
        assert "Imported from" in card.origin


@pytest.mark.parametrize("config", [FAMILY["stylegan2"], FAMILY["dcgan"], of_family(architecture="stylegan3")])
def test_the_card_counts_the_parameters_that_the_network_has(config: NetworkConfig, tmp_path: Path) -> None:
    made = build_generator(config)
    save_model(tmp_path / "a.safetensors", made)
    assert read_card(tmp_path / "a.safetensors").parameters == sum(each.numel() for each in made.parameters())


def test_reading_a_card_needs_no_torch(pickled: Path) -> None:
    code = "import sys; from stylegan_core.formats.card import *; read_card(sys.argv[1]); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, pickled], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_info(pickled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(pickled)]) == 0
    assert "StyleGAN v1, 8×8" in capsys.readouterr().out
    assert main(["info", "--json", str(pickled)]) == 0
    assert json.loads(capsys.readouterr().out)["resolution"] == 8


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0"])
def test_info_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (tmp_path / "file.pkl").write_bytes(content)
    assert main(["info", str(tmp_path / "file.pkl")]) == 2
    said = capsys.readouterr().err
    assert "file.pkl: it is" in said and said.count("\n") == 1


def test_import_keeps_the_picture_and_the_hash(pickled: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.safetensors"
    assert main(["import", str(pickled), str(target)]) == 0
    before, after = load_model(pickled), load_model(target)
    ws = torch.randn(2, 4, 4)
    assert torch.equal(before.synthesis(ws), after.synthesis(ws))
    assert before.info.hash == after.info.hash and (after.level, after.alpha) == (1, 0.75)


def test_import_keeps_the_discriminator(tmp_path: Path) -> None:
    target = tmp_path / "out.safetensors"
    assert main(["import", str(reference("stylegan-v1-64.pkl")), str(target)]) == 0
    assert load_discriminator(target) is not None


def test_import_refuses(pickled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.safetensors"
    assert main(["import", str(pickled), str(tmp_path / "out.pkl")]) == 2
    assert "must end in .safetensors" in capsys.readouterr().err
    target.write_bytes(b"mine")
    assert main(["import", str(pickled), str(target)]) == 2
    assert "exists already" in capsys.readouterr().err and target.read_bytes() == b"mine"
    assert main(["import", str(pickled), str(target), "--overwrite", "--half"]) == 0
    assert main(["import", str(target), str(target), "--overwrite"]) == 2
    assert "choose another name" in capsys.readouterr().err


def test_import_of_a_folder(pickled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pickled.parent / "deeper").mkdir()
    (pickled.parent / "deeper" / "copy.pkl").write_bytes(pickled.read_bytes())
    (pickled.parent / "note.txt").write_text("hello")
    assert main(["import", str(pickled.parent), str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert "2 of 3 files" in said.out and "note.txt: it is not a weight file" in said.err
    assert load_model(tmp_path / "out" / "deeper" / "copy.pkl.safetensors").resolution == 8


def test_a_second_import_of_a_folder_leaves_its_own_output_alone(
    pickled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(pickled.parent)
    assert main(["import", str(pickled.parent), "out"]) == 0
    assert main(["import", ".", str(pickled.parent / "out"), "--overwrite"]) == 0
    assert main(["import", "../in", "./../in/out", "--overwrite"]) == 0
    assert capsys.readouterr().out.count("1 of 1 file") == 3
    assert [path.name for path in Path("out").iterdir()] == ["snapshot.dat.safetensors"]


def test_half_precision_keeps_numbers_too_large_for_it(tmp_path: Path) -> None:
    state = ada_state()
    state["synthesis.b4.const"][0, 0, 0] = 1e5
    (tmp_path / "file.pkl").write_bytes(ada_pickle({"G_ema": state}, z_dim=2))
    assert main(["import", str(tmp_path / "file.pkl"), str(tmp_path / "out.safetensors"), "--half"]) == 0
    found = load_model(tmp_path / "out.safetensors").generator.state_dict()
    assert found["synthesis.const"][0, 0, 0, 0] == 1e5
    stored = load_file(tmp_path / "out.safetensors")
    assert {str(values.dtype) for values in stored.values()} == {"torch.float16", "torch.float32"}


@pytest.mark.parametrize("found", [huangzh13_file()[0], rosinality_file()[0], port_file()])
def test_a_card_draws_no_noise(tmp_path: Path, found: dict[str, torch.Tensor], monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(found, tmp_path / "file")
    with monkeypatch.context() as changed:
        changed.setattr(np.random, "RandomState", lambda _seed: pytest.fail("drawn"))
        assert any("noise map" in note for note in read_card(tmp_path / "file").notes)
    assert load_model(tmp_path / "file").num_noise_layers > 0


def test_what_a_file_says_reaches_the_terminal_printable_and_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "Gs\ud800\x1b[2J\nCode           none at all" + "x" * 200
    with network_class() as cls:
        (tmp_path / "file.pkl").write_bytes(dumped(generator(cls, name, small()), 4))
    assert main(["info", str(tmp_path / "file.pkl")]) == 0
    shown = capsys.readouterr().out
    assert "Gs??[2J?Code" in shown and "\x1b" not in shown and "x" * 61 not in shown
    assert sum(line.startswith("Code ") for line in shown.splitlines()) == 1
    assert main(["info", "--json", str(tmp_path / "file.pkl")]) == 0
    assert main(["import", str(tmp_path / "file.pkl"), str(tmp_path / "out.safetensors")]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="only here can a file's name be no text")
def test_a_file_whose_name_is_no_text(pickled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = pickled.rename(pickled.with_name("bad\udcff.dat"))
    assert main(["info", str(other)]) == 0
    assert main(["info", "--json", str(other)]) == 0
    assert main(["import", str(other.parent), str(other.parent / "out")]) == 0
    said = capsys.readouterr().out
    said.encode()
    assert "bad?.dat" in said and "1 of 1 file" in said


@pytest.mark.parametrize("name", ["style.1.linear.weight_orig", "generator.to_rgb.0.conv.bias"])
def test_numbers_beyond_float32_warn_nobody(tmp_path: Path, name: str) -> None:
    """One is scaled when it is converted, the other taken as it is; any warning fails a test here."""
    state = rosinality_file()[0]
    state[name] = torch.full_like(state[name], 1e300, dtype=torch.float64)
    torch.save(state, tmp_path / "file")
    assert read_card(tmp_path / "file").resolution == 128
    with pytest.raises(ValueError, match="not finite"):
        load_model(tmp_path / "file")


def test_import_of_a_folder_without_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    assert main(["import", str(tmp_path / "in"), str(tmp_path / "out")]) == 2
    (tmp_path / "in" / "note.txt").write_text("hello")
    assert main(["import", str(tmp_path / "in"), str(tmp_path / "out")]) == 2
    assert "without files" in capsys.readouterr().err


def test_import_of_a_folder_into_a_file_is_one_sentence(pickled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each file of the folder was said to be skipped, for its disk."""
    assert main(["import", str(pickled.parent), str(pickled)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "is a file" in said


def test_import_of_nothing_does_not_speak_of_the_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "mistyped"), str(tmp_path / "out")]) == 2
    assert "mistyped does not exist" in capsys.readouterr().err


def test_progress_and_cancel(tmp_path: Path) -> None:
    path = tmp_path / "file"
    torch.save({"g_running": rosinality_file()[0]}, path)
    seen: list[float] = []
    load_model(path, progress=lambda fraction: seen.append(fraction))
    assert seen[-1] > 0.9 and all(0 <= fraction <= 1 for fraction in seen)
    with pytest.raises(Cancelled, match="cancelled"):
        read_weight_file(path, progress=lambda _: False)


def test_converting_step_by_step_leaves_nothing_when_it_is_given_up(pickled: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.safetensors"
    steps = convert_steps(pickled, target)
    assert 0 < [next(steps) for _ in range(10)][-1] < 1
    steps.close()
    assert not list(tmp_path.glob("*out*"))
    seen = list(convert_steps(pickled, target))
    assert seen == sorted(seen) and seen[0] == 0 and seen[-1] < 1
    assert load_model(target).info.hash == load_model(pickled).info.hash
    with pytest.raises(ValueError, match="choose another name"):
        next(convert_steps(target, target))


def test_opening_is_cancelled_while_it_converts(pickled: Path) -> None:
    with pytest.raises(Cancelled, match=r"snapshot\.dat: reading was cancelled"):
        load_model(pickled, progress=lambda fraction: fraction < 0.5)


def test_a_foreign_safetensors_file(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = rosinality_file()[0]
    save_file(state, tmp_path / "file.safetensors")
    assert load_model(tmp_path / "file.safetensors").resolution == 128
    assert "rosinality" in read_card(tmp_path / "file.safetensors").format


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 999]}}, "outside its data"),
        ({"a": {"dtype": "F32", "shape": [4], "data_offsets": [8, 0]}}, "ends before it begins"),
        ({"a": {"dtype": "F32", "shape": [-4], "data_offsets": [0, 16]}}, "impossible size"),
        ({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 16]}}, "does not fit"),
        ({"a": {"dtype": "C64", "shape": [2], "data_offsets": [0, 16]}}, "type that networks do not have"),
        ({"a": {"dtype": "F32", "shape": [4]}}, "where a tensor lies"),
        ({k: {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]} for k in "ab"}, "overlap"),
        ([1, 2], "not a table"),
    ],
)
def test_broken_safetensors(tmp_path: Path, header: object, said: str) -> None:
    raw = json.dumps(header).encode().ljust(10)
    raw = raw if raw[:1] == b"{" else b"{" + raw
    (tmp_path / "file").write_bytes(struct.pack("<Q", len(raw)) + raw + b"\0" * 16)
    with pytest.raises(ValueError, match=said if said != "not a table" else "cannot be read"):
        read_card(tmp_path / "file")


def test_a_broken_safetensors_file_is_named_on_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file.safetensors").write_bytes(struct.pack("<Q", 12) + b'{"a": 1}    ')
    assert main(["import", str(tmp_path / "file.safetensors"), str(tmp_path / "out.safetensors")]) == 2
    said = capsys.readouterr().err
    assert str(tmp_path / "file.safetensors") in said and said.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a file"):
        read_weight_file(tmp_path / "pipe")


def test_a_network_larger_than_memory(pickled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stylegan_core.formats.build.available_memory", lambda: 1000)
    with pytest.raises(ValueError, match="B are free"):
        load_model(pickled)
