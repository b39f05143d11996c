"""Our judgement of structure against the schema's, over thousands of messages that were changed at random."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from lxml import etree

from tests.conftest import SHARED
from tests.interchange.alert_xml import ALERT, CHANGES, change
from workflow_engine.interchange.cap import find_problems

XSD = SHARED / "data" / "cap" / "xsd" / "CAP-v1.2.xsd"


@cache
def schema() -> etree.XMLSchema:
    if not XSD.is_file():
        pytest.skip("needs the CAP schema of the reference data")
    return etree.XMLSchema(file=str(XSD))


@settings(max_examples=1500)
@given(CHANGES)
def test_structural_verdict_of_a_changed_message_is_that_of_the_schema(changes: list[tuple[str, int]]) -> None:
    judge = schema()
    root = etree.fromstring(ALERT.encode())
    for one in changes:
        change(root, *one)
    data = etree.tostring(root)
    ours = [problem for problem in find_problems(data) if problem.kind != "meaning"]
    valid = judge.validate(etree.fromstring(data))
    assert (ours == []) is valid, f"schema: {judge.error_log}; ours: {[str(problem) for problem in ours]}"
