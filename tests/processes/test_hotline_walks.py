"""Hotline requests that people, their reporters and the clock take any legal way: each ends, and its end is told."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from workflow_engine import (
    OPERATOR,
    Actor,
    AddToServiceRequest,
    CompleteUserTask,
    CorrectServiceRequest,
    Engine,
    RateServiceRequest,
    Settings,
    SubmitServiceRequest,
    WithdrawServiceRequest,
    condition_holds,
    open_engine,
)
from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.domain.commands import FireTimer
from workflow_engine.domain.errors import InvalidStateError, NotPermittedError
from workflow_engine.domain.service_requests import CLOSED
from workflow_engine.queries.rows import CaseDetail, InboxRow
from workflow_engine.rehearsal.casting import find_actor

PROCESS = Path(__file__).resolve().parents[2] / "processes" / "hotline_request"
FORMS = {path.stem: json.loads(path.read_text(encoding="utf-8"))["components"] for path in PROCESS.glob("forms/*.json")}
FORM_OF = {
    str(task.get("id")): str(task.get("{http://camunda.org/schema/1.0/bpmn}formKey"))
    for task in etree.parse(str(PROCESS / "hotline_request.bpmn")).iterfind(
        ".//{http://www.omg.org/spec/BPMN/20100524/MODEL}userTask"
    )
}
STAFFED = ("environment", "transport", "water_utility", "district_east", "subdistrict_willow_bridge", "police")
REPORTER, CODE = Actor("public:web"), "a-code-of-sixteen-characters"
SETTLES = {
    "take_up_result": "accept", "handle_next": "reply", "audit_result": "done", "call_result": "reached",
    "call_resolved": "yes", "call_satisfied": "satisfied", "audit_onsite": "none", "look_result": "leave",
    "convene_result": "order", "suspension_ruling": "refuse",
}  # fmt: skip
"""What whoever has had enough answers, so that a walk comes to its end."""
LONGEST, PATIENCE, TAKEN_UP = 150, 45, 0.85
ENDS = {
    "closed_resolved", "closed_explained", "closed_unreachable", "duplicate", "rejected_with_reason", "transferred",
    "suspended", "cancelled_by_reporter",
}  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_request_that_takes_any_legal_way_ends_and_tells_its_end(seed: int, hotline_city: Path, tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    database = shutil.copy(hotline_city, tmp_path / "walk.sqlite3")
    engine = open_engine(Settings(database_url=f"sqlite:///{database}"), clock=clock)
    walk = Walk(engine, clock, random.Random(seed))
    case = walk.walk()
    request = engine.queries.service_requests.get(walk.request_id, OPERATOR).row
    engine.close()
    told = "\n".join(walk.story)
    assert case.case.state == "completed", told
    assert case.incidents == (), told
    (end,) = ENDS.intersection(case.completed_elements)
    assert request.status == end and request.status in CLOSED, told
    assert request.closed_at is not None


class Walk:
    """One request from its arrival to its end."""

    def __init__(self, engine: Engine, clock: VirtualClock, chance: random.Random) -> None:
        self._engine, self._clock, self._chance = engine, clock, chance
        self.request_id = new_id()
        self.story: list[str] = []

    def walk(self) -> CaseDetail:
        """Step by step; whoever loses patience answers what settles it."""
        self._submit()
        for step in range(LONGEST):
            case = self._case()
            if case.case.state != "active" or case.incidents:
                break
            self._step(case, is_patient=step < PATIENCE)
        return self._case()

    def _submit(self) -> None:
        chance = self._chance
        self._do(
            SubmitServiceRequest(
                command_id=new_id(), request_id=self.request_id, code=CODE, description="半夜还在打桩",
                category=chance.choice(("noise.night", "water.outage", "gas.smell", "other")),
                place_code=chance.choice(("439901001002", None)), reporter_contact=chance.choice(("139-0000-0001", "")),
            ),
            REPORTER,
        )  # fmt: skip

    def _step(self, case: CaseDetail, *, is_patient: bool) -> None:
        tasks = [task for task in case.user_tasks if task.state in ("ready", "claimed")]
        timers = sorted((one for one in case.timers if one.state == "scheduled"), key=lambda one: one.due_at)
        dice = self._chance.random()
        if is_patient and dice < 0.1 and not (timers and timers[0].due_at <= self._clock.now()):
            self._reporter_acts()
        elif timers and (timers[0].due_at <= self._clock.now() or not tasks or (is_patient and dice < 0.3)):
            timer = timers[0]
            self._clock.set(max(self._clock.now(), timer.due_at) + timedelta(seconds=1))
            due = timer.due_at.isoformat().replace("+00:00", "Z")
            self.story.append(f"{due} {timer.element_id}")
            self._do(
                FireTimer(
                    command_id=new_id(), case_id=case.case.case_id, token_id=timer.token_id or 0,
                    position=timer.position, due_at=due,
                ),
                CLOCK,
            )  # fmt: skip
        elif tasks:
            self._complete(self._chance.choice(tasks), case, is_patient=is_patient)
        else:
            self._reporter_acts()

    def _complete(self, task: InboxRow, case: CaseDetail, *, is_patient: bool) -> None:
        answers = self._answers(FORMS[FORM_OF[task.element_id]], case.variables, is_patient=is_patient)
        for actor in self._people(task):
            command = CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=answers)
            try:
                self._do(command, actor)
            except NotPermittedError:
                continue
            self.story.append(f"{actor.actor_id} {task.element_id} {answers}")
            return
        raise AssertionError(f"nobody can do {task.element_id}, offered to {task.candidate_groups}")

    def _answers(self, form: Any, variables: Mapping[str, Any], *, is_patient: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in form:
            condition = field.get("conditional", {}).get("hide")
            if field.get("disabled") or (condition and condition_holds(condition, {**variables, **found})):
                continue
            key, kind, values = field["key"], field["type"], [one["value"] for one in field.get("values", ())]
            if "environment" in values:
                values = [value for value in values if value in STAFFED]
            if key in SETTLES and self._chance.random() < (TAKEN_UP if key == "take_up_result" else not is_patient):
                found[key] = SETTLES[key]
            elif kind in ("radio", "select"):
                found[key] = self._chance.choice(values)
            elif kind == "checklist":
                found[key] = self._chance.sample(values, self._chance.randint(0, 2))
            elif kind == "checkbox":
                found[key] = is_patient and self._chance.random() < 0.4
            elif kind == "number":
                found[key] = self._chance.randint(1, 9)
            elif kind == "datetime":
                found[key] = str((self._clock.now() + timedelta(days=self._chance.randint(-1, 200))).date())
            else:
                found[key] = "说明"
        return found

    def _people(self, task: InboxRow) -> Iterator[Actor]:
        organisation = self._engine.queries.organisation
        people = self._engine.queries.list_people()
        offered = frozenset(task.candidate_groups)
        for person in people:
            if offered & (person.groups | {f"unit:{person.unit_id}"}):
                actor = organisation.find_actor(person.person_id)
                if actor is not None:
                    yield actor
        found = find_actor(people, organisation.find_actor, None, task)
        if found is not None:
            yield found

    def _reporter_acts(self) -> None:
        given: dict[str, Any] = {"command_id": new_id(), "request_id": self.request_id, "code": CODE}
        command: Any = self._chance.choice((
            AddToServiceRequest(text="今晚又来了", **given),
            CorrectServiceRequest(description="不是打桩, 是泵车", **given),
            RateServiceRequest(rating=self._chance.randint(1, 5), resolved=self._chance.random() < 0.5, **given),
            RateServiceRequest(rating=5, resolved=True, **given),
            WithdrawServiceRequest(reason="不需要了", **given) if self._chance.random() < 0.2 else
            AddToServiceRequest(text="还有照片", **given),
        ))  # fmt: skip
        try:
            self._do(command, REPORTER)
        except InvalidStateError:
            return
        self.story.append(f"reporter: {command.NAME}")

    def _do(self, command: Any, actor: Actor) -> None:
        self._engine.handle(command, actor)
        self._engine.pump()

    def _case(self) -> CaseDetail:
        return self._engine.queries.get_case(self.request_id, OPERATOR)
