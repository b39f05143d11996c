"""Random models, random paths, random returns: whatever is sent back, nothing gets stuck and the case can still end."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.elements.cases import Case
from tests.elements.kit import World
from tests.properties.blocks import Block, draw_model, models
from tests.properties.test_random_models import Move, check_invariants, end_and_replay, make_move, moves
from workflow_engine.bpmn.going_back import (
    branches_to_withdraw,
    goes_straight_back,
    lineage_of,
    plan_taking_back,
    ways_back,
)
from workflow_engine.bpmn.run_context import Advance
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.work_commands import ReturnUserTask, TakeBackUserTask
from workflow_engine.handlers.steps import Step
from workflow_engine.handlers.work_acts import return_task, take_back

MOST_STEPS = 400
_PERSON = "user:ann"


@settings(max_examples=60)
@given(models(), moves(), st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.integers(0, 9))
def test_a_case_in_which_tasks_are_returned_is_never_stuck_and_can_end(
    block: Block, path: list[Move], dice: list[int], x: int
) -> None:
    file, _ = draw_model(block)
    world = World(file, budget=400)
    case = world.start(variables={"x": x, "log": [], "people": ["a", "b", "c"]})
    returns = 0
    for number, move in enumerate(path):
        if case.state != "active":
            break
        make_move(case, move, number, {})
        check_invariants(case)
        if case.state == "active":
            returns += go_back(case, dice[number % len(dice)] + number)
            check_invariants(case)
    assert not any("stuck" in fault for fault in case.faults), case.faults
    fair = Random(x)  # a fixed order would feed one message for ever, beside a job that nobody does
    for number in range(MOST_STEPS):
        if case.state != "active":
            break
        make_move(case, (fair.randrange(19), fair.randrange(100), fair.randrange(10)), number, {})
        check_invariants(case)
        assert not any("stuck" in fault for fault in case.faults), case.faults
    assert case.state == "completed", "the case cannot end"
    end_and_replay(case)


def go_back(case: Case, dice: int) -> int:
    """Return a task, or take one back, where that can be done; how often it was done."""
    instance = case.hot
    events = [event.body() for event in case.events]
    lineage = lineage_of(instance, case.world, events)
    if dice % 3 == 0:
        done = [step for step in lineage.passed.values() if step.kind == "userTask" and step.completed]
        for step in done[::-1][:4]:
            command = TakeBackUserTask(command_id="take-back", user_task_id=f"c.{step.token_id}", reason="x")
            try:
                plan = plan_taking_back(instance, lineage, command, step.token_id, "take it back")
            except InvalidStateError:
                continue
            case.step(lambda one, plan=plan: advance(take_back(one, case.world.context, plan, _PERSON)))
            return 1
        return 0
    tasks = case._waiting("userTask")
    if not tasks:
        return 0
    token = tasks[dice % len(tasks)]
    ways = ways_back(lineage, instance, token.token_id)
    if not ways:
        return 0
    to = sorted(ways)[dice // 3 % len(ways)]
    way = ways[to]
    straight = dice % 2 == 0 and goes_straight_back(token, way)
    command = ReturnUserTask(
        command_id="return-it", user_task_id=f"c.{token.token_id}", to_task=f"c.{to}", reason="x", come_back=straight,
        scope_id=way.scope_id, path=way.path, in_place_of=way.reference, assignee=_PERSON, holder=_PERSON,
        withdrawn=branches_to_withdraw(instance, lineage, way, token, come_back=straight),
    )  # fmt: skip
    case.step(lambda one: advance(return_task(one, case.world.context, command, _PERSON)))
    return 1


def advance(step: Step) -> Advance:
    """What a handler's act did, as the kit compares it."""
    assert step.header is not None
    return Advance(step.events, step.changed, step.removed, step.header, step.state or "active")
