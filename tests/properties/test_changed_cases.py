"""Random models whose cases are changed by hand and migrated on the way: never stuck, hot = cold = run again."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.elements.cases import Case
from tests.elements.kit import World
from tests.properties.blocks import Block, draw_graph, draw_model, models
from tests.properties.test_random_models import Move, check_invariants, end_and_replay, make_move, moves
from workflow_engine.bpmn.migration_checks import inside_of
from workflow_engine.bpmn.modifying import path_to
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain import commands as c
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.operation_commands import MigrateCase, ModifyCase
from workflow_engine.handlers.acts import ACTS
from workflow_engine.handlers.steps import Step

PEOPLE = ["a", "b", "c"]
STUCK = "stuck None"


@settings(max_examples=40)
@given(models(), moves(), st.randoms(use_true_random=False), st.integers(0, 9))
def test_case_changed_by_hand_is_never_stuck(block: Block, path: list[Move], dice: Random, x: int) -> None:
    world = World(draw_model(block)[0], budget=400)
    case = world.start(variables={"x": x, "log": [], "people": PEOPLE})
    walk(case, path, dice, modify_somehow)


@settings(max_examples=25)
@given(st.integers(2, 8), moves(), st.randoms(use_true_random=False), st.integers(0, 9))
def test_case_changed_by_hand_on_any_graph_is_never_stuck(size: int, path: list[Move], dice: Random, x: int) -> None:
    world = World(draw_graph(size, dice), budget=150)
    case = world.start(variables={"x": x, "log": []})
    walk(case, path, dice, modify_somehow, may_be_stuck=True)


@settings(max_examples=40)
@given(models(), models(), moves(), st.randoms(use_true_random=False), st.integers(0, 9))
def test_migrated_case_is_never_stuck(block: Block, other: Block, path: list[Move], dice: Random, x: int) -> None:
    """The next version is the same with something before it, something after it, or something else altogether."""
    after = {0: ("seq", [block, other]), 1: ("seq", [other, block]), 2: other, 3: block}[dice.randrange(4)]
    world = World(draw_model(block)[0], draw_model(after)[0], budget=400)
    case = world.start(variables={"x": x, "log": [], "people": PEOPLE}, version=1)
    walk(case, path, dice, migrate_somehow)


def walk(
    case: Case, path: list[Move], dice: Random, change: Callable[[Case, Random], None], *, may_be_stuck: bool = False
) -> None:
    """``may_be_stuck``: the model itself may lead there; a change by hand must not."""
    check_invariants(case)
    for number, move in enumerate(path):
        if case.state != "active" or len(case.rows) > 60:
            break
        if dice.random() < 0.4:
            before = case.faults
            change(case, dice)
            assert STUCK in before or STUCK not in case.faults
        else:
            make_move(case, move, number, {})
        check_invariants(case)
        assert may_be_stuck or STUCK not in case.faults
    end_and_replay(case)


def modify_somehow(case: Case, dice: Random) -> None:
    """One to three instructions, most of them to branches that there are."""
    spec = case.hot.tree.spec
    elements = [element.element_id for element in inside_of(spec)]
    for scope in case.hot.tree.scopes.values():
        elements += [element.element_id for element in inside_of(scope.spec)]
    instructions = []
    for _ in range(dice.randint(1, 3)):
        token_id = dice.choice(case.hot.open_tokens()).token_id
        element_id = dice.choice(elements)
        instructions.append(
            dice.choice([
                {"do": "move", "token_id": token_id, "element_id": element_id},
                {"do": "move", "token_id": token_id, "element_id": element_id},
                {"do": "add", "element_id": element_id},
                {"do": "cancel", "token_id": token_id},
            ])
        )  # fmt: skip
    variables = {"x": dice.randrange(10)} if dice.random() < 0.3 else {}
    command = ModifyCase(
        command_id="changed-by-hand", case_id=case.case_id, instructions=tuple(instructions), variables=variables,
        reason="by hand",
    )  # fmt: skip
    change(case, command)


def migrate_somehow(case: Case, _dice: Random) -> None:
    """To the other version, whichever that is."""
    other = {"d0": "d1", "d1": "d0"}[case.hot.definition.definition_id]
    change(case, MigrateCase(command_id="migrated-by-hand", case_id=case.case_id, definition_id=other, reason="new"))


def change(case: Case, command: c.CaseCommand) -> None:
    """Do it if a copy can; a copy that refuses is worthless afterwards, so the refusal is looked for on another one."""

    def act(one: Instance) -> Step:
        step = ACTS[type(command)](one, case.world.context, command, "user:ann")
        step.state = step.state or "active"
        return step

    probe = Instance.restore(case.case_id, case.world, dict(case.hot.tree.header), case.rows.values())
    try:
        act(probe)
    except RejectedError:
        return
    case.step(act)  # type: ignore[arg-type]  # a step of the handlers says the same as an advance


def test_path_leads_into_sub_processes_but_not_into_loops() -> None:
    block = ("seq", [("sub", ("seq", [("user", "", "", "")]), "", "", "")])
    spec = World(draw_model(block)[0]).by_id("d0").spec("p")
    assert path_to(spec, "A2") == ["P1", "A2"]
    looped = World(draw_model(("seq", [("sub", ("seq", [("user", "", "", "")]), "each", "", "")]))[0])
    assert path_to(looped.by_id("d0").spec("p"), "A2") is None
