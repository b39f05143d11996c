"""Cost stays flat: loops of any length, and activities with a thousand participants."""

from __future__ import annotations

import pytest

from tests.elements.drawing import boundary, each, message, model, script, sub, timer, user
from tests.elements.kit import World, run
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain import events as ev

REWORK = model("start -> xor1 -> A -> S -> xor2 -[n < last]-> xor1; xor2 -default-> end", script("S", "n = n + 1"))


def _turn(turns: int) -> None:
    """In one copy, rows kept as the engine keeps them: the two copies of the kit would compare everything each time."""
    world = World(REWORK)
    one = Instance.create("case1", world.deploy(REWORK), "p")
    written, removed, slots, state = set(), set(), set(), "active"
    advance = one.start(world.context, {"n": 0, "last": turns})
    while state == "active":
        (task,) = one.open_tokens()
        advance = one.complete_user_task(world.context, task.token_id, {"note": "x"}, "user:ann")
        state = advance.state
        if state == "active":
            written.add(len(advance.changed))
            removed.add(len(advance.removed))
            slots.add(advance.header["next_slot"])
    assert advance.state == "completed"
    assert one.tree.next_token_id > turns
    assert (len(written), len(removed), len(slots)) == (1, 1, 1)
    assert max(written) <= 2
    assert max(slots) <= 3


def test_loop_of_5000_turns_stays_flat_in_rows() -> None:
    _turn(5_000)


@pytest.mark.slow
def test_loop_of_100000_turns_stays_flat_in_rows() -> None:
    _turn(100_000)


def test_loop_in_one_step_of_5000_turns() -> None:
    case = run(model("start -> xor1 -> S -> xor2 -[n < 5000]-> xor1; xor2 -default-> A", script("S", "n = n + 1")), n=0)
    assert (case.open, case.variables, case.incidents) == (["A"], {"n": 5000}, {})
    assert len(case.rows) == 2


def test_loop_with_a_split_in_each_turn_stays_flat() -> None:
    case = run(
        model("start -> xor1 -> and1 -> A -> and2 -> xor2 -[n < 20]-> xor1; and1 -> B -> and2; xor2 -default-> end"),
        n=0,
    )
    sizes, written = set(), set()
    for turn in range(1, 20):
        case.complete("A", {"n": turn}).complete("B", {"b": turn})
        sizes.add(len(case.rows))
        written.add(tuple(case.written[-2:]))
    assert (len(sizes), len(written)) == (1, 1)


def test_loop_that_leaves_a_branch_behind_each_turn_holds_only_open_work() -> None:
    case = run(model("start -> xor1 -> A -> xor1; A -> B -> end"))
    for turn in range(30):
        case.complete("A", {"turn": turn})
    assert len(case.open) == 31
    for _ in range(30):
        case.complete("B")
    assert len(case.rows) == 2


def test_thousand_branches_left_behind_can_be_cancelled() -> None:
    world = World(model("start -> xor1 -> A -> xor1; A -> B -> end"))
    one = Instance.create("case1", world.resolve("p", "latest", None, None), "p")  # type: ignore[arg-type]
    one.start(world.context, {})
    for _ in range(1_100):
        task = next(token for token in one.open_tokens() if token.element_id == "A")
        one.complete_user_task(world.context, task.token_id, {}, "user:ann")
    assert one.variables() == {}
    assert one.cancel(world.context, None).state == "cancelled"


def test_reminders_without_end_leave_nothing_behind() -> None:
    case = run(model("start -> A -> end; again -> end2", boundary("again", "A", timer("R/PT1H"), interrupting=False)))
    case.world.wait("PT200H")
    assert len(case.all(ev.TimerFired)) == 200
    assert len(case.rows) <= 4


def test_messages_without_end_leave_nothing_behind() -> None:
    case = run(
        model(
            "start -> P -> end; more -> S -> end2",
            sub("P", "start1 -> A -> end1"),
            boundary("more", "P", message("more"), interrupting=False),
            script("S", "n = n + 1"),
        ),
        n=0,
    )
    sizes = set()
    for _ in range(50):
        case.world.message("more")
        sizes.add(len(case.rows))
    assert len(sizes) == 1


def _thousand(file: bytes, people: int = 1_000) -> tuple[Instance, World, list[int]]:
    world = World()
    one = Instance.create("case1", world.deploy(file), "p")
    one.start(world.context, {"people": list(range(people))})
    return one, world, [token.token_id for token in one.open_tokens() if token.element_kind == "userTask"]


@pytest.mark.parametrize(
    "marker", [{"out": "answers", "out_item": "answer"}, {"until": "nrOfCompletedInstances >= 1000"}]
)
def test_thousand_participants(marker: dict[str, str]) -> None:
    one, world, tasks = _thousand(model("start -> A -> B -> end", user("A", each("people", **marker))))  # type: ignore[arg-type]
    assert len(tasks) == 1_000
    written = []
    for number, token_id in enumerate(tasks):
        advance = one.complete_user_task(world.context, token_id, {"answer": number}, "user:ann")
        written.append((len(advance.changed), len(advance.removed)))
    assert len(set(written[1:-1])) == 1, "each completion writes the same number of rows"
    assert sum(written[1]) <= 2
    (last,) = one.open_tokens()
    assert last.element_id == "B"
    if "out" in marker:
        assert one.variables()["answers"] == list(range(1_000))
    assert len(one.tree.index) == 2, "finished bodies are gone"


def test_thousand_participants_one_after_the_other() -> None:
    one, world, tasks = _thousand(model("start -> A -> end", user("A", each("people", sequential=True))))
    written, state = set(), "active"
    while state == "active":
        (token_id,) = tasks
        advance = one.complete_user_task(world.context, token_id, {}, "user:ann")
        written.add(len(advance.changed) + len(advance.removed))
        tasks = [token.token_id for token in one.open_tokens() if token.element_kind == "userTask"]
        state = advance.state
    assert len(written) <= 2
    assert one.tree.next_slot <= 4


def test_deadline_over_a_thousand_participants() -> None:
    one, world, tasks = _thousand(
        model(
            "start -> A -> end; late -> B -> end2",
            user("A", each("people", out="done", out_item="1")),
            boundary("late", "A", timer("PT1H")),
        )
    )
    one.complete_user_task(world.context, tasks[500], {}, "user:ann")
    ((token_id, position, due_at),) = one.due_timers(world.now.replace(year=2040))
    advance = one.fire_timer(world.context, token_id, position, due_at)
    assert [token.element_id for token in one.open_tokens()] == ["B"]
    assert sum(isinstance(event, ev.UserTaskCancelled) for event in advance.events) == 999
    assert one.variables()["done"] == [1]
