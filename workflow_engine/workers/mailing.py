"""Mail to people about their work: what was given to them, what somebody wants of them, and a digest in the morning.

In both languages, since a mail does not know its reader's. Nothing that people typed stands in it: it leaves the house.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.timing import parse_instant
from workflow_engine.engine import Engine
from workflow_engine.queries.rows import InboxRow, PersonRow
from workflow_engine.workers.connectors import ConnectorError, Work
from workflow_engine.workers.mailing_requests import mail_of_request

SAYINGS = {
    "assigned": ("有一项任务交给您办理。", "A task was given to you."),
    "mention": ("有人在办件中提到了您。", "Somebody mentioned you in a case."),
    "urge": ("有人催办您的任务。", "Somebody asks you to hurry with a task."),
    "returned": ("有一项任务被退回给您。", "A task came back to you."),
    "took_back": ("有一项任务被撤回。", "A task was taken back."),
    "transferred": ("有一项任务转交给您。", "A task was handed over to you."),
    "delegated": ("有一项任务委派给您。", "A task was delegated to you."),
    "answered": ("您委派的任务有了答复。", "A task that you delegated was answered."),
    "opinion": ("有人征求您的意见。", "Your opinion is asked for."),
    "removed": ("不再需要您的意见。", "Your opinion is no longer needed."),
    "called_again": ("应急呼叫尚未签收，再次呼叫贵单位。", "An emergency call is not answered: you are called again."),
    "copied": ("有一个办件抄送给您。", "A case was copied to you."),
}
NOTICES = {
    "supervision_issued": ("贵单位收到一份督办文书，请按期答复。", "A notice of supervision went to your unit."),
    "supervision_due": ("督办文书的答复期限将到。", "The answer to a notice of supervision is due soon."),
    "supervision_rejected": ("督办答复被退回，请重新答复。", "Your unit's answer to a notice was rejected."),
}
_ASKED = ("有单位需要贵单位的资源，请答复。", "Somebody needs what your unit has: please answer.")
_DIGEST = ("今日到期和已逾期的任务", "Tasks that are due today or overdue")
_CHOOSE = ("可在“程序与通知”中选择接收哪些邮件", "Choose which mails you get")
_MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class MailSender:
    """Composes and sends one mail; what is gone meanwhile is not told any more."""

    engine: Engine
    send: Callable[[Work], Mapping[str, Any]]
    """The connector ``email``."""
    public_url: str
    zone: ZoneInfo

    def __call__(self, delivery: Mapping[str, Any]) -> None:
        """Send it.

        Raises:
            ConnectorError: the mail server did not take it.
        """
        if delivery.get("request_id") is not None:
            self._to_reporter(delivery)
            return
        person = self.engine.queries.find_person(delivery["person_id"])
        if person is None or not person.email:
            return
        content = delivery["content"]
        if content["about"] == "digest":
            told = self._digest(person)
        elif content["about"] == "resource_asked":
            told = self._asked(person)
        else:
            told = self._notice(person, content) if content["about"] in NOTICES else self._task(person, content)
        if told is None:
            return
        subject, lines = told
        choose = f"{_CHOOSE[0]} · {_CHOOSE[1]}: {self.public_url}/account/programs"
        body = "\n".join([*lines, "", "—", choose, ""])
        parameters = {"to": person.email, "subject": subject, "body": body}
        self.send(Work(delivery["delivery_id"].replace("/", "."), "email", "", "", {}, parameters))

    def _to_reporter(self, delivery: Mapping[str, Any]) -> None:
        told = mail_of_request(
            self.engine.queries, delivery["request_id"], delivery["content"], self.public_url
        )
        if told is not None:
            to, subject, lines = told
            parameters = {"to": to, "subject": subject, "body": "\n".join([*lines, ""])}
            self.send(Work(delivery["delivery_id"].replace("/", "."), "email", "", "", {}, parameters))

    def _task(self, person: PersonRow, content: Mapping[str, Any]) -> tuple[str, Sequence[str]] | None:
        acting = self.engine.queries.organisation.find_acting(person.person_id)
        if acting is None:
            return None
        chinese, english = SAYINGS[content["about"]]
        try:
            case = self.engine.queries.get_case(content["case_id"], acting[1]).case
        except NotFoundError:
            return None
        title = case.title or case.business_key or case.process_name
        task_id = content.get("user_task_id")
        task = None if task_id is None else self._open_task(task_id, acting[1])
        if task is None and content["about"] == "called_again":
            return None
        name = "" if task is None else task.name or task.element_id
        lines = [chinese, english, "", *([name] if name else []), title]
        if content.get("at"):
            lines.append(f"再次呼叫 Called again: {self._time(parse_instant(content['at']))}")
        if task is not None and task.due_at is not None:
            lines.append(f"期限 Due: {self._time(task.due_at)}")
        path = f"/cases/{case.case_id}" if task is None else f"/tasks/{task.user_task_id}"
        mark = "〔演练 Exercise〕" if case.exercise else ""
        return f"{mark}{name or title} · 联动 Liandong", [*lines, f"{self.public_url}{path}"]

    def _notice(self, person: PersonRow, content: Mapping[str, Any]) -> tuple[str, Sequence[str]] | None:
        acting = self.engine.queries.organisation.find_acting(person.person_id)
        if acting is None:
            return None
        try:
            row = self.engine.queries.supervision.get_notice(content["notice_id"], acting[1]).row
        except NotFoundError:
            return None
        if row.state != "open":
            return None
        chinese, english = NOTICES[content["about"]]
        mark = "〔演练 Exercise〕" if row.exercise else ""
        lines = [chinese, english, "", f"期限 Due: {self._time(row.answer_by)}"]
        return f"{mark}{chinese} · 联动 Liandong", [*lines, f"{self.public_url}/supervision/notices/{row.notice_id}"]

    def _asked(self, person: PersonRow) -> tuple[str, Sequence[str]] | None:
        """Their unit is asked for resources, and has not answered meanwhile."""
        acting = self.engine.queries.organisation.find_acting(person.person_id)
        if acting is None:
            return None
        waiting = self.engine.queries.resources.offers(acting[1], open_only=True, limit=1).items
        if not waiting or waiting[0].state != "asked":
            return None
        lines = [*_ASKED, "", f"期限 Due: {self._time(waiting[0].until)}", f"{self.public_url}/resources/offers"]
        return f"{_ASKED[0]} · 联动 Liandong", lines

    def _open_task(self, task_id: str, actor: Any) -> InboxRow | None:
        try:
            task = self.engine.queries.get_user_task(task_id, actor)
        except NotFoundError:
            return None
        return task if task.state in ("ready", "claimed") else None

    def _digest(self, person: PersonRow) -> tuple[str, Sequence[str]] | None:
        acting = self.engine.queries.organisation.find_acting(person.person_id)
        if acting is None:
            return None
        end = self.engine.clock.now().astimezone(self.zone).replace(hour=23, minute=59, second=59)
        rows = self.engine.queries.inbox(acting[1], queue="mine", limit=500).items
        due = [(row.due_at, row) for row in rows if row.due_at is not None and row.due_at <= end]
        due.sort(key=lambda line: (line[0], line[1].user_task_id))
        if not due:
            return None
        lines = [f"{_DIGEST[0]} · {_DIGEST[1]}: {len(due)}", ""]
        for due_at, row in due[:_MOST_LINES]:
            case = row.case_title or row.business_key or row.process_name
            mark = "〔演练 Exercise〕" if row.exercise else ""
            lines += [f"{self._time(due_at)}  {mark}{row.name or row.element_id} – {case}",
                      f"  {self.public_url}/tasks/{row.user_task_id}"]  # fmt: skip
        if len(due) > _MOST_LINES:
            lines.append(f"… {self.public_url}/inbox")
        return f"{_DIGEST[0]} {len(due)} · 联动 Liandong", lines

    def _time(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"


def refuse_mail(_delivery: Mapping[str, Any]) -> None:
    """Stands where no mail server is set."""
    raise ConnectorError("No mail server is set (smtp_host).", final=True)
