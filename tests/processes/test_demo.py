"""The demo: what it loads, and that loading it again changes nothing."""

from __future__ import annotations

from workflow_engine import OPERATOR, Engine
from workflow_engine.demo import DEMO_PASSWORD, load_demo
from workflow_engine.workers.hot_spots import HotSpotFinder


def _picture(engine: Engine) -> object:
    cases = engine.queries.find_cases(OPERATOR, limit=200).items
    return (
        [(row.case_id, row.title, row.state, row.incident_count) for row in cases],
        [len(engine.queries.get_history(row.case_id, OPERATOR)) for row in cases],
        engine.queries.list_people(),
        engine.queries.list_definitions(),
    )


def test_demo_loads_a_case_under_way_and_one_that_waits(demo_engine: Engine) -> None:
    cases = demo_engine.queries.find_cases(OPERATOR, state="active", limit=200).items
    reports = demo_engine.queries.service_requests.list_public(limit=100).items
    month = demo_engine.queries.indicators.publications()[0]
    figures = [one for one in demo_engine.queries.indicators.table(month.period) if one.value is not None]
    HotSpotFinder(demo_engine).run_once()
    hot = demo_engine.queries.hot_spots.current(OPERATOR)
    details = [demo_engine.queries.get_case(row.case_id, OPERATOR) for row in cases]
    open_tasks = {
        str(detail.case.title).partition(" / ")[2]: {
            task.element_id for task in detail.user_tasks if task.state == "ready"
        }
        for detail in details
    }
    assert open_tasks["Parking fees in the centre"] == {"opinions"}
    assert "gather" in open_tasks["Lifts for old housing"]
    rain, gas = open_tasks["Red rainstorm warning for Xidong District"], open_tasks["Gas leak in Willow Bridge"]
    assert sum(row.incident_count for row in cases) == 0
    assert len(reports) >= 60 and {report.is_open for report in reports} == {True, False}
    assert month.state == "published"
    assert {"requests_on_time", "handling_hours", "pm25"} <= {one.indicator_id for one in figures}
    assert [(one.place_code, one.category) for one in hot] == [("439901003001", "ponding")]
    assert gas == {"verify"}
    assert open_tasks["Pile driving at night"] == {"take_up"}
    assert open_tasks["No water in the whole building"] == {"handle"}
    assert open_tasks["The lift has been out for a week"] == {"assist", "report_in"}
    assert open_tasks["Too few buses on line 12 in the evening"] == {"call_back"}
    assert open_tasks["Dark street light"] == {"file_case"}
    assert open_tasks["Damaged green bed"] == {"handle"}
    assert open_tasks["Broken manhole cover of the water utility"] == {"verify"}
    assert {"approve_warning", "command_decision", "department_work"} <= rain


def test_demo_loaded_again_changes_nothing(demo_engine: Engine) -> None:
    before = _picture(demo_engine)
    load_demo(demo_engine)
    after = _picture(demo_engine)
    assert after == before


def test_demo_person_signs_in_with_the_demo_password(demo_engine: Engine) -> None:
    person = demo_engine.queries.authenticate("lin.yue", DEMO_PASSWORD)
    stranger = demo_engine.queries.authenticate("lin.yue", "wrong")
    assert person is not None and "role:duty_room" in person.groups
    assert stranger is None


def test_demo_deploys_and_releases_by_two_persons(demo_engine: Engine) -> None:
    rows = demo_engine.queries.list_definitions()
    joint = next(row for row in rows if row.process_id == "joint_decision")
    problems = demo_engine.queries.get_definition(joint.definition_id).problems
    assert list(problems) == [], "what it calls was released before it"
    for row in rows:
        assert row.state == "released" and row.deployed_by != row.released_by
