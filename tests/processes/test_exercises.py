"""An exercise of the shipped script: its clock, its injects, its simulated participants, its evaluation and its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.processes.conftest import PROCESS, EngineFactory
from workflow_engine import (
    OPERATOR,
    EndExercise,
    Engine,
    InjectNow,
    InvalidStateError,
    ObserveExercise,
    PauseExercise,
    PlanExercise,
    SkipInject,
    StartExercise,
    VirtualClock,
    new_id,
    script_of,
)
from workflow_engine.workers.exercises import ExerciseRunner

SCRIPT = PROCESS / "injects" / "gas_leak.json"
MORNING = datetime(2026, 7, 10, 1, 0, tzinfo=UTC)


class Drill:
    """One exercise under way."""

    def __init__(self, engine: Engine, clock: VirtualClock) -> None:
        self.engine, self.clock, self.exercise_id = engine, clock, new_id()
        self.runner = ExerciseRunner(engine)

    def plan(self, *, pace: int = 1, simulated: tuple[str, ...] = ("*",)) -> None:
        process_id, script = script_of(SCRIPT)
        self.engine.handle(
            PlanExercise(
                command_id=new_id(), exercise_id=self.exercise_id, title="燃气演练", goal="升级要快",
                process_id=process_id, script=script, pace=pace, simulated=simulated,
            ),
            OPERATOR,
        )  # fmt: skip

    def do(self, kind: type, **fields: object) -> None:
        self.engine.handle(kind(command_id=new_id(), exercise_id=self.exercise_id, **fields), OPERATOR)

    def wait(self, minutes: float, step: float = 1.0) -> None:
        """Let the city's time pass; the runner looks every step."""
        until = self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() < until:
            self.clock.set(min(until, self.clock.now() + timedelta(minutes=step)))
            while self.runner.run_once():
                pass

    @property
    def story(self):  # type: ignore[no-untyped-def]
        return self.engine.queries.exercises.get(self.exercise_id, OPERATOR)


@pytest.fixture
def drill(hot_engines: EngineFactory) -> Iterator[Drill]:
    clock = VirtualClock(MORNING)
    engine = hot_engines(clock)
    yield Drill(engine, clock)
    engine.close()


def test_exercise_plays_its_script_with_simulated_people_and_is_judged(drill: Drill) -> None:
    drill.plan(pace=10)
    assert not drill.runner.run_once(), "nothing happens before it is started"
    drill.do(StartExercise)
    drill.wait(5, 0.1)
    (case,) = drill.story.cases
    level = drill.engine.queries.get_case(case.case_id, OPERATOR).variables["level"]["roman"]
    assert level == "IV"
    drill.wait(8, 0.2)
    detail = drill.engine.queries.get_case(case.case_id, OPERATOR)
    assert detail.case.exercise and detail.variables["exercise"] is True
    assert detail.variables["level"]["roman"] == "II"
    assert detail.case.business_key is not None and detail.case.business_key.count(drill.exercise_id[-8:]) == 1
    told = {one.expected.element_id: one for one in drill.story.judged}
    assert told["verify"].is_met and told["activate"].is_met and told["approve_warning"].is_met
    assert 240 <= (told["verify"].done_second or 0) <= 300
    assert not drill.engine.queries.warnings.page().items, "the warning of an exercise goes nowhere"
    drill.do(ObserveExercise, text="签收很快")
    drill.do(EndExercise, findings="升级后书面报告晚了")
    drill.runner.run_once()
    story = drill.story
    assert (story.row.state, story.findings, story.notes[-1].text) == ("ended", "升级后书面报告晚了", "签收很快")
    assert story.cases[0].state == "cancelled"
    assert drill.engine.verify_audit(sample=None).findings == []


def test_clock_of_an_exercise_stands_while_it_is_paused(drill: Drill) -> None:
    drill.plan(simulated=())
    drill.do(StartExercise)
    drill.wait(20, 5)
    drill.do(PauseExercise)
    drill.wait(60, 30)
    assert drill.story.running.seconds(drill.clock.now()) == 20 * 60
    assert [one.state for one in drill.story.injects] == ["given", "waiting"]
    drill.do(StartExercise)
    drill.wait(34, 17)
    assert drill.story.injects[1].state == "waiting"
    drill.wait(1)
    assert drill.story.injects[1].state == "given"
    assert not [task for task in drill.story.tasks if task.completed_at], "nobody is simulated"


def test_controllers_bring_injects_early_or_leave_them_out_once(drill: Drill) -> None:
    drill.plan(simulated=())
    with pytest.raises(InvalidStateError):
        drill.do(InjectNow, number=0)
    drill.do(StartExercise)
    drill.do(InjectNow, number=0)
    with pytest.raises(InvalidStateError):
        drill.do(InjectNow, number=0)
    drill.do(SkipInject, number=1, reason="时间不够")
    drill.wait(120, 60)
    assert [(one.state, one.outcome) for one in drill.story.injects][1] == ("skipped", "时间不够")
    assert len(drill.story.cases) == 1


def test_same_script_may_be_played_again_beside_itself(drill: Drill, hot_engines: EngineFactory) -> None:
    """Each run has alerts of its own, so that an update reaches its own case."""
    other = Drill(drill.engine, drill.clock)
    for one in (drill, other):
        one.plan(simulated=())
        one.do(StartExercise)
        one.do(InjectNow, number=0)
    drill.clock.set(MORNING + timedelta(minutes=1))
    other.do(InjectNow, number=1)
    cases = [one.story.cases[0].case_id for one in (drill, other)]
    assert len(set(cases)) == 2 and len(other.story.cases) == 1
    alerts = [len(drill.engine.queries.get_alerts(case_id=case_id).items) for case_id in cases]
    assert alerts == [1, 2]
