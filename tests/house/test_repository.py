"""What is true of the repository as a whole: its texts, its packages, and that it names no one machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".toml", ".txt", ".json", ".qss", ".svg", ".cmd", ""}
# Spelled in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(
    "|".join(["/opt" + "/v/", "/ro" + "ot/", "/wo" + "rk/", "/ho" + r"me/\w", r"[A-Z]:\\Us" + "ers"])
)


def tracked() -> list[Path]:
    """Every file git knows, as it lies in the checkout."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_texts_are_utf8_and_name_no_machine() -> None:
    found = []
    for path in tracked():
        if path.suffix in TEXT and MACHINE_PATHS.search(path.read_text(encoding="utf-8")):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_nothing_is_a_link() -> None:
    assert [path for path in tracked() if path.is_symlink()] == []  # a tracked link to .venv once took its place


def test_package_init_files_are_empty() -> None:
    filled = [path for path in tracked() if path.name == "__init__.py" and path.stat().st_size]
    assert filled == []


def test_nothing_is_called_utils() -> None:
    assert [path for path in tracked() if path.stem in ("utils", "helpers", "misc")] == []


def test_readme_starts_with_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert [line.split("#")[0].strip() for line in lines if line.startswith("make ")] == ["make run", "make test"]


PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("resources/**/*.md")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_changelog_names_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["version"] in changelog or "## [Unreleased]" in changelog


def test_every_requirement_has_a_tested_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["data"], *extras["metrics"], *extras["remote"], *extras["midi"]]
    asked += [*extras["film"], *extras["sound"], *extras["dev"]]
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}
    unpinned = [one for one in asked if re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!\[;]", one)[0]).lower() not in names]
    assert unpinned == []
