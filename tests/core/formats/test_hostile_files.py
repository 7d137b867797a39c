"""Broken and hostile files: one sentence, nothing run, nothing imported, memory bounded."""

import sys
import tracemalloc
from pathlib import Path

import pytest

from stylegan_core.model import load_model
from tests.core.formats.hostile import Case, every, small
from tests.core.formats.tf_files import dumped, generator, network_class

PLACE = Path("/nonexistent/canary")
CASES = every(PLACE)
MEMORY = 160 << 20
"""A bomb would take gigabytes; an honest refusal stays far below this."""


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that leaves a file behind if anything imports it."""
    trace = tmp_path / "was-run"
    (tmp_path / "canary_module.py").write_text(f"open({str(trace)!r}, 'w').close()\nanything = print\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "canary_module", raising=False)
    return trace


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A good file first, so that no case pays for torch's own late imports."""
    path = tmp_path_factory.mktemp("good") / "network.pkl"
    with network_class() as cls:
        path.write_bytes(dumped(generator(cls, "Gs", small()), 4))
    assert load_model(path).resolution == 8


def test_there_are_many_and_their_names_differ() -> None:
    assert len({case[0] for case in CASES}) == len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_each_ends_in_one_sentence(case: Case, tmp_path: Path, canary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, content, said = case
    path = tmp_path / "network.pkl"
    path.write_bytes(content)
    run: list[object] = []
    for name in ("os.system", "subprocess.Popen", "runpy.run_path", "shutil.rmtree"):
        monkeypatch.setattr(name, lambda *arguments, **_: run.append(arguments))
    before = set(sys.modules)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=said) as refusal:
            load_model(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    sentence = str(refusal.value)
    assert sentence.count(str(path)) == 1 and "\n" not in sentence and len(sentence) < 400
    assert sentence.endswith(".")
    assert not run and not canary.exists() and not PLACE.exists()
    assert "canary_module" not in sys.modules and "tensorflow" not in set(sys.modules) - before
    assert peak < MEMORY + 3 * len(content)
