"""Warnings of the city's own: published once approved by a second person, replaced, lifted, ended; valid CAP 1.2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import capparser
import pytest
from lxml import etree

from tests.support.house import ADMIN, ANNE, House, chain, user_task
from tests.support.tampering import found, found_after
from workflow_engine import (
    CancelCase,
    FeedItem,
    InvalidStateError,
    InvalidVariablesError,
    LiftWarning,
    NotFoundError,
    NotPermittedError,
    PublishedWarning,
    new_id,
    warning_content,
    warning_feed,
)
from workflow_engine.interchange.feed import parse_feed
from workflow_engine.workers.warning_ending import end_warnings

FIELDS = ("colour", "hazard", "headline", "text", "instruction", "headline_en", "text_en", "instruction_en", "area",
          "author", "approver", "sender", "valid_hours", "codes")  # fmt: skip
PUBLISH = (
    '<bpmn:sendTask id="publish" messageRef="M"><bpmn:extensionElements><camunda:inputOutput>'
    + "".join(
        f'<camunda:inputParameter name="{name}">=get value(letter, "{name}")</camunda:inputParameter>'
        for name in FIELDS
    )
    + "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>"
)
MODEL = '<bpmn:message id="M" name="warning.publish"/>' + chain(
    PUBLISH, user_task("look"), PUBLISH.replace('"publish"', '"again"'), user_task("wait")
)
LETTER: dict[str, Any] = {
    "colour": "red", "hazard": "rainstorm", "headline": "暴雨红色预警", "text": "三小时降雨量将达100毫米 <以上>",
    "instruction": "请待在室内", "headline_en": "Red rainstorm warning", "text_en": "100 mm within three hours",
    "instruction_en": "Stay indoors", "area": "溪东区", "author": "user:sun_qi", "approver": "user:chen_jing",
    "sender": "warnings@city.example", "codes": ["430102"],
}  # fmt: skip


@pytest.fixture
def city(house: House) -> House:
    house.release(MODEL)
    return house


def issue(house: House, **changed: Any) -> str:
    """A case that has a warning published; returns the case's id."""
    case_id = house.start(letter={**LETTER, **changed})
    house.engine.pump()
    return case_id


def warnings_of(house: House) -> list[PublishedWarning]:
    return list(house.engine.queries.warnings.page().items)


def test_warning_is_valid_cap_in_both_languages(city: House, shared: Path) -> None:
    issue(city)
    (found,) = warnings_of(city)
    schema = etree.XMLSchema(etree.parse(shared / "data" / "cap" / "xsd" / "CAP-v1.2.xsd"))
    schema.assertValid(etree.fromstring(found.document.encode()))
    read = capparser.parse(stringXML=found.document)
    assert (read.sender[0], read.status[0], len(read.info[0])) == ("warnings@city.example", "Actual", 2)
    alert = warning_content(found.document)
    assert [info["language"] for info in alert["infos"]] == ["zh-CN", "en-GB"]
    zh, en = alert["infos"]
    assert (zh["severity"], zh["category"], zh["event"], en["event"]) == (
        "Extreme", ["Met"], "暴雨红色预警", "Rainstorm: red warning",
    )  # fmt: skip
    assert zh["areas"][0]["geocodes"] == [{"name": "GB/T 2260", "value": "430102"}]
    assert (found.state, found.title("en-GB"), found.is_in_force(city.clock.now())) == (
        "in_force", "Red rainstorm warning", True,
    )  # fmt: skip


def test_later_warning_of_the_case_is_an_update_that_refers_to_the_first(city: House) -> None:
    case_id = issue(city)
    city.clock.advance(3600)
    (task,) = city.tasks(case_id)
    city.complete(task.user_task_id, letter={**LETTER, "colour": "orange"})
    city.engine.pump()
    second, first = warnings_of(city)
    assert found(city) == set()
    assert (first.state, second.state, second.replaces) == ("replaced", "in_force", first.warning_id)
    alert = warning_content(second.document)
    assert alert["msg_type"] == "Update"
    assert [reference["identifier"] for reference in alert["references"]] == [first.warning_id]
    assert [row.warning_id for row in city.engine.queries.warnings.in_force(city.clock.now())] == [second.warning_id]


def test_lifted_warning_is_followed_by_a_cancel(city: House) -> None:
    issue(city)
    (found_one,) = warnings_of(city)
    lift = LiftWarning(command_id=new_id(), warning_id=found_one.warning_id, reason="雨停了")
    with pytest.raises(NotPermittedError):
        city.engine.handle(lift, ANNE)
    with pytest.raises(InvalidVariablesError):
        city.engine.handle(LiftWarning(command_id=new_id(), warning_id=found_one.warning_id, reason=" "), ADMIN)
    city.engine.handle(lift, ADMIN)
    (row,) = warnings_of(city)
    cancel = warning_content(str(row.end_document))
    assert (row.state, row.end_reason, cancel["msg_type"]) == ("lifted", "雨停了", "Cancel")
    assert cancel["references"][0]["identifier"] == found_one.warning_id
    assert [info["urgency"] for info in cancel["infos"]] == ["Past", "Past"]
    with pytest.raises(InvalidStateError):
        city.engine.handle(LiftWarning(command_id=new_id(), warning_id=found_one.warning_id, reason="x"), ADMIN)
    with pytest.raises(NotFoundError):
        city.engine.handle(LiftWarning(command_id=new_id(), warning_id="none", reason="x"), ADMIN)
    chain_of = f"warning:{found_one.warning_id}"
    assert found(city) == set()
    for statement, kind in (
        ("UPDATE published_warning SET document = replace(document, '室内', '室外')", "changed_document"),
        ("UPDATE published_warning SET end_document = replace(end_document, '雨', '雪')", "changed_document"),
        ("UPDATE published_warning SET end_reason = '雪停了'", "changed_row"),
        ("DELETE FROM published_warning", "missing_document"),
    ):
        assert found_after(city, statement) == [(kind, chain_of)]


def test_warning_ends_with_its_time_or_with_its_case(city: House) -> None:
    issue(city, valid_hours=2)
    case_id = issue(city)
    assert end_warnings(city.engine) == 0
    city.clock.advance(2 * 3600)
    assert end_warnings(city.engine) == 1
    city.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="over"), ADMIN)
    assert end_warnings(city.engine) == 1
    assert end_warnings(city.engine) == 0
    assert sorted(row.state for row in warnings_of(city)) == ["expired", "lifted"]
    assert found(city) == set()


@pytest.mark.parametrize(
    "changed",
    [{"approver": "user:sun_qi"}, {"instruction": None}, {"colour": "pink"}, {"valid_hours": 1000}, {"sender": ""}],
)
def test_letter_that_may_not_be_published_waits_and_is_shown(city: House, changed: dict[str, Any]) -> None:
    issue(city, **changed)
    assert warnings_of(city) == []
    assert [row.state for row in city.engine.queries.list_outbox()] == ["pending"]


def test_exercise_publishes_nothing(city: House) -> None:
    case_id = city.start(letter=LETTER, exercise=True)
    city.engine.pump()
    assert warnings_of(city) == []
    assert [task.element_id for task in city.tasks(case_id)] == ["look"]


def test_feed_holds_the_messages_and_is_read_by_our_own_reader(city: House) -> None:
    issue(city)
    (found,) = warnings_of(city)
    item = FeedItem("暴雨红色预警", found.sent_at, "https://c.example/w", "https://c.example/w.cap", found.document)
    content = warning_feed("预警", "https://c.example/feed", "zh-CN", [item], city.clock.now())
    feed = parse_feed(content)
    assert [(entry.alert.identifier, entry.link) for entry in feed.entries] == [
        (found.warning_id, "https://c.example/w.cap")
    ]
    assert feed.refusals == ()


def test_case_lifts_its_warning_once_the_danger_is_over(house: House) -> None:
    over = (
        '<bpmn:sendTask id="lift" messageRef="L"><bpmn:extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="reason">=reason</camunda:inputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>"
    )
    names = '<bpmn:message id="M" name="warning.publish"/><bpmn:message id="L" name="warning.lift"/>'
    again = over.replace('"lift"', '"lift_again"')
    house.release(names + chain(PUBLISH, user_task("look"), over, again, user_task("wait")))
    case_id = issue(house)
    (task,) = house.tasks(case_id)
    house.complete(task.user_task_id, reason="雨停了")
    house.engine.pump()
    (row,) = warnings_of(house)
    assert (row.state, row.end_reason) == ("lifted", "雨停了")
