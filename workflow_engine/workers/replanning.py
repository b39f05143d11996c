"""Works off calls to re-plan running work: collects the cases page by page, then brings each to it, slice by slice;
then follows those that are in force, for what begins since.

Each case's command has an id that never changes: what a crash leaves undecided is sent again, and what was done before
is answered, not done twice. A slice that took long is followed by a smaller one, and between two slices everybody else
has a turn.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import CaseCommand, Command, Receipt
from workflow_engine.domain.errors import EngineError, RejectedError, UnavailableError
from workflow_engine.domain.events_replanning import ReplanCalled
from workflow_engine.domain.replanning import command_id_of, following_command_id_of
from workflow_engine.domain.replanning_commands import (
    ClaimReplanCases,
    CollectReplanCases,
    EndReplan,
    NoteReplanFollowed,
    ReplanCase,
    RevertReplan,
    SettleReplanCases,
)
from workflow_engine.engine import Committed, Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.queries.replanning_following import Begun
from workflow_engine.workers.loop import Loop

log = logging.getLogger(__name__)

REST_SECONDS = 5.0
FOLLOWING_REST_SECONDS = 1.5
CASE_ENDED = "本事件已结束。The emergency has ended."
_LEASE_SECONDS = 60
_LONGEST_MESSAGE = 1_000
_LONGEST_SLICE_SECONDS = 0.25
_PAGE = 200
"""Entries of the log in one look."""
_NOTED_EVERY = 1_000
"""Entries in which nothing had to be done are noted so seldom; after a crash they are looked at again."""


class _Slices:
    """Brings cases to a call, so many in one commit as go quickly."""

    def __init__(self, engine: Engine, size: int) -> None:
        self._engine = engine
        self._size = self.present = size

    def bring(self, commands: Sequence[CaseCommand]) -> list[Mapping[str, Any]]:
        """All of these, together; what became of each."""
        began = time.monotonic()
        answers = self._do(commands)
        self._pace(time.monotonic() - began)
        return [_outcome(command.case_id, answer) for command, answer in zip(commands, answers, strict=True)]

    def _pace(self, took: float) -> None:
        if took > _LONGEST_SLICE_SECONDS:
            self.present = max(1, self.present // 2)
        elif self.present < self._size:
            self.present += 1

    def _do(self, commands: Sequence[Command]) -> list[Receipt | EngineError | None]:
        """All in one commit, or one by one where that cannot be; None: it failed for a reason nobody foresaw."""
        try:
            return list(self._engine.handle_many([(command, WORKER) for command in commands]))
        except UnavailableError:
            raise
        except Exception:
            log.exception("re-planning: %d cases could not be done together; doing them one by one", len(commands))
            return [self._do_one(command) for command in commands]

    def _do_one(self, command: Command) -> Receipt | EngineError | None:
        try:
            return self._engine.handle(command, WORKER)
        except UnavailableError:
            raise
        except EngineError as refused:
            return refused
        except Exception:  # One broken case must not stop the others.
            log.exception("re-planning: %r failed", command)
            return None


class Replanner:
    """``run_once`` does the next page or slice of the oldest call; returns how much that was."""

    def __init__(self, engine: Engine, *, worker_id: str, slice_size: int = 20, page_size: int = 500) -> None:
        self._engine = engine
        self._worker_id = worker_id
        self._slices = _Slices(engine, slice_size)
        self._page_size = page_size

    def run_once(self) -> int:
        """A read and nothing else when no call waits."""
        if not self._engine.queries.replans.is_running():
            return self._end_what_was_left()
        claim = ClaimReplanCases(
            command_id=new_id(), worker_id=self._worker_id, lease_seconds=_LEASE_SECONDS, most=self._slices.present
        )
        claimed = self._engine.handle(claim, WORKER).result
        if not claimed:
            return 0
        if claimed["state"] == "collecting":
            command = CollectReplanCases(
                command_id=new_id(), replan_id=claimed["replan_id"], most=self._page_size
            )
            self._engine.handle(command, WORKER)
            return 1
        return self._bring(claimed)

    def _bring(self, claimed: Mapping[str, Any]) -> int:
        cases: list[str] = claimed["cases"]
        outcomes = tuple(self._slices.bring([_command(claimed, case_id) for case_id in cases]))
        failpoint("replan.after_slice")
        settle = SettleReplanCases(
            command_id=new_id(), replan_id=claimed["replan_id"], fence=claimed["fence"], outcomes=outcomes
        )
        self._engine.handle(settle, WORKER)
        return len(cases)

    def _end_what_was_left(self) -> int:
        """Emergencies whose case ended without giving back what they took."""
        found = self._engine.queries.replans.left_over()
        for emergency_id in found:
            try:
                self._engine.handle(
                    EndReplan(command_id=new_id(), emergency_id=emergency_id, reason=CASE_ENDED), WORKER
                )
            except RejectedError as refusal:
                log.info("re-planning: %s", refusal)
        return len(found)


class Follower:
    """``run_once`` looks at what was committed since calls in force were done, and brings what began to them.

    It reads the log over all chains, so whatever begins pays nothing for it; returns how much there was to do. Two of
    them do the same work twice at most: the commands have the same ids.
    """

    def __init__(self, engine: Engine, *, slice_size: int = 20, page_size: int = _PAGE) -> None:
        self._engine = engine
        self._slices = _Slices(engine, slice_size)
        self._page_size = page_size
        self._reached: dict[str, int] = {}

    def run_once(self) -> int:
        """A read and nothing else when no call is in force."""
        found = self._engine.queries.replans.begun(self._reached, self._page_size)
        before, self._reached = self._reached, {one.replan_id: one.upto for one in found} or self._reached
        return sum(self._follow(one, before.get(one.replan_id, one.followed)) for one in found)

    def _follow(self, begun: Begun, before: int) -> int:
        outcomes: list[Mapping[str, Any]] = []
        commands = [
            ReplanCase(
                command_id=following_command_id_of(begun.replan_id, case_id, seq), case_id=case_id,
                replan_id=begun.replan_id,
            )
            for case_id, seq in begun.cases
        ]  # fmt: skip
        while commands:
            some, commands = commands[: self._slices.present], commands[self._slices.present :]
            outcomes += self._slices.bring(some)
        if outcomes:
            failpoint("replan.after_following")
        if outcomes or begun.upto - begun.followed >= _NOTED_EVERY:
            command = NoteReplanFollowed(
                command_id=new_id(), replan_id=begun.replan_id, upto=begun.upto, outcomes=tuple(outcomes)
            )
            self._engine.handle(command, WORKER)
        return begun.upto - max(before, begun.followed)


def replan_loop(engine: Engine, worker_id: str) -> Loop:
    """In a thread of its own, woken when a call comes."""
    loop = Loop("re-planning", Replanner(engine, worker_id=worker_id).run_once, REST_SECONDS)

    def heard(committed: Committed) -> None:
        if any(isinstance(event, ReplanCalled) for event in committed.events):
            loop.wake()

    engine.listen(heard)
    return loop


def _command(claimed: Mapping[str, Any], case_id: str) -> CaseCommand:
    replan_id = claimed["replan_id"]
    command_id = command_id_of(replan_id, case_id)
    if claimed["direction"] == "end":
        return RevertReplan(
            command_id=command_id, case_id=case_id, emergency_id=claimed["emergency_id"], reason=claimed["reason"],
            replan_id=replan_id,
        )  # fmt: skip
    return ReplanCase(command_id=command_id, case_id=case_id, replan_id=replan_id)


def _outcome(case_id: str, answer: Receipt | EngineError | None) -> Mapping[str, Any]:
    if isinstance(answer, Receipt):
        tasks = int(answer.result.get("tasks", 0))
        return {"case_id": case_id, "state": "changed" if tasks else "unchanged", "tasks": tasks}
    if answer is None:
        message = "It failed for a reason that only the log tells."
        return {"case_id": case_id, "state": "failed", "code": "fault", "message": message}
    return {"case_id": case_id, "state": "failed", "code": answer.code, "message": answer.message[:_LONGEST_MESSAGE]}
