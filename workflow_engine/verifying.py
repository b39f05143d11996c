"""``liandong audit verify``: all chains, all values, and a sample of cases run again from their record."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.audit.chain import ChainHead, Finding
from workflow_engine.audit.verification import Payload, verify_case
from workflow_engine.domain.errors import AuditError
from workflow_engine.handlers.handling import Parts
from workflow_engine.queries.chains import StoredChain, read_chains, read_heads, read_lane
from workflow_engine.queries.documents import find_changed_documents
from workflow_engine.queries.documents_on_record import OnRecord
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.replaying import CannotReplayError, re_execute
from workflow_engine.storage.ballot_counts import broken_seals, voters_done
from workflow_engine.storage.ballot_rows import follow_votes
from workflow_engine.storage.chains import is_case_stream, slot_salt
from workflow_engine.storage.keeping import is_removed, unproven_removals
from workflow_engine.storage.rebuilding import differences, rebuild, stored_rows
from workflow_engine.verifying_log import Kept, verify_log
from workflow_engine.verifying_resources import FollowedResources

Progress = Callable[[int, int], None]
"""Called with (chains checked, chains in all)."""


@dataclass(slots=True)
class AuditReport:
    """What was checked and what was found; ``ok`` when nothing was."""

    chains: int = 0
    entries: int = 0
    values: int = 0
    """Values that were checked against their commitments."""
    erased: int = 0
    """Entries whose values are erased: they verify, but cannot be run again."""
    re_executed: int = 0
    not_re_executed: int = 0
    """Cases of the sample that could not be run again, for reasons that are no fault."""
    documents: int = 0
    """Reports, briefings and warnings whose digests on record were compared with what is stored."""
    logged: int = 0
    """Entries in the log over all chains."""
    checkpoints: int = 0
    """Signed checkpoints that were compared with the log, those from outside included."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        counts = (
            "chains", "entries", "values", "erased", "re_executed", "not_re_executed", "documents", "logged",
            "checkpoints",
        )  # fmt: skip
        return {
            "ok": self.ok,
            **{name: getattr(self, name) for name in counts},
            "findings": [finding.to_dict() for finding in self.findings],
        }


def verify_audit(
    snapshot: Snapshot,
    parts: Parts,
    *,
    sample: int | None = 50,
    seed: int = 0,
    progress: Progress | None = None,
    kept: Sequence[Kept] = (),
) -> AuditReport:
    """Check every chain with its values, and the log; run ``sample`` cases again (None: all) and compare their rows.

    ``kept``: checkpoints that somebody kept outside.

    ``seed`` picks the sample: the same seed and cases, the same sample.
    """
    report = AuditReport()
    heads = read_heads(snapshot)
    chosen = _sample([name for name in heads if is_case_stream(name)], sample, seed)
    total = len(heads)
    resources, documents = FollowedResources(), OnRecord()
    with closing(read_chains(snapshot)) as chains:
        for chain in chains:
            _verify_chain(report, heads.pop(chain.stream_id, None), chain)
            resources.take(chain)
            documents.take(chain)
            if chain.stream_id in chosen:
                _verify_case_again(report, snapshot, parts, chain)
            if progress is not None:
                progress(report.chains, max(total, report.chains))
    for head in heads.values():  # Chains without a single entry.
        report.chains += 1
        report.findings.extend(verify_case(head, ()))
    for case_id in unproven_removals(snapshot.unit):
        report.findings.append(Finding("unproven_removal", case_id, None, "Removed, but no entry says so."))
    for case_id, ballot_id, what in broken_seals(snapshot.unit):
        report.findings.append(Finding("changed_vote", case_id, None, f"Ballot {ballot_id}: {what}."))
    report.findings.extend(resources.findings(snapshot.unit))
    report.documents = documents.documents
    report.findings.extend(find_changed_documents(snapshot, documents))
    log = verify_log(snapshot, kept, None if parts.log_key is None else parts.log_key.verifier)
    report.logged, report.checkpoints = log.leaves, log.checkpoints
    report.findings.extend(log.findings)
    return report


def _verify_chain(report: AuditReport, head: ChainHead | None, chain: StoredChain) -> None:
    payloads = [
        Payload(chain.stream_id, seq, slot, slot_salt(salt, slot), value)
        for seq, (salt, content) in chain.contents.items()
        for slot, value in content.items()
    ]
    report.findings.extend(verify_case(head, chain.entries, payloads))
    report.findings.extend(find_edited_columns(chain))
    report.chains += 1
    report.entries += len(chain.entries)
    report.values += len(payloads)
    committed = (entry for entry in chain.entries if b'"commitments"' in entry.body_json)
    report.erased += sum(1 for entry in committed if entry.seq not in chain.contents)


def find_edited_columns(chain: StoredChain) -> Iterator[Finding]:
    """Columns beside the hashed body repeat parts of it, for indexes; they must say the same."""
    for entry, columns in chain.columns:
        try:
            body = entry.body
        except AuditError:
            continue  # Found already.
        for name, value in columns.items():
            if body.get(name) != value:
                message = f"Expected column {name} to be {body.get(name)!r}, as in the entry, but it is {value!r}."
                yield Finding("edited_column", entry.case_id, entry.seq, message)


def _verify_case_again(report: AuditReport, snapshot: Snapshot, parts: Parts, chain: StoredChain) -> None:
    """Only for cases whose chain holds: whatever was changed there is found already."""
    case_id = chain.stream_id
    if any(finding.case_id == case_id for finding in report.findings):
        return
    values = {seq: content for seq, (_, content) in chain.contents.items()}
    try:
        report.findings.extend(re_execute(snapshot.unit, parts, chain.entries, values))
    except CannotReplayError:
        report.not_re_executed += 1
        return
    report.re_executed += 1
    if is_removed(snapshot.unit, case_id):
        return  # its rows are gone with its values; that they may be is looked at in ``unproven_removals``
    rebuilt = rebuild(chain.entries, values, read_lane(snapshot, case_id))
    if rebuilt["ballot"]:
        follow_votes(rebuilt, voters_done(snapshot.unit, case_id))
    for table, what in differences(rebuilt, stored_rows(snapshot.unit, case_id)):
        message = f"Expected the rows that the record gives, but in {table} {what}."
        report.findings.append(Finding("changed_row", case_id, None, message))


def _sample(case_ids: list[str], most: int | None, seed: int) -> set[str]:
    case_ids.sort()
    if most is None or most >= len(case_ids):
        return set(case_ids)
    return set(random.Random(seed).sample(case_ids, most))  # noqa: S311 - a sample for checking, no secret
