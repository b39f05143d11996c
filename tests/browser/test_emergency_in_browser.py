"""A red rainstorm warning carried from the alert to the closed case, each kind of step with a real browser.

The steps are those of the process's own scenario ``main_path``: who does what, and what they enter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import PROCESS, City
from workflow_engine import OPERATOR, CompleteUserTask, new_id

if TYPE_CHECKING:
    from playwright.sync_api import Page

DUTY_OFFICER = "user:lin_yue"
DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
pytestmark = pytest.mark.browser


def test_emergency_is_carried_from_alert_to_closed_case(city: City) -> None:
    scenario = json.loads((PROCESS / "scenarios" / "main_path.json").read_text(encoding="utf-8"))
    case_id = bring_in(city, (PROCESS / scenario["start"]["alert"].removeprefix("../")).read_text(encoding="utf-8"))
    for step in scenario["steps"]:
        if "refused" in step:
            continue  # who may not, is not even offered the task
        if "advance" in step:
            city.advance(seconds_of(step["advance"]))
        elif "do" in step:
            do(city, case_id, step["do"], step.get("as"), step.get("form", {}))
        elif "each" in step:
            do(city, case_id, step["each"], None, step.get("form", {}))
            for task in city.open_tasks(case_id, step["each"]):
                complete(city, task, step.get("form", {}))
    assert city.engine.queries.get_case(case_id, OPERATOR).case.state == "completed"
    check_closed_case(city, case_id)
    assert city.complaints == []


def bring_in(city: City, alert: str) -> str:
    """The duty room pastes the alert and sees the case it started, with its diagram."""
    page = city.person(DUTY_OFFICER)
    page.get_by_role("link", name="Alerts").click()
    page.get_by_label("or paste it").fill(alert)
    page.get_by_role("button", name="Bring in").click()
    page.wait_for_url(re.compile(r"/cases/"))
    page.wait_for_selector("[data-drawn]")
    assert page.locator('[data-element-id="verify"].mark-active').count() == 1
    watermark = page.locator(".bjs-powered-by")
    assert watermark.is_visible()
    return page.url.rpartition("/")[2]


def do(city: City, case_id: str, element_id: str, who: str | None, form: Mapping[str, Any]) -> None:
    """Somebody finds the task in their inbox, opens it, fills it in and completes it."""
    task = city.open_tasks(case_id, element_id)[0]
    person = person_id(city, who, task)
    page = city.person(person)
    queue = "mine" if task.assignee else "offered"
    found = city.engine.queries.find_person(person)
    is_enterprise = found is not None and found.subject_class == "enterprise"
    page.goto(f"{city.url}/enterprise" if is_enterprise else f"{city.url}/inbox?queue={queue}")
    own = "/enterprise" if is_enterprise else ""
    link = page.locator(f'a[href="{own}/tasks/{task.user_task_id}"]')
    page.goto(city.url + str(link.get_attribute("href")))  # the page of its own, not the pane beside the list
    fill(city, page, task.user_task_id, form)
    page.get_by_role("button", name="Complete", exact=True).click()
    page.wait_for_selector(".banner.done")


def complete(city: City, task: Any, form: Mapping[str, Any]) -> None:
    """Somebody else does what one of them did in the browser."""
    actor = city.engine.queries.organisation.find_actor(person_id(city, None, task))
    assert actor is not None
    city.engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=form), actor)


def person_id(city: City, who: str | None, task: Any) -> str:
    if who is None or who.startswith(("role:", "unit:")):
        return city.person_of([who] if who else [*task.candidate_groups])
    return next(p.person_id for p in city.engine.queries.list_people() if p.sign_in_name == who)


def fill(city: City, page: Page, user_task_id: str, form: Mapping[str, Any]) -> None:
    schema = city.engine.queries.get_user_task(user_task_id, OPERATOR).form or {}
    fields = {field.get("key"): field for field in schema.get("components", [])}
    for key, value in form.items():
        name = f'[name="f.{key}"]'
        kind = fields[key]["type"]
        if kind == "checkbox":
            page.locator(f'input[type="checkbox"]{name}').set_checked(bool(value))
        elif kind in ("select", "radio"):
            number = [str(option["value"]) for option in fields[key]["values"]].index(str(value))
            if kind == "select":
                page.locator(f"select{name}").select_option(str(number))
            else:
                page.locator(f'input{name}[value="{number}"]').check()
        else:
            page.locator(f"input{name}, textarea{name}").fill(str(value))


def seconds_of(text: str) -> int:
    found = DURATION.fullmatch(text)
    assert found is not None, text
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60


def check_closed_case(city: City, case_id: str) -> None:
    """What an auditor sees at the end, in both languages."""
    page = city.person(city.person_of(["auditors"]))
    page.goto(f"{city.url}/cases/{case_id}")
    page.wait_for_selector("[data-drawn]")
    assert page.get_by_text("Closed", exact=True).count() >= 1
    story = page.locator(".story").all_inner_texts()
    told = "\n".join(story)
    for sentence in ("Lin Yue completed Verify", "Wang Haichuan completed Activate the response", "The case is closed"):
        assert sentence in told
    assert page.locator(".mark-active").count() == 0
    page.get_by_role("button", name="简体中文").click()
    page.get_by_text("林玥 完成了 核实").wait_for()  # the page comes anew, and it is long
    assert page.get_by_text("已办结").count() >= 1
