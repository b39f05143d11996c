"""Who is acting, as every request asks it: true at once, also when another process changed it."""

from __future__ import annotations

from typing import Any

from tests.support.house import TWO_STEPS, House
from workflow_engine import OPERATOR, Actor, LoadOrganisation, may, new_id, open_engine

UNITS = [{"unit_id": "fire", "parent_id": None, "name_zh": "消防", "name_en": "Fire brigade"}]


def load(engine: Any, groups: list[str], **fields: Any) -> None:
    someone = {
        "person_id": "user:anne", "sign_in_name": "anne", "display_name_zh": "安妮", "display_name_en": "Anne",
        "password_hash": "", "unit_id": "fire", "groups": groups, **fields,
    }  # fmt: skip
    engine.handle(LoadOrganisation(command_id=new_id(), units=UNITS, people=[someone]), OPERATOR)


def test_a_right_taken_away_elsewhere_is_gone_with_the_next_question(house: House) -> None:
    other = open_engine(house.settings, clock=house.clock)
    try:
        load(house.engine, ["auditors"])
        found = house.engine.queries.organisation.find_acting("user:anne")
        assert found is not None
        assert found[0].groups == found[1].groups == {"auditors", "unit:fire"}
        assert found[0].unit_name_en == "Fire brigade"
        assert may(found[1], "case.audit")
        load(other, [])
        found = house.engine.queries.organisation.find_acting("user:anne")
        assert found is not None
        assert found[1].groups == {"unit:fire"}
        assert not may(found[1], "case.audit")
        load(other, [], disabled=True)
        assert house.engine.queries.organisation.find_acting("user:anne") is None
    finally:
        other.close()


def test_nobody_acts_under_an_unknown_id(house: House) -> None:
    assert house.engine.queries.organisation.find_acting("user:nobody") is None


def test_what_was_seen_and_comes_next_is_known(house: House) -> None:
    house.release(TWO_STEPS)
    first, second = house.start(), house.start()
    anne = Actor("user:anne", frozenset({"role:duty_room", "unit:fire"}))
    for case_id in (first, second):
        house.claim(house.task(case_id), anne)
    house.engine.note_seen(anne, house.task(first))
    tasks = [house.task(first), house.task(second)]
    assert house.engine.queries.desk.seen("user:anne", tasks) == {tasks[0]}
    assert house.engine.queries.tasks.next_mine(anne, second) == (tasks[1], tasks[0])
    assert house.engine.queries.tasks.next_mine(Actor("user:bo"), second) == (None, None)
