"""A user task that is put to the vote (``bpmn.balloting``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from workflow_engine.bpmn.ballot_opening import open_ballot
from workflow_engine.bpmn.balloting import cancel_timer
from workflow_engine.bpmn.deadlines import remember
from workflow_engine.bpmn.elements.tasks import UserTask
from workflow_engine.bpmn.evaluation import iso
from workflow_engine.bpmn.token import Token
from workflow_engine.domain.events import TimerFired, TimerScheduled, UserTaskCreated
from workflow_engine.domain.events_ballots import BallotClosed, BallotWithdrawn
from workflow_engine.domain.timing import parse_instant


class BallotTask(UserTask):
    """Opens a ballot, waits for its deadline, and is completed by the decision."""

    def work(self, token: Token) -> bool | None:
        asked_before = len(token.workflow.top_workflow.context.asking.used)
        open_ballot(token)
        if (due_at := token.internal_data.get("due", {}).get("0")) is not None:
            remember(token, "0", parse_instant(due_at), asked_before)
        return None

    def set_due(self, token: Token, position: int, due: datetime) -> None:
        """The vote ends at another instant."""
        due_at = iso(due)
        token.note(due={str(position): due_at})
        token.workflow.top_workflow.recorder.add(
            TimerScheduled(token_id=token.id, position=position, element_id=self.element_id, due_at=due_at)
        )

    def offered(self, token: Token, subjects: list[str]) -> UserTaskCreated:
        """The task as it appears to everybody who votes, and to nobody else."""
        people = [subject for subject in subjects if not _is_group(subject)]
        groups = [subject for subject in subjects if _is_group(subject)]
        return replace(
            self._created(token), assignee=None, candidate_users=people or None, candidate_groups=groups or None
        )

    def fire(self, token: Token, position: int) -> None:
        """The deadline has passed: nobody votes any more."""
        ballot, recorder = token.internal_data["ballot"], token.workflow.top_workflow.recorder
        due_at = token.internal_data.pop("due")[str(position)]
        recorder.add(TimerFired(token_id=token.id, position=position, element_id=self.element_id, due_at=due_at))
        token.note(ballot={**ballot, "state": "closed"})
        recorder.add(BallotClosed(token_id=token.id, element_id=self.element_id, round_no=ballot["round"]))

    def release(self, token: Token) -> None:
        super().release(token)
        ballot = token.internal_data.get("ballot")
        if ballot is None or ballot["state"] == "decided":
            return
        cancel_timer(token)
        token.workflow.top_workflow.recorder.add(
            BallotWithdrawn(token_id=token.id, element_id=self.element_id, round_no=ballot["round"])
        )


def _is_group(subject: str) -> bool:
    return subject.startswith(("head:", "unit:", "position:"))
