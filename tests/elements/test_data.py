"""Variables: whose they are, what leaves, and that no branch sees another one's by accident (BPMN 2.0.2, 10.4)."""

from __future__ import annotations

from tests.elements.drawing import boundary, each, mapped, model, node, script, sub, timer, user
from tests.elements.kit import run

SPLIT = "start -> and1 -> A -> B -> and2 -> E -> end; and1 -> C -> D -> and2"


def test_branches_do_not_see_each_other_before_they_meet() -> None:
    case = run(model(SPLIT), n=1)
    case.complete("A", {"n": 2, "a": 1})
    assert case.seen_by("C") == {"n": 1}
    assert case.seen_by("B") == {"n": 2, "a": 1}


def test_nested_values_are_not_shared() -> None:
    case = run(
        model(
            "start -> and1 -> S -> A -> end; and1 -> T -> B -> end2",
            script("S", "d['x']['s'] = 1"),
            script("T", "d['x']['t'] = 2"),
        ),
        d={"x": {}},
    )
    assert (case.seen_by("A"), case.seen_by("B")) == ({"d": {"x": {"s": 1}}}, {"d": {"x": {"t": 2}}})


def test_submitted_values_are_not_shared_with_the_caller() -> None:
    box: dict[str, list[int]] = {"list": [1]}
    case = run(model("start -> A -> S -> B -> end", script("S", "box['list'].append(2)")))
    case.complete("A", {"box": box})
    assert case.seen_by("B") == {"box": {"list": [1, 2]}}
    assert box == {"list": [1]}


def test_objects_are_merged_name_by_name() -> None:
    case = run(model(SPLIT), order={"id": 1, "total": 0})
    case.complete("A", {"order": {"id": 1, "total": 5}}).complete("C", {"order": {"id": 1, "total": 0, "note": "x"}})
    case.complete("B").complete("D")
    assert case.seen_by("E")["order"] == {"id": 1, "total": 5, "note": "x"}
    assert case.conflicts == []


def test_conflict_deep_inside_is_named_by_its_path() -> None:
    case = run(model(SPLIT), order={"total": 0})
    case.complete("A", {"order": {"total": 5}}).complete("C", {"order": {"total": 6}}).complete("B").complete("D")
    assert case.conflicts == ["order.total"]


def test_deletion_in_one_branch_counts() -> None:
    case = run(model("start -> and1 -> S -> and2 -> A -> end; and1 -> B -> and2", script("S", "del n")), n=1, m=2)
    assert case.complete("B").seen_by("A") == {"m": 2}


def test_equal_value_of_another_type_is_a_change() -> None:
    case = run(model("start -> and1 -> A -> and2 -> C -> end; and1 -> B -> and2"), n=1)
    assert case.complete("A", {"n": True}).complete("B").seen_by("C") == {"n": True}


def test_large_values_are_written_once_not_per_branch() -> None:
    """A row holds the difference to where its branch parted."""
    case = run(model("start -> A -> B -> end", user("B", each(times="50"))))
    case.complete("A", {"text": "x" * 10_000})
    assert sum(len(row.data) for row in case.rows.values()) < 25_000


def test_large_values_do_not_multiply_with_mappings() -> None:
    case = run(
        model("start -> A -> B -> end", user("B", each(times="50"), extension=mapped(in_k="loopCounter", out_r="1")))
    )
    case.complete("A", {"text": "x" * 10_000})
    assert sum(len(row.data) + len(row.internal) for row in case.rows.values()) < 25_000


def test_data_objects_are_variables() -> None:
    case = run(
        model(
            "start -> A -> B -> end",
            '<dataObject id="order" name="Order"/>',
            '<dataObjectReference id="ref" dataObjectRef="order"/>',
            node("userTask", "A", '<dataOutputAssociation id="x"><targetRef>ref</targetRef></dataOutputAssociation>'),
        )
    )
    assert case.complete("A", {"order": 1}).seen_by("B") == {"order": 1}


def test_case_view_prefers_what_was_written_last() -> None:
    case = run(model(SPLIT), n=0)
    case.complete("A", {"n": 1})
    assert case.variables["n"] == 1
    case.complete("C", {"n": 2})
    assert case.variables["n"] == 2


def test_case_view_keeps_a_change_over_an_older_value_in_another_branch() -> None:
    """B's branch was there before, and only kept the value from before the split."""
    case = run(model("start -> S -> and1 -> A -> C -> end; and1 -> B -> end2", script("S", "n = 1")), n=0)
    case.complete("A", {"n": 2})
    assert case.variables == {"n": 2}


def test_case_view_shows_what_ended_branches_left() -> None:
    case = run(model("start -> and1 -> A -> end; and1 -> B -> end2; and1 -> C -> end3"))
    case.complete("A", {"a": 1})
    assert case.variables == {"a": 1}
    case.complete("B", {"b": 1})
    assert case.variables == {"a": 1, "b": 1}
    assert case.seen_by("C") == {"a": 1, "b": 1}, "the last branch goes on with what the others left"


def test_own_variables_shadow_those_around_while_a_branch_ends_beside() -> None:
    case = run(
        model(
            "start -> and1 -> A -> end; and1 -> P -> end2",
            sub("P", "start1 -> B -> end1", extension=mapped(in_n="n + 10")),
        ),
        n=1,
    )
    case.complete("A", {"n": 5})
    assert case.seen_by("B") == {"n": 11}
    assert case.complete("B").variables == {"n": 5}


def test_outputs_are_added_to_what_a_branch_that_ended_left() -> None:
    case = run(model("start -> and1 -> A -> end; and1 -> B -> C -> end2", user("B", extension=mapped(out_r="x"))))
    case.complete("A", {"a": 1}).complete("B", {"x": 2})
    assert case.seen_by("C") == {"a": 1, "r": 2}


def test_activity_with_own_variables_in_a_split_of_the_last_branch() -> None:
    case = run(
        model(
            "start -> and1 -> A -> end; and1 -> and2 -> B -> end2; and2 -> C -> end3",
            user("C", extension=mapped(out_r="x")),
        )
    )
    case.complete("A", {"a": 1}).complete("C", {"x": 1}).complete("B", {"b": 1})
    assert case.variables == {"a": 1, "b": 1, "r": 1}


def test_branch_beside_an_activity_with_own_variables_does_not_get_them() -> None:
    case = run(
        model(
            "start -> A -> and2 -> C -> end; late -> B -> and2",
            user("A", extension=mapped(in_own="1", in_n="n + 10")),
            boundary("late", "A", timer("PT1H"), interrupting=False),
        ),
        n=1,
    )
    case.world.wait("PT1H")
    assert case.seen_by("B") == {"n": 1}
    case.complete("B", {"n": 2}).complete("A")
    assert (case.seen_by("C"), case.conflicts) == ({"n": 2}, [])


def test_list_of_a_loop_keeps_its_items_while_a_loop_beside_it_ends() -> None:
    adds = mapped(out_list="append(list, x)")
    case = run(
        model(
            "start -> and1 -> P -> end; and1 -> Q -> end2",
            sub("P", "start1 -> A -> end1", extension=adds, inside=each(times="1")),
            sub("Q", "start2 -> B -> end3", extension=adds, inside=each(times="3")),
        ),
        list=[],
    )
    case.complete("B", {"x": "b1"}, loopCounter=1)
    case.complete("A", {"x": "a"})
    case.complete("B", {"x": "b2"}, loopCounter=2).complete("B", {"x": "b3"}, loopCounter=3)
    assert sorted(case.variables["list"]) == ["a", "b1", "b2", "b3"]
