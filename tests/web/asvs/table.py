"""The table of checks against OWASP ASVS 5.0, made from the tests themselves: ``python -m tests.web.asvs.table``."""

from __future__ import annotations

import ast
import re
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = Path(__file__).resolve().parents[3] / "docs" / "asvs.md"
_NAME = re.compile(r"test_asvs_(\d+_\d+_\d+)_")
ITEMS = [
    "1.2.10",
    "1.3.2",
    "1.3.4",
    "1.3.6",
    "1.3.12",
    "1.5.1",
    "1.5.2",
    "1.5.3",
    "2.3.1",
    "2.3.3",
    "2.3.4",
    "2.3.5",
    "2.4.1",
    "3.2.1",
    "3.2.2",
    "3.3.1",
    "3.3.2",
    "3.3.3",
    "3.3.4",
    "3.4.3",
    "3.5.1",
    "3.7.2",
    "4.1.3",
    "5.2.1",
    "5.2.2",
    "5.2.3",
    "5.3.2",
    "5.3.3",
    "5.4.1",
    "6.3.1",
    "6.3.8",
    "7.2.4",
    "7.4.1",
    "7.4.2",
    "8.2.1",
    "8.2.2",
    "8.2.3",
    "8.3.2",
    "8.4.1",
    "13.3.1",
    "14.2.7",
    "15.3.3",
    "15.4.1",
    "15.4.2",
    "15.4.3",
    "16.2.5",
    "16.3.2",
    "16.4.1",
    "16.4.2",
    "16.4.3",
    "16.5.1",
    "16.5.2",
    "16.5.3",
]


def checks() -> dict[str, list[tuple[str, str, str]]]:
    """Item to (file, test, what it shows)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match = _NAME.match(node.name) if isinstance(node, ast.FunctionDef) else None
            if match is not None and isinstance(node, ast.FunctionDef):
                said = " ".join((ast.get_docstring(node) or "").split())
                found.setdefault(match[1].replace("_", "."), []).append((path.name, node.name, said))
    return found


def page() -> str:
    """The whole page as Markdown."""
    lines = [
        "# Checks against OWASP ASVS 5.0",
        "",
        "For who must know what the product does against attacks: one test for each item, with its number in the name.",
        "`python -m tests.web.asvs.table` writes this page from the tests; `make test ARGS=tests/web/asvs` runs them.",
        "",
        "| Item | What holds | Test |",
        "|---|---|---|",
    ]
    found = checks()
    for item in ITEMS:
        for file, name, said in found.get(item, []):
            lines.append(f"| {item} | {said} | `{file}::{name}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
