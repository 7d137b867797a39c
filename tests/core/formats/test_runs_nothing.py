"""The source itself: nothing in the project unpickles, evaluates, or imports by a name from a file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FORBIDDEN = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_OF = {
    ("torch", "load"),
    ("pickle", "load"),
    ("pickle", "loads"),
    ("pickle", "Unpickler"),
    ("marshal", "loads"),
    ("runpy", "run_path"),
    ("os", "system"),
}
FILES = sorted(path for folder in ("stylegan_core", "explorer") for path in (ROOT / folder).rglob("*.py"))


def calls(path: Path) -> Iterator[tuple[str, str, ast.Call]]:
    """(object, attribute, node) of every call in a file; object '' for a plain name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                yield "", function.id, node
            elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                yield function.value.id, function.attr, node


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_no_file_runs_what_it_reads(path: Path) -> None:
    for owner, name, node in calls(path):
        place = f"{path}:{node.lineno}"
        assert owner or name not in FORBIDDEN, place
        assert (owner, name) not in FORBIDDEN_OF, place
        if (owner, name) in {("np", "load"), ("numpy", "load")}:
            assert any(word.arg == "allow_pickle" for word in node.keywords), place


def test_the_readers_import_by_fixed_names_only() -> None:
    found = [
        (path.name, node.lineno)
        for path in FILES
        if path.parent.name == "formats"
        for _, name, node in calls(path)
        if name == "import_module"
    ]
    assert [name for name, _ in found] == ["reader.py"]


def test_the_readers_do_not_know_pickle() -> None:
    for path in (ROOT / "stylegan_core" / "formats").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"pickle", "_pickle", "marshal", "shelve", "dill", "joblib"} & set(names), path
