"""The direction library: one file that comes back as it was, and is refused in one sentence when it is not one."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stylegan_core.latents import library as module
from stylegan_core.latents.library import Entry, Library, NamedChannel, library_path, shipped_library
from stylegan_core.recipe import Direction, Vector


def entry(name: str, number: int = 0) -> Entry:
    vector = np.random.RandomState(number).randn(8)
    return Entry(Direction(name, Vector.of(vector), 1.5), "sorting", number, accuracy=0.97, first=2, last=5)


def test_a_library_comes_back_as_it_was(tmp_path: Path) -> None:
    library = Library("f" * 64, "avatars", (entry("Hair, länger", 1), entry("Glasses", 2)))
    library.save(tmp_path / "x.json")
    assert Library.load(tmp_path / "x.json") == library
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


def test_numbers_without_a_reach_were_measured_at_three_sigma(tmp_path: Path) -> None:
    named = replace(entry("Glasses"), source="labels", effect=0.6, leak=0.1, reach=1.5)
    Library("f" * 64, "avatars", (named,)).save(path := tmp_path / "x.json")
    assert Library.load(path).entries == (named,)
    older = json.loads(path.read_text("utf-8"))
    del older["directions"][0]["reach"]
    path.write_text(json.dumps(older))
    assert Library.load(path).entries == (replace(named, reach=3.0),)
    older["directions"][0]["reach"] = 0
    path.write_text(json.dumps(older))
    with pytest.raises(ValueError, match=r"x\.json is no direction library"):
        Library.load(path)


def test_the_same_vector_is_one_entry_whatever_its_name() -> None:
    library = Library().with_entry(entry("PCA 1", 1)).with_entry(entry("Smile", 1)).with_entry(entry("PCA 2", 2))
    assert [kept.direction.name for kept in library.entries] == ["Smile", "PCA 2"]
    assert library.merged([entry("other", 1), entry("new", 3)]).entries[2].direction.name == "new"
    assert len(library.without(entry("any", 1)).entries) == 1
    axes = [Entry(Direction(f"axis {at}", Vector.of(np.eye(12)[at])), "recipe") for at in (10, 11)]
    assert Library().merged(axes).with_entry(axes[0]).entries == tuple(axes)  # they begin with the same ten numbers


LACKING = '{"kind": "stylegan-explorer directions", "version": 1}'
BEYOND = """{"kind": "stylegan-explorer directions", "version": 1, "model": "", "model_name": "", "directions": [
{"direction": {"name": "", "vector": {"shape": [1], "float32": "AAAAAA=="}}, "source": "pca", "number": Infinity}]}"""


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "stylegan-explorer directions", "version": "x"}', LACKING, BEYOND]
)
def test_another_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"notes\.json is no direction library") as refused:
        Library.load(path)
    assert not any(word in str(refused.value) for word in ("indices", "('", "codec"))


def test_a_library_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "missing").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="cannot be written"):
        Library().save(tmp_path / "missing" / "x.json")


def test_the_file_is_named_after_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    assert library_path("0123456789abcdef99", "my/../model 1").name == "my-..-model-1-0123456789abcdef.json"
    assert library_path("00", "x").parent == tmp_path / "libraries"


def test_the_library_knows_no_torch() -> None:
    code = "import sys, stylegan_core.latents.library; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_library_in_the_box_is_found_by_the_hash_of_its_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHIPPED", tmp_path)
    assert shipped_library("abc") is None
    for name in ("abc", "def"):
        (tmp_path / name).mkdir()
        Library(name, f"model {name}").save(tmp_path / name / "directions.json")
    found = shipped_library("def")
    assert found is not None and found.model_name == "model def"
    assert shipped_library("ghi") is None


def test_named_channels_come_back_as_they_were(tmp_path: Path) -> None:
    library = (
        Library("f" * 64, "avatars").with_named(NamedChannel(3, 7, "Fringe")).with_named(NamedChannel(5, 1, "Hat"))
    )
    library.save(tmp_path / "x.json")
    assert Library.load(tmp_path / "x.json") == library
    renamed = library.with_named(NamedChannel(3, 7, "Hair"))
    assert [each.name for each in renamed.channels] == ["Hair", "Hat"]
    assert library.with_named(NamedChannel(3, 7, "")).channels == (NamedChannel(5, 1, "Hat"),)
    both = Library().with_named(NamedChannel(5, 1, "Cap")).with_names(library.channels)
    assert both.channels == (NamedChannel(5, 1, "Cap"), NamedChannel(3, 7, "Fringe"))


@pytest.mark.parametrize("wrong", [{"layer": -1}, {"layer": 1.5}, {"channel": True}, {"name": 3}])
def test_named_channels_that_are_none_are_refused(wrong: dict[str, object], tmp_path: Path) -> None:
    Library("f" * 64, "avatars").with_named(NamedChannel(3, 7, "Fringe")).save(tmp_path / "x.json")
    told = json.loads((tmp_path / "x.json").read_text())
    told["channels"][0] |= wrong
    (tmp_path / "x.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match="a channel has no layer, number and name"):
        Library.load(tmp_path / "x.json")
