"""Holds a database against a ledger, by itself: ``python -m tests.faults.checker DATABASE_URL LEDGER``.

It reads with ``sqlite3`` or ``psycopg`` only and imports nothing of the product, so that no mistake of the product's
can hide in it. What has to hold is listed in docs/reliability.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import checker_record, checker_rows
from tests.faults.checker_store import Entry, Store

_BY_ITSELF = ("system:clock", "system:dispatcher")
_NO_RULES: Mapping[str, Any] = {"closed": False, "settled": False, "final": False, "once": (), "joins": {}}
Line = dict[str, Any]


@dataclass(frozen=True)
class Report:
    """What was checked and what was found."""

    violations: list[str]
    entries: int
    cases: int
    keys: int


def check(url: str, ledger: Path | None = None) -> Report:
    """Check the database, and the ledger's promises if there is one."""
    rules, lines = _read(ledger)
    with Store(url) as store:
        entries = store.entries()
        found = [f"damage: {damage}" for damage in store.damages()]
        found += checker_record.violations(store, entries)
        found += checker_rows.violations(store, entries, rules)
        found += _promises(store, entries, rules, lines)
    cases = sum(":" not in stream for stream in entries)
    return Report(found, sum(map(len, entries.values())), cases, len(lines))


def shape(url: str) -> list[tuple[Any, ...]]:
    """What a database says without its instants, salts and hashes: equal for two ways to the same end."""
    with Store(url) as store:
        return sorted(
            [
                *store.rows("SELECT 'case', case_id, state, version FROM process_instance"),
                *store.rows("SELECT 'task', user_task_id, state, assignee FROM user_task"),
                *store.rows("SELECT 'timer', timer_id, state, element_id FROM timer"),
                *store.rows("SELECT 'message', message_id, state, case_id FROM message"),
                *store.rows("SELECT 'waits', subscription_id, name, kind FROM subscription"),
                *store.rows("SELECT 'token', case_id, element, state FROM token"),
                *store.rows("SELECT 'entry', stream_id, seq, actor FROM audit_entry"),
            ],
            key=str,
        )


def _read(ledger: Path | None) -> tuple[Mapping[str, Any], list[Line]]:
    if ledger is None:
        return _NO_RULES, []
    with ledger.open(encoding="utf-8") as lines:
        rules, *found = map(json.loads, lines)
    return {**_NO_RULES, **rules}, found


def _promises(
    store: Store, entries: Mapping[str, list[Entry]], rules: Mapping[str, Any], lines: list[Line]
) -> Iterator[str]:
    """Acknowledged is there, once, as answered; refused is not there; nothing is there that nobody asked for."""
    by_command = {entry.command_id: entry for chain in entries.values() for entry in chain}
    claimed = {row[0] for row in store.rows("SELECT command_id FROM command")}
    said = {row[0]: json.loads(row[1]) for row in store.rows("SELECT user_task_id, content FROM submission")}
    for line in lines:
        entry = by_command.get(line["key"])
        if line["status"] == "acknowledged":
            yield from _acknowledged(line, entry, said)
        elif line["status"] == "refused" and (entry is not None or line["key"] in claimed):
            yield f"refused: {line['name']} {line['key']} was refused ({line['refusals']}), but was done"
        elif line["status"] == "ambiguous" and rules["final"]:
            yield f"unclear: {line['name']} {line['key']} was sent again and again, and nobody knows"
    if rules["closed"]:
        keys = {line["key"] for line in lines}
        for entry in by_command.values():
            expected = entry.stream.startswith("definition:") or entry.actor in _BY_ITSELF
            if not expected and entry.command_id not in keys:
                yield f"nowhere: {entry.stream} entry {entry.seq} comes from a command that nobody sent"


def _acknowledged(line: Line, entry: Entry | None, said: Mapping[str, Any]) -> Iterator[str]:
    what = f"{line['name']} {line['key']}"
    receipts = line["receipts"]
    if entry is None:
        yield f"lost: {what} was acknowledged, but is not there"
        return
    answers = {json.dumps({**receipt, "replayed": None}, sort_keys=True) for receipt in receipts}
    if len(answers) != 1:
        yield f"answer: {what} was answered in {len(answers)} ways: {sorted(answers)}"
    if sum(not receipt["replayed"] for receipt in receipts) > 1:
        yield f"twice: {what} was done anew when it was sent again"
    if line["refusals"]:
        yield f"answer: {what} was acknowledged and refused ({line['refusals']})"
    receipt = receipts[0]
    if (receipt["seq"], receipt["entry_hash"], receipt["command_id"]) != (entry.seq, entry.hash, line["key"]):
        yield f"answer: {what} names entry {receipt['seq']}, but made {entry.stream} entry {entry.seq}"
    if line["name"] == "user_task.complete":
        task = line["fields"]["user_task_id"]
        case, _, token = task.rpartition(".")
        done = [event["token_id"] for event in entry.events if event["event"] == "user_task.completed"]
        if entry.stream != case or done != [int(token)]:
            yield f"lost: {what} completed {done} of {entry.stream} instead of {task}"
        if said.get(task) != line["fields"].get("variables", {}):
            yield f"lost: {what} said {line['fields'].get('variables')}, but {said.get(task)} is kept"


def main() -> int:
    """Print the report; 1 when anything was found."""
    ledger = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    report = check(sys.argv[1], ledger)
    print(json.dumps(report.__dict__, indent=1))
    return int(bool(report.violations))


if __name__ == "__main__":
    sys.exit(main())
