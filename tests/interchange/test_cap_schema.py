"""Our judgement of structure against the schema's, over thousands of messages that were changed at random."""

from __future__ import annotations

import copy
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.conftest import SHARED
from tests.interchange.alert_xml import ALERT, CAP
from workflow_engine.interchange.cap import find_problems

XSD = SHARED / "data" / "cap" / "xsd" / "CAP-v1.2.xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
NAMES = sorted({str(etree.QName(element).localname) for element in etree.fromstring(ALERT.encode()).iter()})
TEXTS = st.sampled_from(
    [
        *(
            "",
            " ",
            "x",
            "Actual",
            " Actual",
            "actual",
            "Met",
            "CBRNE",
            "AllClear",
            "Alert",
            "Public",
            "Unknown",
            "zh-CN",
        ),
        *("2026-06-18T06:00:00+08:00", " 2026-06-18T06:00:00-00:00 ", "2026-06-18T06:00:00Z", "2026-06-18T06:00:00"),
        *("2026-02-30T06:00:00+08:00", "2026-06-18T24:00:00+14:00", "2026-06-18T06:00:00,08:00", "2026-6-18"),
        *("12", "-12", "+1.50", ".5", "5.", "1e3", "NaN", " 7 ", "1 2", "zh_CN", "x-klingon-abcdefghi", "é"),
        *("mailto:a", "1:b", "a b:c", "x/1:b", "?1:b", "%zz", "%41", "http://城/ x", ":", "//x"),
    ]
)
QUALIFIED = st.sampled_from([f"{{{CAP}}}{name}" for name in NAMES] + [f"{{{DSIG}}}Signature", "x", "{urn:y}note"])
SOME = st.integers(0, 10**6)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("text"), SOME, TEXTS),
        st.tuples(st.just("remove"), SOME),
        st.tuples(st.just("double"), SOME),
        st.tuples(st.just("swap"), SOME),
        st.tuples(st.just("insert"), SOME, SOME, QUALIFIED, TEXTS),
        st.tuples(st.just("attribute"), SOME),
        st.tuples(st.just("tail"), SOME),
    ),
    min_size=1,
    max_size=3,
)


@cache
def schema() -> etree.XMLSchema:
    if not XSD.is_file():
        pytest.skip("needs the CAP schema of the reference data")
    return etree.XMLSchema(file=str(XSD))


def change(root: etree._Element, kind: str, at: int, *rest: object) -> None:
    elements = list(root.iter())
    element = elements[at % len(elements)]
    parent = element.getparent()
    if kind == "text":
        if len(element) == 0:
            element.text = str(rest[0])
    elif kind == "attribute":
        element.set("lang", "en")
    elif kind == "tail" and parent is not None:
        element.tail = "stray"
    elif kind == "insert":
        new = etree.Element(str(rest[1]))
        new.text = str(rest[2])
        element.insert(int(str(rest[0])) % (len(element) + 1), new)
    elif parent is None:
        return
    elif kind == "remove":
        parent.remove(element)
    elif kind == "double":
        parent.insert(parent.index(element), copy.deepcopy(element))
    elif kind == "swap" and (after := element.getnext()) is not None:
        parent.insert(parent.index(element), after)


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
