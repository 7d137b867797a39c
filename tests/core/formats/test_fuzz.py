"""Good files with random damage: every one still ends in a network or in one sentence."""

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stylegan_core.formats.limits import RefusedFile
from stylegan_core.formats.reader import convert_file, read_bytes
from tests.core.formats.corpus import ada_pickle, ada_state, good_files

FILES = good_files()
SECONDS = 120


def outcome(data: bytes) -> str:
    """ "read", or the sentence."""
    try:
        convert_file(read_bytes(memoryview(data), "file"), "file")
    except RefusedFile as error:
        return str(error)
    return "read"


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_good(name: str) -> None:
    assert outcome(FILES[name]) == "read"


def test_what_fuzzing_has_found_so_far() -> None:
    """The kept corpus: inputs that each reach code no other does."""
    with zipfile.ZipFile(Path(__file__).with_name("fuzz_corpus.zip")) as kept:
        names = kept.namelist()
        assert len(names) > 100
        for name in names:
            assert outcome(kept.read(name))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    name=st.sampled_from(sorted(FILES)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=0, max_size=4), st.integers(0, 4)), max_size=6),
    keep=st.floats(0.2, 1),
)
def test_damaged_files(name: str, edits: list[tuple[float, bytes, int]], keep: float) -> None:
    data = bytearray(FILES[name])
    for place, new, removed in edits:
        at = int(place * len(data))
        data[at : at + removed] = new
    said = outcome(bytes(data[: int(len(data) * keep) if keep < 0.9 else None]))
    assert said == "read" or ("\n" not in said and len(said) < 500 and said.startswith("file: ") and said[-1] == ".")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=60))
def test_random_bytes_after_each_beginning(tail: bytes) -> None:
    for start in (b"\x80\x04", b"PK\x03\x04", b"(", b"}", FILES["legacy"][:137], b"\x10\0\0\0\0\0\0\0{"):
        assert outcome(start + tail) != "read"


def test_a_piece_of_stylegan3_is_named() -> None:
    import torch

    content = ada_pickle(
        {"G_ema": {"synthesis.input.freqs": torch.zeros(4, 2), "synthesis.L0_36_512.bias": torch.zeros(2)}}
    )
    assert "StyleGAN3" in outcome(content)


def test_a_residual_generator_is_refused() -> None:
    import torch

    state = ada_state() | {"synthesis.b8.skip.weight": torch.zeros(2, 2, 1, 1)}
    assert "skip architecture" in outcome(ada_pickle({"G_ema": state}))


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
def test_coverage_guided(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.core.formats.fuzz", str(tmp_path / "corpus"), f"-max_total_time={SECONDS}"]
    done = subprocess.run([*command, f"-artifact_prefix={tmp_path}/"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
