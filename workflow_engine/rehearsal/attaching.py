"""What a scenario puts to a case: a file that is made up, of the kind that its name says."""

from __future__ import annotations

import mimetypes
from hashlib import sha256

from workflow_engine.domain.clock import new_id
from workflow_engine.domain.work_commands import AddAttachment
from workflow_engine.rehearsal.scenario import Step


def file_command(step: Step, scenario: str, case_id: str) -> AddAttachment:
    """The command of a step; the same step of the same scenario has the same content."""
    name = str(step.value)
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    digest = sha256(f"{scenario} {step.number} {name}".encode()).hexdigest()
    return AddAttachment(
        command_id=new_id(), case_id=case_id, digest=digest, size=len(name), media_type=kind, name=name
    )
