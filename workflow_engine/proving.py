"""What can be proved about one case, in one look: its chain, its values, its place in the signed log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflow_engine.audit.chain import Finding
from workflow_engine.audit.checkpoint import verify_checkpoint
from workflow_engine.audit.merkle import verify_inclusion
from workflow_engine.audit.notes import VerifierKey
from workflow_engine.audit.verification import Payload, verify_case
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import CheckpointError
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.chains import StoredChain, read_chain, read_head
from workflow_engine.queries.documents import documents_of, find_changed_documents
from workflow_engine.queries.door import Queries
from workflow_engine.queries.log import CheckpointRow, find_newest_checkpoint, inclusion_proof_of, leaves_of
from workflow_engine.queries.rows import CaseRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.chains import slot_salt
from workflow_engine.verifying import find_edited_columns

MOST_INCLUSIONS = 200
"""How many entries of one case are followed up to the signed root; the rest by ``verify_log``."""
_Leaves = Mapping[int, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class CaseProof:
    """What was checked and what was found."""

    case: CaseRow
    entries: int
    values: int
    erased: int
    """Entries whose values are not there."""
    last_hash: str
    logged: int
    """Entries with a place in the log."""
    covered: int
    """Entries under the newest signed checkpoint."""
    included: int
    """Of these, entries that were followed up to the signed root."""
    checkpoint: CheckpointRow | None
    findings: tuple[Finding, ...]


def prove_case(queries: Queries, case_id: str, actor: Actor) -> CaseProof:
    """Check everything about a case but its re-execution. Raises NotFoundError."""
    with queries.snapshot() as snapshot:
        case = require_visible_case(snapshot, case_id, actor)
        chain = read_chain(snapshot, case_id)
        payloads = [
            Payload(case_id, seq, slot, slot_salt(salt, slot), value)
            for seq, (salt, content) in chain.contents.items()
            for slot, value in content.items()
        ]
        findings = verify_case(read_head(snapshot, case_id), chain.entries, payloads)
        findings.extend(find_edited_columns(chain))
        leaves, newest = leaves_of(snapshot, case_id), find_newest_checkpoint(snapshot)
        findings.extend(_find_in_log(chain, leaves))
        covered = sorted(seq for seq, (index, _) in leaves.items() if newest is not None and index < newest.size)
        included = covered[:: max(1, -(-len(covered) // MOST_INCLUSIONS))]
        findings.extend(find_changed_documents(snapshot, documents_of(snapshot, case_id), case_id))
        if newest is not None:
            findings.extend(_find_in_checkpoint(snapshot, case_id, newest, leaves, included))
    committed = (entry for entry in chain.entries if b'"commitments"' in entry.body_json)
    return CaseProof(
        case=case,
        entries=len(chain.entries),
        values=len(payloads),
        erased=sum(1 for entry in committed if entry.seq not in chain.contents),
        last_hash=chain.entries[-1].hash if chain.entries else "",
        logged=len(leaves),
        covered=len(covered),
        included=len(included),
        checkpoint=newest,
        findings=tuple(findings),
    )


def _find_in_log(chain: StoredChain, leaves: _Leaves) -> Iterator[Finding]:
    stored = {entry.seq: entry.hash for entry in chain.entries}
    for seq, (index, leaf) in sorted(leaves.items()):
        if seq not in stored:
            message = f"Expected the entry that the log holds at {index}, but it is gone."
            yield Finding("missing_logged_entry", chain.stream_id, seq, message)
        elif stored[seq] != leaf:
            message = f"Expected the entry that the log holds at {index}, but it has another hash."
            yield Finding("changed_since_logged", chain.stream_id, seq, message)


def _find_in_checkpoint(
    snapshot: Snapshot, case_id: str, newest: CheckpointRow, leaves: _Leaves, included: list[int]
) -> Iterator[Finding]:
    try:
        signer = VerifierKey.from_text(newest.verifier)
        checkpoint = verify_checkpoint(newest.note, [signer], signer.name)
    except CheckpointError as error:
        yield Finding("checkpoint_unsigned", case_id, None, f"Checkpoint {newest.size}: {error.message}")
        return
    for seq in included:
        index, leaf = leaves[seq]
        proof = [bytes.fromhex(part) for part in inclusion_proof_of(snapshot, index, checkpoint.size)]
        if not verify_inclusion(bytes.fromhex(leaf), index, checkpoint.size, proof, checkpoint.root):
            message = f"Expected the entry at {index} of the signed log, but the log does not lead to what was signed."
            yield Finding("checkpoint_mismatch", case_id, seq, message)
            return
