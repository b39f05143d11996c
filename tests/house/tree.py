"""The files of the repository as the rules look at them."""

from __future__ import annotations

import ast
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT_FOLDERS = ("liandong", "workflow_engine", "web")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git holds; outside a git checkout, every file of the source folders."""
    git = shutil.which("git")
    listing = git and subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing and listing.returncode == 0:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        folders = (*PRODUCT_FOLDERS, "tests", "tools", "bench", "docs", "processes")
        paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if "vendor" not in path.parts]
    return tuple(sorted(path for path in paths if path.is_file()))


@cache
def text_files(*endings: str) -> tuple[tuple[Path, str], ...]:
    """Path and content of the tracked UTF-8 files whose names end so; of all of them when none is given."""
    found = []
    for path in tracked_files():
        if endings and not path.name.endswith(endings):
            continue
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def relative(path: Path) -> str:
    """``path`` as seen from the repository, with slashes."""
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True, slots=True)
class Module:
    """What the rules ask about one Python file. Its syntax tree is not kept: all of them together are a gigabyte."""

    name: str
    says_what_it_is_for: bool
    imports: tuple[tuple[int, str], ...]
    """Line and full dotted name of every absolute import, wherever it stands."""
    calls: tuple[tuple[int, str], ...]
    """Line and dotted name, as written, of every call."""
    classes: tuple[tuple[int, str], ...]
    """Line and name of every class."""


def modules(*folders: str) -> list[Module]:
    """Every tracked Python file below ``folders``."""
    places = tuple(f"{folder}/" for folder in folders)
    return [_read(path, text) for path, text in text_files(".py") if relative(path).startswith(places)]


@cache
def _read(path: Path, text: str) -> Module:
    tree = ast.parse(text, relative(path))
    imports, calls, classes = [], [], []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports.append((node.lineno, node.module))
        elif isinstance(node, ast.Call):
            calls.append((node.lineno, _dotted(node.func)))
        elif isinstance(node, ast.ClassDef):
            classes.append((node.lineno, node.name))
    documented = not tree.body or ast.get_docstring(tree) is not None
    return Module(relative(path), documented, tuple(imports), tuple(calls), tuple(classes))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
