"""Ballots of a season: each voter answers after a while of their own, and waits for nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from workflow_engine.domain.actors import OPERATOR
from workflow_engine.domain.ballot_commands import CastVote
from workflow_engine.domain.ballot_speaking import somebody_for
from workflow_engine.domain.events import BallotClosed, BallotOpened, BallotRoundOpened, BallotWithdrawn
from workflow_engine.queries.ballots import BallotQueries
from workflow_engine.rehearsal.chances import Luck
from workflow_engine.rehearsal.crews import Work
from workflow_engine.rehearsal.filling import Forms
from workflow_engine.rehearsal.following import Played
from workflow_engine.rehearsal.plan import Plan
from workflow_engine.rehearsal.stage import Stage


@dataclass(slots=True)
class Ballot:
    """One that is open."""

    element_id: str
    voters: list[str]
    items: list[str]
    last: str | None
    """The chair, where the chair votes last."""
    turn: int = 1
    choices: list[dict[str, Any]] | None = None


class Voting:
    """Follows the ballots that are open and has votes cast."""

    def __init__(self, stage: Stage, ballots: BallotQueries, plan: Plan, forms: Forms, luck: Luck) -> None:
        self._stage = stage
        self._ballots = ballots
        self._plan = plan
        self._forms = forms
        self._luck = luck
        self._open: dict[tuple[str, int], Ballot] = {}

    def opened(self, case: Played, event: BallotOpened, now: datetime) -> None:
        """Something is put to the vote."""
        items = [str(item["id"]) for item in event.items or ()]
        voters = [str(voter) for voter, _weight in event.roll]
        rules = event.rules or {}
        last = str(rules.get("ballot.chair")) if rules.get("ballot.chairLast") in (True, "true") else None
        self._open[case.case_id, event.token_id] = Ballot(event.element_id, voters, items, last)
        self._ask(case, event.token_id)

    def next_round(self, case: Played, event: BallotRoundOpened, now: datetime) -> None:
        """The same is voted again."""
        self._open[case.case_id, event.token_id].turn = event.round_no
        self._ask(case, event.token_id)

    def over(self, case: Played, event: BallotClosed | BallotWithdrawn, now: datetime) -> None:
        """It is decided, or withdrawn."""
        self._open.pop((case.case_id, event.token_id), None)

    def is_ballot(self, work: Work) -> bool:
        """Whether this task is a ballot under way."""
        return (work.case.case_id, work.token_id) in self._open

    def _ask(self, case: Played, token_id: int) -> None:
        ballot = self._open[case.case_id, token_id]
        plan, luck = self._plan.task(ballot.element_id), self._luck
        latest = 0.0
        for voter in sorted(ballot.voters, key=lambda one: one == ballot.last):
            key = (case.number, ballot.element_id, voter, ballot.turn)
            if luck.draw("answered", *key) < plan.answered:
                seconds = plan.notice.at(luck.draw("notice", *key)) + plan.work.at(luck.draw("work", *key))
                seconds = max(seconds, plan.not_before, latest if voter == ballot.last else 0.0)
                latest = max(latest, seconds)
                self._stage.after(seconds, partial(self._vote, case, token_id, voter, ballot.turn))

    def _vote(self, case: Played, token_id: int, voter: str, turn: int) -> None:
        """One vote, or one for each clause; nothing once the ballot is over or the round another one."""
        asked = self._open.get((case.case_id, token_id))
        for item in asked.items or [""] if asked is not None else []:
            ballot = self._open.get((case.case_id, token_id))
            if ballot is None or ballot.turn != turn:
                return
            ballot_id = f"{case.case_id}.{token_id}"
            if ballot.choices is None:
                ballot.choices = [dict(choice) for choice in self._ballots.get(ballot_id, OPERATOR).choices]
            draw = self._luck.draw("vote", case.number, ballot.element_id, voter, turn, item)
            answer = self._forms.vote(ballot.element_id, ballot.choices, draw)
            command = CastVote(
                command_id=self._stage.next_id("vote"), ballot_id=ballot_id, choice=str(answer.choice), voter=voter,
                reason=answer.reason, item=item,
            )  # fmt: skip
            self._stage.try_to(case, command, somebody_for(voter))
