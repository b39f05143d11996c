"""What a scenario does to the service request that its case works on: the reporter's acts, and those of staff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command
from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.domain.service_request_commands import (
    AddToServiceRequest,
    CommentServiceRequest,
    CorrectServiceRequest,
    ImportServiceRequests,
    MergeServiceRequests,
    ModerateServiceRequest,
    RateServiceRequest,
    ReopenServiceRequest,
    RequestCommand,
    SplitServiceRequest,
    SubmitServiceRequest,
    WithdrawServiceRequest,
)
from workflow_engine.domain.service_requests import PUBLIC_SOURCES
from workflow_engine.domain.timing import parse_instant
from workflow_engine.queries.service_request_rows import ServiceRequestDetail
from workflow_engine.rehearsal.scenario import Step

REPORTER = Actor("public:scenario", permissions=frozenset({"service_request.submit"}))
"""May say which process works on the report, which is the scenario's own."""
_ACTS: dict[str, type[RequestCommand]] = {
    "add": AddToServiceRequest, "correct": CorrectServiceRequest, "withdraw": WithdrawServiceRequest,
    "reopen": ReopenServiceRequest, "rate": RateServiceRequest, "comment": CommentServiceRequest,
    "moderate": ModerateServiceRequest, "split": SplitServiceRequest,
}  # fmt: skip
_SAID: dict[str, dict[str, Any]] = {
    "add": {"text": "补充 More"}, "reopen": {"reason": "未解决 Not resolved"}, "rate": {"rating": 5},
    "comment": {"text": "意见 A word"}, "moderate": {"shown": True}, "split": {"reason": "不是同一件事 Another matter"},
}  # fmt: skip
"""What is said where the step says nothing."""
_STAFF = {"moderate": "role:hotline_dispatcher", "split": "role:hotline_dispatcher",
          "merge": "role:hotline_dispatcher"}  # fmt: skip
_CODE = "code-of-a-scenario"


@dataclass(slots=True)
class Reports:
    """The reports of one run: ``own`` is that of its case."""

    process_id: str
    own: str | None = None
    others: list[str] = field(default_factory=list)

    def begin(self, said: Mapping[str, Any], now: datetime) -> tuple[Command, Actor]:
        """The command that starts the case of the run, and who sends it; ``imported``: taken over from elsewhere."""
        self.own = new_id()
        if said.get("imported"):
            return self._import(self.own, said, now), OPERATOR
        return self._submission(self.own, said)

    def command(self, step: Step) -> tuple[Command, str | Actor] | None:
        """The command of a step, and who sends it; None when there is no report yet."""
        said, verb = dict(step.details), str(step.value)
        who = said.pop("as", None)
        for name in ("refused", "note"):
            said.pop(name, None)
        if verb == "submit":
            other = new_id()
            self.others.append(other)
            command, actor = self._submission(other, said)
            return command, who or actor
        if self.own is None:
            return None
        who = who or _STAFF.get(verb)
        if verb == "merge":
            into, others = self.own, self.others
            if said.get("into") == "other":
                into, others = self.others[-1], [self.own]
            reason = str(said.get("reason", "同一件事 The same matter"))
            merge = MergeServiceRequests(command_id=new_id(), into=into, request_ids=list(others), reason=reason)
            return merge, who or REPORTER
        kind = _ACTS[verb]
        given = {**_SAID.get(verb, {}), **said}
        if "code" in {one.name for one in fields(kind)} and who is None:
            given["code"] = _CODE
        return kind(command_id=new_id(), request_id=self.own, **given), who or REPORTER

    def _submission(self, request_id: str, said: Mapping[str, Any]) -> tuple[Command, Actor]:
        given: dict[str, Any] = {
            "category": "other", "description": "一件事 A matter", "code": _CODE, "proved": True,
            "process_id": self.process_id, "reporter_contact": "13800000000", **said,
        }  # fmt: skip
        actor = REPORTER if given.get("source", "web") in PUBLIC_SOURCES else OPERATOR
        return SubmitServiceRequest(command_id=new_id(), request_id=request_id, **given), actor

    def _import(self, request_id: str, said: Mapping[str, Any], now: datetime) -> ImportServiceRequests:
        given = {name: value for name, value in said.items() if name != "imported"}
        row = {"external_id": request_id, "request_id": request_id, "category": "other", "status": "received",
               "received_at": now.isoformat(), **given}  # fmt: skip
        return ImportServiceRequests(command_id=new_id(), source="import", requests=[row])


def unmet_of_request(expected: Mapping[str, Any], found: ServiceRequestDetail, now: datetime) -> Iterator[str]:
    """Everything in ``expected`` that does not hold for the request; ``due`` may be a duration from now."""
    row = found.row
    marks = [mark for step in found.steps for mark in step.marks]
    for name, wanted in expected.items():
        if name == "marks":
            missing = [mark for mark in wanted if marks.count(mark) < list(wanted).count(mark)]
            if missing:
                yield f"expected the request to be marked {', '.join(missing)}, but it is {', '.join(marks) or 'not'}"
            continue
        if name not in REQUEST_EXPECTATIONS:
            yield f"nothing is known of a request's {name}; only of {', '.join(sorted(REQUEST_EXPECTATIONS))}"
            continue
        actual = getattr(row, _COLUMN.get(name, name))
        if name in ("due", "contact_due") and wanted is not None:
            wanted = _instant(str(wanted), now)
        if name == "note":
            actual = row.note("en")
        if actual != wanted:
            yield f"expected the request's {name} to be {wanted}, but it is {actual}"


_COLUMN = {"unit": "unit_id", "due": "due_at", "contact_due": "contact_due_at", "note": "status_note"}  # fmt: skip
REQUEST_EXPECTATIONS = frozenset({
    "status", "tier", "unit", "marks", "due", "contact_due", "note", "supervision", "resolved", "satisfied", "reopened",
    "reworked", "returned", "extended", "rating", "moderation", "category", "merged_into",
})  # fmt: skip


def _instant(text: str, now: datetime) -> datetime:
    return add(now, parse_duration(text)) if text.startswith("P") else parse_instant(text)
