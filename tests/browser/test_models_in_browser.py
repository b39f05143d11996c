"""An administrator's models in a real browser: upload, pins, editors, comparison and try, without a complaint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PROCESS, City, check_accessibility
from workflow_engine import OPERATOR, Actor, DeployDefinition, ModelWork, new_id
from workflow_engine.demo.load import read_process

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
JIANG = "user:jiang_fan"
MODEL = "emergency_response.bpmn"
BROKEN = Path(__file__).parents[1] / "web" / "models" / "incident_report.bpmn"
GUARD = """() => { const leaving = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(leaving); return leaving.defaultPrevented; }"""


@pytest.fixture
def admin(city: City) -> Iterator[Page]:
    yield city.person(JIANG)
    assert city.complaints == []


def begin_work(city: City, page: Page) -> str:
    """A working copy of the released model; its address."""
    page.goto(f"{city.url}/models/{city.engine.queries.list_definitions()[0].definition_id}")
    page.get_by_role("button", name="Edit a copy").click()
    page.wait_for_url("**/models/work/*")
    return page.url


def work_of(city: City, place: str) -> ModelWork:
    return city.engine.queries.models.get_work(place.rpartition("/")[2], Actor(JIANG))


def open_editor(page: Page, place: str, name: str, element: str = "") -> None:
    page.goto(f"{place}/edit/{name}?element={element}")
    page.wait_for_selector("[data-ready=yes]", timeout=60_000)


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    page.locator("[data-editor-state]", has_text="Saved.").wait_for(timeout=60_000)


def test_diagram_is_edited_checked_and_saved_as_the_author_wrote_it(city: City, admin: Page) -> None:
    place = begin_work(city, admin)
    open_editor(admin, place, MODEL, "approve_warning")
    groups = admin.locator("#bio-properties-panel-liandong-candidateGroups")
    groups.fill("role:commander")
    groups.press("Tab")
    admin.locator("[data-editor-state]", has_text="Not saved yet").wait_for()
    urge = admin.locator("#bio-properties-panel-liandong-verb-urge")
    assert urge.is_checked()
    urge.uncheck()
    strategy = admin.locator("#bio-properties-panel-liandong-strategy")
    strategy.evaluate("field => field.closest('.bio-properties-panel-group').firstChild.click()")
    assert strategy.input_value() == "groups"
    strategy.select_option("function_head")
    admin.locator("#bio-properties-panel-liandong-strategy-function").fill("emergency")
    admin.locator("#bio-properties-panel-liandong-strategy-unit").fill("authority.unit")
    admin.locator("#bio-properties-panel-liandong-strategy-unit").press("Tab")
    admin.locator("#bio-properties-panel-liandong-conflictWith").fill("=[reporter]")
    assert groups.input_value() == '="head:" + unit for("emergency", authority.unit)'
    ballot = admin.locator("#bio-properties-panel-liandong-ballot")
    ballot.evaluate("field => field.closest('.bio-properties-panel-group').firstChild.click()")
    ballot.fill("decision")
    ballot.press("Tab")
    admin.locator("#bio-properties-panel-liandong-ballot-voters").fill("role:commander")
    admin.locator("#bio-properties-panel-liandong-ballot-silence").select_option("no_objection")
    assert admin.evaluate(GUARD)
    assert admin.locator(".bjs-powered-by").is_visible()
    save(admin)
    assert not admin.evaluate(GUARD)
    saved = work_of(city, place).files[MODEL].decode()
    assert 'camunda:candidateGroups="=&#34;head:&#34; + unit for(&#34;emergency&#34;, authority.unit)"' in saved
    assert '<camunda:property name="conflictWith" value="=[reporter]" />' in saved
    assert '<camunda:property name="verbs" value="transfer, delegate, sign, return, take_back, copy" />' in saved
    for name, value in (("", "decision"), (".voters", "role:commander"), (".silence", "no_objection")):
        assert f'<camunda:property name="ballot{name}" value="{value}" />' in saved
    admin.goto(f"{place}")
    admin.get_by_role("link", name="What changed").click()
    admin.wait_for_selector("[data-drawn]")
    assert [line.inner_text() for line in admin.locator(".change-line .link-button").all()] == ["Approve the warning"]
    assert admin.locator(".beside .pin.diff.changed").count() == 2
    assert check_accessibility(admin) == []


def test_tables_and_forms_are_edited_in_their_own_editors(city: City, admin: Page) -> None:
    place = begin_work(city, admin)
    open_editor(admin, place, "report_clock.dmn")
    assert admin.locator(".bjs-powered-by").first.is_visible()
    admin.locator(".tjs-container td.input-cell").first.click()
    admin.keyboard.press("Control+a")
    admin.keyboard.type('"storm"')
    admin.keyboard.press("Tab")
    save(admin)
    assert '"storm"' in work_of(city, place).files["report_clock.dmn"].decode()
    assert admin.locator(".dmn-tabs .pin.error, .dmn-tabs .pin.warning").count() >= 1
    marks = admin.locator(".tjs-container td").evaluate_all(
        "cells => cells.map((cell) => getComputedStyle(cell, '::before').content).filter((one) => one === '\"!\"')"
    )
    assert marks, "the finding is pinned on its rule or cell"
    chinese = city.person(JIANG, "zh-CN")
    open_editor(chinese, place, "report_clock.dmn")
    assert chinese.get_by_text("命中策略").first.is_visible()
    open_editor(admin, place, "verify.json")
    assert admin.locator(".fjs-powered-by-link").first.is_visible()
    admin.locator(".fjs-form-container .fjs-form-field-textfield").first.click()
    admin.locator(".bio-properties-panel-group-header").first.click()
    key = admin.locator("#bio-properties-panel-key")
    key.fill("headline_of_alert")
    key.press("Tab")
    save(admin)
    assert "headline_of_alert" in work_of(city, place).files["verify.json"].decode()


def test_refused_upload_is_pinned_on_its_diagram_and_mended(city: City, admin: Page) -> None:
    broken = BROKEN.read_text(encoding="utf-8").replace("PT10M", "ten minutes")
    admin.goto(f"{city.url}/models")
    chosen = {"name": "report.bpmn", "mimeType": "application/xml", "buffer": broken.encode()}
    admin.set_input_files("#files", [chosen])  # type: ignore[list-item]
    admin.get_by_role("button", name="Check and store").click()
    admin.wait_for_selector("[data-drawn]")
    assert admin.locator(".pin.error").count() >= 1
    admin.locator("[data-show=late]").first.click()
    assert admin.locator(".djs-element[data-element-id=late].mark-shown").count() == 1
    assert check_accessibility(admin) == []
    admin.goto(f"{admin.url}/edit/report.bpmn")
    admin.wait_for_selector("[data-ready=yes]", timeout=60_000)
    admin.locator("[data-editor-source] summary").click()
    admin.wait_for_selector("[data-editor-source][data-shown]")
    admin.fill("#content", admin.input_value("#content").replace("ten minutes", "PT10M"))
    admin.get_by_role("button", name="Save the source").click()
    admin.wait_for_url("**/models/work/*")
    assert admin.get_by_role("button", name="Store as a version").is_visible()


def test_dropped_folder_is_taken_with_its_paths(city: City, admin: Page) -> None:
    admin.goto(f"{city.url}/models")
    admin.evaluate("""() => {
      const entry = (name, content) => content === undefined ? null : { isFile: true, name, file: (done) => done(new File([content], name)) };
      const folder = (name, inside) => ({ isFile: false, name, createReader: () => { let told = false; return { readEntries: (done) => { done(told ? [] : inside); told = true; } }; } });
      const root = folder("p", [entry("m.bpmn", "<x/>"), folder("forms", [entry("f.json", "{}")]), folder("scenarios", [entry("s.json", "{}")])]);
      const drop = new Event("drop", { bubbles: true, cancelable: true });
      drop.dataTransfer = { items: [{ webkitGetAsEntry: () => root }], files: [] };
      document.querySelector("[data-drop-files]").dispatchEvent(drop);
    }""")  # noqa: E501 - a drop cannot be made by hand in a browser that nobody sees
    admin.wait_for_selector("[data-dropped] li")
    assert admin.locator("[data-dropped] li").all_inner_texts() == ["p/m.bpmn", "p/forms/f.json"]
    assert admin.evaluate("document.querySelector('#files').files.length") == 2


@pytest.mark.parametrize(
    ("language", "width"), [pytest.param("en-GB", 1440, marks=pytest.mark.slow), ("zh-CN", 390)]
)
def test_pages_about_models_are_accessible_and_fit_the_screen(city: City, language: str, width: int) -> None:
    before = city.engine.queries.list_definitions()[0].definition_id
    files = read_process(PROCESS)
    files[MODEL] = files[MODEL].replace(b'camunda:priority="80"', b'camunda:priority="85"', 1)
    after = city.engine.handle(DeployDefinition(command_id=new_id(), files=files), OPERATOR).result["definition_id"]
    page = city.person(JIANG, language, width)
    page.goto(f"{city.url}/models/try?definition={after}")
    page.select_option("#sample", "rainstorm_red.xml")
    page.locator("main button.primary").click()
    page.wait_for_url("**/models/try/*")
    paths = [
        "/models", f"/models/{after}", f"/models/{after}/release", f"/models/compare?before={before}&after={after}",
        f"/models/try?definition={after}", page.url.removeprefix(city.url),
    ]  # fmt: skip
    for path in paths:
        page.goto(city.url + path)
        if page.locator("[data-diagram], [data-compare]").count():
            page.wait_for_selector("[data-drawn]")
        assert check_accessibility(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if page.locator("[data-drawn]").count():
            assert page.locator(".bjs-powered-by").first.is_visible(), path
    assert city.complaints == []
