"""Rules for every file that git holds: length, names, nothing unfinished, nothing of one machine."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import modules, relative, text_files

LONGEST_MODULE_LINES = 400
EMPTY_CLASS_NAME = re.compile(r"(?:Manager|Service|Helper|Utils?|Base|Impl)$")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b|raise NotImplemented" + "Error")
FOREIGN = {
    "a path of one machine": re.compile(r"(?<![\w.}/])/(?:work|home|root|Users)/\w"),
    "the address of a package registry": re.compile(
        r"files\.pythonhosted\.org|\bpypi\.org|crates\.io|registry\.npmjs|proxy\.golang|repo1?\.maven|deb\.debian\.org"
    ),
}
GENERATED = {"package-lock.json"}


def test_modules_are_short_enough_to_read() -> None:
    lengths = {relative(path): len(text.splitlines()) for path, text in text_files(".py", ".js", ".mjs", ".css")}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE_LINES} == {}


def test_class_names_say_what_the_class_is() -> None:
    found = [
        f"{module.name}:{line}: {name}"
        for module in modules("workflow_engine", "web", "bench", "tools", "tests")
        for line, name in module.classes
        if EMPTY_CLASS_NAME.search(name)
    ]
    assert found == []


def test_nothing_is_left_unfinished() -> None:
    assert _lines_with(UNFINISHED, ".py", ".js", ".mjs", ".html", ".css", ".md", ".toml") == []


@pytest.mark.parametrize("what", FOREIGN)
def test_no_tracked_file_names(what: str) -> None:
    assert _lines_with(FOREIGN[what]) == []


def _lines_with(pattern: re.Pattern[str], *endings: str) -> list[str]:
    return [
        f"{relative(path)}:{number}: {line.strip()[:80]}"
        for path, text in text_files(*endings)
        if path.name not in GENERATED and "house" not in path.parts
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
