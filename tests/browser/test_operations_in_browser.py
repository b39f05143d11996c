"""An administrator's walk in a real browser: a case changed by hand on its diagram, and the pages around it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PROCESS, City, check_accessibility
from workflow_engine import OPERATOR, ImportAlert, new_id
from workflow_engine.interchange.cap import parse_alert

pytestmark = pytest.mark.browser


def test_token_is_moved_on_the_diagram(city: City) -> None:
    alert = parse_alert((PROCESS / "alerts" / "rainstorm_red.xml").read_bytes()).to_dict()
    receipt = city.engine.handle(ImportAlert(command_id=new_id(), alert=alert, source="tests"), OPERATOR)
    case_id = str(receipt.case_id)
    page = city.person("user:jiang_fan")
    page.goto(f"{city.url}/cases/{case_id}/modify")
    page.wait_for_selector("[data-drawn]")
    (place,) = [
        place
        for place in city.engine.queries.operation.get_plan_basis(case_id, OPERATOR).places
        if place.element_id == "verify"
    ]
    page.locator('[data-element-id="verify"].djs-element').click()
    assert page.locator("#token_id").input_value() == str(place.token_id)
    target = next(
        one.element_id
        for one in city.engine.queries.operation.get_plan_basis(case_id, OPERATOR).targets
        if one.kind == "userTask" and one.refused is None and one.element_id != "verify"
    )
    page.locator("#element_id").select_option(target)
    page.get_by_role("button", name="Move", exact=True).click()
    page.wait_for_selector(".plan-steps")
    page.get_by_role("button", name="Show the difference").click()
    page.wait_for_selector(".difference, .banner.refused")
    check_accessibility(page)
    if page.locator(".difference").count():
        page.get_by_label("Reason").fill("verified by telephone")
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url(f"{city.url}/cases/{case_id}")
        assert "verified by telephone" in page.content()
    for path in ("/operations", "/operations/batches", "/operations/health", "/migrations"):
        page.goto(f"{city.url}{path}")
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert city.complaints == []
