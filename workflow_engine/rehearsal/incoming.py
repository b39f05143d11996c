"""What comes in from outside during a season: cases, and what is heard of them later."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.commands import BroadcastSignal, Command, PublishMessage, StartCase
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.intake_commands import ImportAlert
from workflow_engine.domain.work_commands import AddAttachment
from workflow_engine.rehearsal.chances import Luck, choose
from workflow_engine.rehearsal.following import Played
from workflow_engine.rehearsal.plan import Inject, Kind, Plan
from workflow_engine.rehearsal.requesting import Reports
from workflow_engine.rehearsal.scenario import Step

SOURCE = "rehearsal"


def arrival_times(plan: Plan, luck: Luck) -> list[datetime]:
    """When the cases of a season come in, the first some time after its beginning."""
    passed, found = 0.0, []
    for number in range(plan.cases_per_season):
        passed += plan.arrivals.between.at(luck.draw("arrival", number))
        found.append(plan.start_at + timedelta(seconds=passed))
    if not plan.arrivals.by_hour:
        return found
    return _bent(plan, found)


def _bent(plan: Plan, even: Sequence[datetime]) -> list[datetime]:
    """The same arrivals, closer together in hours of more weight: an hour of twice the weight takes twice as many."""
    weights = plan.arrivals.by_hour
    average, zone = sum(weights) / len(weights), ZoneInfo(plan.zone)
    at, found = plan.start_at, []
    for before, after in pairwise([plan.start_at, *even]):
        left = (after - before).total_seconds() * average
        while True:
            local = at.astimezone(zone)
            edge = at + timedelta(seconds=3_600 - local.minute * 60 - local.second - local.microsecond / 1e6)
            room = (edge - at).total_seconds() * weights[local.hour]
            if left <= room and weights[local.hour]:
                at += timedelta(seconds=left / weights[local.hour])
                break
            left, at = left - room, edge
        found.append(at)
    return found


class Incoming:
    """Makes the commands; ids come from the season's luck, so that they are the same each time."""

    def __init__(self, plan: Plan, luck: Luck) -> None:
        self._plan = plan
        self._luck = luck
        self._reports: dict[int, Reports] = {}
        self._alerts: dict[int, dict[str, Any]] = {}

    def kind(self, number: int) -> Kind:
        """Of which kind this case is."""
        kinds = self._plan.kinds
        return kinds[choose([one.share for one in kinds], self._luck.draw("kind", number))]

    def start(self, kind: Kind, number: int, now: datetime) -> tuple[Command, Actor, str]:
        """The command that starts a case, who sends it, and the id that the case will have."""
        start = kind.start
        if "alert" in start:
            alert = self._alerts[number] = self._fresh(start["alert"], number, 0, now)
            command = ImportAlert(
                command_id=self._luck.identifier("start", number), alert=alert, source=SOURCE,
                process_id=self._plan.process_id, exercise=bool(start.get("exercise", False)),
            )  # fmt: skip
            key = f"{alert['sender']},{alert['identifier']},{now:%Y-%m-%dT%H:%M:%S}-00:00"
            return command, OPERATOR, sha256(f"alert\x1f{key}".encode()).hexdigest()[:32]
        if "service_request" in start:
            reports = self._reports[number] = Reports(self._plan.process_id)
            said = {"exercise": bool(start.get("exercise", False)), **start["service_request"]}
            return *reports.begin(said, now), str(reports.own)
        case_id = self._luck.identifier("case", number)
        title = str(start.get("title") or f"{self._plan.name} {number + 1}")
        return StartCase(
            command_id=self._luck.identifier("start", number), case_id=case_id, process_id=self._plan.process_id,
            variables=start.get("variables", {}), title=title, business_key=start.get("business_key"),
            start_element_id=start.get("element"),
        ), OPERATOR, case_id  # fmt: skip

    def inject(self, case: Played, place: int, now: datetime) -> tuple[Command, Actor]:
        """What comes from outside to a case that is under way."""
        inject = case.kind.injects[place]
        command_id = self._luck.identifier("inject", case.number, place)
        if inject.kind == "alert":
            alert = self._fresh(inject.value, case.number, place + 1, now)
            known = self._alerts.get(case.number)
            if known is not None:
                alert["references"] = [{name: known[name] for name in ("sender", "identifier", "sent")}]
            return ImportAlert(
                command_id=command_id, alert=alert, source=SOURCE, process_id=self._plan.process_id
            ), OPERATOR
        if inject.kind == "signal":
            return BroadcastSignal(
                command_id=command_id, name=inject.value, signal_id=command_id,
                payload=inject.details.get("payload", {}),
            ), OPERATOR  # fmt: skip
        if inject.kind == "service_request":
            return self._to_request(case, inject)
        return PublishMessage(
            command_id=command_id, name=inject.value, message_id=command_id, case_id=case.case_id,
            payload=inject.details.get("payload", {}),
        ), OPERATOR  # fmt: skip

    def attach(self, case: Played, name: str, command_id: str) -> Command:
        """A file of this name for the case."""
        kind = mimetypes.guess_type(name)[0] or "text/plain"
        digest = sha256(f"{case.case_id} {command_id} {name}".encode()).hexdigest()
        return AddAttachment(
            command_id=command_id, case_id=case.case_id, digest=digest, size=len(name), media_type=kind, name=name
        )

    def _to_request(self, case: Played, inject: Inject) -> tuple[Command, Actor]:
        reports = self._reports.get(case.number) or Reports(self._plan.process_id, own=case.case_id)
        asked = reports.command(Step(0, "service_request", inject.value, inject.details))
        if asked is None:
            raise NotFoundError("Expected a report, but the case has none.")
        command, who = asked
        return command, who if isinstance(who, Actor) else Actor(f"user:sim_{who}", frozenset({who}))

    def _fresh(self, alert: Mapping[str, Any], number: int, place: int, now: datetime) -> dict[str, Any]:
        """The alert as if it were sent now, of an identifier of its own."""
        name = f"{alert['identifier']}.{self._luck.seed}.{self._luck.season}.{number}.{place}"
        return {**alert, "identifier": name, "sent": f"{now:%Y-%m-%dT%H:%M:%S}+00:00"}
