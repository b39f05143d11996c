"""Supervision as people see it: by keyboard and on a phone in Chinese, from the city down to a case and its answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.browser.conftest import City, check_accessibility
from tests.support.house import chain, model_xml, user_task
from workflow_engine import OPERATOR, DeployDefinition, ReleaseDefinition, StartCase, new_id
from workflow_engine.workers.supervision import Supervisor

pytestmark = pytest.mark.browser
LEADER, WATER, JIANG, YU = "user:liang_cheng", "user:peng_zhi", "user:jiang_fan", "user:yu_lan"


def late_case(city: City) -> str:
    """A case that is late at the water utility, counted."""
    groups = 'camunda:candidateGroups="unit:water_utility" camunda:dueDate="=due"'
    files = {"model.bpmn": model_xml(chain(user_task("mend", groups), process="mends"))}
    deployed = city.engine.handle(DeployDefinition(command_id=new_id(), files=files), city.actor(JIANG))
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
    city.engine.handle(release, city.actor(YU))
    case_id, due = new_id(), city.clock.now() + timedelta(hours=2)
    city.engine.handle(
        StartCase(
            command_id=new_id(), case_id=case_id, process_id="mends", title="柳桥路爆管",
            variables={"due": due.isoformat()},
        ),
        OPERATOR,
    )  # fmt: skip
    city.advance(3 * 3600)
    city.engine.extend_log([case_id])
    while Supervisor(city.engine).run_once():
        pass
    return case_id


def test_leader_drills_down_and_issues_a_notice_that_the_unit_answers(city: City) -> None:
    late_case(city)
    leader = city.person(LEADER, "zh-CN", 390)
    leader.goto(f"{city.url}/supervision")
    assert check_accessibility(leader) == []
    leader.get_by_role("link", name="云溪供水公司").first.focus()
    leader.keyboard.press("Enter")
    leader.get_by_role("heading", name="云溪供水公司", level=1).wait_for()
    leader.locator(".standing.is-overdue a").focus()
    leader.keyboard.press("Enter")
    leader.get_by_role("link", name="发出督办：柳桥路爆管").focus()
    leader.keyboard.press("Enter")
    assert leader.get_by_label("提醒").is_checked()
    assert check_accessibility(leader) == []
    leader.get_by_role("button", name="发出文书").focus()
    leader.keyboard.press("Enter")
    leader.get_by_role("heading", name="提醒〔2026〕1号", level=1).wait_for()
    assert leader.evaluate("document.documentElement.scrollWidth <= innerWidth")
    water = city.person(WATER, "zh-CN", 390)
    water.goto(f"{city.url}/enterprise")
    assert check_accessibility(water) == []
    water.get_by_role("link", name="提醒〔2026〕1号").focus()
    water.keyboard.press("Enter")
    water.get_by_label("已采取的措施").fill("已关阀，今日修复")
    water.get_by_role("button", name="提交答复").focus()
    water.keyboard.press("Enter")
    water.locator(".banner.done").wait_for()
    assert check_accessibility(water) == []
    leader.reload()
    leader.get_by_text("已关阀，今日修复").wait_for()
    assert check_accessibility(leader) == []
    assert city.complaints == []
