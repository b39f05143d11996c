"""Who gets a task that begins: by the organisation, never somebody who may not do it, and never nobody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, chain
from workflow_engine import OPERATOR, Actor, ClaimUserTask, LoadOrganisation, ReturnUserTask, StartCase, new_id

UNITS = [
    ("city", None, "city", ""), ("justice", "city", None, "justice"), ("housing", "city", None, "housing"),
    ("430102", "city", "district", ""), ("east_housing", "430102", None, "housing"),
    ("430102001", "430102", "subdistrict", ""), ("430102001001", "430102001", "community", ""),
]  # fmt: skip
PEOPLE = {
    "mayor": ("city", []), "judge": ("justice", []), "clerk": ("justice", ["role:law"]), "builder": ("housing", []),
    "warden": ("430102001", []), "east": ("430102", []), "adm": (None, ["administrators"]),
    "lawyer": ("justice", ["role:law"]),
}  # fmt: skip
HEADS = {"city": "mayor", "justice": "judge", "430102": "east", "430102001": "warden"}


@pytest.fixture
def city(house: House) -> House:
    units = [
        {"unit_id": key, "parent_id": parent, "level": level or "", "functions": does, "name_zh": key, "name_en": key}
        for key, parent, level, does in UNITS
    ]  # fmt: skip
    people = [
        {"person_id": f"user:{name}", "sign_in_name": name, "display_name_zh": name, "display_name_en": name,
         "unit_id": unit or "", "groups": groups}
        for name, (unit, groups) in PEOPLE.items()
    ]  # fmt: skip
    positions = [
        {"position_id": f"p-{unit}", "unit_id": unit, "name_zh": "头", "name_en": "Head", "is_head": True,
         "person_id": f"user:{name}"}
        for unit, name in HEADS.items()
    ]  # fmt: skip
    shifts = [{"shift_id": "s", "group_id": "duty:430102", "person_id": "user:east",
               "from_at": "2026-05-12T00:00:00Z", "until_at": "2026-05-13T00:00:00Z"}]  # fmt: skip
    command = LoadOrganisation(command_id=new_id(), units=units, people=people, positions=positions, shifts=shifts)
    house.engine.handle(command, OPERATOR)
    return house


def task(element_id: str, who: str, **properties: str) -> str:
    values = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in properties.items())
    inside = f"<bpmn:extensionElements><camunda:properties>{values}</camunda:properties></bpmn:extensionElements>"
    return f'<bpmn:userTask id="{element_id}" {who}>{inside if values else ""}</bpmn:userTask>'


def groups(expression: str) -> str:
    return f'camunda:candidateGroups="{expression.replace(chr(34), "&quot;")}"'


def begin(house: House, model: str, unit_id: str | None = "justice", **variables: Any) -> str:
    house.release(model)
    case_id = new_id()
    command = StartCase(
        command_id=new_id(), case_id=case_id, process_id="p", unit_id=unit_id, variables=variables
    )  # fmt: skip
    house.engine.handle(command, OPERATOR)
    return case_id


def whose(house: House, case_id: str) -> list[tuple[str | None, tuple[str, ...], tuple[str, ...]]]:
    return [(row.assignee, tuple(row.candidate_users), tuple(row.candidate_groups)) for row in house.tasks(case_id)]


def told(house: House, case_id: str, *kinds: str) -> list[dict[str, Any]]:
    history = house.engine.queries.get_history(case_id, OPERATOR)
    return [dict(event) for row in history for event in row.events if event["event"] in kinds]


def verified(house: House) -> None:
    """Every command gives the same events again, from the record alone, and the same rows."""
    report = house.engine.verify_audit(sample=None)
    assert report.ok, [str(finding) for finding in report.findings]


# ------------------------------------------------------------------------------------------------ by the organisation
def test_models_ask_the_organisation_and_the_record_answers(city: House) -> None:
    expressions = {
        'superior of(unit)': "430102", 'superior of("unit:" + unit)': "430102", 'superior of("city")': None,
        'superior of(superior of("city"))': None, 'common superior(unit, "justice")': "city",
        'common superior([unit, "430102001001", "east_housing"])': "430102",
        'unit for("housing", unit)': "east_housing", 'unit for("housing", "east_housing")': "housing",
        'unit for("fishing", unit)': None,
        'unit at("430102001999")': "430102001", 'level of("east_housing")': "district",
        'head of("justice")': "user:judge", 'head of("housing")': None, 'on duty("430102")': ["user:east"],
        'on duty(unit)': [], 'least loaded("role:law")': "user:clerk",
        'least loaded("role:law", "user:clerk")': "user:lawyer", 'least loaded("role:none")': None,
    }  # fmt: skip
    entries = ", ".join(f'"k{number}": {expression}' for number, expression in enumerate(expressions))
    script = (
        '<bpmn:scriptTask id="ask" scriptFormat="feel" camunda:resultVariable="found"><bpmn:script>{'
        + entries + "}</bpmn:script></bpmn:scriptTask>"
    )  # fmt: skip
    case_id = begin(city, chain(script, task("A", groups('="unit:" + unit for("justice", unit)'))), unit="430102001")
    found = city.variables(case_id)["found"]
    assert [found[f"k{number}"] for number in range(len(expressions))] == list(expressions.values())
    assert whose(city, case_id) == [(None, (), ("unit:justice",))]
    city.engine.handle(LoadOrganisation(command_id=new_id(), units=[
        {"unit_id": "430102001", "parent_id": "city"}, {"unit_id": "justice", "functions": "none"},
    ]), OPERATOR)  # fmt: skip
    verified(city)


def test_least_loaded_counts_what_people_hold(city: House) -> None:
    assigned = 'camunda:assignee="=least loaded(&quot;role:law&quot;)"'
    case_id = begin(city, chain(task("A", assigned)))
    assert [row.assignee for row in city.tasks(case_id)] == ["user:clerk"]
    assert [row.assignee for row in city.tasks(city.start())] == ["user:lawyer"]
    assert [row.assignee for row in city.tasks(city.start())] == ["user:clerk"]


# ------------------------------------------------------------------------------------------------ never nobody
@pytest.mark.parametrize(
    ("who", "unit_id", "falls_to", "instead_of"),
    [
        (groups("head:housing"), "housing", "head:city", ["head:housing"]),
        (groups('="unit:" + superior of("city")'), "justice", "head:justice", []),
        (groups("role:nobody,duty:justice"), "430102001001", "head:430102001", ["role:nobody", "duty:justice"]),
        ('camunda:assignee="user:gone"', None, "administrators", ["user:gone"]),
    ],
)  # fmt: skip
def test_what_nobody_can_take_falls_to_the_head_of_the_unit_and_upwards(
    city: House, who: str, unit_id: str | None, falls_to: str, instead_of: list[str]
) -> None:
    case_id = begin(city, chain(task("A", who)), unit_id)
    assert whose(city, case_id) == [(None, (), (falls_to,))]
    (event,) = told(city, case_id, "user_task.fell_to")
    assert (event["group"], event["because"], event["instead_of"]) == (falls_to, "nobody", instead_of)
    verified(city)


def test_what_somebody_can_take_is_told_as_ever(city: House) -> None:
    case_id = begin(city, chain(task("A", groups("role:nobody,unit:justice"))))
    assert whose(city, case_id) == [(None, (), ("role:nobody", "unit:justice"))]
    assert told(city, case_id, "user_task.fell_to", "outside.asked") == []


def test_without_an_organisation_the_model_stands(house: House) -> None:
    case_id = begin(house, chain(task("A", groups("role:nobody"))), None)
    assert whose(house, case_id) == [(None, (), ("role:nobody",))]


def test_an_assignee_who_is_gone_leaves_it_to_the_others(city: House) -> None:
    case_id = begin(city, chain(task("A", 'camunda:assignee="user:gone" ' + groups("unit:justice"))))
    assert whose(city, case_id) == [(None, (), ("unit:justice",))]
    assert told(city, case_id, "user_task.kept_from")[0]["because"] == "gone"
    verified(city)


# ------------------------------------------------------------------------------------------------ never the wrong one
def test_who_may_not_do_it_is_not_given_it(city: House) -> None:
    city.engine.handle(LoadOrganisation(command_id=new_id(), conflicts=[
        {"conflict_id": "k", "person_id": "user:judge", "party": "company:9", "reason": "his brother's"}
    ]), OPERATOR)  # fmt: skip
    mine = 'camunda:assignee="user:judge" '
    case_id = begin(city, chain(task("A", mine + groups("role:law"), conflictWith="=company")), company="company:9")
    assert whose(city, case_id) == [(None, (), ("role:law",))]
    assert told(city, case_id, "user_task.kept_from")[0]["people"] == ["user:judge"]
    other = begin(city, chain(task("A", mine, conflictWith="=company"), attributes=""), company="company:9")
    assert whose(city, other) == [(None, (), ("head:city",))], "its own head may not, so it climbs"
    assert told(city, other, "user_task.fell_to")[0]["because"] == "barred"
    verified(city)


def test_a_check_whose_only_candidate_wrote_it_falls_to_the_head(city: House) -> None:
    only = groups("unit:430102001")
    model = chain(task("write", only, completedBy="author"), task("check", only, notCompletedBy="author"))
    case_id = begin(city, model, "430102001")
    city.complete(city.task(case_id), Actor("user:warden", frozenset({"unit:430102001"})))
    assert whose(city, case_id) == [(None, (), ("head:430102",))], "its head wrote it"
    assert told(city, case_id, "user_task.fell_to")[0]["because"] == "barred"
    verified(city)


def test_a_step_returned_to_who_is_gone_falls_to_the_head(city: House) -> None:
    model = chain(task("A", groups("role:law")), task("B", groups("role:law")))
    case_id = begin(city, model)
    clerk = Actor("user:clerk", frozenset({"role:law", "unit:justice"}))
    lawyer = Actor("user:lawyer", frozenset({"role:law", "unit:justice"}))
    first = city.task(case_id, "A")
    city.complete(first, clerk)
    city.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=city.task(case_id, "B")), lawyer)
    city.engine.handle(
        LoadOrganisation(command_id=new_id(), people=[{"person_id": "user:clerk", "disabled": True}]), OPERATOR
    )
    command = ReturnUserTask(
        command_id=new_id(), user_task_id=city.task(case_id, "B"), to_task=first, reason="not complete"
    )  # fmt: skip
    city.engine.handle(command, lawyer)
    assert whose(city, case_id) == [(None, (), ("role:law",))]
    verified(city)


def test_who_gets_it_next_is_foreseen_with_the_fall(city: House) -> None:
    city.release(chain(task("A", groups('="head:" + superior of("housing")')), task("B", groups("head:housing"))))
    foresight = city.engine.foresee_start(OPERATOR, "p", {})
    assert [(one.candidate_groups, one.strategy) for one in foresight.tasks] == [
        (("head:city",), ("head", "superior of"))
    ]
    case_id = begin(city, chain(task("X", groups("role:law")), task("B", groups("head:housing"))), "housing")
    foresight = city.engine.foresee_completion(OPERATOR, city.task(case_id), {})
    (one,) = foresight.tasks
    assert (one.candidate_groups, one.fell_from, one.because) == (("head:city",), ("head:housing",), "nobody")
