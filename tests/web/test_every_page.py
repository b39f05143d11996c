"""Every page, for every role, in both languages: title, one heading, labels, no bare code, nothing foreign."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from flask import Flask

from tests.web.conftest import Visitor
from workflow_engine import Engine

LABELLED = {"input", "select", "textarea"}


class Page(HTMLParser):
    """What a page holds, as far as these rules care."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open_labels = 0
        self.inside_label: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.open_labels += tag == "label"
        if tag in LABELLED and self.open_labels:
            self.inside_label.append(attributes)

    def handle_endtag(self, tag: str) -> None:
        self.open_labels -= tag == "label"

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture
def paths(engine: Engine, case_id: str, task_id: str) -> list[str]:
    definition_id = engine.queries.list_definitions()[0].definition_id
    return [
        "/inbox", "/inbox?queue=offered", "/inbox?queue=done", "/inbox?queue=started", "/inbox?queue=waiting&q=x",
        "/views", "/preferences", "/start", "/start/incident_report",
        f"/tasks/{task_id}", "/cases", f"/cases/{case_id}",
        f"/cases/{case_id}/replay", f"/cases/{case_id}/replay?seq=1", f"/cases/{case_id}/proof?run=1",
        "/audit/checkpoints",
        "/alerts", "/operations", "/analysis", "/analysis/paths", "/account/programs", "/developers",
        "/portal", "/portal/report", "/portal/track", "/portal/requests", "/portal/data", "/portal/help",
        "/models", f"/models/{definition_id}", "/no-such-page", "/sign-in", "/coverage", "/conflicts",
        f"/cases/{case_id}/conflicts", "/categories", "/categories/new", "/categories/versions", "/capture",
        "/service-requests", "/service-requests?late=1", "/service-requests/new", "/hot-spots", "/hot-spots?which=past",
        "/portal/indicators", "/portal/data/indicators", "/indicators", "/rehearsals",
        "/resources", "/resources/requests", "/resources/offers", "/resources/new", "/resources/import",
        "/resources/missing",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("person", ["wang", "chen", "he", "jiang", None])
def test_page_is_well_made(app: Flask, paths: list[str], person: str | None, language: str) -> None:
    visitor = Visitor(app, person, language)
    for path in paths:
        answer = visitor.get(path)
        if answer.status_code in (302, 303):
            continue
        assert answer.status_code in (200, 403, 404), path
        check_page(Page(answer.text), answer.text, language, path)


def check_page(page: Page, text: str, language: str, path: str) -> None:
    assert page.all("html")[0]["lang"] == ("zh-CN" if language == "zh" else "en"), path
    assert "<title>" in text, path
    assert "<title> ·" not in text, path
    assert len(page.all("h1")) == 1, path
    assert [s for s in page.all("script") if not s.get("src")] == [], path
    assert page.all("style") == [], path
    assert [a for _tag, a in page.tags if "style" in a or any(name.startswith("on") for name in a)] == [], path
    assert [a["id"] for _tag, a in page.tags if a.get("id")] == list(
        dict.fromkeys(a["id"] for _t, a in page.tags if a.get("id"))
    ), path
    targets = {label.get("for") for label in page.all("label")}
    for control in page.all(*LABELLED):
        is_named = control.get("id") in targets or control in page.inside_label or control.get("aria-label")
        assert control.get("type") == "hidden" or is_named, (path, control)
    for form in page.all("form"):
        assert (form.get("method") or "get").lower() in ("get", "post"), path
    foreign = [
        a.get("src") or a.get("href")
        for a in page.all("script", "link", "img", "iframe")
        if (a.get("src") or a.get("href") or "/")[0] != "/"
    ]
    assert foreign == [], path


def test_language_switch_stays_on_the_page(app: Flask) -> None:
    visitor = Visitor(app, "wang")
    visitor.get("/cases?state=active")
    answer = visitor.post("/language", {"language": "zh-CN", "next": "/cases?state=active"})
    assert answer.location == "/cases?state=active"
    assert '<html lang="zh-CN">' in visitor.get("/cases?state=active").text
    assert visitor.post("/language", {"language": "en", "next": "https://evil.example"}).location == "/inbox"


def test_language_follows_the_browser_until_chosen(app: Flask) -> None:
    client = app.test_client()
    assert '<html lang="zh-CN">' in client.get("/sign-in", headers={"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.5"}).text
    assert '<html lang="en">' in client.get("/sign-in", headers={"Accept-Language": "de,en;q=0.5,zh;q=0.2"}).text
