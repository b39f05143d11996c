"""Workers outside: jobs fetched under a lock and brought back once, over HTTP, with a real engine behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.web.conftest import Visitor
from tests.workers.models import END, START, begin, chain, deploy, events_of, model, service_task, state_of
from web.api.bodies import MOST_BYTES
from web.api.description import schema_of
from web.api.tokens import new_token, token_sha256, toml_lines
from web.app import create_app
from workflow_engine import OPERATOR, Engine, HistoryRow, Settings, VirtualClock, new_id

TOKENS = {name: new_token() for name in ("fax", "weather")}
TOPICS = {"fax": ["fax", "letter"], "weather": ["forecast"]}
JOBS, OUTCOMES, PROBLEMS = (jsonschema_rs.validator_for(schema_of(n)) for n in ("Jobs", "Outcome", "ProblemDetails"))
PROBLEM = "application/problem+json"
ERROR = '<error id="busy" name="busy" errorCode="line_busy"/>'
FAXING = model(
    "faxing",
    chain(START, service_task("send", "fax", retries=2, number="=receiver"), END)
    + '<boundaryEvent id="caught" attachedToRef="send"><errorEventDefinition errorRef="busy"/></boundaryEvent>'
    '<endEvent id="unsent"/><sequenceFlow id="c" sourceRef="caught" targetRef="unsent"/>',
    ERROR,
)


class Worker:
    """A program that calls the API with this token."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client()
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> TestResponse:
        """Send ``body`` as JSON; bytes as they are."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {}), **options.pop("headers", {})}
        content = body if isinstance(body, bytes) else json.dumps(body)
        options.setdefault("content_type", "application/json")
        return self.client.post(f"/api/v1/jobs/{path}", data=content, headers=headers, **options)

    def lock(self, topic: str = "fax", **more: Any) -> list[Any]:
        """The jobs that a fetch gives."""
        answer = self.post("lock", {"topics": [topic], "worker_id": "one", **more})
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        JOBS.validate(answer.json)
        return list(answer.json["jobs"])


def problem(answer: TestResponse, status: int, code: str) -> Any:
    """The problem details of a refusal."""
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM), answer.text
    found = json.loads(answer.text)
    PROBLEMS.validate(found)
    assert (found["status"], found["code"]) == (status, code), found
    assert found["type"] == f"urn:liandong:problem:{code}"
    assert answer.headers["Cache-Control"] == "no-store"
    return found


def fields(answer: TestResponse, code: str = "invalid_request") -> set[str]:
    """The fields that a 422 names."""
    return {error["field"] for error in problem(answer, 422, code)["errors"]}


def history(engine: Engine, case_id: str) -> list[HistoryRow]:
    """The record of a case."""
    return list(engine.queries.get_history(case_id, OPERATOR))


@pytest.fixture
def tokens_file(tmp_path: Path) -> Path:
    path = tmp_path / "workers.toml"
    path.write_text("\n".join(line for n, t in TOKENS.items() for line in toml_lines(n, TOPICS[n], token_sha256(t))))
    return path


@pytest.fixture
def api(engine: Engine, settings: Settings, tokens_file: Path) -> Flask:
    return create_app(engine, replace(settings, worker_tokens_file=tokens_file))


@pytest.fixture
def fax(api: Flask) -> Worker:
    return Worker(api, TOKENS["fax"])


@pytest.fixture
def start(engine: Engine) -> Callable[[], str]:
    """Starts cases that wait for a fax to be sent."""
    deploy(engine, FAXING)
    return lambda: begin(engine, "faxing", {"receiver": "0811", "text": "High water"})


def test_locked_job_shows_the_work_and_its_result_moves_the_case(
    fax: Worker, start: Callable[[], str], engine: Engine, clock: VirtualClock
) -> None:
    case_id = start()
    (job,) = fax.lock(lock_seconds=90)
    assert job["job_id"].startswith(f"{case_id}.")
    assert (job["case_id"], job["topic"], job["element_id"], job["retries"]) == (case_id, "fax", "send", 2)
    assert job["variables"] == {"receiver": "0811", "text": "High water"}
    assert job["headers"] == {"number": "0811"}
    assert datetime.fromisoformat(job["locked_until"]) == clock.now() + timedelta(seconds=90)
    assert fax.lock() == []
    answer = fax.post(f"{job['job_id']}/complete", {"lock_token": job["lock_token"], "variables": {"sent": True}})
    assert answer.status_code == 200
    assert answer.json is not None
    OUTCOMES.validate(answer.json)
    assert (answer.json["job_id"], answer.json["outcome"]) == (job["job_id"], "completed")
    assert state_of(engine, case_id) == "completed"
    (done,) = events_of(engine, case_id, "job.completed")
    assert done["variables"] == {"sent": True}
    assert engine.verify_audit(sample=None).ok
    assert history(engine, case_id)[-1].actor_id == "worker:fax"


def test_wrong_lock_is_refused_and_changes_nothing(fax: Worker, start: Callable[[], str], engine: Engine) -> None:
    case_id = start()
    (job,) = fax.lock()
    body = {"lock_token": new_id()}
    for path, more in (("complete", {}), ("fail", {"error": "no"}), ("throw", {"code": "line_busy"})):
        problem(fax.post(f"{job['job_id']}/{path}", {**body, **more}), 409, "stale_version")
    assert state_of(engine, case_id) == "active"


def test_outcome_under_an_expired_lock_is_refused_once_another_holds_the_job(
    fax: Worker, start: Callable[[], str], clock: VirtualClock
) -> None:
    start()
    (first,) = fax.lock(lock_seconds=30)
    clock.advance(31)
    (second,) = fax.lock(worker_id="two")
    assert second["job_id"] == first["job_id"]
    assert second["lock_token"] != first["lock_token"]
    refused = fax.post(f"{first['job_id']}/complete", {"lock_token": first["lock_token"]})
    assert "fax/two holds it" in problem(refused, 409, "stale_version")["detail"]
    assert fax.post(f"{first['job_id']}/complete", {"lock_token": second["lock_token"]}).status_code == 200
    late = fax.post(f"{first['job_id']}/complete", {"lock_token": first["lock_token"]})
    problem(late, 409, "invalid_state")


def test_worker_gets_only_its_own_topics(api: Flask, fax: Worker, start: Callable[[], str]) -> None:
    start()
    weather = Worker(api, TOKENS["weather"])
    refused = weather.post("lock", {"topics": ["forecast", "fax"], "worker_id": "w"})
    assert "fax" in problem(refused, 403, "not_permitted")["detail"]
    assert weather.lock("forecast") == []
    assert len(fax.lock()) == 1


def test_fetch_sent_again_gives_the_same_jobs_and_no_more(fax: Worker, start: Callable[[], str]) -> None:
    start(), start()
    body = {"topics": ["fax"], "worker_id": "one", "most": 1}
    first, again = (fax.post("lock", body, key="fetch-0001") for _ in range(2))
    assert first.json == again.json
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    problem(fax.post("lock", {**body, "most": 2}, key="fetch-0001"), 422, "duplicate_command")
    assert "fetch-0001" not in first.text, "a lock token must not follow from a key that others may know"


def test_same_key_of_two_workers_is_not_the_same_fetch(api: Flask, fax: Worker, start: Callable[[], str]) -> None:
    start()
    weather = Worker(api, TOKENS["weather"])
    assert weather.post("lock", {"topics": ["forecast"], "worker_id": "w"}, key="fetch-0001").json == {"jobs": []}
    answer = fax.post("lock", {"topics": ["fax"], "worker_id": "one"}, key="fetch-0001")
    assert answer.json is not None
    assert len(answer.json["jobs"]) == 1


@pytest.mark.parametrize("key", [None, "done-0001", '"done-0001"'])
def test_outcome_sent_again_gives_the_same_answer(
    fax: Worker, start: Callable[[], str], engine: Engine, key: str | None
) -> None:
    case_id = start()
    (job,) = fax.lock()
    path, body = f"{job['job_id']}/complete", {"lock_token": job["lock_token"], "variables": {"sent": True}}
    first, again = (fax.post(path, body, key=key) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(events_of(engine, case_id, "job.completed")) == 1
    problem(fax.post(path, {**body, "variables": {"sent": False}}, key=key), 422, "duplicate_command")


def test_key_may_stand_in_the_body_but_not_differ_from_the_header(fax: Worker, start: Callable[[], str]) -> None:
    start()
    (job,) = fax.lock()
    path, body = f"{job['job_id']}/complete", {"lock_token": job["lock_token"], "command_id": "done-0001"}
    assert fields(fax.post(path, body, key="done-0002")) == {"command_id"}
    assert fields(fax.post(path, body, key="short")) == {"Idempotency-Key"}
    first = fax.post(path, body)
    assert fax.post(path, {"lock_token": job["lock_token"]}, key="done-0001").data == first.data


def test_thrown_error_goes_to_its_boundary_event(fax: Worker, start: Callable[[], str], engine: Engine) -> None:
    case_id = start()
    (job,) = fax.lock()
    body = {"lock_token": job["lock_token"], "code": "line_busy", "message": "engaged", "variables": {"tries": 3}}
    answer = fax.post(f"{job['job_id']}/throw", body)
    assert answer.json is not None
    assert answer.json["outcome"] == "thrown"
    assert state_of(engine, case_id) == "completed"
    reached = [event.get("element_id") for row in history(engine, case_id) for event in row.events]
    assert "unsent" in reached
    assert "finish" not in reached


def test_failed_tries_end_in_an_incident(
    fax: Worker, start: Callable[[], str], engine: Engine, clock: VirtualClock
) -> None:
    case_id = start()
    (job,) = fax.lock()
    body = {"lock_token": job["lock_token"], "error": "no paper", "retry_in_seconds": 60}
    assert fax.post(f"{job['job_id']}/fail", body).status_code == 200
    assert fax.lock() == []
    clock.advance(61)
    (job,) = fax.lock()
    assert job["retries"] == 1
    assert engine.queries.list_incidents().items == ()
    fax.post(f"{job['job_id']}/fail", {"lock_token": job["lock_token"], "error": "no ink"})
    (incident,) = engine.queries.list_incidents().items
    assert (incident.case_id, incident.element_id) == (case_id, "send")
    assert "no ink" in incident.message
    clock.advance(86_400)
    assert fax.lock() == []


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("lock", {}, {"topics", "worker_id"}),
        ("lock", {"topics": [], "worker_id": "one"}, {"topics"}),
        ("lock", {"topics": ["fax"], "worker_id": "one", "prompt": 1, "x": 2}, {"prompt", "x"}),
        ("lock", {"topics": ["fax", 3], "worker_id": ""}, {"topics[1]", "worker_id"}),
        ("lock", {"topics": "fax", "worker_id": "a\u0000"}, {"worker_id"}),
        ("lock", {"topics": ["fax"], "worker_id": "\ud800"}, {"worker_id"}),
        ("lock", {"topics": ["fax"], "worker_id": "w", "lock_seconds": 0, "most": 101}, {"lock_seconds", "most"}),
        ("lock", {"topics": ["fax"], "worker_id": "w", "lock_seconds": 1.5, "most": True}, {"lock_seconds", "most"}),
        ("lock", b'{"topics": ["fax"], "worker_id": "w", "most": 1e400}', {"most"}),
        ("lock", {"\ud800": 1, "topics": ["fax"], "worker_id": "w"}, {"body"}),
        ("{job}/complete", {"variables": []}, {"lock_token", "variables"}),
        ("{job}/complete", {"lock_token": "x", "command_id": "a b"}, {"command_id"}),
        ("{job}/complete", {"lock_token": "x", "variables": {}, "retries": 1}, {"retries"}),
        ("{job}/fail", {"lock_token": "x"}, {"error"}),
        ("{job}/fail", {"lock_token": "x", "error": "e", "retries_left": None}, {"retries_left"}),
        ("{job}/fail", {"lock_token": "x", "error": "e" * 2001, "retry_in_seconds": -1}, {"error", "retry_in_seconds"}),
        ("{job}/throw", {"lock_token": "x", "code": ""}, {"code"}),
        ("lock", b"{nope", {"body"}),
        ("lock", b"[]", {"body"}),
        ("lock", b"\xff", {"body"}),
        ("lock", b'{"topics": ["fax"], "topics": ["letter"], "worker_id": "w"}', {"body"}),
        ("lock", b"[" * 100_000, {"body"}),
        ("lock", b"", {"body"}),
        ("lock", b'{"x": ' + b"[" * 900 + b"]" * 900 + b"}", {"body"}),
        ("lock", b'{"topics": ' + b"[" * 900 + b"]" * 900 + b"}", {"body"}),
        ("lock", b'{"x": {"y": "\\ud800"}}', {"body"}),
    ],
)  # fmt: skip
def test_body_that_does_not_fit_is_refused_with_its_fields(fax: Worker, path: str, body: Any, named: set[str]) -> None:
    assert fields(fax.post(path.format(job=f"{new_id()}.1"), body)) == named


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["lock_token", "variables", "error", "retries_left", "retry_in_seconds", "command_id", "x"])


@settings_of(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(FIELDS, ANY_JSON, max_size=7) | ANY_JSON)
def test_no_body_breaks_anything(fax: Worker, body: Any) -> None:
    answer = fax.post(f"{'0' * 32}.1/fail", body)
    assert answer.status_code in (404, 422), answer.text
    assert answer.mimetype == PROBLEM


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"a": {"b": NaN}}', "body"), ('{"a": {"b": 1e400}}', "variables.a.b"), ('{"__a": 1}', "variables.__a"),
        ('{"a": [1, 99999999999999999999]}', "variables.a[1]"), ('{"a": "\\ud800"}', "variables.a"),
    ],
)  # fmt: skip
def test_variables_that_do_not_fit_are_refused_with_their_place(
    fax: Worker, start: Callable[[], str], text: str, named: str
) -> None:
    start()
    (job,) = fax.lock()
    body = f'{{"lock_token": "{job["lock_token"]}", "variables": {text}}}'
    answer = fax.post(f"{job['job_id']}/complete", body.encode())
    assert fields(answer, "invalid_request" if named == "body" else "invalid_variables") == {named}


def test_unknown_jobs_are_not_found(fax: Worker, start: Callable[[], str]) -> None:
    case_id = start()
    for job_id in (
        f"{new_id()}.1",
        f"{case_id}.999999999",
        "nonsense",
        f"{case_id}.-1",
        f"{case_id}.99999999999",
        "%00.1",
    ):
        problem(fax.post(f"{job_id}/complete", {"lock_token": "x"}), 404, "not_found")


@pytest.mark.parametrize(
    "token",
    [None, "", "wrong", "liandong_" + "x" * 400, TOKENS["fax"][:-1], "ä"],
    ids=["none", "empty", "wrong", "too long", "cut", "not ascii"],
)
def test_without_a_known_token_nobody_is_let_in(api: Flask, token: str | None) -> None:
    answer = Worker(api, token).post("lock", {"topics": ["fax"], "worker_id": "one"})
    problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")


def test_the_hash_itself_opens_nothing(api: Flask) -> None:
    answer = Worker(api, token_sha256(TOKENS["fax"])).post("lock", {"topics": ["fax"], "worker_id": "one"})
    problem(answer, 401, "not_authenticated")


def test_session_of_an_administrator_opens_nothing_here(api: Flask) -> None:
    visitor = Visitor(api, "jiang")
    answer = visitor.client.post("/api/v1/jobs/lock", json={"topics": ["fax"], "worker_id": "one"})
    problem(answer, 401, "not_authenticated")
    assert "Set-Cookie" not in answer.headers


def test_token_of_a_worker_opens_no_page(fax: Worker) -> None:
    assert fax.client.get("/inbox", headers=fax.headers).status_code == 303


def test_without_a_file_nobody_is_let_in(app: Flask) -> None:
    problem(Worker(app, TOKENS["fax"]).post("lock", {}), 401, "not_authenticated")


def test_worker_taken_out_of_the_file_is_refused_at_once(fax: Worker, tokens_file: Path) -> None:
    assert fax.lock() == []
    tokens_file.write_text("\n".join(toml_lines("weather", ["forecast"], token_sha256(TOKENS["weather"]))))
    problem(fax.post("lock", {"topics": ["fax"], "worker_id": "one"}), 401, "not_authenticated")
    tokens_file.write_text("[worker.fax")
    answer = fax.post("lock", {"topics": ["fax"], "worker_id": "one"})
    problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    tokens_file.unlink()
    problem(fax.post("lock", {"topics": ["fax"], "worker_id": "one"}), 503, "unavailable")
    tokens_file.write_text("\n".join(toml_lines("fax", ["fax"], token_sha256(TOKENS["fax"]))))
    assert fax.lock() == []


def test_only_json_of_a_sensible_size_is_read(fax: Worker) -> None:
    body = {"topics": ["fax"], "worker_id": "one"}
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        problem(fax.post("lock", body, content_type=kind), 415, "not_json")
    assert fax.post("lock", body, content_type="application/json; charset=utf-8").status_code == 200
    problem(fax.post("lock", b'"' + b"x" * MOST_BYTES + b'"'), 413, "too_large")


def test_addresses_and_methods_that_are_none_are_problems_too(fax: Worker) -> None:
    problem(fax.client.get("/api/v1/nothing"), 404, "not_found")
    problem(fax.client.post("/api/nothing", data={"x": "y"}), 404, "not_found")
    answer = fax.client.get("/api/v1/jobs/lock", headers=fax.headers)
    problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_answers_carry_the_security_headers_and_are_not_kept(fax: Worker) -> None:
    answer = fax.post("lock", {"topics": ["fax"], "worker_id": "one"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
