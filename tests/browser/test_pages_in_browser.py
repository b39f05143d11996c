"""Every main page in a real browser: drawn without a complaint, accessible, and no wider than the screen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import url_for

from tests.browser.conftest import PROCESS, City, check_accessibility
from tests.support.consulting import MODEL as MODEL_OF_CONSULTATION
from tests.support.house import chain, model_xml, user_task
from tests.support.resourcing import ASK
from tests.support.voting import amend, release_voting, start_vote, vote
from workflow_engine import (
    OPERATOR,
    Actor,
    AddWebhook,
    ClaimUserTask,
    CreateBatch,
    DefineIndicators,
    DeployDefinition,
    FollowRecord,
    ImportAlert,
    IssueNotice,
    KeepModelWork,
    ReleaseDefinition,
    SetAlertSource,
    StartCase,
    new_id,
    secret_of,
)
from workflow_engine.demo.load import read_process
from workflow_engine.interchange.cap import parse_alert

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LOOKS = [
    ("en-GB", 1440, 0),
    ("zh-CN", 390, 1),
    pytest.param("en-GB", 1440, 1, marks=pytest.mark.slow),
    pytest.param("zh-CN", 390, 0, marks=pytest.mark.slow),
]
"""Every run looks at every page, by turns at the desk and on a telephone; the slow one at each as it was left out."""
MODEL = "emergency_response.bpmn"
INDICATORS = PROCESS.parent / "indicator_publication" / "indicators"
JIANG, AUDITOR, LEADER = "user:jiang_fan", "user:qin_song", "user:liang_cheng"
STAFF_AREAS = {
    "inbox", "decisions", "tasks", "alerts", "catalogue", "preferences", "views", "patterns", "account", "programs",
}  # fmt: skip
AUDITORS_PAGES = {"analysis.about", "analysis.questions", "analysis.samples", "cases.index", "record.page",
                  "city.readings"}  # fmt: skip
MAIN_PAGES = (
    "sign_in.page", "inbox.page", "tasks.page", "cases.index", "cases.page", "replay.page", "catalogue.index",
    "alerts.index", "models.index", "models.page", "analysis.page", "overview.page", "organisation.page",
    "rights.page", "duty.page", "decisions.page", "public_decisions.page", "preferences.page", "account.page",
)  # fmt: skip
NO_PAGES = {
    # files, for other programs or to keep
    "rehearsals.report", "rehearsals.data", "rehearsals.plan",
    # needs one that was played: ``tests/web/test_rehearsals.py``
    "rehearsals.page",
    "analysis.paths_csv", "analysis.sample_csv", "analysis.steps_csv", "record.checkpoint", "record.verifier",
    "calendar.feed", "task_files.download", "models.xml", "models.files", "models_try.xml", "models_try.scenario",
    "models_work.xml", "models_work.download", "models_work.source", "city.export", "categories.export",
    "static_files.file", "supervision.units_csv", "supervision.matters_csv", "supervision_notices.file",
    "supervision.league_csv", "resource_register.export",
    "enterprise.file",
    "static_files.favicon", "parameters.public_data", "replay.data", "consultations.list_data", "consultations.data",
    "warnings.message", "warnings.end_message", "warnings.feed", "open311.definition", "open311.discovery",
    "open311.discovery_of_version", "open311.requests", "open311.services", "open311.single", "open311.token",
    "open311.unknown",
    "public_decisions.data", "public_decisions.document", "record.consistency",
    "public_indicators.data", "open_data.definitions", "open_data.month_json", "open_data.month_csv",
    "open_data.checksums", "indicator_work.export",
    "places.shapes", "places.at", "portal.points", "portal.requests_data", "portal.feed", "portal.photo",
    "reporting.draft_picture", "tracking.photo", "moderation.photo",
    # looked at in ``test_desk_in_browser``, with reports of residents
    "service_requests.page", "service_requests.photo", "hot_spots.page",
    # looked at in ``test_portal_in_browser``, with a report of a resident
    "portal.home", "portal.help", "portal.requests", "portal.one", "portal.data", "reporting.form",
    "reporting.receipt", "tracking.find", "tracking.page",
    # parts of pages, and streams of them
    "cases.live", "proof.again", "cases.record", "live.stream", "batches.live", "task_verbs.people_options",
    "task_verbs.pick_options", "decisions.live", "emergency.live", "emergency.data", "emergency_replay.board",
    "replans.panel", "replans.table_file",
    # looked at in ``test_situation_reports_in_browser``, once there are any
    "situation_reports.document", "situation_reports.correcting", "situation_reports.kept",
    # for machines that watch over this one
    "health.live", "health.ready", "health.metrics",
    # elsewhere at once: the inbox, the provider of identities and back
    "inbox.home", "provider.send", "provider.answer",
    # looked at in ``test_exercises_in_browser``, with an exercise under way and the show of a demo
    "exercises.page", "exercises.live", "exercises.evaluation", "exercises.of_case", "exercises.show_page",
    "exercises.show_live",
    # of enterprises, looked at in ``test_supervision_in_browser``
    "enterprise.desk", "enterprise.task",
    # made by hours of work or by faults, and looked at in ``test_days_in_browser`` and ``test_models_in_browser``
    "analysis.variant", "analysis.sample", "overview.cause", "models_try.page",
}  # fmt: skip
"""Addresses that are no page to visit here, and why."""


@pytest.fixture
def case_id(city: City) -> str:
    """A case that an alert started; the duty room has its first task."""
    alert = parse_alert((PROCESS / "alerts" / "rainstorm_red.xml").read_bytes()).to_dict()
    receipt = city.engine.handle(ImportAlert(command_id=new_id(), alert=alert, source="tests"), OPERATOR)
    assert receipt.case_id is not None
    return receipt.case_id


def addresses(city: City, case_id: str) -> dict[str, str]:
    """An address of every page, by its endpoint; what a page is about is made first."""
    handle, queries = city.engine.handle, city.engine.queries
    before = queries.list_definitions()[0].definition_id
    files = read_process(PROCESS)
    files[MODEL] = files[MODEL].replace(b'camunda:priority="80"', b'camunda:priority="85"', 1)
    after = str(handle(DeployDefinition(command_id=new_id(), files=files), OPERATOR).result["definition_id"])
    jiang, auditor = (queries.organisation.find_actor(name) for name in (JIANG, AUDITOR))
    assert jiang is not None
    assert auditor is not None
    work_id = new_id()
    handle(KeepModelWork(command_id=new_id(), work_id=work_id, files=files, base_definition_id=before), jiang)
    webhook_id = new_id()
    handle(AddWebhook(command_id=new_id(), webhook_id=webhook_id, name="Statistics", url="https://stats.example/hook",
                      secret=secret_of(bytes(32)), kinds=("case.started",)), jiang)  # fmt: skip
    batch_id = new_id()
    handle(CreateBatch(command_id=new_id(), batch_id=batch_id, operation="suspend", selection={"state": "active"},
                       parameters={}, reason="a look at it"), jiang)  # fmt: skip
    task_id = city.open_tasks(case_id, "verify")[0].user_task_id
    ballot_id, public_id = put_to_the_vote(city)
    values = {
        "case_id": case_id, "definition_id": after, "user_task_id": task_id, "work_id": work_id, "name": MODEL,
        "webhook_id": webhook_id, "batch_id": batch_id, "unit_id": "duty_room", "person_id": "user:lin_yue",
        "process_id": "emergency_response", "ballot_id": ballot_id, "public_id": public_id,
        "consultation_id": open_consultation(city), "code": "waste.exposed",
        "indicator_id": measure(city, jiang), "source_id": ask_a_source(city, jiang),
        "notice_id": issue_notice(city, case_id), "warning_id": warn(city),
        "resource_id": "fire-11", "request_id": ask_for_boats(city),
    }  # fmt: skip
    questions = {
        "migrations.page": {"from": before, "to": after}, "models.changes": {"before": before, "after": after},
        "models_try.begin_page": {"definition": after},
        "analysis.visits": {"process": "emergency_response", "element": "verify"},
    }  # fmt: skip
    found = {}
    with city.app.test_request_context(city.url):
        for rule in city.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/") and rule.endpoint not in NO_PAGES:
                given = {name: values[name] for name in rule.arguments} | questions.get(rule.endpoint, {})
                found[rule.endpoint] = url_for(rule.endpoint, **given)
    return found


def measure(city: City, who: Actor) -> str:
    """The shipped indicators, one of which has a number; nothing is published yet."""
    definitions = [json.loads(path.read_bytes()) for path in sorted(INDICATORS.glob("*.json"))]
    city.engine.handle(DefineIndicators(command_id=new_id(), definitions=definitions, reason="a look at it"), who)
    while city.engine.extend_log(city.engine.chains_behind(everything=True)).sequenced:
        pass
    while city.engine.handle(FollowRecord(command_id=new_id(), most=500), OPERATOR).result["behind"]:
        pass
    return "on_time_tasks"


def ask_a_source(city: City, who: Actor) -> str:
    """A source of alerts that was never asked."""
    source_id = new_id()
    command = SetAlertSource(
        command_id=new_id(), source_id=source_id, name="Weather office", url="https://weather.example/feed",
        categories=("Met",), box="27.8, 111.9, 28.7, 114.3",
    )  # fmt: skip
    city.engine.handle(command, who)
    return source_id


def issue_notice(city: City, case_id: str) -> str:
    """A notice of supervision that waits for its answer."""
    command = IssueNotice(
        command_id=new_id(), rung="remind", unit_id="duty_room", case_id=case_id, reason="It takes too long."
    )
    return str(city.engine.handle(command, city.actor(LEADER)).result["notice_id"])


def warn(city: City) -> str:
    """A warning that is in force."""
    send = '<bpmn:sendTask id="publish" messageRef="M"><bpmn:extensionElements><camunda:inputOutput>' + "".join(
        f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>'
        for name, text in {
            "colour": "red", "hazard": "rainstorm", "headline": "暴雨红色预警", "text": "三小时降雨量将达100毫米",
            "instruction": "请待在室内", "area": "溪东区", "author": "a", "approver": "b", "sender": "w@city.example",
        }.items()
    ) + "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>"  # fmt: skip
    model = '<bpmn:message id="M" name="warning.publish"/>' + chain(send, user_task("look"), process="warns")
    deployed = city.engine.handle(DeployDefinition(command_id=new_id(), files={"w.bpmn": model_xml(model)}), OPERATOR)
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
    city.engine.handle(release, city.actor(JIANG))
    city.engine.handle(StartCase(command_id=new_id(), case_id=new_id(), process_id="warns", variables={}), OPERATOR)
    city.engine.pump()
    return city.engine.queries.warnings.page().items[0].warning_id


def ask_for_boats(city: City) -> str:
    """A request for resources of which nothing is assigned yet."""
    for files in (read_process(PROCESS.parent / "resource_allocation"), {"a.bpmn": model_xml(ASK)}):
        deployed = city.engine.handle(DeployDefinition(command_id=new_id(), files=files), OPERATOR)
        release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
        city.engine.handle(release, city.actor(JIANG))
    wanted = {"lines": [{"kind": "vehicle", "type": "boat", "quantity": 2}], "unit": "fire", "priority": "urgent"}
    case_id = new_id()
    city.engine.handle(
        StartCase(command_id=new_id(), case_id=case_id, process_id="asker", variables=wanted), OPERATOR
    )
    city.engine.pump()
    return city.engine.queries.resources.lines_of(case_id)[0].line.request_id


def put_to_the_vote(city: City) -> tuple[str, str]:
    """A ballot with an amended text that waits for the duty room, and the public id of another that is decided."""
    engine = city.engine
    lin, he, jiang, yu = (city.actor(f"user:{name}") for name in ("lin_yue", "he_peng", "jiang_fan", "yu_lan"))
    release_voting(engine, jiang, yu, voters="user:lin_yue, user:he_peng", chair="user:he_peng", rounds="2")
    ballot_id = start_vote(engine)
    vote(engine, ballot_id, he, "no", "Too little for playgrounds")
    amend(engine, ballot_id, he)
    decided = start_vote(engine)
    for voter in (lin, he):
        vote(engine, decided, voter, "yes")
    return ballot_id, engine.queries.publications.page().items[0].public_id


def open_consultation(city: City) -> str:
    """A consultation of the public that runs."""
    files = {"model.bpmn": model_xml(MODEL_OF_CONSULTATION)}
    deployed = city.engine.handle(DeployDefinition(command_id=new_id(), files=files), OPERATOR)
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
    city.engine.handle(release, city.actor(JIANG))
    closes_at = (city.clock.now() + timedelta(days=30)).isoformat()
    variables = {"title": "停车办法", "draft": "第一条", "closes_at": closes_at}
    start = StartCase(command_id=new_id(), case_id=new_id(), process_id="p", variables=variables)
    case_id = str(city.engine.handle(start, OPERATOR).case_id)
    return city.engine.queries.consultations.list_of_case(case_id)[0].consultation_id


def person_for(endpoint: str) -> str | None:
    """Who goes there: whoever's page it is, or else the administrator."""
    if endpoint.startswith(("consultations.", "public_indicators.", "open_data.")):
        return None
    if endpoint == "sign_in.page":
        return None
    if endpoint in AUDITORS_PAGES:
        return AUDITOR
    if endpoint.startswith("supervision"):
        return LEADER
    return "user:lin_yue" if endpoint.partition(".")[0] in STAFF_AREAS else JIANG


def look_at(page: Page, address: str, rule: str | None = None) -> list[str]:
    """What is wrong with the page at this address, seen here."""
    answer = page.goto(address)
    wrong = [] if answer is not None and answer.ok else [f"answers {answer and answer.status}"]
    if page.locator("[data-diagram], [data-compare]").count():
        page.wait_for_selector("[data-drawn]")
    if page.locator("[data-editor-tools]").count():
        page.wait_for_selector("[data-ready=yes]", timeout=60_000)
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        wrong.append("wider than the screen")
    return wrong + check_accessibility(page, rule)


@pytest.mark.parametrize(("language", "width", "turn"), LOOKS)
def test_every_page_is_accessible_and_fits_the_screen(
    city: City, case_id: str, language: str, width: int, turn: int
) -> None:
    found = {}
    for endpoint, path in sorted(addresses(city, case_id).items())[turn::2]:
        page = city.person(person_for(endpoint), language, width)
        if wrong := look_at(page, city.url + path):
            found[path] = wrong
    for path in ("/inbox?queue=offered", "/inbox?queue=done")[turn::2]:
        if wrong := look_at(city.person("user:lin_yue", language, width), city.url + path):
            found[path] = wrong
    assert found == {}, "\n".join(f"{at}: {wrong}" for at, wrong in found.items())
    assert city.complaints == []


def test_dark_colours_are_told_apart_on_the_main_pages(city: City, case_id: str) -> None:
    found = {}
    paths = addresses(city, case_id)
    for endpoint in MAIN_PAGES:
        page = city.person(person_for(endpoint), colours="dark")
        if wrong := look_at(page, city.url + paths[endpoint], "color-contrast"):
            found[endpoint] = wrong
    assert found == {}, "\n".join(f"{at}: {wrong}" for at, wrong in found.items())


def test_form_works_by_keyboard_and_leads_to_its_errors(city: City, case_id: str) -> None:
    task_id = city.open_tasks(case_id, "verify")[0].user_task_id
    page = city.person("user:lin_yue")
    page.goto(f"{city.url}/tasks/{task_id}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator('textarea[name="f.verify_note"]').fill("Half a sentence")
    page.get_by_role("button", name="Complete", exact=True).press("Enter")
    page.wait_for_selector(".banner.refused")
    assert page.evaluate("document.activeElement.matches('.banner.refused')")
    assert page.locator('textarea[name="f.verify_note"]').input_value() == "Half a sentence"
    page.locator(".banner.refused a").first.press("Enter")
    assert page.url.endswith("#field-verify-result")


def test_list_refreshes_itself_without_a_reload(city: City, case_id: str) -> None:
    page = city.person("user:lin_yue")
    page.goto(f"{city.url}/inbox?queue=offered")
    assert rows(page) == 1
    page.evaluate("window.sameDocument = true")
    task_id = city.open_tasks(case_id, "verify")[0].user_task_id
    other = city.engine.queries.find_person("user:he_peng")
    assert other is not None
    from workflow_engine import Actor

    command = ClaimUserTask(command_id=new_id(), user_task_id=task_id)
    city.engine.handle(command, Actor(other.person_id, other.groups))
    page.evaluate("document.querySelector('#list').dispatchEvent(new CustomEvent('every'))")
    page.wait_for_selector(".empty")
    assert page.evaluate("window.sameDocument")


def test_story_points_at_the_diagram(city: City, case_id: str) -> None:
    page = city.person("user:jiang_fan")
    page.goto(f"{city.url}/cases/{case_id}")
    page.wait_for_selector("[data-drawn]")
    assert page.locator(".mark-told").count() == 0
    page.locator(".moment").first.hover()
    assert page.locator('[data-element-id="verify"].mark-told').count() == 1


def test_record_opens_in_place(city: City, case_id: str) -> None:
    page = city.person("user:jiang_fan")
    page.goto(f"{city.url}/cases/{case_id}")
    page.get_by_text("Record 1", exact=True).click()
    page.locator("pre.record", has_text="case.started").wait_for()
    assert city.complaints == []


def test_menu_closes_with_escape(city: City) -> None:
    page = city.person("user:lin_yue")
    page.locator(".person-menu summary").click()
    assert page.get_by_role("button", name="Sign out").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Sign out").is_visible()


def rows(page: Page) -> int:
    return page.locator("#list li.line").count()
