"""Figures over many cases, ways they took, samples and questions: the same from visits, from days and by hand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects import sqlite

from tests.support.house import ADMIN, ANNE, AUDITOR, BO, NOON, OFFERED, STRANGER, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    QUESTION_PROCESS,
    AnalysisScope,
    AskDepartment,
    CancelCase,
    DrawSample,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    ReadPaths,
    new_id,
)
from workflow_engine.domain.sampling import digest_of, draw
from workflow_engine.queries import analysis, analysis_paths
from workflow_engine.storage import paths
from workflow_engine.storage.schema import case_path
from workflow_engine.storage.unit_of_work import UnitOfWork
from workflow_engine.workers.paths import PathReader

HOUR = 3600
DUE = 'camunda:dueDate="=now() + duration(&quot;PT1H&quot;)"'
FIRE = 'camunda:candidateGroups="unit:fire"'
LOOPED = """
<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="start"/>
<bpmn:userTask id="write" camunda:candidateGroups="role:duty_room"/>
<bpmn:userTask id="check" camunda:candidateGroups="unit:fire"/>
<bpmn:exclusiveGateway id="good" default="done"/><bpmn:endEvent id="end"/>
<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="write"/>
<bpmn:sequenceFlow id="f2" sourceRef="write" targetRef="check"/>
<bpmn:sequenceFlow id="f3" sourceRef="check" targetRef="good"/>
<bpmn:sequenceFlow id="back" sourceRef="good" targetRef="write">
<bpmn:conditionExpression>=again</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="done" sourceRef="good" targetRef="end"/></bpmn:process>
"""
QUESTION = chain(
    user_task("answer", 'camunda:candidateGroups="${group}" camunda:dueDate="${answer_by}"'), process=QUESTION_PROCESS
)


def read(house: House) -> int:
    return PathReader(house.engine).run_once()


def scope(house: House, days: int = 1, **narrowed: str) -> AnalysisScope:
    now = house.clock.now()
    return AnalysisScope("p", now - timedelta(days=days), now + timedelta(seconds=1), **narrowed)


def walk(house: House, *seconds: int, **variables: object) -> str:
    """A case whose tasks are claimed after the first and completed after the second of each pair of seconds."""
    case_id = house.start(**variables)
    for waits, works in zip(seconds[::2], seconds[1::2], strict=True):
        house.clock.advance(waits)
        house.claim(house.task(case_id), ANNE)
        house.clock.advance(works)
        house.complete(house.task(case_id), ANNE)
    return case_id


def test_figures_are_those_of_the_visits_that_ended_in_the_time(house: House) -> None:
    house.release(chain(user_task("a", f"{OFFERED} {DUE}"), user_task("b", FIRE)))
    walk(house, 600, 60, 10, 20)
    walk(house, 2 * HOUR, 60, 30, 60)
    waiting = house.start()
    read(house)
    house.clock.advance(2 * HOUR)

    for days in (1, 30):  # from single visits, and from the sums of whole days
        figures = {step.element_id: step for step in house.engine.queries.analysis.steps(AUDITOR, scope(house, days))}
        assert (figures["a"].count, figures["a"].overdue, figures["a"].longest) == (2, 1, 2 * HOUR + 60)
        assert figures["a"].mean_seconds == (660 + 2 * HOUR + 60) / 2
        assert figures["a"].mean_waited == (600 + 2 * HOUR) / 2
        assert (figures["a"].open_now, figures["a"].open_overdue) == (1, 1)
        assert (figures["b"].count, figures["b"].waited, figures["b"].seconds) == (2, 40, 120)
        assert figures["b"].spans[:3] == (1, 1, 0)
        assert figures["a"].within(0.5) == 900
        assert figures["end"].count == 2
    house.complete(house.task(waiting), ANNE)
    read(house)
    (again,) = [s for s in house.engine.queries.analysis.steps(AUDITOR, scope(house)) if s.element_id == "a"]
    assert (again.count, again.overdue, again.open_now) == (3, 2, 0)


def test_reading_again_or_in_pieces_counts_nothing_twice(house: House) -> None:
    house.release(chain(user_task("a", OFFERED), user_task("b", OFFERED)))
    pieces = house.start()
    for element in ("a", "b"):
        read(house)
        house.clock.advance(60)
        house.complete(house.task(pieces, element), ANNE)
    read(house)
    walk(house, 0, 60, 0, 60)
    assert read(house) == 1
    assert read(house) == 0
    house.engine.handle(ReadPaths(command_id=new_id(), case_ids=(pieces,)), OPERATOR)
    rows = house.rows("SELECT element_id, count, seconds FROM visit_day ORDER BY element_id")
    assert rows == [("a", 2, 120), ("b", 2, 120), ("end", 2, 0), ("start", 2, 0)]
    (one, other) = house.rows("SELECT covers, visits, steps, settled FROM case_path ORDER BY covers")
    assert (one[1:], other[1:]) == ((4, '["a","b"]', 1), (4, '["a","b"]', 1))


def test_departments_and_versions_are_told_apart(house: House) -> None:
    first = house.release(chain(user_task("a", OFFERED), user_task("b", FIRE)))
    walk(house, 0, 60, 0, 120)
    second = house.release(chain(user_task("a", FIRE)))
    walk(house, 0, 30)
    read(house)
    queries = house.engine.queries.analysis
    by_unit = {(s.element_id, s.unit): s.count for s in queries.steps(AUDITOR, scope(house), by_unit=True) if s.unit}
    assert by_unit == {("a", "role:duty_room"): 1, ("a", "unit:fire"): 1, ("b", "unit:fire"): 1}
    for days in (1, 30):
        only = queries.steps(AUDITOR, scope(house, days, definition_id=second))
        assert {s.element_id: s.count for s in only} == {"start": 1, "a": 1, "end": 1}
        fire = queries.steps(AUDITOR, scope(house, days, unit="unit:fire"))
        assert {s.element_id: s.seconds for s in fire} == {"a": 30, "b": 120}
    assert queries.units(AUDITOR, scope(house)) == ["role:duty_room", "unit:fire"]
    assert first != second


def test_ways_are_counted_and_held_against_the_usual_one(house: House) -> None:
    house.release(LOOPED)
    for _ in range(3):
        walk(house, 0, 60, 0, 60, again=False)
    case_id = house.start(again=True)
    for element in ("write", "check", "write"):
        house.complete(house.task(case_id, element), ANNE)
    house.complete(house.task(case_id, "check"), ANNE, again=False)
    stopped = house.start(again=False)
    house.engine.handle(CancelCase(command_id=new_id(), case_id=stopped, reason="test"), ADMIN)
    read(house)

    found = house.engine.queries.paths.variants(AUDITOR, scope(house))
    assert (list(found.items[0].steps), found.items[0].count) == (["write", "check"], 3)
    assert (found.total, found.others, found.more_ways) == (5, 0, 0)
    ways = {tuple(way.steps): way for way in found.items}
    assert {steps: way.count for steps, way in ways.items() if way.count == 1}.keys() == {
        ("write", "check", "write", "check"), ("write",),
    }  # fmt: skip
    assert not ways["write", "check"].usual
    assert ways["write", "check", "write", "check"].usual.repeated == ("write", "check")
    assert not ways["write", "check", "write", "check"].model, "the model draws the way back"
    assert ways[("write",)].usual.skipped == ("check",)
    page = house.engine.queries.paths.cases_of_variant(AUDITOR, scope(house), ways["write", "check"].variant, limit=2)
    assert len(page.items) == 2
    rest = house.engine.queries.paths.cases_of_variant(
        AUDITOR, scope(house), ways["write", "check"].variant, page.next_cursor
    )
    assert len({row.case_id for row in (*page.items, *rest.items)}) == 3
    returned = [s for s in house.engine.queries.analysis.steps(AUDITOR, scope(house)) if s.returned]
    assert {s.element_id: s.returned for s in returned} == {"write": 1, "check": 1}
    (visit,) = house.engine.queries.analysis.visits(AUDITOR, scope(house), "write", only="returned")
    assert visit.case_id == case_id


def test_repetitions_of_one_element_are_one_step_and_no_return(house: House) -> None:
    many = (
        '<bpmn:userTask id="vote" camunda:candidateGroups="role:duty_room"><bpmn:multiInstanceLoopCharacteristics>'
        "<bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    house.release(chain(many))
    case_id = house.start()
    for task in house.tasks(case_id):
        house.complete(task.user_task_id, BO)
    read(house)
    (vote,) = [s for s in house.engine.queries.analysis.steps(AUDITOR, scope(house)) if s.element_id == "vote"]
    assert (vote.count, vote.returned) == (3, 0)
    assert house.rows("SELECT steps FROM case_path") == [('["vote"]',)]


def test_rounds_of_a_repeated_sub_process_are_one_way_and_no_return(house: House) -> None:
    body = (
        '<bpmn:subProcess id="each"><bpmn:multiInstanceLoopCharacteristics>'
        "<bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        '<bpmn:startEvent id="in"/><bpmn:userTask id="do" camunda:candidateGroups="role:duty_room"/>'
        '<bpmn:endEvent id="out"/><bpmn:sequenceFlow id="x" sourceRef="in" targetRef="do"/>'
        '<bpmn:sequenceFlow id="y" sourceRef="do" targetRef="out"/></bpmn:subProcess>'
    )
    house.release(chain(body))
    case_id = house.start()
    for task in house.tasks(case_id):
        house.complete(task.user_task_id, BO)
        read(house)
    figures = {s.element_id: (s.count, s.returned) for s in house.engine.queries.analysis.steps(AUDITOR, scope(house))}
    assert figures["do"] == figures["each"] == (3, 0)
    assert house.rows("SELECT steps, seen FROM case_path") == [('["each","do"]', "{}")]


def test_inside_of_a_called_process_counts_on_its_own_diagram(house: House) -> None:
    house.release(chain(user_task("inner", OFFERED), process="called"))
    house.release(chain('<bpmn:callActivity id="call" calledElement="called"/>'))
    case_id = house.start()
    house.complete(house.task(case_id, "inner"), ANNE)
    read(house)
    own = {s.element_id for s in house.engine.queries.analysis.steps(AUDITOR, scope(house))}
    now = house.clock.now()
    inner = AnalysisScope("called", now - timedelta(days=1), now + timedelta(seconds=1))
    assert own == {"start", "call", "end"}
    assert {s.element_id for s in house.engine.queries.analysis.steps(AUDITOR, inner)} == {"start", "inner", "end"}
    assert house.rows("SELECT steps FROM case_path") == [('["call"]',)]


def test_sample_can_be_drawn_again_by_anybody(house: House) -> None:
    house.release(chain(user_task("a", OFFERED)))
    cases = sorted(walk(house, 0, 10) for _ in range(9))
    read(house)
    look = scope(house)
    command = DrawSample(
        command_id=new_id(), sample_id=new_id(), process_id="p", since=look.since.isoformat(),
        until=look.until.isoformat(), size=4,
    )  # fmt: skip
    receipt = house.engine.handle(command, AUDITOR)
    sample, rows = house.engine.queries.paths.get_sample(AUDITOR, command.sample_id)
    assert (sample.population, sample.population_digest) == (9, digest_of(cases))
    assert list(sample.cases) == draw(cases, 4, sample.seed) == [row.case_id for row in rows]
    assert house.engine.handle(command, AUDITOR).entry_hash == receipt.entry_hash
    assert [one.sample_id for one in house.engine.queries.paths.list_samples(AUDITOR).items] == [command.sample_id]
    ((body,),) = house.rows("SELECT body FROM audit_entry WHERE stream_id = 'inspection:samples'")
    assert sample.seed in body
    assert all(case_id in body for case_id in sample.cases)


@pytest.mark.parametrize(("size", "kind"), [(0, "any"), (501, "any"), (3, "overdue")])
def test_sample_that_cannot_be_drawn_is_refused(house: House, size: int, kind: str) -> None:
    house.release(chain(user_task("a", OFFERED)))
    walk(house, 0, 10)
    read(house)
    look = scope(house)
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(
            DrawSample(
                command_id=new_id(), sample_id=new_id(), process_id="p", since=look.since.isoformat(),
                until=look.until.isoformat(), size=size, kind=kind,
            ),
            AUDITOR,
        )  # fmt: skip
    assert house.engine.queries.paths.list_samples(AUDITOR).items == []


def test_question_is_a_task_of_the_department_and_the_answer_stays(house: House) -> None:
    house.release(chain(user_task("a", OFFERED)))
    house.release(QUESTION)
    about = walk(house, 0, 10)
    ask = AskDepartment(
        command_id=new_id(), question_case_id=new_id(), about_case_id=about, group_id="unit:fire",
        question="Why so fast?", days=3,
    )  # fmt: skip
    house.engine.handle(ask, AUDITOR)
    (task,) = house.engine.queries.inbox(ANNE, "offered").items
    house.complete(task.user_task_id, ANNE, answer="It was only a drill.")
    (row,) = house.engine.queries.paths.questions(AUDITOR, about).items
    assert (row.question, row.answer, row.group_id) == ("Why so fast?", "It was only a drill.", "unit:fire")
    assert (row.asked_by, row.answered_by, row.state) == ("user:auditor", "user:anne", "completed")
    assert row.due_at == NOON + timedelta(seconds=10, days=3)
    assert house.engine.verify_audit(sample=None).ok
    with pytest.raises(NotFoundError):
        house.engine.handle(
            AskDepartment(
                command_id=new_id(), question_case_id=new_id(), about_case_id=new_id(), group_id="unit:fire",
                question="And this?",
            ),
            AUDITOR,
        )  # fmt: skip


def test_figures_are_for_those_who_may_see_them(house: House) -> None:
    house.release(chain(user_task("a", OFFERED)))
    about = walk(house, 0, 10)
    read(house)
    look = scope(house)
    queries = house.engine.queries
    for ask in (
        lambda: queries.analysis.steps(ANNE, look),
        lambda: queries.analysis.units(ANNE, look),
        lambda: queries.analysis.visits(STRANGER, look, "a"),
        lambda: queries.paths.variants(ANNE, look),
        lambda: queries.paths.list_samples(ANNE),
        lambda: queries.paths.questions(ANNE),
    ):
        with pytest.raises(NotPermittedError):
            ask()
    question = AskDepartment(
        command_id=new_id(), question_case_id=new_id(), about_case_id=about, group_id="unit:fire", question="Why?"
    )
    with pytest.raises(NotPermittedError):
        house.engine.handle(question, ANNE)
    within = ANNE.__class__("user:anne", ANNE.groups, permissions=frozenset({"analysis.see"}))
    outside = STRANGER.__class__("user:stranger", STRANGER.groups, permissions=frozenset({"analysis.see"}))
    for days in (1, 30):
        assert {s.element_id for s in queries.analysis.steps(within, scope(house, days))} == {"start", "a", "end"}
        assert queries.analysis.steps(outside, scope(house, days)) == []
    assert queries.paths.variants(outside, look).total == 0


def test_days_are_those_of_leaving_in_utc(house: House) -> None:
    house.release(chain(user_task("a", OFFERED)))
    house.clock.set(datetime(2026, 5, 12, 23, 59, 50, tzinfo=UTC))
    walk(house, 5, 10)
    read(house)
    assert house.rows("SELECT day FROM visit_day WHERE element_id = 'a'") == [("2026-05-13",)]


def test_record_that_cannot_be_read_keeps_no_other_from_being_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.release(chain(user_task("a", OFFERED)))
    good, broken, also_good = (walk(house, 0, 60) for _ in range(3))
    read_case = paths.read_case

    def failing(unit: UnitOfWork, case_id: str) -> int:
        if case_id == broken:
            raise ValueError("not as it should be")
        return read_case(unit, case_id)

    monkeypatch.setattr(paths, "read_case", failing)
    reader = PathReader(house.engine)
    assert reader.run_once() == 3
    assert reader.run_once() == 0
    monkeypatch.undo()
    assert house.rows("SELECT case_id FROM case_path ORDER BY case_id") == [(one,) for one in sorted((good, also_good))]
    assert PathReader(house.engine).run_once() == 1
    assert house.rows("SELECT count FROM visit_day WHERE element_id = 'a'") == [(3,)]


def test_two_readers_at_once_count_once(house: House) -> None:
    house.release(chain(user_task("a", OFFERED)))
    cases = [walk(house, 0, 60) for _ in range(6)]
    with ThreadPoolExecutor(3) as pool:
        commands = [ReadPaths(command_id=new_id(), case_ids=tuple(cases)) for _ in range(3)]
        answers = list(pool.map(lambda command: house.engine.handle(command, OPERATOR).result["entries"], commands))
    assert sorted(answers) == [0, 0, 18]
    assert house.rows("SELECT count FROM visit_day WHERE element_id = 'a'") == [(6,)]


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda look: analysis._short(look, None, by_unit=True), "COVERING INDEX ix_visit_left"),
        (lambda look: analysis._long(look, by_unit=True), "PRIMARY KEY (process_id=? AND day>? AND day<?)"),
        (
            lambda look: select(case_path.c.variant, func.count())
            .where(*analysis_paths._ended(look))
            .group_by(case_path.c.variant),
            "COVERING INDEX ix_case_path_ended",
        ),
    ],
)
def test_questions_walk_their_index(sqlite_url: str, ask: Callable[[AnalysisScope], Any], index: str) -> None:
    house = House(sqlite_url)
    statement = ask(scope(house)).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = house.rows(f"EXPLAIN QUERY PLAN {statement}")
    house.close()
    assert index in plan[0][3]
    assert all("SCAN" not in row[3] for row in plan)
