"""What left the system: on the record of its own stream, never on the case's."""

from __future__ import annotations

from workflow_engine.domain.audit_commands import NoteExport
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.events_audit import CasesExported
from workflow_engine.domain.permissions import require_permission
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.visibility import may_see_case

STREAM = "export:all"


def note_export(work: Handling, command: NoteExport) -> Receipt:
    """Each case must lie within the actor's reach, and the right to export it must be theirs."""
    for case_id in command.case_ids:
        case = find_case(work.unit, case_id, lock=False)
        if case is None or not may_see_case(work.unit, work.actor, case):
            raise NotFoundError(f"Expected a case {case_id[:64]!r}, but there is none.")
        require_permission(work.actor, "case.export", "export a case", case.unit_id, case.process_id)
    event = CasesExported(
        person_id=work.actor.actor_id, form=command.form, cases=len(command.case_ids), rows=command.rows,
        digest=command.digest,
    )  # fmt: skip
    return work.record_in_stream(STREAM, [event])
