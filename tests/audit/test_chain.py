"""The hash chain: what one link is, and that every kind of change is reported, all at once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.audit.chain import GENESIS, ChainHead, Entry, Finding, entry_hash, link, require_head, verify_chain
from workflow_engine.audit.merkle import leaf_hash
from workflow_engine.domain.errors import AuditError, HeadMovedError

BODIES = st.lists(
    st.dictionaries(st.text(max_size=3), st.integers(0, 9) | st.text(max_size=3), max_size=3), min_size=1, max_size=8
)


def chain_of(*bodies: dict[str, Any], case_id: str = "c1") -> list[Entry]:
    head = ChainHead(case_id)
    entries = []
    for body in bodies:
        entries.append(link(head, body))
        head = entries[-1].head
    return entries


def kinds(findings: list[Finding]) -> list[tuple[str, int | None]]:
    return [(finding.kind, finding.seq) for finding in findings]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 9), st.text("0123456789abcdef"), BODIES)
def test_entry_hash_is_the_leaf_hash_of_the_whole_entry(
    case_id: str, seq: int, prev: str, bodies: list[dict[str, Any]]
) -> None:
    body = bodies[0]
    whole = rfc8785.dumps({"case_id": case_id, "seq": seq, "prev": prev, "body": body})
    found = entry_hash(case_id, seq, prev, rfc8785.dumps(body))
    assert found == hashlib.sha256(b"\x00" + whole).hexdigest() == leaf_hash(whole).hex()


def test_link_starts_from_genesis_and_counts() -> None:
    first, second = chain_of({"n": 1}, {"n": 2})
    assert (first.seq, first.prev, first.body) == (1, GENESIS, {"n": 1})
    assert (second.seq, second.prev) == (2, first.hash)
    assert second.head == ChainHead("c1", 2, second.hash)


def test_link_with_a_body_that_is_not_json_is_refused() -> None:
    with pytest.raises(AuditError, match=r"\$\.at"):
        link(ChainHead("c1"), {"at": object()})


def test_require_head_when_the_head_moved() -> None:
    first, second = chain_of({}, {})
    require_head(second.head, second.head)
    with pytest.raises(HeadMovedError, match="end with entry 1, but it ends with entry 2"):
        require_head(second.head, first.head)


@given(BODIES)
def test_verify_chain_of_an_unchanged_chain_finds_nothing(bodies: list[dict[str, Any]]) -> None:
    entries = chain_of(*bodies)
    assert verify_chain(entries) == []
    assert verify_chain(reversed(entries), "c1") == []


@given(BODIES, st.data())
def test_verify_chain_finds_every_single_change_of_an_entry(bodies: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chain_of(*bodies)
    at = data.draw(st.integers(0, len(entries) - 1))
    change: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"body_json": entries[at].body_json + b" "},
                {"prev": "f" * 64},
                {"hash": "e" * 64},
                {"case_id": "c2"},
                {"seq": 99},
            ]
        )
    )
    entries[at] = replace(entries[at], **change)
    assert "edited_entry" in [kind for kind, _ in kinds(verify_chain(entries, "c1"))]


def test_verify_chain_of_an_entry_rewritten_with_its_hash_finds_the_broken_link() -> None:
    one, two, three = chain_of({"n": 1}, {"n": 2}, {"n": 3})
    forged = link(one.head, {"n": 99})
    assert kinds(verify_chain([one, forged, three])) == [("broken_link", 3)]
    assert two.hash != forged.hash


def test_verify_chain_reports_everything_not_only_the_first() -> None:
    entries = chain_of(*({"n": n} for n in range(1, 9)))
    entries[1] = replace(entries[1], body_json=b'{"n":22}')
    del entries[3:5]  # entries 4 and 5
    entries[3], entries[4] = replace(entries[4], seq=6), replace(entries[3], seq=7)
    assert kinds(verify_chain(entries)) == [
        ("edited_entry", 2),
        ("missing_entry", 4),
        ("edited_entry", 6),
        ("broken_link", 7),
        ("edited_entry", 7),
        ("broken_link", 8),
    ]


def test_verify_chain_without_its_beginning() -> None:
    assert kinds(verify_chain(chain_of({}, {}, {})[2:])) == [("missing_entry", 1)]


def test_verify_chain_with_a_number_used_twice() -> None:
    one, two = chain_of({"n": 1}, {"n": 2})
    assert kinds(verify_chain([one, two, link(one.head, {"n": 3})])) == [("duplicate_entry", 2)]
    assert ("duplicate_entry", 0) in kinds(verify_chain([replace(one, seq=0)]))


def test_verify_chain_with_an_entry_of_another_case() -> None:
    one, two = chain_of({"n": 1}, {"n": 2})
    foreign = chain_of({"n": 1}, {"n": 2}, case_id="c2")[1]
    assert kinds(verify_chain([one, foreign])) == [("foreign_entry", 2), ("broken_link", 2)]
    assert kinds(verify_chain([one, two], "c2")) == [("foreign_entry", 1), ("foreign_entry", 2)]


def test_verify_chain_of_a_row_that_cannot_be_hashed() -> None:
    (one,) = chain_of({"n": 1})
    assert kinds(verify_chain([replace(one, case_id="\ud800")])) == [("edited_entry", 1)]


@pytest.mark.parametrize("stored", [b"{", b"[]", b""])
def test_entry_body_that_is_no_json_object(stored: bytes) -> None:
    with pytest.raises(AuditError, match="Expected"):
        _ = Entry("c1", 1, GENESIS, stored, "").body


def test_finding_says_where() -> None:
    finding = Finding("missing_entry", "c1", 4, "Expected entry 4.")
    assert str(finding) == "case c1, entry 4: Expected entry 4. (missing_entry)"
    assert finding.to_dict()["seq"] == 4
    assert str(replace(finding, seq=None)).startswith("case c1: ")
