"""Signs of life: of every process that works, of workers outside, and what the health page says of them."""

from __future__ import annotations

from flask import Flask

from tests.web.conftest import Visitor
from workflow_engine import Engine, VirtualClock
from workflow_engine.workers.life import SignOfLife


def test_every_process_is_shown_until_it_ends(app: Flask, engine: Engine, clock: VirtualClock) -> None:
    first = SignOfLife(engine, "worker/here:1", {"topics": ["email"]})
    second = SignOfLife(engine, "worker/there:2", {"topics": []})
    first._beat()
    second._beat()
    engine.beat("outside/<weather>", {"topics": ["forecast"]})
    page = Visitor(app, "jiang").get("/operations/health").text
    for words in ("here:1", "there:2", "email", "&lt;weather&gt;", "forecast"):
        assert words in page
    assert "silent for" not in page
    first.stop()
    clock.advance(120)
    page = Visitor(app, "jiang", "zh").get("/operations/health").text
    assert "here:1" not in page, "it ended and said so"
    assert "已静默 2 分钟" in page
    assert engine.health()["late"] == ["The worker/there:2 has given no sign of life for 120 seconds."]
    clock.advance(3 * 24 * 3600)
    second._beat()
    assert [beat["name"] for beat in engine.health()["heartbeats"]] == ["worker/there:2"], "long silent ones are gone"
