"""Who looked at which case as an auditor: on the record, without a write to the case."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.events_organisation import CaseRead
from workflow_engine.domain.organisation_commands import NoteReading
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import readings
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.visibility import may_see_case

STREAM = "reading:all"


def note_reading(work: Handling, command: NoteReading) -> Receipt:
    """Once per command; whoever sends it makes the command's id of person, case and some minutes."""
    case = find_case(work.unit, command.about_case_id, lock=False)
    if case is None or not may_see_case(work.unit, work.actor, case):
        raise NotFoundError(f"Expected a case {command.about_case_id[:64]!r}, but there is none.")
    readings.add_reading(work.unit, case.case_id, work.actor.actor_id, work.now)
    return work.record_in_stream(STREAM, [CaseRead(case_id=case.case_id, person_id=work.actor.actor_id)])
