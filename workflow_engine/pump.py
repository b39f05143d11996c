"""Delivers what commits left behind: thrown messages and signals, and messages whose catcher came later.

Everything it sends is a command of its own. Its command ids are made from what is delivered, so that however often and
from however many processes a delivery is tried, it takes effect once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command, DeliverSignal
from workflow_engine.domain.errors import EngineError, RejectedError
from workflow_engine.domain.internal_commands import FanOutSignal, RouteMessage
from workflow_engine.domain.lanes import EMERGENCY, ORDINARY, in_lane
from workflow_engine.storage import messages, outgoing
from workflow_engine.storage.database import Database
from workflow_engine.storage.statement import Row, Statement

if TYPE_CHECKING:
    from workflow_engine.engine import Engine

T = TypeVar("T")
Opening = tuple[str, str]
Sent = tuple[str, str]
"""``message`` or ``signal``, and its id."""
log = logging.getLogger(__name__)

DISPATCHER = Actor("system:dispatcher", is_system=True)
_BATCH = 100
_SLICE = 25
"""So many of everything else before the pump looks for emergencies again."""
MOST_AT_ONCE = 200
"""Deliveries of others that a thread makes after its own commit; the rest is the outbox loop's."""
_MOST_ATTEMPTS = 12
_FIRST_PAUSE_SECONDS = 2.0


class Pump:
    """One per engine; a thread that is pumping already is not asked again."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database
        self._mine = threading.local()

    @property
    def is_running_here(self) -> bool:
        """Whether this thread is inside ``run``."""
        return bool(getattr(self._mine, "running", False))

    def run(
        self,
        openings: Sequence[Opening] | None = None,
        *,
        own: Sequence[Sent] = (),
        lane: int | None = None,
        most: int | None = None,
    ) -> int:
        """Deliver until nothing is left that can be delivered now; returns how many deliveries took effect.

        ``openings``: (name, digest) of message subscriptions just opened; None looks at all of them. ``own``: what the
        commit sent goes first. ``lane``: only this one. ``most``: stop when about so many were made. Asked again from
        inside, by the commit of one of its own deliveries, it notes all that and comes to it in turn.
        """
        if self.is_running_here:
            self._mine.openings.extend(openings or ())
            self._mine.own.extend(own)
            return 0
        self._mine.running = True
        self._mine.openings, self._mine.own, self._mine.seen = list(openings or ()), list(own), ("", "")
        try:
            total = 0
            while made := self._round(lane, everything=openings is None and lane is None):
                total += made
                if most is not None and total >= most and not self._mine.own:
                    break
            return total
        finally:
            self._mine.running = False

    def _round(self, lane: int | None, *, everything: bool) -> int:
        """What was just sent, all emergencies, and a slice of everything else."""
        made = self._own()
        if lane != ORDINARY:
            with in_lane(EMERGENCY):
                made += self._outbox(EMERGENCY, _BATCH) + self._signals(EMERGENCY)
        if lane != EMERGENCY:
            with in_lane(ORDINARY):
                made += self._outbox(ORDINARY, _SLICE) + self._slice_of_signals()
        return made + self._messages(everything=everything)

    def _own(self) -> int:
        sent, self._mine.own = self._mine.own, []
        return sum(self._send(kind, subject_id, f"{kind}:{subject_id}", 0) for kind, subject_id in sent)

    def _outbox(self, lane: int, most: int) -> int:
        rows = self._all(outgoing.PENDING, lane=lane, now=self._engine.clock.now(), most=most)
        return sum(
            self._send(kind, orjson.loads(payload)["id"], outbox_id, attempts)
            for outbox_id, kind, payload, attempts in rows
        )

    def _send(self, kind: str, subject_id: str, outbox_id: str, attempts: int) -> int:
        return self._try(self._fan_out if kind == "signal" else self._route, subject_id, outbox_id, attempts)

    def _fan_out(self, signal_id: str) -> bool:
        return self._handle(FanOutSignal(command_id=_id("fan", signal_id), signal_id=signal_id))

    def _route(self, message_id: str) -> bool:
        # A message may be routed several times before somebody catches it: the message row decides, not the command id.
        case_id = sha256(f"start\x1f{message_id}".encode()).hexdigest()[:32]
        command = RouteMessage(command_id=new_id(), message_id=message_id, new_case_id=case_id)
        return self._engine.handle(command, DISPATCHER).seq is not None

    def _signals(self, lane: int) -> int:
        made, seen = 0, ("", "")
        while rows := self._all(outgoing.DELIVERIES, lane=lane, signal=seen[0], case=seen[1], most=_BATCH):
            made += self._deliver(rows)
            seen = (rows[-1][0], rows[-1][1])
        return made

    def _slice_of_signals(self) -> int:
        """The next ones that are no emergencies; those that could not be delivered are passed by until the end."""
        made = 0
        while not made:
            signal_id, case_id = self._mine.seen
            rows = self._all(outgoing.DELIVERIES, lane=ORDINARY, signal=signal_id, case=case_id, most=_SLICE)
            if not rows:
                self._mine.seen = ("", "")
                break
            made = self._deliver(rows)
            self._mine.seen = (rows[-1][0], rows[-1][1])
        return made

    def _deliver(self, rows: Sequence[Row]) -> int:
        made = 0
        for signal_id, case_id, name, payload, _origin, _sender in rows:
            command = DeliverSignal(
                command_id=_id("signal", signal_id, case_id), case_id=case_id, name=name, signal_id=signal_id,
                payload=orjson.loads(payload),
            )  # fmt: skip
            made += self._try(self._handle, command)
        return made

    def _messages(self, *, everything: bool) -> int:
        openings, self._mine.openings = dict.fromkeys(self._mine.openings), []
        found: dict[str, None] = {}
        for name, digest in openings:
            rows = self._all(messages.FITTING, name=name, digest=digest, most=_BATCH)
            found.update((row[0], None) for row in rows)
        if everything:
            found.update((row[0], None) for row in self._all(messages.ALL_FITTING, most=_BATCH))
        return sum(self._try(self._route, message_id) for message_id in found)

    def _handle(self, command: Command) -> bool:
        return not self._engine.handle(command, DISPATCHER).replayed

    def _try(self, send: Callable[[T], bool], what: T, outbox_id: str | None = None, attempts: int = 0) -> int:
        """1 when the delivery took effect. What goes wrong is noted and tried again later."""
        try:
            return int(send(what))
        except RejectedError as refused:
            log.info("delivery refused: %s", refused)
            error: Exception = refused
        except EngineError as failure:
            log.warning("delivery failed: %s", failure)
            error = failure
        if outbox_id is not None:
            now = self._engine.clock.now()
            self._engine.note_failure(outbox_id, attempts + 1, str(error), *_next(now, attempts + 1))
        return 0

    def _all(self, statement: Statement, **values: Any) -> list[Row]:
        with self._database.look() as unit:
            return unit.all(statement, values)


def _id(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:40]


def _next(now: datetime, attempts: int) -> tuple[bool, datetime]:
    """(dead, next try): pauses double up to an hour."""
    pause = min(_FIRST_PAUSE_SECONDS * 2**attempts, 3600.0)
    return attempts >= _MOST_ATTEMPTS, now + timedelta(seconds=pause)
