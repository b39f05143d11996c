"""Notices of supervision in time: the unit is reminded, silence is marked, and what goes up by itself goes up."""

from __future__ import annotations

import logging

from workflow_engine.domain.actors import CLOCK, WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.supervision import next_rung
from workflow_engine.domain.supervision_commands import (
    FollowSupervision,
    IssueNotice,
    MarkNoticeOverdue,
    RemindOfNotice,
)
from workflow_engine.engine import Engine
from workflow_engine.queries.supervision_rows import NoticeRow

log = logging.getLogger(__name__)

REST_SECONDS = 5.0
NOT_ANSWERED = "在规定期限内未答复。No answer came in time."
"""Stands on the notice in both languages: nobody is there to choose one."""


class Supervisor:
    """Looks at the instants that stand in the rows of notices; any number of processes may do it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run_once(self) -> int:
        """One round; how many notices something happened to, so that it is asked again at once while there are more."""
        now, notices = self._engine.clock.now(), self._engine.queries.supervision
        done = sum(self._try(RemindOfNotice(command_id=new_id(), notice_id=each)) for each in notices.to_remind(now))
        done += sum(self._try(MarkNoticeOverdue(command_id=new_id(), notice_id=each)) for each in notices.run_out(now))
        done += sum(self._climb(each) for each in notices.to_climb())
        return done + self._follow()

    def _follow(self) -> int:
        """The board's counts, up to the log and to now; asked again at once while there is more."""
        receipt = self._engine.handle(FollowSupervision(command_id=new_id()), WORKER)
        return int(receipt.result["entries"]) + int(receipt.result["turned"])

    def _climb(self, row: NoticeRow) -> int:
        above = next_rung(row.rung)
        if above is None:
            return 0
        command = IssueNotice(
            command_id=f"climb-{row.notice_id}", rung=above, unit_id=row.unit_id, case_id=row.case_id,
            follows=row.notice_id, subject=row.subject or "", text=row.text or "", reason=NOT_ANSWERED,
        )  # fmt: skip
        return self._try(command)

    def _try(self, command: Command) -> int:
        try:
            return int(not self._engine.handle(command, CLOCK).replayed)
        except RejectedError as refusal:  # answered meanwhile, or another process was faster
            log.info("supervision: %s", refusal)
            return 0
