"""The documents of an emergency that has ended, as its process had them issued: readable, A4 from the printer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import City, check_accessibility
from workflow_engine import OPERATOR

pytestmark = pytest.mark.browser
LIN = "user:lin_yue"


@pytest.mark.parametrize(("language", "width", "colours"), [("zh-CN", 390, "light"), ("en-GB", 1440, "dark")])
def test_documents_of_an_emergency_fit_are_accessible_and_print(
    closed_city: City, tmp_path: Path, language: str, width: int, colours: str
) -> None:
    page = closed_city.person(LIN, language, width, colours)  # type: ignore[arg-type]  # one of the two
    rows = closed_city.engine.queries.situation_reports.issued(OPERATOR).items
    assert {row.kind for row in rows} == {"first", "follow_up", "final"}
    case_id = rows[0].case_id
    room = f"/emergency/{case_id}"
    for path in (
        "/emergency/reports", f"{room}/reports", f"{room}/reports/1", f"{room}/reports/1/correct", f"{room}/briefing"
    ):
        answer = page.goto(closed_city.url + path)
        assert answer is not None and answer.ok, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert check_accessibility(page) == [], path
    page.goto(f"{closed_city.url}{room}/reports/1")
    page.screenshot(path=tmp_path / "report.png", full_page=True)
    assert (tmp_path / "report.png").stat().st_size > 20_000
    page.emulate_media(media="print")
    assert page.locator(".report-paper").is_visible()
    assert page.locator(".report-acts, .band, form:visible").first.is_hidden()
    foot = page.locator(".printed-foot")
    assert rows[-1].kind == "first" and "…" in foot.inner_text(), "document and fingerprint at the foot of each page"
    assert foot.evaluate("one => getComputedStyle(one).display") == "table-footer-group"
    assert closed_city.complaints == []
