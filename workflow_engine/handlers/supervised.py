"""The supervision board's counts, brought up to the log and the time by a worker."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.supervision_commands import FollowSupervision
from workflow_engine.handlers.handling import Handling
from workflow_engine.outside.ground import Ground
from workflow_engine.outside.working_time import known_calendar
from workflow_engine.storage import supervised as store


def follow_supervision(work: Handling, command: FollowSupervision) -> Receipt:
    """Count what changed; nothing of it is on record, since all of it can be counted again."""
    require_permission(work.actor, "job.work", "count what is supervised")
    zone = known_calendar(Ground(work.unit, work.now)).calendar.zone
    done = store.follow(work.unit, work.now, zone, command.most)
    work.unchanged = not done.entries and not done.turned and done.is_recent
    return Receipt(command_id=command.command_id, result={"entries": done.entries, "turned": done.turned})
