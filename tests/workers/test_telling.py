"""Webhooks and mail with real servers outside: signed, once per event, again after failures, nothing private."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, STRANGER, House, chain, user_task
from tests.support.requesting import MODEL as REQUEST_MODEL
from tests.support.requesting import submit
from tests.workers.conftest import ZONE
from tests.workers.http_server import Outside, reply
from tests.workers.mail_server import Mailbox
from workflow_engine import (
    AddWebhook,
    AssignUserTask,
    ChooseMail,
    InvalidVariablesError,
    NotPermittedError,
    PauseWebhook,
    RemoveWebhook,
    ResumeWebhook,
    SendAgain,
    Settings,
    new_id,
    secret_of,
)
from workflow_engine.interchange.cloudevents import signature
from workflow_engine.workers.telling import TellingRunner, WebhookSender

SECRET = secret_of(bytes(range(32)))
GIVEN = 'camunda:candidateGroups="role:duty_room" camunda:dueDate="PT2H"'
MODEL = chain(user_task("A", GIVEN), user_task("B", GIVEN))


def add(house: House, outside: Outside, *kinds: str, **fields: Any) -> str:
    webhook_id = new_id()
    values = {"name": "Statistics", "url": f"{outside.url}/hook", "secret": SECRET, "kinds": kinds, **fields}
    house.engine.handle(AddWebhook(command_id=new_id(), webhook_id=webhook_id, **values), ADMIN)
    return webhook_id


def told(outside: Outside) -> list[dict[str, Any]]:
    return [json.loads(asked.body) for asked in outside.requests]


def test_webhook_gets_each_event_once_signed_and_without_private_values(
    house: House, outside: Outside, tell: Callable[[], None]
) -> None:
    house.release(MODEL)
    add(house, outside, "user_task.*")
    case_id = house.start(secret_name="Wang Fang")
    house.complete(house.task(case_id), ANNE, said="what nobody outside may read")
    tell()
    tell()
    kinds = [event["type"] for event in told(outside)]
    assert kinds == ["liandong.user_task.created", "liandong.user_task.completed", "liandong.user_task.created"]
    first = outside.requests[0]
    sent_id, sent_at = first.headers["webhook-id"], int(first.headers["webhook-timestamp"])
    assert first.headers["webhook-signature"] == signature(SECRET, sent_id, sent_at, first.body)
    assert first.headers["content-type"] == "application/cloudevents+json"
    assert told(outside)[0]["data"]["case"]["case_id"] == case_id
    assert not any(b"Wang Fang" in asked.body or b"nobody outside" in asked.body for asked in outside.requests)


def test_webhook_of_one_process_is_told_of_no_other(house: House, outside: Outside, tell: Callable[[], None]) -> None:
    house.release(MODEL)
    add(house, outside, "*", process_id="another")
    house.start()
    tell()
    assert outside.requests == []


def test_webhook_is_told_nothing_of_what_happened_before(
    house: House, outside: Outside, tell: Callable[[], None]
) -> None:
    house.release(MODEL)
    house.start()
    tell()
    add(house, outside, "user_task.*")
    tell()
    assert outside.requests == []


def test_delivery_that_failed_comes_again_with_the_same_id(
    house: House, outside: Outside, tell: Callable[[], None]
) -> None:
    house.release(MODEL)
    webhook_id = add(house, outside, "case.started")
    outside.answer = lambda handler, _asked: reply(handler, 500)
    house.start()
    tell()
    (row,) = house.engine.queries.telling.list_deliveries(webhook_id).items
    assert (row.state, row.attempts) == ("pending", 1)
    assert "500" in (row.last_error or "")
    outside.answer = lambda handler, _asked: reply(handler, 204)
    tell()
    assert len(outside.requests) == 1
    house.clock.set(house.clock.now() + timedelta(seconds=10))
    tell()
    ids = [asked.headers["webhook-id"] for asked in outside.requests]
    assert len(ids) == 2 and ids[0] == ids[1]
    (row,) = house.engine.queries.telling.list_deliveries(webhook_id).items
    assert row.state == "delivered"


def test_receiver_that_is_gone_is_given_up_until_sent_again(
    house: House, outside: Outside, tell: Callable[[], None]
) -> None:
    house.release(MODEL)
    webhook_id = add(house, outside, "case.started")
    outside.answer = lambda handler, _asked: reply(handler, 410)
    house.start()
    tell()
    (webhook,) = house.engine.queries.telling.list_webhooks()
    assert (webhook.given_up, webhook.waiting) == (1, 0)
    outside.answer = lambda handler, _asked: reply(handler, 200)
    (row,) = house.engine.queries.telling.list_deliveries(webhook_id).items
    house.engine.handle(SendAgain(command_id=new_id(), delivery_id=row.delivery_id), ADMIN)
    tell()
    (row,) = house.engine.queries.telling.list_deliveries(webhook_id).items
    assert row.state == "delivered"


def test_paused_webhook_gets_everything_once_it_is_resumed(
    house: House, outside: Outside, tell: Callable[[], None]
) -> None:
    house.release(MODEL)
    webhook_id = add(house, outside, "case.started")
    house.engine.handle(PauseWebhook(command_id=new_id(), webhook_id=webhook_id), ADMIN)
    house.start()
    tell()
    assert outside.requests == []
    house.engine.handle(ResumeWebhook(command_id=new_id(), webhook_id=webhook_id), ADMIN)
    tell()
    assert len(outside.requests) == 1


def test_removed_webhook_leaves_nothing(house: House, outside: Outside, tell: Callable[[], None]) -> None:
    house.release(MODEL)
    webhook_id = add(house, outside, "case.started")
    outside.answer = lambda handler, _asked: reply(handler, 500)
    house.start()
    tell()
    house.engine.handle(RemoveWebhook(command_id=new_id(), webhook_id=webhook_id), ADMIN)
    assert house.rows("SELECT 1 FROM delivery") == []
    assert house.engine.queries.telling.list_webhooks() == []


def test_address_inside_the_house_is_never_asked_unless_it_is_listed(house: House, outside: Outside) -> None:
    house.release(MODEL)
    webhook_id = add(house, outside, "case.started")
    strict = TellingRunner(house.engine, WebhookSender(house.engine, Settings(database_url="")), lambda _d: None, ZONE)
    strict.run_once()
    house.start()
    house.engine.extend_log(house.engine.chains_behind(everything=True))
    while strict.run_once():
        pass
    assert outside.requests == []
    (row,) = house.engine.queries.telling.list_deliveries(webhook_id).items
    assert row.state == "dead"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("url", "ftp://host/x"), ("url", "https://user:pw@host/"), ("url", "https://"), ("kinds", ()),
     ("kinds", ("user_task.burned",)), ("secret", "whsec_" + base64.b64encode(b"short").decode()), ("secret", "x")],
)  # fmt: skip
def test_webhook_that_cannot_be_is_refused_at_its_field(house: House, outside: Outside, field: str, value: Any) -> None:
    with pytest.raises(InvalidVariablesError) as refused:
        add(house, outside, **{"kinds": ("*",), field: value}) if field != "kinds" else add(house, outside, *value)
    assert list(refused.value.problems) == [field]


def test_webhook_of_a_stranger_is_refused(house: House, outside: Outside) -> None:
    command = AddWebhook(
        command_id=new_id(), webhook_id=new_id(), name="x", url=outside.url, secret=SECRET, kinds=("*",)
    )
    with pytest.raises(NotPermittedError):
        house.engine.handle(command, STRANGER)


def test_mail_tells_who_is_given_a_task(
    house: House, tell: Callable[[], None], mailbox: tuple[Mailbox, int]
) -> None:
    house.release(MODEL)
    case_id = house.start()
    given = AssignUserTask(command_id=new_id(), user_task_id=house.task(case_id), assignee="user:li")
    house.engine.handle(given, ADMIN)
    tell()
    ((to, message),) = mailbox[0].messages
    assert to == ["li@city.example"]
    body = message.get_content()
    assert "A task was given to you." in body
    assert f"https://liandong.example/tasks/{house.task(case_id)}" in body


def test_mail_that_a_person_does_not_want_is_not_sent(
    house: House, tell: Callable[[], None], mailbox: tuple[Mailbox, int]
) -> None:
    house.release(MODEL)
    li = house.engine.queries.organisation.find_acting("user:li")
    assert li is not None
    house.engine.handle(ChooseMail(command_id=new_id(), assigned=False, notes=False, digest=False), li[1])
    task_id = house.task(house.start())
    house.engine.handle(AssignUserTask(command_id=new_id(), user_task_id=task_id, assignee="user:li"), ADMIN)
    tell()
    assert mailbox[0].messages == []


def test_digest_comes_once_on_the_morning_of_a_working_day(
    house: House, runner: TellingRunner, tell: Callable[[], None], mailbox: tuple[Mailbox, int]
) -> None:
    house.release(MODEL)
    li = house.engine.queries.organisation.find_acting("user:li")
    assert li is not None
    house.engine.handle(ChooseMail(command_id=new_id(), assigned=False, notes=False, digest=True), li[1])
    task_id = house.task(house.start())
    house.engine.handle(AssignUserTask(command_id=new_id(), user_task_id=task_id, assignee="user:li"), ADMIN)
    tell()
    house.clock.set(house.clock.now() + timedelta(hours=13))  # 09:00 on Wednesday in Shanghai
    tell()
    tell()
    ((to, message),) = mailbox[0].messages
    assert to == ["li@city.example"]
    assert f"https://liandong.example/tasks/{task_id}" in message.get_content()


def test_reporter_is_written_to_in_their_language_without_what_they_said(
    house: House, tell: Callable[[], None], mailbox: tuple[Mailbox, int]
) -> None:
    """Received, and each news of it; nobody is written to without an address, nor of what they did themselves."""
    house.release(REQUEST_MODEL)
    said = submit(house, language="en", reporter_contact="wang@city.example").result
    submit(house, reporter_contact="13812345678")
    tell()
    assert [to for to, _ in mailbox[0].messages] == [["wang@city.example"]] * 2
    mailbox[0].messages.clear()
    house.complete(house.task(said["request_id"], "handle"))
    tell()
    ((to, message),) = mailbox[0].messages
    body = message.get_content()
    assert to == ["wang@city.example"] and said["tracking_number"] in message["subject"]
    assert body.startswith("There is news about what you reported.") and "Answered · 已答复" in body
    assert "https://liandong.example/portal/track" in body
    assert not any(private in body for private in ("漏水", "王小明", "13812345678"))
