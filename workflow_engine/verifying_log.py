"""The log against the chains, against its own checkpoints, and against checkpoints that somebody else kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from workflow_engine.audit.chain import Finding
from workflow_engine.audit.checkpoint import Checkpoint, verify_checkpoint
from workflow_engine.audit.merkle import CompactRange
from workflow_engine.audit.notes import VerifierKey
from workflow_engine.domain.errors import CheckpointError
from workflow_engine.queries.log import list_checkpoints, read_edge, read_leaves
from workflow_engine.queries.snapshot import Snapshot

LOG = "log"
"""What findings about the log as a whole name instead of a case."""


@dataclass(slots=True)
class LogReport:
    """What was checked in the log and what was found."""

    leaves: int = 0
    checkpoints: int = 0
    """Signed checkpoints whose signature and root were checked."""
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint that somebody kept outside, with the public key in which they trust."""

    note: str
    key: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    """Who must have signed it too."""


def verify_log(
    snapshot: Snapshot,
    kept: Sequence[Kept] = (),
    key: VerifierKey | None = None,
) -> LogReport:
    """Make the tree again from its leaves and compare everything with it.

    Kinds of finding: ``missing_logged_entry``, ``changed_since_logged``, ``log_gap``, ``log_head_mismatch``,
    ``checkpoint_unsigned``, ``checkpoint_mismatch``, ``log_shrunk``. ``key``: who must have signed the stored
    checkpoints; None: whoever their rows name.
    """
    report = LogReport()
    wanted = _stored(snapshot, report, key)
    for one in kept:
        _add_kept(report, wanted, one)
    tree = CompactRange()
    for leaf in read_leaves(snapshot):
        if leaf.log_index != tree.size:
            report.findings.append(
                _of_log("log_gap", f"Expected leaf {tree.size}, but the next one is {leaf.log_index}.")
            )
            break
        if leaf.entry_hash is None:
            message = f"Expected the entry that the log holds at {leaf.log_index}, but it is gone."
            report.findings.append(Finding("missing_logged_entry", leaf.stream_id, leaf.seq, message))
        elif leaf.entry_hash != leaf.hash:
            message = f"Expected the entry that the log holds at {leaf.log_index}, but it has another hash."
            report.findings.append(Finding("changed_since_logged", leaf.stream_id, leaf.seq, message))
        tree.append(bytes.fromhex(leaf.hash))
        _compare(report, wanted.pop(tree.size, ()), tree)
    report.leaves = tree.size
    _compare_head(snapshot, report, tree)
    for size, statements in wanted.items():
        for _checkpoint, whose in statements:
            message = f"Expected at least {size} entries, as {whose} says, but the log has {tree.size}."
            report.findings.append(_of_log("log_shrunk", message))
    return report


_Statements = dict[int, tuple[tuple[Checkpoint, str], ...]]


def _stored(snapshot: Snapshot, report: LogReport, key: VerifierKey | None) -> _Statements:
    """The checkpoints in the database by size; those that are not signed are findings."""
    found: _Statements = {}
    after: str | None = None
    while True:
        page = list_checkpoints(snapshot, after, 500)
        for row in page.items:
            try:
                signer = key or VerifierKey.from_text(row.verifier)
                checkpoint = verify_checkpoint(row.note, [signer], signer.name)
            except CheckpointError as error:
                report.findings.append(_of_log("checkpoint_unsigned", f"Checkpoint {row.size}: {error.message}"))
                continue
            whose = f"the checkpoint of {row.signed_at:%Y-%m-%d %H:%M:%S} UTC"
            if (checkpoint.size, checkpoint.root.hex()) != (row.size, row.root):
                message = f"Expected size {row.size} in {whose}, but it says something else."
                report.findings.append(_of_log("checkpoint_mismatch", message))
            found[checkpoint.size] = (*found.get(checkpoint.size, ()), (checkpoint, whose))
            report.checkpoints += 1
        after = page.next_cursor
        if after is None:
            return found


def _add_kept(report: LogReport, wanted: _Statements, kept: Kept) -> None:
    try:
        for signer in (kept.key, *kept.witnesses):
            checkpoint = verify_checkpoint(kept.note, [signer], kept.key.name)
    except CheckpointError as error:
        report.findings.append(_of_log("checkpoint_unsigned", f"The checkpoint from outside: {error.message}"))
        return
    report.checkpoints += 1
    if checkpoint.size:
        statement = (checkpoint, "the checkpoint from outside")
        wanted[checkpoint.size] = (*wanted.get(checkpoint.size, ()), statement)


def _compare(report: LogReport, statements: Sequence[tuple[Checkpoint, str]], tree: CompactRange) -> None:
    if not statements:
        return
    root = tree.root()
    for checkpoint, whose in statements:
        if checkpoint.root != root:
            message = f"Expected the first {tree.size} entries to be those of {whose}, but they are others."
            report.findings.append(_of_log("checkpoint_mismatch", message))


def _compare_head(snapshot: Snapshot, report: LogReport, tree: CompactRange) -> None:
    if orjson.loads(read_edge(snapshot)) != [part.hex() for part in tree.hashes]:
        message = f"Expected the head of the log to be that of its {tree.size} leaves, but it is not."
        report.findings.append(_of_log("log_head_mismatch", message))


def _of_log(kind: str, message: str) -> Finding:
    return Finding(kind, LOG, None, message)
