"""What can be proved about a case, in words that need no knowledge of cryptography."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.case_lines import case_line
from workflow_engine import Actor, Finding, Retold, new_id

KINDS = {
    "edited_entry": marked("Entry %(seq)s was changed after it was recorded."),
    "broken_link": marked("Entry %(seq)s does not follow the entry before it."),
    "missing_entry": marked("Entry %(seq)s is missing."),
    "duplicate_entry": marked("Entry %(seq)s is there twice."),
    "foreign_entry": marked("Entry %(seq)s belongs to another case."),
    "unreadable_entry": marked("Entry %(seq)s cannot be read."),
    "edited_column": marked("A column beside entry %(seq)s says something else than the entry."),
    "truncated_tail": marked("The end of the record is missing, from entry %(seq)s on."),
    "head_behind": marked("There are entries after the one with which the case is said to end."),
    "head_mismatch": marked("The last entry is not the one with which the case is said to end."),
    "changed_value": marked("A value of entry %(seq)s is not the one that was recorded."),
    "stray_value": marked("There is a value for entry %(seq)s that no entry vouches for."),
    "missing_logged_entry": marked("Entry %(seq)s stands in the log of all cases, but is gone from this one."),
    "changed_since_logged": marked("Entry %(seq)s is not the one that stands in the log of all cases."),
    "changed_document": marked("A report, briefing or warning of the case is not the one that was recorded."),
    "missing_document": marked("A report, briefing, warning or proof that the record tells of is gone."),
    "changed_row": marked("What stands beside a report, a warning or a destruction differs from the record."),
    "restored_value": marked("Values of entry %(seq)s that were destroyed are there again."),
    "checkpoint_unsigned": marked("The newest checkpoint of the log is not signed by its key."),
    "checkpoint_mismatch": marked("Entry %(seq)s cannot be followed up to what was signed."),
}


@dataclass(frozen=True, slots=True)
class RunAgain:
    """How far running the case again has come."""

    done: int
    total: int
    next_seq: int | None
    verdict: str
    """``running``, ``same``, ``different``, ``erased`` or ``build``."""
    seq: int | None = None
    """The first entry that is not the same, or cannot be judged."""


def proof_page(case_id: str, actor: Actor) -> dict[str, Any]:
    """The template's values."""
    proof = engine().prove_case(case_id, actor)
    return {
        "case": proof.case,
        "line": case_line(proof.case),
        "proof": proof,
        "findings": [(told(finding), finding) for finding in proof.findings],
        "waiting": proof.entries - proof.covered,
        "command_id": new_id,
    }


def told(finding: Finding) -> str:
    """A finding as a sentence."""
    known = KINDS.get(finding.kind)
    return _(known, seq=finding.seq or "–") if known else finding.message


def run_again(retold: Retold, total: int) -> RunAgain:
    """What a piece of the re-execution showed."""
    broken = next((entry for entry in retold.entries if entry.why_not), None)
    if broken is not None:
        return RunAgain(broken.row.seq, total, None, broken.why_not or "different", broken.row.seq)
    done = retold.entries[-1].row.seq if retold.entries else total
    return RunAgain(done, total, retold.next_seq, "running" if retold.next_seq else "same")
