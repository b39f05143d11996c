"""Lists and the case page: queues, search, reach, what administrators do, the live part."""

from __future__ import annotations

import json

from flask import Flask

from tests.web.conftest import Visitor, actor, open_task
from workflow_engine import OPERATOR, ClaimUserTask, Engine, ReleaseUserTask, StartCase, VirtualClock, new_id


def test_queues_hold_what_they_say(app: Flask, task_id: str) -> None:
    wang = Visitor(app, "wang")
    assert "Nothing waits for you" in wang.get("/inbox").text
    offered = wang.get("/inbox?queue=offered").text
    assert "Record &lt;now&gt;" in offered
    assert "Smoke at &lt;Dock&gt; 3" in offered
    wang.post(f"/tasks/{task_id}/claim")
    assert "Record &lt;now&gt;" in wang.get("/inbox").text
    wang.get(f"/tasks/{task_id}")
    wang.post(f"/tasks/{task_id}/complete", {"f.kind": "1", "f.note": "Water"})
    assert "Record &lt;now&gt;" in wang.get("/inbox?queue=done").text
    assert "Pump" in Visitor(app, "hu").get("/inbox?queue=offered").text
    assert "Pump" not in Visitor(app, "chen").get("/inbox?queue=offered").text


def test_next_task_opens_after_completing(app: Flask, engine: Engine, task_id: str) -> None:
    second = new_id()
    engine.handle(
        StartCase(command_id=new_id(), case_id=second, process_id="incident_report", title="Second"), OPERATOR
    )
    following = open_task(engine, second, "record")
    wang = Visitor(app, "wang")
    wang.get("/inbox?queue=offered")
    for task in (task_id, following):
        wang.get(f"/tasks/{task}")
        wang.post(f"/tasks/{task}/claim")
    wang.get(f"/tasks/{task_id}")
    answer = wang.post(f"/tasks/{task_id}/complete", {"f.kind": "0", "f.note": "Fire"})
    assert answer.location == f"/tasks/{following}"


def test_search_and_paging_reach_every_task_once(app: Flask, engine: Engine) -> None:
    for number in range(95):
        command = StartCase(
            command_id=new_id(), case_id=new_id(), process_id="incident_report", title=f"Report {number:02d} end"
        )
        engine.handle(command, OPERATOR)
    wang = Visitor(app, "wang")
    seen: list[str] = []
    path = "/inbox?queue=offered"
    for _page in range(5):
        text = wang.get(path).text
        seen += [f"{number:02d}" for number in range(95) if f"Report {number:02d} end" in text]
        following = [part.split('"')[0] for part in text.split('href="') if "after=" in part.split('"')[0]]
        if not following:
            break
        path = following[0].replace("&amp;", "&")
    assert sorted(seen) == [f"{number:02d}" for number in range(95)]
    found = wang.get("/inbox?queue=offered&q=Report+17").text
    assert "Report 17 end" in found
    assert "Report 18 end" not in found
    assert "Nothing found" in wang.get("/inbox?queue=offered&q=zeppelin").text


def test_list_for_refreshing_is_only_the_list(app: Flask, task_id: str) -> None:
    text = Visitor(app, "wang").get("/inbox?queue=offered", headers={"HX-Request": "true"}).text
    assert "<html" not in text
    assert "Record &lt;now&gt;" in text


def test_refreshing_after_the_session_ended_leads_to_sign_in(app: Flask) -> None:
    answer = Visitor(app).get("/inbox", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_case_page_tells_where_it_stands(app: Flask, engine: Engine, case_id: str, task_id: str) -> None:
    wang = Visitor(app, "wang")
    wang.get(f"/tasks/{task_id}")
    wang.post(f"/tasks/{task_id}/complete", {"f.kind": "0", "f.note": "A shed burns."})
    page = wang.get(f"/cases/{case_id}").text
    for text in (
        "Smoke at &lt;Dock&gt; 3", "R-7", "<b>Wang Fang</b> completed", "Extinguish", "Fire brigade", "A fire",
        "Record 2",
    ):  # fmt: skip
        assert text in page
    marks = json.loads(page.split('data-diagram-marks="')[1].split('"')[0].replace("&#34;", '"'))
    assert marks["active"] == {"extinguish": 1}
    assert {"start", "record", "which"} <= set(marks["completed"])
    seq = engine.queries.get_history(case_id, OPERATOR)[-1].seq
    record = wang.get(f"/cases/{case_id}/records/{seq}").text
    assert "user_task.complete" in record
    assert engine.queries.get_history(case_id, OPERATOR)[-1].hash in record
    assert wang.get(f"/cases/{case_id}/records/999").status_code == 404
    assert Visitor(app, "hu").get(f"/cases/{case_id}/records/{seq}").status_code == 404


def test_live_part_comes_only_when_something_happened(app: Flask, case_id: str, task_id: str) -> None:
    wang = Visitor(app, "wang")
    seen = wang.get(f"/cases/{case_id}").text.split('name="seen" value="')[1].split('"')[0]
    assert wang.get(f"/cases/{case_id}/live?seen={seen}").status_code == 204
    assert wang.post(f"/tasks/{task_id}/claim").status_code == 303
    changed = wang.get(f"/cases/{case_id}/live?seen={seen}")
    assert changed.status_code == 200
    assert "took on" in changed.text


def test_case_outside_ones_reach_does_not_exist(app: Flask, case_id: str) -> None:
    hu = Visitor(app, "hu")
    assert "Smoke" not in hu.get("/cases").text
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/live"):
        assert hu.get(path).status_code == 404
    assert "Smoke" in Visitor(app, "he").get("/cases").text
    assert "Smoke" in Visitor(app, "wang").get(f"/cases/{case_id}").text


def test_case_list_filters_by_state_and_process(app: Flask, engine: Engine, case_id: str) -> None:
    jiang = Visitor(app, "jiang")
    assert "Smoke" in jiang.get("/cases?state=active&process=incident_report&q=R-7").text
    assert "Smoke" not in jiang.get("/cases?state=completed").text
    assert "Smoke" in jiang.get("/cases?state=nonsense").text
    assert "Nothing found" in jiang.get("/cases?process=' OR 1=1 --").text


def test_administrator_suspends_with_a_reason_and_lets_it_go_on(
    app: Flask, engine: Engine, case_id: str, task_id: str
) -> None:
    jiang, wang = Visitor(app, "jiang"), Visitor(app, "wang")
    jiang.get(f"/cases/{case_id}")
    refused = jiang.post(f"/cases/{case_id}/suspend", {"reason": "  "})
    assert refused.status_code == 422
    assert "This is needed." in refused.text
    assert jiang.post(f"/cases/{case_id}/suspend", {"reason": "Wrong <district>"}).status_code == 303
    page = jiang.get(f"/cases/{case_id}").text
    assert "Suspended" in page
    assert "suspended the case: Wrong &lt;district&gt;" in page
    wang.get(f"/tasks/{task_id}")
    assert "The case is suspended" in wang.page
    late = wang.post(f"/tasks/{task_id}/complete", {"f.kind": "0", "f.note": "Kept words"})
    assert late.status_code == 409
    assert "Kept words" in late.text
    assert jiang.post(f"/cases/{case_id}/resume").status_code == 303
    assert jiang.post(f"/cases/{case_id}/cancel", {"reason": "False alarm", "command_id": new_id()}).status_code == 303
    assert engine.queries.get_case(case_id, OPERATOR).case.state == "cancelled"


def test_others_may_not_operate_a_case(app: Flask, engine: Engine, case_id: str) -> None:
    for person in ("wang", "he"):
        visitor = Visitor(app, person)
        visitor.get(f"/cases/{case_id}")
        assert "Suspend" not in visitor.page
        assert visitor.post(f"/cases/{case_id}/cancel", {"reason": "x"}).status_code == 403
    assert engine.queries.get_case(case_id, OPERATOR).case.state == "active"


def test_stopped_step_is_shown_and_tried_again_with_mended_values(
    app: Flask, engine: Engine, case_id: str, task_id: str
) -> None:
    wang, jiang = Visitor(app, "wang"), Visitor(app, "jiang")
    wang.get(f"/tasks/{task_id}")
    wang.post(f"/tasks/{task_id}/complete", {"f.kind": "2", "f.note": "A smell"})
    assert "Stopped at “Which?”" in wang.get(f"/cases/{case_id}").text
    assert "Try the step again" not in wang.page
    assert "Try the step again" in jiang.get(f"/cases/{case_id}").text
    wrong = jiang.post(f"/cases/{case_id}/incidents/1/retry", {"variables": "{kind: fire"})
    assert wrong.status_code == 422
    assert "This is no JSON object" in wrong.text
    assert "{kind: fire" in wrong.text
    assert jiang.post(f"/cases/{case_id}/incidents/1/retry", {"variables": '{"kind": "flood"}'}).status_code == 303
    assert open_task(engine, case_id, "pump")
    assert "is mended" in jiang.get(f"/cases/{case_id}").text


def test_clock_acts_are_told(app: Flask, engine: Engine, clock: VirtualClock, case_id: str) -> None:
    from workflow_engine import CLOCK, FireTimer

    clock.advance(11 * 60)
    timer = engine.queries.get_case(case_id, OPERATOR).timers[0]
    assert timer.token_id is not None
    due_at = timer.due_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    fire = FireTimer(
        command_id=new_id(), case_id=case_id, token_id=timer.token_id, position=timer.position, due_at=due_at
    )
    engine.handle(fire, CLOCK)
    page = Visitor(app, "wang").get(f"/cases/{case_id}").text
    assert "The time set for <b>Remind</b> has come" in page
    assert "<b>Remind the duty room</b> was offered to <b>Duty room</b>" in page


def test_story_names_the_person_to_those_who_may_see(app: Flask, engine: Engine, case_id: str) -> None:
    assert "<b>王芳</b> 启动了办件" in Visitor(app, "wang", "zh").get(f"/cases/{case_id}").text
    assert engine.queries.get_history(case_id, actor(engine, "wang"))[0].actor_id == "user:wang"


def test_long_story_shows_its_latest_moments_first(app: Flask, engine: Engine, case_id: str, task_id: str) -> None:
    wang = actor(engine, "wang")
    for _again in range(45):
        engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id), wang)
        engine.handle(ReleaseUserTask(command_id=new_id(), user_task_id=task_id, reason="not mine"), wang)
    visitor = Visitor(app, "wang")
    page = visitor.get(f"/cases/{case_id}").text
    assert "Show 11 earlier moments" in page
    assert "started the case" not in page
    assert "started the case" in visitor.get(f"/cases/{case_id}?story=all").text


def test_operations_page_lists_stops_of_all_cases(app: Flask, task_id: str) -> None:
    wang, jiang = Visitor(app, "wang"), Visitor(app, "jiang")
    assert "Nothing has stopped" in jiang.get("/operations").text
    wang.get(f"/tasks/{task_id}")
    wang.post(f"/tasks/{task_id}/complete", {"f.kind": "2", "f.note": "A smell"})
    assert "no_flow_taken" in jiang.get("/operations").text
    assert wang.get("/operations").status_code == 403
