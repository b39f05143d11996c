"""Situation reports: two persons behind each, numbered, late by computation, corrected by another version."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from tests.support.house import ADMIN, ANNE, AUDITOR, BO, NOON, SECOND, STRANGER, House, chain, user_task
from tests.support.tampering import found, found_after
from workflow_engine import (
    REPORT_FIELDS,
    Actor,
    ConfirmReportReceived,
    CorrectSituationReport,
    DecideReportCorrection,
    InvalidStateError,
    InvalidVariablesError,
    KeepBriefing,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    SendSituationReport,
    SituationReportRow,
    new_id,
)
from workflow_engine.domain.report_document import digest_of, written

LEAD = Actor("user:lead", frozenset({"role:commander", "role:duty_room"}))
HEAD = (
    "kind", "prepared_by", "approved_by", "prepared_at", "due_at", "next_due_at", "period_number", "period_from",
    "period_to", "level", "commander", "unit_in_command", "reports_to", "outgoing", "incoming", "why", "note",
)  # fmt: skip


def issue_task(element_id: str) -> str:
    """A send task that has what the variable ``letter`` says issued."""
    inputs = "".join(
        f'<camunda:inputParameter name="{name}">=get value(letter, "{name}")</camunda:inputParameter>'
        for name in (*HEAD, *(field.id for field in REPORT_FIELDS))
    )
    return (
        f'<bpmn:sendTask id="{element_id}" messageRef="M"><bpmn:extensionElements><camunda:inputOutput>{inputs}'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>"
    )


def emergency(*nodes: str) -> str:
    """A process in the lane of emergencies."""
    lane = (
        "<bpmn:extensionElements><camunda:properties>"
        '<camunda:property name="liandong:lane" value="emergency"/><camunda:property name="liandong:mechanism" '
        'value="emergency"/></camunda:properties></bpmn:extensionElements>'
    )
    body = chain(*nodes)
    return '<bpmn:message id="M" name="situation_report.issue"/>' + body.replace(
        "><bpmn:startEvent", f">{lane}<bpmn:startEvent", 1
    )


def offered(element_id: str, groups: str, due: str = "") -> str:
    """A task of these groups."""
    due_date = f'camunda:dueDate="{due}"' if due else ""
    return user_task(element_id, f'camunda:candidateGroups="{groups}" {due_date}')


DUE = NOON + timedelta(minutes=30)
MODEL = emergency(
    offered("department_work", "unit:health,role:health_deputy"), offered("police_work", "unit:police"),
    offered("weather_work", "unit:weather"),
    offered("situation_report", "role:duty_room", DUE.isoformat()), issue_task("issue"),
    offered("health_again", "unit:health"), offered("situation_report_2", "role:duty_room"), issue_task("issue_again"),
    offered("wait", "role:duty_room"),
)  # fmt: skip
LETTER: dict[str, Any] = {
    "kind": "first", "prepared_by": "user:anne", "approved_by": "user:lead", "due_at": DUE.isoformat(), "level": "III",
    "commander": "郑和平", "reports_to": "省 Province", "deaths": 1, "serious": 2, "significant_events": "仓库起火",
}  # fmt: skip


@pytest.fixture
def city(sqlite_template: str, tmp_path: Path) -> Iterator[House]:
    """The small emergency on SQLite; what a database does itself is asked of both below."""
    shutil.copy(sqlite_template, tmp_path / "city.sqlite3")
    opened = House(f"sqlite:///{tmp_path / 'city.sqlite3'}")
    opened.release(MODEL)
    yield opened
    opened.close()


def departments(house: House, case_id: str) -> None:
    """What three units report."""
    house.complete(house.task(case_id), deaths=1, serious=2, task_result="收治3人", evacuated=10)
    house.clock.advance(60)
    house.complete(house.task(case_id), deaths=5, evacuated=40, task_result="封控两条道路")
    house.clock.advance(60)
    house.complete(house.task(case_id), task_result="西风3级")


def issue(house: House, **changed: Any) -> str:
    """A case whose first report is issued; returns the case's id."""
    case_id = house.start(title="仓库火灾")
    departments(house, case_id)
    letter = {**LETTER, **changed}
    typed = {field.id: letter[field.id] for field in REPORT_FIELDS if field.id in letter}
    house.complete(house.task(case_id), letter=letter, **typed)
    house.engine.pump()
    return case_id


def reports(house: House, case_id: str) -> list[SituationReportRow]:
    return list(house.engine.queries.situation_reports.list(case_id, ADMIN))


def test_report_is_issued_with_its_number_its_lateness_and_what_was_changed(city: House) -> None:
    case_id = issue(city, deaths=2)
    (row,) = reports(city, case_id)
    assert (row.number, row.kind, row.version, row.approved_by) == (1, "first", 1, "user:lead")
    assert (row.issued_at, row.lateness().state) == (NOON + timedelta(minutes=2), "on_time")
    found = city.engine.queries.situation_reports.get(row.report_id, ADMIN)
    assert found.intact and found.content is not None
    fields = {field["id"]: field for field in found.content["fields"]}
    deaths, serious = fields["deaths"], fields["serious"]
    assert (deaths["value"], deaths["assembled"], deaths["changed"]) == (2, 1, True)
    assert (serious["value"], serious["assembled"], serious["changed"]) == (2, 2, False)
    assert deaths["unconfirmed"]["value"] == 5, "the police counts no casualties"
    assert [source["kind"] for source in serious["sources"]] == ["task"]
    assert (fields["evacuated"]["value"], fields["evacuated"]["assembled"]) == (None, 50)
    assert (fields["missing"]["value"], fields["missing"]["assembled"]) == (None, None), "not known yet, not 0"
    assert found.content["head"]["period_to"] == (NOON + timedelta(minutes=2)).isoformat()
    assert city.engine.verify_audit(sample=None).ok


def test_next_report_starts_from_the_last_one_and_takes_only_newer_words(city: House) -> None:
    case_id = issue(city, deaths=2, contained_percent=40)
    city.clock.advance(60)
    ask = city.engine.queries.situation_reports.assemble
    found = ask(case_id, ADMIN)
    assert (found["deaths"].value, found["deaths"].sources[0].kind) == (2, "report")
    assert (found["contained_percent"].value, found["actions_taken"].value) == (40, None)
    city.complete(city.task(case_id), deaths=3)
    found = ask(case_id, ADMIN)
    assert (found["deaths"].value, found["deaths"].sources[0].kind) == (3, "task")
    assert found["weather"].value is None, "told in the report before"
    city.complete(city.task(case_id), letter={**LETTER, "kind": "follow_up", "deaths": 3})
    city.engine.pump()
    second, first = reports(city, case_id)
    assert (second.number, first.number) == (2, 1)
    content = city.engine.queries.situation_reports.get(second.report_id, ADMIN).content
    assert content is not None
    fields = {field["id"]: field for field in content["fields"]}
    assert (fields["deaths"]["before"], fields["deaths"]["value"]) == (2, 3)


def test_texts_are_put_together_from_what_units_said(city: House) -> None:
    case_id = city.start()
    departments(city, case_id)
    found = city.engine.queries.situation_reports.assemble(case_id, ADMIN)
    assert found["actions_taken"].value == "20:00 Do department_work: 收治3人\n20:01 Do police_work: 封控两条道路"
    assert found["weather"].value == "20:02 Do weather_work: 西风3级"
    assert (found["evacuated"].value, len(found["evacuated"].sources)) == (50, 2)
    assert found["casualties_words"].value == (
        "死亡 Deaths 1; 重伤 Seriously injured 2; 失踪 Missing 未知 not known yet; "
        "处置人员伤亡 Responders 未知 not known yet"
    )
    assert city.engine.queries.situation_reports.prefill(case_id, "department_work", ADMIN) is None


def test_report_that_is_due_is_listed_until_it_is_issued_late(city: House) -> None:
    case_id = city.start()
    departments(city, case_id)
    ask = city.engine.queries.situation_reports.due
    (due,) = ask(ANNE)
    assert (due.element_id, due.due_at, due.lateness(city.clock.now()).state) == ("situation_report", DUE, "due")
    assert list(ask(STRANGER)) == []
    city.clock.advance(29 * 60)
    assert (due.lateness(city.clock.now()).state, due.lateness(city.clock.now()).seconds) == ("overdue", 60)
    city.complete(city.task(case_id), letter=LETTER)
    city.engine.pump()
    assert list(ask(ANNE, case_id)) == []
    (row,) = city.engine.queries.situation_reports.issued(ANNE).items
    assert (row.lateness().state, row.lateness().seconds) == ("late", 60)
    assert city.engine.queries.situation_reports.issued(STRANGER).items == []


@pytest.mark.parametrize(
    "changed", [{"approved_by": "user:anne"}, {"approved_by": None}, {"kind": "weekly"}, {"deaths": -1},
                {"contained_percent": 101}, {"due_at": "soon"}],
)  # fmt: skip
def test_letter_that_cannot_be_a_report_waits_and_is_shown(city: House, changed: dict[str, Any]) -> None:
    case_id = issue(city, **changed)
    assert reports(city, case_id) == []
    assert [row.state for row in city.engine.queries.list_outbox()] == ["pending"]


def test_number_is_given_once_to_each_of_many_reports_that_are_issued_together(house: House) -> None:
    house.release(
        emergency(offered("A", "role:duty_room"), *(issue_task(f"issue_{n}") for n in range(8)), user_task("B"))
    )
    case_id = house.start()
    house.complete(house.task(case_id), letter=LETTER)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: house.engine.pump(), range(4)))
    assert sorted(row.number for row in reports(house, case_id)) == list(range(1, 9))
    assert house.engine.verify_audit(sample=None).ok


def test_report_goes_up_and_its_receipt_is_noted_once(city: House) -> None:
    case_id = issue(city)
    (row,) = reports(city, case_id)
    send = SendSituationReport(command_id=new_id(), report_id=row.report_id, recipient="省值班室", channel="system")
    with pytest.raises(NotFoundError):
        city.engine.handle(send, STRANGER)
    with pytest.raises(NotPermittedError):
        city.engine.handle(send, AUDITOR)
    with pytest.raises(InvalidVariablesError):
        city.engine.handle(
            SendSituationReport(command_id=new_id(), report_id=row.report_id, recipient=" ", channel="owl"), BO
        )
    city.clock.advance(60)
    sent = city.engine.handle(send, BO).result["transmission_id"]
    city.clock.advance(60)
    took = ConfirmReportReceived(command_id=new_id(), transmission_id=sent, received_by="省值班员")
    city.engine.handle(took, BO)
    with pytest.raises(InvalidStateError):
        city.engine.handle(ConfirmReportReceived(command_id=new_id(), transmission_id=sent, received_by="x"), BO)
    (row,) = reports(city, case_id)
    assert row.sent_at is not None and row.received_at is not None
    assert row.received_at - row.sent_at == timedelta(minutes=1)


def test_correction_is_another_version_that_a_second_person_agrees_to(city: House) -> None:
    case_id = issue(city)
    (row,) = reports(city, case_id)
    questions = city.engine.queries.situation_reports
    before = questions.get(row.report_id, ADMIN)

    def correct(**fields: Any) -> CorrectSituationReport:
        return CorrectSituationReport(command_id=new_id(), report_id=row.report_id, fields=fields, reason="卫健更正")

    for fields in ({"deaths": "many"}, {"deaths": 1}, {"moon": 1}):
        with pytest.raises(InvalidVariablesError):
            city.engine.handle(correct(**fields), BO)
    version = city.engine.handle(correct(deaths=0, serious=None), BO).result["version"]
    with pytest.raises(InvalidStateError):
        city.engine.handle(correct(deaths=7), ADMIN)
    decide = DecideReportCorrection(command_id=new_id(), report_id=row.report_id, version=version, agreed=True)
    with pytest.raises(NotPermittedError):
        city.engine.handle(decide, BO)
    assert questions.get(row.report_id, ADMIN).version == 1
    city.engine.handle(decide, LEAD)
    after = questions.get(row.report_id, ADMIN)
    assert after.content is not None
    fields = {field["id"]: field for field in after.content["fields"]}
    assert (after.version, fields["deaths"]["value"], fields["deaths"]["corrected_from"]) == (2, 0, 1)
    assert fields["serious"]["value"] is None
    assert questions.get(row.report_id, ADMIN, 1).content == before.content
    assert [one.state for one in after.versions] == ["issued", "replaced"]
    with pytest.raises(InvalidStateError):
        city.engine.handle(
            DecideReportCorrection(command_id=new_id(), report_id=row.report_id, version=2, agreed=False), SECOND
        )
    own = city.engine.handle(correct(deaths=4), ADMIN).result["version"]
    with pytest.raises(InvalidStateError):
        city.engine.handle(
            DecideReportCorrection(command_id=new_id(), report_id=row.report_id, version=own, agreed=True), ADMIN
        )
    city.engine.handle(
        DecideReportCorrection(command_id=new_id(), report_id=row.report_id, version=own, agreed=False), SECOND
    )
    assert questions.get(row.report_id, ADMIN).version == 2
    report = city.engine.verify_audit(sample=None)
    assert report.ok and report.documents == 3


def test_database_refuses_what_no_report_can_be_and_the_digest_tells_a_changed_one(house: House) -> None:
    house.release(MODEL)
    case_id = issue(house)
    (row,) = reports(house, case_id)
    database = create_engine(house.settings.database_url)
    for sql in (
        "UPDATE situation_report SET approved_by = prepared_by", "UPDATE situation_report SET number = 0",
        "UPDATE situation_report_version SET decided_by = made_by",
        "UPDATE situation_report_version SET state = 'proposed'",
    ):  # fmt: skip
        with pytest.raises(IntegrityError), database.begin() as connection:
            connection.exec_driver_sql(sql)
    ask = house.engine.queries.situation_reports.get
    database.dispose()
    assert ask(row.report_id, ADMIN).intact
    sent = SendSituationReport(command_id=new_id(), report_id=row.report_id, recipient="省", channel="phone")
    house.engine.handle(sent, LEAD)
    chain_of = f"situation_report:{case_id}"
    assert found(house) == set()
    edit = "UPDATE situation_report_version SET content = replace(content, '仓库', '码头')"
    assert found_after(house, edit) == [("changed_document", chain_of)]
    forged = ask(row.report_id, ADMIN)
    assert not forged.intact and not forged.destroyed and forged.content is not None
    as_if = digest_of(written(forged.content))  # whoever edits the text edits the digest beside it, too
    assert found_after(house, f"UPDATE situation_report_version SET digest = '{as_if}'") == [("changed_row", chain_of)]
    assert not ask(row.report_id, ADMIN).intact
    proof = house.engine.prove_case(case_id, ADMIN)
    assert {finding.kind for finding in proof.findings} == {"changed_document", "changed_row"}
    for statement, kinds in (
        ("UPDATE situation_report SET due_at = issued_at", ["changed_row"]),
        ("UPDATE report_transmission SET recipient = '市'", ["changed_row"]),
        ("DELETE FROM report_transmission", ["missing_document"]),
        ("UPDATE situation_report_version SET content = NULL", []),  # no other sentence than for the edited one
    ):
        assert [kind for kind, _ in found_after(house, statement)] == kinds
    assert ask(row.report_id, ADMIN).content is None and not ask(row.report_id, ADMIN).intact


def test_briefing_is_kept_as_the_incoming_commander_was_shown_it(city: House) -> None:
    case_id = issue(city, kind="briefing", outgoing="user:lead", incoming="user:next", why="shift", note="注意西侧")
    questions = city.engine.queries.situation_reports
    (row,) = questions.list_briefings(case_id, ADMIN)
    assert (row.number, row.outgoing, row.incoming) == (1, "user:lead", "user:next")
    kept = questions.get_briefing(case_id, 1, ADMIN)
    assert kept.intact and kept.content is not None
    assert kept.content["head"]["note"] == "注意西侧"
    assert [(unit["unit"], unit["state"]) for unit in kept.content["units"]] == [
        ("unit:health", "completed"), ("unit:police", "completed"), ("unit:weather", "completed"),
        ("unit:health", "ready"),
    ]  # fmt: skip
    assert [figure["value"] for figure in kept.content["figures"] if figure["id"] == "evacuated"] == [50]
    with pytest.raises(InvalidVariablesError):
        city.engine.handle(KeepBriefing(command_id=new_id(), case_id=case_id, incoming=LEAD.actor_id), LEAD)
    nobody = KeepBriefing(command_id=new_id(), case_id=case_id, incoming="user:anne")
    with pytest.raises(InvalidVariablesError):
        city.engine.handle(nobody, LEAD)
    unit = {"unit_id": "fire", "parent_id": None, "level": "city", "subject_class": "government", "name_zh": "消防",
            "name_en": "Fire"}  # fmt: skip
    anne = {"person_id": "user:anne", "sign_in_name": "anne", "display_name_zh": "安", "display_name_en": "Anne",
            "password_hash": "x", "unit_id": "fire", "disabled": False, "groups": []}  # fmt: skip
    city.engine.handle(LoadOrganisation(command_id=new_id(), units=[unit], roles=[], people=[anne]), ADMIN)
    city.engine.handle(replace(nobody, command_id=new_id()), LEAD)
    assert [one.number for one in questions.list_briefings(case_id, ADMIN)] == [2, 1]
    assert found(city) == set()
    edit = "UPDATE command_briefing SET content = replace(content, '西侧', '东侧') WHERE number = 1"
    assert found_after(city, edit) == [("changed_document", f"situation_report:{case_id}")]
    assert not questions.get_briefing(case_id, 1, ADMIN).intact and questions.get_briefing(case_id, 2, ADMIN).intact
    gone = found_after(city, "DELETE FROM command_briefing WHERE number = 2")
    assert gone == [("missing_document", f"situation_report:{case_id}")]
    with pytest.raises(NotFoundError):
        questions.list_briefings(case_id, STRANGER)
