"""Requests made out of the description, good and bad ones, for each role: every answer is one that is described."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.api_kit import Program
from workflow_engine import Engine

ROLES = {"staff": "wang", "administrator": "jiang", "auditor": "he", "elsewhere": "hu"}
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, negative_data_rejection,
]  # fmt: skip
EXAMPLES = 3
WORKERS_PATHS = ("/jobs/lock", "/jobs/{job_id}", "/openapi.json")


@pytest.mark.parametrize("role", ROLES)
def test_answers_are_as_described_for(role: str, app: Flask, engine: Engine, task_id: str) -> None:
    program = Program(app, engine, ROLES[role])
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    secret = f"Smoke at <Dock> 3 {task_id}"
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.removeprefix("/api/v1").startswith(WORKERS_PATHS):
            continue

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate], deadline=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        def asks(case: Any) -> None:
            nonlocal asked
            answer = case.call(headers=program.headers)
            case.validate_response(answer, checks=CHECKS, headers=program.headers)
            if role == "elsewhere":
                assert secret.split(" 3 ")[0] not in answer.text
            asked += 1

        asks()
    assert asked > 100
