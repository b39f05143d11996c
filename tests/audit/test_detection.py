"""The detection table: twelve manipulations of a store, each asserted as found or not found by each means.

Not found is asserted as well: it is what docs/audit.md tells auditors, and a change here must change that page.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from workflow_engine.audit.chain import ChainHead, Entry, Finding, link, verify_chain
from workflow_engine.audit.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from workflow_engine.audit.commitments import commit
from workflow_engine.audit.merkle import consistency_proof, root_hash, verify_consistency
from workflow_engine.audit.notes import SigningKey
from workflow_engine.audit.verification import Payload, compare_copies, verify_case
from workflow_engine.domain.errors import CheckpointError

KEY = SigningKey("liandong.example/log", bytes(range(32)))
STEPS = 6


@dataclass
class Store:
    """The tables that the audit record consists of."""

    heads: dict[str, ChainHead] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    payloads: dict[str, list[Payload]] = field(default_factory=dict)
    log: list[bytes] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)

    def record(self, case_id: str, step: int) -> None:
        """Complete one user task: an entry, the value people typed, the head on the case, a leaf in the log."""
        head = self.heads.get(case_id, ChainHead(case_id))
        salt = hashlib.sha256(f"{case_id}/{step}".encode()).digest()
        value = {"injured": step, "reporter": f"person {step}", "loss": step * 1.5}
        body = {
            "command": {"name": "user_task.complete", "user_task_id": f"{case_id}.{step}", "actor": "user:1042"},
            "events": [{"event": "user_task.completed", "element_id": f"task_{step}", "token_id": step}],
            "commitments": {"variables": commit(value, salt)},
        }
        entry = link(head, body)
        self.entries.setdefault(case_id, []).append(entry)
        self.payloads.setdefault(case_id, []).append(Payload(case_id, entry.seq, "variables", salt, value))
        self.heads[case_id] = entry.head
        self.log.append(bytes.fromhex(entry.hash))

    def sign(self) -> None:
        """Sign what the log is now."""
        self.checkpoints.append(sign_checkpoint(Checkpoint(KEY.name, len(self.log), root_hash(self.log)), KEY))

    def rebuild(self, case_id: str, bodies: list[dict[str, Any]]) -> None:
        """Write a case's chain anew, as somebody with all rights in the database can."""
        old = {entry.hash for entry in self.entries[case_id]}
        head = ChainHead(case_id)
        self.entries[case_id] = []
        for body in bodies:
            self.entries[case_id].append(link(head, body))
            head = self.entries[case_id][-1].head
        self.heads[case_id] = head
        kept = [leaf for leaf in self.log if leaf.hex() not in old]
        self.log = kept + [bytes.fromhex(entry.hash) for entry in self.entries[case_id]]


def make_store() -> Store:
    store = Store()
    for step in range(STEPS):
        for case_id in ("case-a", "case-b", "case-c"):
            store.record(case_id, step)
        store.sign()
    return store


# ------------------------------------------------------------------------------------------------ means of detection
def found_by_chain(store: Store, _outside: str) -> bool:
    """Entries and values alone, without what the case row knows."""
    return any(verify_chain(entries, case_id) for case_id, entries in store.entries.items()) or any(
        finding.kind in ("changed_value", "stray_value") for finding in find_by_head(store)
    )


def find_by_head(store: Store) -> list[Finding]:
    cases = store.heads.keys() | store.entries.keys() | store.payloads.keys()
    return [
        finding
        for case_id in sorted(cases)
        for finding in verify_case(
            store.heads.get(case_id), store.entries.get(case_id, []), store.payloads.get(case_id, [])
        )
    ]


def found_by_head(store: Store, _outside: str) -> bool:
    return bool(find_by_head(store))


def found_by_checkpoint(store: Store, _outside: str) -> bool:
    """Also the newest signed checkpoint in the database itself."""
    return found_by_head(store, _outside) or (bool(store.checkpoints) and contradicts(store, store.checkpoints[-1]))


def found_by_checkpoint_outside(store: Store, outside: str) -> bool:
    """Also a checkpoint that a department kept."""
    return found_by_checkpoint(store, outside) or contradicts(store, outside)


def contradicts(store: Store, note: str) -> bool:
    """Tell whether entries and log of the store are not a continuation of what a checkpoint says."""
    try:
        checkpoint = verify_checkpoint(note, [KEY.verifier], origin=KEY.name)
    except CheckpointError:
        return True
    if checkpoint.size > len(store.log):
        return True
    proof = consistency_proof(checkpoint.size, store.log)
    if not verify_consistency(checkpoint.size, len(store.log), checkpoint.root, root_hash(store.log), proof):
        return True
    recorded = {entry.hash for entries in store.entries.values() for entry in entries}
    return any(leaf.hex() not in recorded for leaf in store.log)


# ------------------------------------------------------------------------------------------------ manipulations
def edit_an_entry(store: Store) -> None:
    entry = store.entries["case-a"][2]
    store.entries["case-a"][2] = replace(entry, body_json=entry.body_json.replace(b"user:1042", b"user:2077"))


def edit_an_entry_and_its_hash(store: Store) -> None:
    before, entry = store.entries["case-a"][1:3]
    store.entries["case-a"][2] = link(before.head, {**entry.body, "events": []})


def delete_an_entry_in_the_middle(store: Store) -> None:
    del store.entries["case-a"][2]


def swap_two_cases(store: Store) -> None:
    a, b = store.entries["case-a"], store.entries["case-b"]
    store.entries["case-a"] = [replace(entry, case_id="case-a") for entry in b]
    store.entries["case-b"] = [replace(entry, case_id="case-b") for entry in a]
    store.heads["case-a"], store.heads["case-b"] = (
        replace(store.heads["case-b"], case_id="case-a"),
        replace(store.heads["case-a"], case_id="case-b"),
    )


def change_a_personal_value(store: Store) -> None:
    payload = store.payloads["case-a"][3]
    store.payloads["case-a"][3] = replace(payload, value={**payload.value, "injured": 0})


def delete_the_last_entry(store: Store) -> None:
    store.entries["case-a"].pop()
    store.payloads["case-a"].pop()


def delete_the_last_entry_and_mend_the_case(store: Store) -> None:
    delete_the_last_entry(store)
    store.heads["case-a"] = store.entries["case-a"][-1].head


def delete_a_whole_case(store: Store) -> None:
    for table in (store.entries, store.payloads, store.heads):
        del table["case-a"]


def recompute_chain_and_log(store: Store) -> None:
    bodies = [entry.body for entry in store.entries["case-a"]]
    bodies[2]["command"]["actor"] = "user:2077"
    store.rebuild("case-a", bodies)


def recompute_and_delete_checkpoints(store: Store) -> None:
    recompute_chain_and_log(store)
    store.checkpoints.clear()


def restore_an_old_backup(store: Store) -> None:
    old = Store()
    for step in range(STEPS - 2):
        for case_id in store.heads:
            old.record(case_id, step)
        old.sign()
    vars(store).update(vars(old))


def rewrite_all_with_the_signing_key(store: Store) -> None:
    recompute_and_delete_checkpoints(store)
    store.sign()


def erase_a_value_lawfully(store: Store) -> None:
    del store.payloads["case-a"][3]
    store.payloads["case-b"][3] = replace(store.payloads["case-b"][3], salt=None, value=None)


MEANS = (found_by_chain, found_by_head, found_by_checkpoint, found_by_checkpoint_outside)
TABLE: list[tuple[Callable[[Store], None], tuple[bool, bool, bool, bool]]] = [
    (edit_an_entry, (True, True, True, True)),
    (edit_an_entry_and_its_hash, (True, True, True, True)),
    (delete_an_entry_in_the_middle, (True, True, True, True)),
    (swap_two_cases, (True, True, True, True)),
    (change_a_personal_value, (True, True, True, True)),
    (delete_the_last_entry, (False, True, True, True)),
    (delete_the_last_entry_and_mend_the_case, (False, False, True, True)),
    (delete_a_whole_case, (False, False, True, True)),
    (recompute_chain_and_log, (False, False, True, True)),
    (recompute_and_delete_checkpoints, (False, False, False, True)),
    (restore_an_old_backup, (False, False, False, True)),
    (rewrite_all_with_the_signing_key, (False, False, False, True)),
]


@pytest.mark.parametrize(("manipulate", "expected"), TABLE, ids=[row[0].__name__ for row in TABLE])
def test_detection_of_a_manipulation(
    manipulate: Callable[[Store], None], expected: tuple[bool, bool, bool, bool]
) -> None:
    store = make_store()
    outside = store.checkpoints[-1]
    manipulate(store)
    assert tuple(means(store, outside) for means in MEANS) == expected


@pytest.mark.parametrize(
    "keep",
    [lambda store: None, erase_a_value_lawfully, lambda store: store.record("case-a", 99)],
    ids=["nothing_done", "lawful_erasure", "one_more_step"],
)
def test_detection_of_lawful_change_finds_nothing(keep: Callable[[Store], None]) -> None:
    store = make_store()
    outside = store.checkpoints[-1]
    keep(store)
    assert [means(store, outside) for means in MEANS] == [False] * 4


@pytest.mark.parametrize(
    ("manipulate", "expected"),
    [
        (edit_an_entry, [("edited_entry", 3)]),
        (edit_an_entry_and_its_hash, [("broken_link", 4)]),
        (delete_an_entry_in_the_middle, [("missing_entry", 3), ("stray_value", 3)]),
        (change_a_personal_value, [("changed_value", 4)]),
        (delete_the_last_entry, [("truncated_tail", 6)]),
    ],
)
def test_verify_case_names_the_entry(manipulate: Callable[[Store], None], expected: list[tuple[str, int]]) -> None:
    store = make_store()
    manipulate(store)
    assert [(finding.kind, finding.seq) for finding in find_by_head(store)] == expected


def test_verify_case_when_head_and_entries_disagree() -> None:
    store = make_store()
    entries, head = store.entries["case-a"], store.heads["case-a"]

    def kinds(head: ChainHead | None, entries: list[Entry]) -> list[str]:
        return [finding.kind for finding in verify_case(head, entries)]

    assert kinds(head, entries) == []
    assert kinds(None, []) == kinds(ChainHead("case-x"), []) == []
    assert kinds(None, entries) == ["missing_case"]
    assert kinds(head, []) == ["truncated_tail"]
    assert kinds(replace(head, seq=5, hash=entries[4].hash), entries) == ["head_behind"]
    assert kinds(replace(head, hash="0" * 64), entries) == ["head_mismatch"]
    assert kinds(replace(head, case_id="case-x"), entries) == ["foreign_entry"] * STEPS


def test_verify_case_with_values_that_no_entry_names() -> None:
    store = make_store()
    payload = store.payloads["case-a"][0]
    for stray in (replace(payload, slot="other"), replace(payload, seq=77), replace(payload, slot="variables", seq=2)):
        findings = verify_case(store.heads["case-a"], store.entries["case-a"], [stray])
        assert [finding.kind for finding in findings] == ["changed_value" if stray.seq == 2 else "stray_value"]


def test_verify_case_with_an_entry_that_cannot_be_read() -> None:
    store = make_store()
    entries = copy.copy(store.entries["case-a"])
    entries[1] = replace(entries[1], body_json=b"{")
    findings = verify_case(store.heads["case-a"], entries, store.payloads["case-a"])
    assert [(finding.kind, finding.seq) for finding in findings] == [
        ("edited_entry", 2),
        ("unreadable_entry", 2),
        ("stray_value", 2),
    ]


def test_compare_copies_names_the_column_that_was_changed() -> None:
    entry = link(ChainHead("case-a"), {"actor": "user:1042", "at": "2026-02-14T08:30:00+00:00"})
    assert compare_copies(entry, {"actor": "user:1042", "at": "2026-02-14T08:30:00+00:00"}) == []
    findings = compare_copies(entry, {"actor": "user:2077", "at": "2026-02-14T08:30:00+00:00", "lane": "x"})
    assert [(finding.kind, finding.seq) for finding in findings] == [("changed_copy", 1)] * 2
    assert "“actor” to say 'user:1042', as the entry does, but it says 'user:2077'" in findings[0].message
    assert compare_copies(replace(entry, body_json=b"{"), {"actor": "user:2077"}) == []
