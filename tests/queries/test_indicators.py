"""Counting the record: once, in any batches, after any crash, the same as from nothing; and what is asked of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ADMIN, House, chain
from workflow_engine import (
    DefineIndicators,
    EnterIndicatorInputs,
    FollowRecord,
    InvalidVariablesError,
    LoadOrganisation,
    new_id,
)
from workflow_engine.domain.actors import WORKER
from workflow_engine.failpoints import FailpointError, failpoint

WORK = (
    '<bpmn:userTask id="work" camunda:candidateGroups="unit:east" '
    'camunda:dueDate="=now() + duration(&quot;PT4H&quot;)"/>'
)


def definition(indicator_id: str = "on_time", version: int = 1, **more: Any) -> dict[str, Any]:
    both = {"zh_CN": "按时率", "en": "On time"}
    return {
        "id": indicator_id, "object": "governance", "method_version": version, "unit": "percent",
        "formula": "100 * in_time / due", "levels": ["city", "district"], "owner": "audit",
        "counts": {
            "in_time": {"of": "task", "at": "due_at", "where": "completed_at <= due_at"},
            "due": {"of": "task", "at": "due_at", "where": "withdrawn_at = null"},
        },
        "name": both, "description": both, "source": both, "direction": "higher",
        "thresholds": {"watch": 95, "bad": 60}, **more,
    }  # fmt: skip


MEDIAN = definition(
    "task_hours", unit="hours", formula="median(hours)", thresholds={}, direction="lower",
    counts={"hours": {"of": "task", "at": "completed_at", "spread": "completed_at - created_at"}},
)  # fmt: skip
PER_HEAD = definition(
    "cases_per_10000", unit="per_10000", formula="10000 * cases / people", thresholds={}, direction="none",
    counts={"cases": {"of": "case", "at": "started_at"}, "people": {"input": "population"}},
)  # fmt: skip


@pytest.fixture
def counted(house: House) -> House:
    """A house whose cases have one task of the unit east, due after four hours, counted from the beginning."""
    units = [
        {"unit_id": name, "parent_id": parent, "level": level, "name_zh": name, "name_en": name,
         "subject_class": "government"}
        for name, parent, level in (("town", None, "city"), ("east", "town", "district"), ("west", "town", "district"))
    ]  # fmt: skip
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=units), ADMIN)
    house.release(chain(WORK))
    define(house, definition(), MEDIAN, PER_HEAD)
    return house


def define(house: House, *definitions: dict[str, Any]) -> None:
    house.engine.handle(DefineIndicators(command_id=new_id(), definitions=definitions, reason="trial"), ADMIN)


def log_all(house: House) -> None:
    while house.engine.extend_log(house.engine.chains_behind(everything=True)).sequenced:
        pass


def count(house: House, most: int = 7) -> None:
    """Count all that is in the log, a few entries at a time."""
    while house.engine.handle(FollowRecord(command_id=new_id(), most=most), WORKER).result["behind"]:
        pass
    house.engine.handle(FollowRecord(command_id=new_id(), most=most), WORKER)


def do_task(house: House, hours: int) -> str:
    case_id = house.start()
    house.clock.advance(hours * 3600)
    house.complete(house.task(case_id))
    return case_id


def values(house: House, period: str = "2026-05") -> dict[tuple[str, str], Any]:
    return {(one.indicator_id, one.unit_id): one for one in house.engine.queries.indicators.table(period)}


def cells(house: House) -> list[tuple[Any, ...]]:
    return house.rows(
        "SELECT count_key, period, unit_id, place_code, bucket, number FROM indicator_cell "
        "WHERE number <> 0 ORDER BY 1, 2, 3, 4, 5"
    )


def test_values_are_counted_once_in_batches_of_any_size(counted: House) -> None:
    for hours in (1, 2, 9):
        do_task(counted, hours)
        log_all(counted)
        count(counted, most=hours)
    count(counted)
    found = values(counted)
    on_time = found["on_time", "town"]
    assert (on_time.numerator, on_time.denominator, on_time.value) == (2, 3, 66.67)
    assert (on_time.state, on_time.colour, on_time.method_version) == ("provisional", "watch", 1)
    assert found["on_time", "east"].value == 66.67
    assert found["task_hours", "town"].value == 2.0
    assert counted.engine.queries.indicators.counting().counted == counted.engine.queries.log.size()


def test_crash_before_the_cursor_moves_counts_nothing_twice(counted: House) -> None:
    do_task(counted, 1)
    log_all(counted)
    failpoint.arm("indicators.before_cursor:1:raise")
    with pytest.raises(FailpointError):
        count(counted)
    failpoint.arm("")
    assert values(counted) == {} or values(counted)["on_time", "town"].denominator in (None, 0)
    count(counted)
    assert values(counted)["on_time", "town"].denominator == 1


def test_counting_again_from_nothing_gives_the_same(counted: House) -> None:
    for hours in (1, 6):
        do_task(counted, hours)
    counted.start()
    log_all(counted)
    count(counted, most=3)
    before = cells(counted)
    define(counted, definition("another", counts={
        "done": {"of": "case", "at": "ended_at", "where": 'outcome = "completed"'},
        "all": {"of": "case", "at": "started_at"},
    }, formula="100 * done / all"))  # fmt: skip
    log_all(counted)
    assert counted.engine.queries.indicators.counting().rebuilding
    count(counted, most=3)
    for _ in range(5):
        count(counted)
    after = cells(counted)
    assert set(before) <= set(after)
    assert not counted.engine.queries.indicators.counting().rebuilding
    assert values(counted)["another", "town"].value == 66.67
    assert counted.rows("SELECT COUNT(*) FROM indicator_reading") == [(1,)]


def test_exercises_never_count(counted: House) -> None:
    counted.start(exercise=True)
    log_all(counted)
    count(counted)
    assert not values(counted)["cases_per_10000", "town"].numerator


def test_outside_numbers_hold_from_their_month_on_with_source_and_date(counted: House) -> None:
    row = {"series": "population", "scope": "town", "period": "2026-04", "value": "20000", "source": "Yearbook",
           "dated_on": "2026-04-30"}  # fmt: skip
    counted.engine.handle(EnterIndicatorInputs(command_id=new_id(), rows=[row]), ADMIN)
    counted.start()
    log_all(counted)
    count(counted)
    assert values(counted)["cases_per_10000", "town"].value == 0.5
    assert [one.source for one in counted.engine.queries.indicators.inputs("population")] == ["Yearbook"]
    with pytest.raises(InvalidVariablesError) as refused:
        counted.engine.handle(
            EnterIndicatorInputs(command_id=new_id(), rows=[row, {**row, "value": "many", "scope": "moon"}]), ADMIN
        )
    assert list(refused.value.problems) == ["row 2"]


def test_definition_that_cannot_be_computed_is_refused_with_every_fault(counted: House) -> None:
    wrong = definition("wrong", formula="100 * nothing / due", object="moon", levels=[])
    with pytest.raises(InvalidVariablesError) as refused:
        define(counted, wrong)
    said = refused.value.problems["wrong"]
    assert "object" in said and "levels" in said and "nothing is not counted" in said
    with pytest.raises(InvalidVariablesError, match="can be computed"):
        define(counted, definition(version=3))
    define(counted, definition())  # what is there already stays as it is
    define(counted, definition(version=2, small_number=5))
    assert [one.indicator.method_version for one in counted.engine.queries.indicators.versions("on_time")] == [2, 1]
