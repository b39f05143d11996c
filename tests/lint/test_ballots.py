"""Rules of ballots are checked at upload, each at its element."""

from __future__ import annotations

import pytest

from tests.ballots.kit import ballot_task
from tests.intake.drawing import read
from tests.support.house import chain, model_xml


def found(node: str) -> list[tuple[str, str | None, str]]:
    return [(one.code, one.element_id, one.message) for one in read(model_xml(chain(node))).problems]


def test_ballot_with_every_rule_is_accepted() -> None:
    node = ballot_task(
        voters="unit:a, role:b, person:c", inner="anyone", choices="agree=yes, comments=yes, object=no",
        reasons="object, comments", weights='={"unit:a": 2}', lead="a", co="b, c", chair="person:c", chairLast="true",
        quorum=">= 3", quorumBase="present", threshold="> 1/2", thresholdBase="all", veto="unit:a", tie="chair",
        earlyEnd="false", silence="extend", extension="=working days after(now(), 3)", secrecy="after_close",
        items='=["one", "two"]', text="=draft", rounds="3",
    )  # fmt: skip
    assert found(node) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("threshold", "half", "Expected ballot.threshold to be > 1/2, >= 2/3 or all, but it is 'half'."),
        ("threshold", "> 2/2", "a share that can be reached"),
        ("quorum", ">= 0.5", "or a number of voters such as >= 3"),
        ("choices", "yes", "at least two choices, one of which counts as yes"),
        ("choices", "a=yes, b=maybe", "yes, no or abstain"),
        ("reasons", "never", "some of the choices"),
        ("silence", "assent", "one of no_objection, absent, extend"),
        ("silence", "extend", "Expected ballot.extension to be given"),
        ("tie", "chair", "Expected ballot.chair to be given"),
        ("tie", "again", "Expected ballot.rounds to be 2 or more"),
        ("chairLast", "true", "Expected ballot.chair to be given"),
        ("secrecy", "hidden", "one of open, after_close, secret"),
        ("weights", "2", "a FEEL expression after a leading ="),
        ("text", "= (", "The expression of ballot.text cannot be read"),
        ("rounds", "0", "a number from 1 to 20"),
        ("qorum", "> 1/2", "Expected ballot.qorum to be one of ballot, ballot.inner"),
        ("voters", "unit:", "unit: with an id after the colon"),
    ],
)
def test_property_that_is_no_rule_is_a_problem_at_its_element(name: str, value: str, expected: str) -> None:
    problems = found(ballot_task(**{"voters": "ann", name: value}))
    assert [problem[:2] for problem in problems] == [("ballot_rule", "vote")]
    assert expected in problems[0][2]


def test_secret_ballot_has_no_veto_and_no_weights() -> None:
    assert "would tell who voted how" in found(ballot_task(voters="ann", secrecy="secret", veto="ann"))[0][2]
    weighted = ballot_task(voters="ann", secrecy="secret", weights='={"ann": 2}')
    assert "would tell who voted how" in found(weighted)[0][2]


def test_ballot_without_voters_or_in_sequence_or_elsewhere_is_refused() -> None:
    assert [code for code, *_ in found(ballot_task())] == ["ballot_voters"]
    loop = '<bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="members"/>'
    assert [code for code, *_ in found(ballot_task(loop=loop))] == ["ballot_loop"]
    manual = ballot_task(voters="ann").replace("userTask", "manualTask")
    assert "ballot_place" in [code for code, *_ in found(manual)]
