"""Findings are told in the reader's language, and every code that the checks can give has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from tests.web.conftest import Visitor
from web.presenters.finding_words import MEANINGS

BPMN = Path(__file__).parents[2] / "workflow_engine" / "bpmn"
REPORTING = frozenset({"error", "warning", "_refused", "_refusal", "_problem", "Problem"})


def codes() -> Iterator[str]:
    """First arguments, written out, of whatever reports a finding."""
    for path in BPMN.glob("lint*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REPORTING:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def test_every_code_of_the_lint_has_words() -> None:
    found = set(codes())
    assert len(found) > 40
    assert sorted(found - set(MEANINGS)) == []


def test_chinese_reader_is_told_in_chinese_with_the_exact_finding_beside(app: Flask) -> None:
    jiang = Visitor(app, "jiang", "zh")
    page = jiang.get("/models").text
    assert "流程" in page
    place = next(part for part in page.split('"') if part.startswith("/models/") and len(part) > 60)
    page = jiang.get(place).text
    assert "没有默认连线：若条件都不成立，案件将停住。" in page
    assert 'lang="en">No default flow' in page
