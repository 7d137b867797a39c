"""The card of a set: every network has a row, in the order it was named in, with what was measured and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stylegan_core.model import Model
from stylegan_core.networks.generator import build_generator
from stylegan_core.training.config import preset
from tools.bundle_model import grid
from tools.bundle_set import Member, card
from tools.run_logs import Log


def member(name: str, **numbers: float) -> Member:
    config = preset("tiny")
    log = Log(config, 30_000, 5400.0, (), (0.4, 0.3))
    model = Model(build_generator(config.network))
    return Member(name, f"What {name} is.", model, "float16", [log], {"FD-E real": 23.5, **numbers}, [])


def test_rows_tell_what_was_measured() -> None:
    members = [member("config-a", **{"FD-E": 500.0}), member("config-f", **{"FD-E": 400.25, "PPL-E": 1234.0})]
    text = card("family-32", members, "avatars", "see below")
    rows = [line for line in text.splitlines() if line.startswith("| config")]
    assert rows == ["| config-a | 30 | 1.5 | 500 | – |", "| config-f | 30 | 1.5 | 400.2 | 1234 |"]
    assert "23.5 apart" in text
    assert text.index("![Seeds from 0 on, uncurated, psi 1](config-a.png)") < text.index("(config-f.png)")
    assert "What config-f is. Stored as float16." in text


@pytest.mark.parametrize(("classes", "across"), [((), 8), (("one", "two", "three"), 3)])
def test_a_grid_has_eight_rows_or_a_column_for_each_class(classes: tuple[str, ...], across: int) -> None:
    network = replace(preset("tiny").network, classes=classes)
    made = grid(Model(build_generator(network)), 0.7)
    assert made.size == (across * 32, 8 * 32)


def test_the_box_lists_sets_by_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer import bundled

    monkeypatch.setattr(bundled, "BUNDLED", tmp_path)
    for name in ("one/one", "set/b", "set/a"):
        path = tmp_path / f"{name}.safetensors"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.stem for path in bundled.bundled_models()] == ["one"]
    assert {name: [path.stem for path in paths] for name, paths in bundled.bundled_sets().items()} == {
        "set": ["a", "b"]
    }
    a, b, one = (
        tmp_path / "set" / "a.safetensors",
        tmp_path / "set" / "b.safetensors",
        tmp_path / "one" / "one.safetensors",
    )
    assert bundled.neighbour(a, 1) == b and bundled.neighbour(a, -1) == b
    assert bundled.neighbour(one, 1) is None
    assert bundled.neighbour(Path("/elsewhere/x.safetensors"), 1) == one
