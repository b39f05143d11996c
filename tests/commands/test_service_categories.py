"""The catalogue of categories: checked by row and field, kept in versions, asked by models, in files and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workflow_engine
from tests.support.house import ADMIN, ANNE, House, chain, user_task
from workflow_engine import (
    CATEGORY_COLUMNS,
    CATEGORY_KINDS,
    CATEGORY_TIERS,
    TIME_UNITS,
    Catalogue,
    CategoryFile,
    ChangeServiceCategories,
    InvalidVariablesError,
    NotPermittedError,
    Receipt,
    StaleVersionError,
    category_csv,
    new_id,
)
from workflow_engine.domain.service_categories import read_category

WASTE = {
    "code": "waste", "group": "市容|Appearance", "name_zh": "暴露垃圾", "name_en": "Exposed waste", "kind": "event",
    "process_id": "grid_case", "limit": 4, "limit_unit": "working_hours",
}  # fmt: skip
LAMP = {**WASTE, "code": "lamp", "name_zh": "路灯", "name_en": "Lamp", "kind": "component"}


def put(house: House, *rows: dict[str, Any], actor: Any = ADMIN, **fields: Any) -> Receipt:
    base = house.engine.queries.service_categories.newest()[0]
    told = {"base_version": base, "reason": "yearly review", **fields}
    return house.engine.handle(ChangeServiceCategories(command_id=new_id(), categories=rows, **told), actor)


def test_each_change_is_a_version_that_says_who_why_and_what_differs(house: House) -> None:
    questions = house.engine.queries.service_categories
    put(house, WASTE, LAMP)
    put(house, {"code": "waste", "limit": "2.5"}, removed=["lamp"], reason="faster")
    assert put(house, {"code": "waste", "limit": 2.5}).result == {"version": 2, "changes": 0}
    newest, first = questions.versions()
    assert (newest.version, newest.state, newest.reason, newest.changed_by, newest.count) == (
        2, "in_force", "faster", ADMIN.actor_id, 1,
    )  # fmt: skip
    assert (first.state, first.count) == ("past", 2)
    lamp, waste = questions.compare(1, 2)
    assert (lamp.code, lamp.action, waste.action, waste.before, waste.after) == (
        "lamp", "removed", "changed", {"limit": 4}, {"limit": 2.5},
    )  # fmt: skip
    assert [one.code for one in questions.list()] == ["waste"]
    with pytest.raises(NotPermittedError):
        put(house, WASTE, actor=ANNE)
    with pytest.raises(StaleVersionError):
        put(house, LAMP, base_version=1)
    assert house.engine.verify_audit(sample=None).ok


def test_version_holds_from_its_instant_on_and_an_earlier_change_replaces_it(house: House) -> None:
    questions, now = house.engine.queries.service_categories, house.engine.clock.now()
    put(house, WASTE)
    put(house, {"code": "waste", "limit": 8}, effective_from=(now + timedelta(days=2)).isoformat())
    assert questions.get("waste").limit == 4
    house.clock.set(now + timedelta(days=1))
    put(house, {"code": "waste", "limit": 6})
    assert [(row.version, row.state) for row in questions.versions()] == [
        (3, "in_force"), (2, "replaced"), (1, "past"),
    ]  # fmt: skip
    house.clock.set(now + timedelta(days=3))
    assert questions.get("waste").limit == 6
    with pytest.raises(InvalidVariablesError) as refused:
        put(house, LAMP, effective_from=now.isoformat())
    assert refused.value.problems == {"effective_from": "an instant that is not past"}


def test_what_is_wrong_is_told_by_row_and_field_and_nothing_is_kept(house: House) -> None:
    wrong = {
        **LAMP, "kind": "thing", "limit": "soon", "owner_unit": "nowhere", "colour": "red",
        "attributes": '[{"code": "a", "datatype": "singlevaluelist"}]', "dispatch_limit": 2,
    }  # fmt: skip
    with pytest.raises(InvalidVariablesError) as refused:
        put(house, WASTE, wrong, {**WASTE, "limit": 1.5, "limit_unit": "days"}, {**LAMP, "owner_unit": "nowhere"})
    problems = dict(refused.value.problems)
    assert problems == {
        "categories[1].colour": "no such column", "categories[1].kind": "one of component, event, request",
        "categories[1].limit": "a number", "categories[1].attributes": "attribute a: lists, and only they, have values",
        "categories[1].dispatch_limit_unit": "a limit has a number and a unit",
        "categories[2].limit": "a whole number of days", "categories[2].code": "waste stands here twice",
        "categories[3].code": "lamp stands here twice",
    }  # fmt: skip
    assert house.engine.queries.service_categories.versions() == []
    with pytest.raises(InvalidVariablesError) as refused:
        put(house, {**LAMP, "owner_unit": "nowhere"})
    assert refused.value.problems == {"categories[0].owner_unit": "there is no unit nowhere"}


def test_model_asks_for_category_and_end_of_its_limit_and_the_record_answers_again(house: House) -> None:
    put(house, WASTE)
    script = (
        '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="found"><bpmn:script>{c: service category('
        '"waste"), none: service category("x"), limit: c.limit, ends: for unit in ["urgent_hours", "hours", '
        '"working_hours", "working_days", "days"] return time limit end(now(), 3, unit)}</bpmn:script>'
        "</bpmn:scriptTask>"
    )
    due = 'camunda:dueDate="=time limit end(now(), found.limit, found.c.limit_unit)"'
    house.release(chain(script, user_task("A", due)))
    house.clock.set(datetime(2026, 11, 27, 8, tzinfo=UTC))  # Friday, 16:00 in Shanghai
    case_id = house.start()
    found = house.variables(case_id)["found"]
    assert (found["c"]["name_zh"], found["c"]["limit_unit"], found["none"]) == ("暴露垃圾", "working_hours", None)
    assert found["ends"] == [
        "2026-11-27T11:00:00Z", "2026-11-27T11:00:00Z", "2026-11-30T02:00:00Z", "2026-12-02T15:59:59.999999Z",
        "2026-11-30T15:59:59.999999Z",
    ]  # fmt: skip
    assert house.tasks(case_id)[0].due_at == datetime(2026, 11, 30, 3, tzinfo=UTC)
    (deadline,) = house.engine.queries.deadlines.of_case(case_id)
    assert deadline.unit == "working hours"
    put(house, {"code": "waste", "limit": 1})
    house.complete(house.task(case_id), ANNE)
    report = house.engine.verify_audit(sample=None)
    assert (report.ok, report.re_executed) == (True, 1), report.findings


@pytest.mark.parametrize(("unit", "number"), [("weeks", "3"), ("hours", "-1"), ("days", "1.5")])
def test_limit_that_cannot_be_stops_the_case_in_words(house: House, unit: str, number: str) -> None:
    house.release(chain(user_task("A", f'camunda:dueDate="=time limit end(now(), {number}, kind)"')))
    case_id = house.start(kind=unit)
    (incident,) = house.engine.queries.get_case(case_id, ADMIN).incidents
    assert "Expected" in incident.message


def test_demo_categories_can_be_and_name_only_functions_and_units_of_the_demo() -> None:
    folder = Path(workflow_engine.__file__).parent / "demo"
    file = CategoryFile("categories.csv", (folder / "categories.csv").read_bytes())
    city = json.loads((folder / "organisation.json").read_text(encoding="utf-8"))
    functions = {one for unit in city["units"] for one in unit.get("functions", "").split(";")}
    units = {unit["unit_id"] for unit in city["units"]}
    assert file.problems == []
    rows = _read(file.rows)
    assert len(rows) >= 30
    assert {row.process_id for row in rows} == {"grid_case", "hotline_request"}
    assert {row.function for row in rows} - {None} <= functions
    assert {row.owner_unit for row in rows} - {None} <= units
    assert all(row.keywords and row.group_en != row.group_zh for row in rows)
    assert [row.code for row in rows if not row.limit] == ["other"], "its tier says how long it may take"


def _read(rows: list[dict[str, Any]]) -> list[Any]:
    made = [read_category(row) for row in rows]
    assert [problems for _, problems in made if problems] == []
    return [category for category, _ in made]


_TEXT = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" ,;\"'=+-@\n"), max_size=40)
_NAME = _TEXT.map(str.strip).filter(bool)
_WORD = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters=";；"), min_size=1, max_size=20)
_LIMIT = st.one_of(
    st.just((None, None)),
    st.tuples(st.integers(1, 4000), st.sampled_from(TIME_UNITS)),
    st.tuples(st.integers(1, 399).map(lambda n: n / 4), st.sampled_from(TIME_UNITS[:3])),
)


@st.composite
def _category(draw: st.DrawFn) -> dict[str, Any]:
    row = {
        "code": draw(st.from_regex(r"[a-z0-9_.-]{1,12}", fullmatch=True)), "group": draw(_NAME), "name_zh": draw(_NAME),
        "name_en": draw(_NAME), "kind": draw(st.sampled_from(CATEGORY_KINDS)), "process_id": "grid_case",
        "description_zh": draw(_TEXT), "tier": draw(st.sampled_from(CATEGORY_TIERS)), "public": draw(st.booleans()),
        "small": draw(st.booleans()), "keywords": draw(st.lists(_WORD, max_size=3)),
        "attributes": [{"code": "a", "datatype": "singlevaluelist", "values": [{"key": "k", "name_zh": draw(_TEXT)}]}],
    }  # fmt: skip
    for name in ("limit", "contact_limit", "dispatch_limit"):
        row[name], row[f"{name}_unit"] = draw(_LIMIT)
    return row


@settings(max_examples=60)
@given(st.lists(_category(), unique_by=lambda row: row["code"], max_size=6))
def test_catalogue_comes_back_from_its_file_as_it_was(given_rows: list[dict[str, Any]]) -> None:
    catalogue = Catalogue({one.code: one for one in _read(given_rows)})
    file = CategoryFile("c.csv", category_csv(catalogue).encode())
    assert file.problems == []
    again = Catalogue({one.code: one for one in _read(file.rows)})
    assert again == catalogue
    assert Catalogue.read(json.loads(json.dumps(catalogue.content()))) == catalogue
    assert list(CATEGORY_COLUMNS) == category_csv(catalogue).partition("\r\n")[0].lstrip("\ufeff").split(",")
