"""The pattern page shows every component: a macro that is on it neither by itself nor by its area is found here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.web.conftest import Visitor
from web.presenters.patterns import ELSEWHERE

TEMPLATES = Path(__file__).resolve().parents[2] / "web" / "templates"
MACRO = re.compile(r"{%-? macro ([a-z]\w*)\(")
DRAWN_BY_BASE = {"key_sheet"}
DRAWN_WITH_A_MODEL = {"diagram", "diagram_marks"}


def test_every_component_is_on_the_pattern_page() -> None:
    page = (TEMPLATES / "pages" / "patterns.html").read_text(encoding="utf-8")
    aliases = dict(re.findall(r"(\w+) as (\w+)", page))
    missing = [
        f"{path.name}: {macro}"
        for path in sorted((TEMPLATES / "components").glob("*.html"))
        if path.name not in ELSEWHERE
        for macro in MACRO.findall(path.read_text(encoding="utf-8"))
        if macro not in DRAWN_BY_BASE | DRAWN_WITH_A_MODEL and f"{aliases.get(macro, macro)}(" not in page
    ]
    assert missing == [], "draw them on pages/patterns.html, or name their file in ELSEWHERE"


def test_areas_named_elsewhere_exist(app: Flask) -> None:
    assert [name for name in ELSEWHERE if not (TEMPLATES / "components" / name).exists()] == []
    jiang = Visitor(app, "jiang")
    assert {path: jiang.get(path).status_code for path in set(ELSEWHERE.values())} == dict.fromkeys(
        set(ELSEWHERE.values()), 200
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pattern_page_is_drawn(app: Flask, language: str) -> None:
    page = Visitor(app, "wang", language).get("/patterns")
    assert page.status_code == 200
    assert page.text.count('class="field-error"') >= 2
