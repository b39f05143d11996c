"""What processes cover, counted from what they say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.domain.coverage import (
    AXES,
    MECHANISMS,
    OBJECTS,
    PAIRS,
    STAGES,
    SUBJECTS,
    Entry,
    ProcessScope,
    cells,
    gaps,
    scope_from,
)

WHOLE = [ProcessScope(f"p{n}", (SUBJECTS[n % 3], *SUBJECTS), OBJECTS, STAGES, (MECHANISMS[n],)) for n in range(5)]


def test_a_scope_is_read_from_properties_with_the_leading_word_first() -> None:
    given_ = [
        ("liandong:subjects", "society, government,society"), ("liandong:objects", "planning, moon"),
        ("liandong:stage", "creation"), ("liandong:mechanism", ""), ("other", "x"),
    ]  # fmt: skip
    scope = scope_from("p", given_)
    assert scope == ProcessScope("p", ("society", "government"), ("planning",), ("creation",), ())
    assert scope_from("p", [("liandong:stage", "both")]).stages == STAGES
    assert scope_from("p", [("liandong:stage", "mechanism")]).stages == STAGES
    assert scope_from("p", []) == ProcessScope("p")


def test_cells_tell_who_leads() -> None:
    both = ProcessScope("a", ("society", "government"), ("people",))
    scopes = [both, ProcessScope("b", ("government",), ("people",))]
    found = cells(scopes, "objects", "subjects")
    assert found["people", "government"] == (Entry("a", leads=False), Entry("b", leads=True))
    assert found["people", "society"] == (Entry("a", leads=True),)
    assert found["planning", "society"] == ()
    assert len(found) == 21


def test_a_whole_city_has_no_gap_and_each_missing_piece_is_one() -> None:
    assert gaps(WHOLE) == []
    assert gaps(WHOLE[1:]) == [("decision",)]
    without = [ProcessScope(one.process_id, one.subjects, OBJECTS[1:], one.stages, one.mechanisms) for one in WHOLE]
    assert gaps(without) == [("people", stage) for stage in STAGES] + [("people", subject) for subject in SUBJECTS]
    assert len(gaps([])) == 14 + 21 + 5 + 3


@given(st.lists(st.tuples(*(st.lists(st.sampled_from(words), max_size=3) for words in AXES.values())), max_size=4))
def test_every_process_stands_in_exactly_the_cells_of_its_words(given_: list[tuple[list[str], ...]]) -> None:
    scopes = [ProcessScope(f"p{n}", *(tuple(dict.fromkeys(words)) for words in one)) for n, one in enumerate(given_)]
    for rows, columns in PAIRS:
        found = cells(scopes, rows, columns)
        assert len(found) == len(AXES[rows]) * len(AXES[columns])
        for scope in scopes:
            count = sum(entry.process_id == scope.process_id for entries in found.values() for entry in entries)
            assert count == len(scope.on(rows)) * len(scope.on(columns))
