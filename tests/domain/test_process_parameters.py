"""Parameters that processes declare: what a file may say, and which values lie beyond legal bounds."""

from __future__ import annotations

import json

import pytest

from workflow_engine.domain.process_parameters import read_parameters

FILE = {
    "consultation.days": {"default": 30, "unit": "days", "floor": 30, "floor_basis": {"en": "Art. 15"}},
    "reply.within": {"default": "P10D", "unit": "duration", "ceiling": "P1M"},
    "names.shown": {"default": True},
}


def test_values_are_read_by_kind_and_bounds_are_legal() -> None:
    parameters, problems = read_parameters(json.dumps(FILE).encode())
    assert problems == []
    days, within, shown = parameters.values()
    assert (days.read("25"), days.is_beyond(25), days.is_beyond(30)) == (25, True, False)
    assert (within.read(" P20D "), within.is_beyond("P20D"), within.is_beyond("P31D")) == ("P20D", False, True)
    assert (shown.read("false"), shown.is_beyond(False)) == (False, False)
    for parameter, wrong in ((days, "many"), (days, "nan"), (within, "soon"), (shown, "perhaps")):
        with pytest.raises(ValueError, match=r"number|duration|true"):
            parameter.read(wrong)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[", "no JSON"), ("[]", "no object"), ('{"A": {"default": 1}}', "small letters"),
        ('{"a": {}}', "the default is"), ('{"a": {"default": 1, "min": 2}}', "min is not known"),
        ('{"a": {"default": "x", "unit": "duration"}}', "no number, nor a duration"),
        ('{"a": {"default": 1, "name": {"de": "x"}}}', "zh_CN and en"), ('{"a": {"default": 1, "unit": "m"}}', "unit"),
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_says_why(content: str, problem: str) -> None:
    parameters, problems = read_parameters(content.encode())
    assert not parameters
    assert problem in problems[0]
