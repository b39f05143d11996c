"""Requests of residents under way, each at another step; who reports by web or app holds a code of the demo."""

from __future__ import annotations

import json
from pathlib import Path

from workflow_engine import Actor, Engine, SubmitServiceRequest
from workflow_engine.demo.story import command_id, person, take_steps
from workflow_engine.domain.service_requests import PUBLIC_SOURCES

DEMO_CODE = "yunxi-demo-code-2026"
"""With it the reporters of the demo see their requests; said aloud, and never on a real system."""
_TEXTS = Path(__file__).with_name("hotline.json")
_RESIDENT, _CLERK = Actor("public:demo"), "user:yao_xin"


def tell_hotline(engine: Engine) -> None:
    """Report and handle them as far as they are; again: no change."""
    for told in json.loads(_TEXTS.read_text(encoding="utf-8"))["requests"]:
        request = told["request"]
        is_public = request["source"] in PUBLIC_SOURCES
        submit = SubmitServiceRequest(
            command_id=command_id("request", request), request_id=command_id("r", request),
            code=DEMO_CODE if is_public else "", proved=True, **request,
        )  # fmt: skip
        receipt = engine.handle(submit, _RESIDENT if is_public else person(engine, _CLERK))
        engine.pump()
        if receipt.replayed or receipt.case_id is None:
            continue
        take_steps(engine, receipt.case_id, told["steps"])
