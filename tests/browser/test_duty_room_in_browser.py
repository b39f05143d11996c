"""The duty room in a real browser: what happens appears on an open board by itself, and clocks run out as one looks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PROCESS, STARTED_AT, City, check_accessibility
from workflow_engine import OPERATOR, ClaimUserTask, CompleteUserTask, ImportAlert, new_id
from workflow_engine.interchange.cap import parse_alert

pytestmark = pytest.mark.browser
SECOND = timedelta(seconds=1)
AREA = {"circles": [{"lat": 28.19, "lon": 112.93, "km": 1.5}], "polygons": [], "place_codes": ["439901"]}


def import_alert(city: City, name: str) -> str:
    """An alert comes in; the case that it started or reached."""
    alert = parse_alert((PROCESS / "alerts" / name).read_bytes()).to_dict()
    receipt = city.engine.handle(ImportAlert(command_id=new_id(), alert=alert), OPERATOR)
    return str(receipt.result.get("case_id", receipt.case_id))


def complete(city: City, case_id: str, element_id: str, **variables: object) -> None:
    """Somebody to whom it is offered does the one open task at an element."""
    (task,) = city.open_tasks(case_id, element_id)
    person_id = city.person_of(task.candidate_groups)
    command = CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=variables)
    city.engine.handle(command, city.actor(person_id))


def marked(page: Page) -> None:
    """Leave a mark that a reload would wipe away."""
    page.evaluate("window.untouched = true")


def test_raise_appears_on_an_open_board_without_reload(city: City) -> None:
    board = city.person("user:lin_yue")
    board.goto(f"{city.url}/emergency")
    expect(board.get_by_text("No emergency is running")).to_be_visible()
    expect(board.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    marked(board)
    case_id = import_alert(city, "gas_leak.xml")
    card = board.locator(f"#emergency-{case_id}")
    expect(card).to_contain_text("Being verified")
    expect(board.get_by_text("No emergency is running")).to_be_hidden()
    complete(
        city, case_id, "verify", verify_result="real", kind="accident", hazard="gas", districts=1,
        place="桥北路", affected_area=AREA,
    )  # fmt: skip
    expect(card).to_contain_text("Level IV")
    expect(board.locator(".map-area")).to_have_count(1)
    complete(city, case_id, "activate", activation="activate")
    complete(city, case_id, "command_post", commander="郑和平", command_post_place="柳桥街道办")
    fire = card.locator("#unit-fire")
    expect(fire).to_contain_text("called")
    units = card.locator(".duty-lines:not(.is-other) > li")
    called = units.count()
    assert called >= 7
    (task,) = [one for one in city.open_tasks(case_id, "acknowledge") if "unit:fire" in one.candidate_groups]
    city.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task.user_task_id), city.actor("user:ma_xiao"))
    command = CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables={})
    city.engine.handle(command, city.actor("user:ma_xiao"))
    expect(fire).to_contain_text("acknowledged")
    import_alert(city, "gas_leak_update.xml")
    expect(card).to_contain_text("Level II")
    expect(card.locator(".level-sign").first).to_have_attribute("aria-label", "Level II")
    expect(units).not_to_have_count(called)
    expect(board.locator('[data-level-count="2"] > b')).to_have_text("1")
    assert board.evaluate("window.untouched"), "the page was not loaded anew"
    clocks_run_out_by_themselves(board)
    assert check_accessibility(board) == []
    wall_and_room_show_the_same(city, case_id)
    assert city.complaints == []


def clocks_run_out_by_themselves(board: Page) -> None:
    """A unit that does not answer turns overdue when its time is over: mark, word and colour, without the server."""
    line = board.locator("#unit-power_utility")
    expect(line).to_contain_text("called")
    line.locator("time").evaluate("(clock, at) => { clock.dateTime = at; }", (STARTED_AT - SECOND).isoformat())
    expect(line).to_contain_text("overdue")
    expect(line.locator("use")).to_have_attribute("href", re.compile("#overdue$"))


IN_SIGHT = """() => {
  const body = document.querySelector(".is-shown .emergency-body"), box = body.getBoundingClientRect();
  const lines = [...body.querySelectorAll("li, h3, dd")].filter((line) => line.getClientRects().length);
  const whole = (rect) => rect.left >= box.left - 1 && rect.right <= box.right + 1
    && rect.top >= box.top - 1 && rect.bottom <= box.bottom + 1;
  const seen = lines.map((line, number) => [...line.getClientRects()].every(whole) ? number : -1);
  return [lines.length, seen.filter((number) => number >= 0)];
}"""


def every_line_stands_on_some_page(wall: Page) -> None:
    """The wall pages through one emergency: paused by a key, turned by keys, and nothing of it is never shown."""
    place = wall.locator("[data-wall-place]")
    if wall.locator("[data-wall-pause]").get_attribute("aria-pressed") == "false":
        wall.keyboard.press(" ")
    expect(place).to_have_text(re.compile(r"第 1 页,共 \d+ 页 · 已暂停"))
    pages = int(re.findall(r"\d+", place.inner_text())[1])
    assert pages > 1
    found: set[int] = set()
    for number in range(pages):
        expect(place).to_contain_text(f"第 {number + 1} 页")
        lines, seen = wall.evaluate(IN_SIGHT)
        found.update(seen)
        wall.keyboard.press("ArrowRight")
    assert found == set(range(lines))
    expect(place).to_contain_text("第 1 页")


def test_board_without_a_stream_looks_by_itself_and_says_how_old_it_is(city: City) -> None:
    board = city.person("user:lin_yue")
    state = board.locator("[data-live-state]")
    board.route("**/live?*", lambda route: route.abort())
    board.clock.install(time=STARTED_AT)
    board.goto(f"{city.url}/emergency")
    expect(state).to_have_attribute("data-state", "lost")
    expect(state).to_contain_text("Connection lost: what you see is from 16:00:00")
    marked(board)
    board.clock.run_for(10_000)  # it does not come back: from now on the board looks by itself
    expect(state).to_contain_text("No live connection: looks again every 20 seconds; last at 16:00:1")
    case_id = import_alert(city, "gas_leak.xml")
    board.clock.run_for(20_000)
    expect(board.locator(f"#emergency-{case_id}")).to_contain_text("Being verified")
    expect(state).to_contain_text("last at 16:00:3")
    board.route("**/emergency", lambda route: route.abort())
    board.clock.run_for(21_000)
    expect(state).to_contain_text("Connection lost: what you see is from 16:00:3")
    board.unroute_all()
    board.clock.run_for(12_000)  # a minute after it was lost it is asked for again
    expect(state).to_have_attribute("data-state", "live")
    assert board.evaluate("window.untouched"), "the page was not loaded anew"
    a_room_is_told_what_changes(city, case_id)
    assert city.complaints == []


def a_room_is_told_what_changes(city: City, case_id: str) -> None:
    """Over the stream, drawn by the server once for all who look."""
    room = city.person("user:lin_yue", "en-GB", 1440, "dark")
    room.goto(f"{city.url}/emergency/{case_id}")
    expect(room.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    marked(room)
    complete(
        city, case_id, "verify", verify_result="real", kind="accident", hazard="gas", districts=1,
        place="桥北路", affected_area=AREA,
    )  # fmt: skip
    expect(room.locator("#room-live")).to_contain_text("Level IV")
    assert room.evaluate("window.untouched")
    assert check_accessibility(room) == []


def wall_and_room_show_the_same(city: City, case_id: str) -> None:
    """The wall fills the screen and nothing else; the phone has no sideways scrolling; the room has every part."""
    wall = city.person("user:lin_yue", "zh-CN", 1440, "dark")
    wall.goto(f"{city.url}/emergency?wall=1")
    card = wall.locator(f"#emergency-{case_id}.is-shown")
    expect(card).to_contain_text("II 级")
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert check_accessibility(wall) == []
    for size in ((1440, 900), (1920, 1080)):
        wall.set_viewport_size({"width": size[0], "height": size[1]})
        every_line_stands_on_some_page(wall)
    phone = city.person("user:ma_xiao", "zh-CN", 390)
    phone.goto(f"{city.url}/emergency")
    expect(phone.locator(f"#emergency-{case_id}")).to_contain_text("II 级")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.goto(f"{city.url}/emergency/{case_id}")
    expect(phone.locator("#unit-fire")).to_contain_text("已签收")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert check_accessibility(phone) == []
