"""Staff work together on one task in real browsers: a draft keeps itself, a signer is asked and signs on a phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PROCESS, City, check_accessibility
from workflow_engine import OPERATOR, AssignUserTask, ImportAlert, new_id
from workflow_engine.interchange.cap import parse_alert

pytestmark = pytest.mark.browser


def test_a_task_is_drafted_and_signed_by_somebody_else(city: City) -> None:
    alert = parse_alert((PROCESS / "alerts" / "rainstorm_red.xml").read_bytes()).to_dict()
    receipt = city.engine.handle(ImportAlert(command_id=new_id(), alert=alert, source="tests"), OPERATOR)
    task_id = city.open_tasks(str(receipt.case_id), "verify")[0].user_task_id
    people = {person.person_id: person for person in city.engine.queries.list_people()}
    signer = next(person for person in people.values() if person.person_id not in ("user:lin_yue", "user:jiang_fan"))

    page = city.person("user:lin_yue")
    given = AssignUserTask(command_id=new_id(), user_task_id=task_id, assignee="user:lin_yue")
    city.engine.handle(given, OPERATOR)
    page.goto(f"{city.url}/tasks/{task_id}")
    text = page.locator("form[data-draft] textarea, form[data-draft] input[type=text]").first
    text.fill("half a sentence")
    page.locator("[data-draft-state]:not(:empty)").wait_for()
    page.reload()
    assert text.input_value() == "half a sentence"
    assert page.locator("#draft-note").is_visible()

    page.get_by_text("Add signers", exact=True).first.focus()
    page.keyboard.press("Enter")
    card = page.locator(".verb[open]")
    assert check_accessibility(page) == []
    card.locator("input[name=to]").first.fill(signer.sign_in_name)
    card.locator("textarea[name=reason]").fill("What do you think?")
    card.get_by_role("button").click()
    page.get_by_text("Waits for the opinion of").wait_for()

    question = city.engine.queries.work.around(task_id, OPERATOR).opinions[0].opinion_id
    phone = city.person(signer.person_id, "zh-CN", 390)
    phone.goto(f"{city.url}/tasks/{question}")
    assert check_accessibility(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.locator("input[name=agrees][value=yes]").check()
    phone.locator("#opinion-reason").fill("可以")
    phone.locator("form:has(input[name=agrees]) button").click()
    phone.wait_for_url("**/inbox*")
    page.reload()
    assert page.get_by_text("可以").first.is_visible()
    assert city.complaints == []
