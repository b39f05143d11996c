"""Every dependency is explained, and every lock file is made from what the project names."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=~! ;]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _named_python_packages() -> set[str]:
    project = PROJECT["project"]
    named = [*project["dependencies"]]
    for group in (*project["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()):
        named += group
    named += [line for source in sorted((ROOT / "requirements").glob("*.in")) for line in source.read_text().split()]
    return {_name(requirement) for requirement in named}


def _locked_packages(lock: Path) -> set[str]:
    return {_name(line) for line in lock.read_text(encoding="utf-8").splitlines() if re.match(r"[A-Za-z]", line)}


def _explained_packages() -> set[str]:
    return {row[1].lower() for row in re.finditer(r"^\| ([^ |]+) \|[^|]+\|[^|]+\|$", PAGE, re.MULTILINE)} - {"package"}


def test_every_dependency_is_explained_and_nothing_else() -> None:
    front_end = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    named = _named_python_packages() | set(front_end["dependencies"]) | set(front_end["devDependencies"])
    assert _explained_packages() == named


def test_every_dependency_is_locked() -> None:
    locked = set().union(*(_locked_packages(lock) for lock in (ROOT / "requirements").glob("*.lock")))
    assert _named_python_packages() - locked == set()


def test_every_locked_package_has_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        for block in re.split(r"\n(?=[A-Za-z])", text)[1:]:
            assert "--hash=sha256:" in block, f"{lock.name}: {block.splitlines()[0]}"


def test_front_end_packages_are_locked_with_hashes() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
