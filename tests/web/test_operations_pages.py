"""The pages of those who operate cases: causes, batches, a plan by hand, migrations, health."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from tests.support.house import chain, model_xml, user_task
from tests.web.conftest import Visitor, actor, open_task
from tests.web.test_every_page import Page, check_page
from workflow_engine import (
    OPERATOR,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    PublishMessage,
    ReleaseDefinition,
    StartCase,
    new_id,
)
from workflow_engine.workers.batches import BatchRunner

FAULTY = chain(
    user_task("ask"),
    '<bpmn:scriptTask id="count" scriptFormat="python"><bpmn:script>y = 10 / x</bpmn:script></bpmn:scriptTask>',
    user_task("B"),
    process="counting",
)
LATER = FAULTY.replace('id="B"', 'id="C"').replace('"count__B"', '"count__C"').replace("B__end", "C__end").replace(
    'targetRef="B"', 'targetRef="C"'
).replace('sourceRef="B"', 'sourceRef="C"')  # fmt: skip


def release(engine: Engine, body: str) -> str:
    files = {"model.bpmn": model_xml(body)}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    definition_id = str(deployed.result["definition_id"])
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), actor(engine, "yu"))
    return definition_id


def begin(engine: Engine, **variables: object) -> str:
    case_id = new_id()
    command = StartCase(command_id=new_id(), case_id=case_id, process_id="counting", title="Count", variables=variables)
    engine.handle(command, OPERATOR)
    return case_id


def stop(engine: Engine, case_id: str) -> None:
    task_id = open_task(engine, case_id, "ask")
    engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables={"x": 0}), OPERATOR)


def work_off(engine: Engine) -> None:
    runner = BatchRunner(engine, worker_id="tests")
    while runner.run_once():
        pass


@pytest.fixture
def versions(engine: Engine) -> tuple[str, str, list[str]]:
    """Two versions; two cases stand at B of the first, two have stopped before it."""
    old = release(engine, FAULTY)
    cases = [begin(engine, note="<b>bold</b>") for _ in range(4)]
    for case_id in cases[:2]:
        stop(engine, case_id)
    return old, release(engine, LATER), cases


def hidden(page: str, name: str) -> str:
    return unescape(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


def test_pages_are_well_made(app: Flask, engine: Engine, versions: tuple[str, str, list[str]]) -> None:
    old, new, cases = versions
    cause = engine.queries.operation.list_causes(OPERATOR)[0].cause
    paths = [
        "/operations", f"/operations/causes/{cause}", "/operations/batches", "/operations/health", "/migrations",
        f"/migrations/plan?from={old}&to={new}", f"/cases/{cases[2]}/modify",
    ]  # fmt: skip
    for language in ("en", "zh"):
        visitor = Visitor(app, "jiang", language)
        for path in paths:
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            check_page(Page(answer.text), answer.text, language, path)
    for person, status in (("wang", 403), ("he", 403)):
        visitor = Visitor(app, person)
        assert {visitor.get(path).status_code for path in paths} <= {status, 404}


def test_stops_of_one_cause_are_mended_together(
    app: Flask, engine: Engine, versions: tuple[str, str, list[str]]
) -> None:
    _old, _new, cases = versions
    visitor = Visitor(app, "jiang")
    page = visitor.get("/operations").text
    assert "2 stops" in page
    cause = engine.queries.operation.list_causes(OPERATOR)[0].cause
    visitor.get(f"/operations/causes/{cause}")
    wrong = visitor.post("/operations/batches/preview", {"operation": "retry", "cause": cause, "variables": "{no"})
    assert wrong.status_code == 422
    visitor.get(f"/operations/causes/{cause}")
    shown = visitor.post("/operations/batches/preview", {"operation": "retry", "cause": cause, "variables": '{"x": 5}'})
    assert "2 in all" in shown.text
    carried = {name: hidden(shown.text, name) for name in ("operation", "selection", "parameters", "count")}
    refused = visitor.post("/operations/batches", {**carried, "reason": " "})
    assert refused.status_code == 422
    assert "2 in all" in refused.text
    done = visitor.post("/operations/batches", {**carried, "reason": "divided by nothing"})
    assert done.status_code == 303
    work_off(engine)
    page = visitor.get(done.location).text
    assert "2 of 2" in page
    assert "divided by nothing" in page
    assert visitor.get(f"{done.location}/live?seen=finished").status_code == 204
    assert [engine.queries.get_case(case_id, OPERATOR).variables["y"] for case_id in cases[:2]] == [2, 2]
    assert "divided by nothing" in visitor.get(f"/cases/{cases[0]}").text


def test_batch_is_paused_continued_and_stopped(
    app: Flask, engine: Engine, versions: tuple[str, str, list[str]]
) -> None:
    visitor = Visitor(app, "jiang")
    visitor.get("/operations/batches")
    shown = visitor.post("/operations/batches/preview", {"operation": "suspend", "process_id": "counting"})
    carried = {name: hidden(shown.text, name) for name in ("operation", "selection", "parameters", "count")}
    path = visitor.post("/operations/batches", {**carried, "reason": "storm"}).location
    for verb, word in (("pause", "paused"), ("continue", "under way")):
        visitor.get(path)
        assert visitor.post(f"{path}/{verb}").status_code == 303
        assert word in visitor.get(path).text
    assert visitor.post(f"{path}/stop").status_code == 422
    visitor.get(path)
    assert visitor.post(f"{path}/stop", {"reason": "over"}).status_code == 303
    work_off(engine)
    assert {row.state for row in engine.queries.find_cases(OPERATOR, process_id="counting").items} == {"active"}
    assert visitor.post(f"{path}/explode").status_code == 404


def test_plan_by_hand_is_shown_before_it_is_applied(
    app: Flask, engine: Engine, versions: tuple[str, str, list[str]]
) -> None:
    case_id = versions[2][2]
    path = f"/cases/{case_id}/modify"
    visitor = Visitor(app, "jiang")
    page = visitor.get(path).text
    assert visitor.post(path, {"act": "move", "plan": "[]"}).status_code == 422
    (place,) = engine.queries.operation.get_plan_basis(case_id, OPERATOR).places
    form = {"case_version": hidden(page, "case_version"), "variables": '{"x": 4}'}
    chosen = {**form, "plan": "[]", "token_id": str(place.token_id), "element_id": "count"}
    planned = visitor.post(path, {**chosen, "act": "move"})
    assert planned.status_code == 200
    plan = hidden(planned.text, "plan")
    undone = visitor.post(path, {**form, "plan": plan, "act": "undo-0"})
    assert hidden(undone.text, "plan") == "[]"
    shown = visitor.post(path, {**form, "plan": plan, "act": "preview"}).text
    check_page(Page(shown), shown, "en", path)
    assert ("Withdrawn" in shown, "Placed" in shown) == (True, True)
    assert "user_task.created" in shown
    assert [task.element_id for task in engine.queries.get_case(case_id, OPERATOR).user_tasks] == ["ask"]
    assert visitor.post(path, {**form, "plan": plan, "act": "apply"}).status_code == 422
    visitor.get(path)
    done = visitor.post(path, {**form, "plan": plan, "act": "apply", "reason": "asked by telephone"})
    assert done.status_code == 303
    assert engine.queries.get_case(case_id, OPERATOR).variables["y"] == 2.5
    visitor.get(path)
    stale = visitor.post(path, {**form, "plan": plan, "act": "apply", "reason": "again"})
    assert stale.status_code in (404, 409)
    assert "asked by telephone" in visitor.get(f"/cases/{case_id}").text


def test_refused_plan_keeps_its_steps(app: Flask, engine: Engine, versions: tuple[str, str, list[str]]) -> None:
    case_id = versions[2][3]
    path = f"/cases/{case_id}/modify"
    visitor = Visitor(app, "jiang")
    visitor.get(path)
    (place,) = engine.queries.operation.get_plan_basis(case_id, OPERATOR).places
    plan = f'[{{"do": "cancel", "token_id": {place.token_id}}}]'
    refused = visitor.post(path, {"plan": plan, "act": "preview"})
    assert refused.status_code == 409
    assert "takes everything" in refused.text
    assert hidden(refused.text, "plan") == plan
    assert visitor.post(path, {"plan": "not json", "act": "preview"}).status_code == 409


def test_migration_is_tried_mapped_and_done(app: Flask, engine: Engine, versions: tuple[str, str, list[str]]) -> None:
    old, new, cases = versions
    visitor = Visitor(app, "jiang")
    assert "version 1" in visitor.get("/migrations").text
    engine.handle(
        CompleteUserTask(command_id=new_id(), user_task_id=open_task(engine, cases[3], "ask"), variables={"x": 1}),
        OPERATOR,
    )
    visitor.get(f"/migrations/plan?from={old}&to={new}")
    tried = visitor.post("/migrations/plan", {"from": old, "to": new, "act": "try"}).text
    check_page(Page(tried), tried, "en", "/migrations/plan")
    assert ("3 can move" in tried, "1 cannot move" in tried) == (True, True)
    assert f"/cases/{cases[3]}/modify" in tried
    mapped = visitor.post("/migrations/plan", {"from": old, "to": new, "map-B": "C", "act": "try"}).text
    assert "4 can move" in mapped
    form = {"from": old, "to": new, "map-B": "C", "act": "apply", "count": hidden(mapped, "count")}
    assert visitor.post("/migrations/plan", form).status_code == 422
    done = visitor.post("/migrations/plan", {**form, "reason": "the new rule"})
    assert done.status_code == 303
    work_off(engine)
    assert {engine.queries.get_case(case_id, OPERATOR).case.version for case_id in cases} == {2}
    assert "moved the case to another version" in visitor.get(f"/cases/{cases[3]}").text
    assert visitor.get("/migrations/plan?from=x&to=y").status_code == 404


def test_delivery_that_was_given_up_is_tried_again(app: Flask, engine: Engine) -> None:
    sent = PublishMessage(command_id=new_id(), name="nobody", message_id="m-1")
    engine.handle(sent, OPERATOR)
    with engine._database.write() as unit:
        unit._cursor.execute(
            "INSERT INTO outbox (outbox_id, kind, payload, case_id, state, attempts, last_error, created_at, next_at) "
            "SELECT 'message:m-1', 'message', CAST('{\"id\": \"m-1\"}' AS BLOB), NULL, 'dead', 9, 'no way', "
            "published_at, published_at FROM message WHERE message_id = 'm-1'"
        )
        unit.commit()
    visitor = Visitor(app, "jiang")
    assert "no way" in visitor.get("/operations/health").text
    assert visitor.post("/operations/deliveries/retry", {"outbox_id": "message:m-1"}).status_code == 303
    assert engine.queries.list_outbox(state="dead") == []
    visitor.get("/operations/health")
    assert visitor.post("/operations/deliveries/retry", {"outbox_id": "message:m-1"}).status_code in (404, 409)
