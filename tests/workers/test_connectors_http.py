"""HTTP and webhook connectors against a real server: what is sent, what comes back, and what is refused."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workers.http_server import Outside, reply
from workflow_engine.settings import Settings
from workflow_engine.workers.connectors import BusinessError, ConnectorError, Work
from workflow_engine.workers.connectors_config import build_registry
from workflow_engine.workers.connectors_http import signature_headers

NOW = datetime(2026, 5, 12, 6, 28, 4, tzinfo=UTC)
Call = Callable[..., Any]
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def _work(topic: str, **parameters: Any) -> Work:
    return Work("case1.7", topic, "case1", "notify_city", {"secret_name": "Wang"}, parameters)


@pytest.fixture
def call(outside: Outside, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Calls the connector of a topic with these parameters; ``extra`` are more lines of its settings."""
    monkeypatch.setenv("CONNECTOR_TOKEN", "Bearer t0ken")
    monkeypatch.setenv("CONNECTOR_SECRET", SECRET)

    def calling(topic: str, extra: str = "", **parameters: Any) -> Any:
        file = tmp_path / "connectors.toml"
        file.write_text(
            f'''
            [http.weather]
            url = "{outside.url}/v2"
            headers = {{ Authorization = "env:CONNECTOR_TOKEN" }}
            {extra}
            [webhook.city]
            url = "{outside.url}/hook"
            secret = "env:CONNECTOR_SECRET"
            '''
        )
        settings = Settings(connectors_file=file, http_allow=("127.0.0.1",), http_allow_networks=("127.0.0.1/32",))
        return build_registry(settings, lambda: NOW).get(topic)(_work(topic, **parameters))

    return calling


def test_http_call_sends_what_the_model_says_and_returns_the_answer(outside: Outside, call: Call) -> None:
    outside.answer = lambda handler, asked: reply(handler, 201, b'{"level": "red"}')
    answer = call("http:weather", method="post", path="areas/成都 1", query={"day": 3, "kind": ["a", "b"]},
        body={"river": 4},
    )  # fmt: skip
    assert answer == {"response": {"status": 201, "body": {"level": "red"}}}
    asked = outside.requests[0]
    assert (asked.method, asked.path) == ("POST", "/v2/areas/%E6%88%90%E9%83%BD%201?day=3&kind=a&kind=b")
    assert json.loads(asked.body) == {"river": 4}
    assert asked.headers["authorization"] == "Bearer t0ken"
    assert asked.headers["idempotency-key"] == "case1.7"
    assert asked.headers["host"] == outside.url.removeprefix("http://")


def test_http_answer_that_is_text_comes_back_as_text(outside: Outside, call: Call) -> None:
    outside.answer = lambda handler, asked: reply(handler, 200, "红色".encode(), Content_Type="text/plain")
    assert call("http:weather")["response"]["body"] == "红色"


@pytest.mark.parametrize("path", ["../admin", "/a/../../admin", "..\\admin", "a\r\nX-Evil: 1", "a\x00b", "./x"])
def test_http_path_that_leaves_its_place_is_refused(outside: Outside, call: Call, path: str) -> None:
    with pytest.raises(ConnectorError, match="Expected a path below /v2"):
        call("http:weather", path=path)
    assert outside.requests == []


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "@evil.example", "?a=b#c", "%2e%2e/admin", "http://evil.example/"]
)
def test_http_path_stays_below_the_destination(outside: Outside, call: Call, path: str) -> None:
    call("http:weather", path=path)
    assert outside.requests[0].path.startswith("/v2/")
    assert "?" not in outside.requests[0].path
    assert "%2e%2e" not in outside.requests[0].path


def test_http_error_that_the_model_foresees_is_thrown(outside: Outside, call: Call) -> None:
    outside.answer = lambda handler, asked: reply(handler, 404, b'{"reason": "unknown"}')
    with pytest.raises(BusinessError) as caught:
        call("http:weather", errors={"404": "area_unknown"})
    assert caught.value.code == "area_unknown"
    assert caught.value.variables == {"response": {"status": 404, "body": {"reason": "unknown"}}}


@pytest.mark.parametrize(("status", "final"), [(400, True), (404, True), (429, False), (500, False), (503, False)])
def test_http_status_says_whether_to_try_again(outside: Outside, call: Call, status: int, final: bool) -> None:
    outside.answer = lambda handler, asked: reply(handler, status, b"{}", Retry_After="7")
    with pytest.raises(ConnectorError, match=f"status {status}") as caught:
        call("http:weather")
    assert (caught.value.final, caught.value.retry_in_seconds) == (final, 7)


def test_http_redirection_is_not_followed(outside: Outside, call: Call) -> None:
    outside.answer = lambda handler, asked: reply(handler, 302, Location="http://169.254.169.254/latest")
    with pytest.raises(ConnectorError, match="not followed") as caught:
        call("http:weather")
    assert caught.value.final
    assert len(outside.requests) == 1


def test_http_answer_that_is_too_large_is_cut_off(outside: Outside, call: Call) -> None:
    outside.answer = lambda handler, asked: reply(handler, 200, b" " * 3_000_000)
    with pytest.raises(ConnectorError, match="at most 1,000 bytes"):
        call("http:weather", "max_bytes = 1000")


def test_http_answer_that_is_compressed_is_refused(outside: Outside, call: Call) -> None:
    outside.answer = lambda handler, asked: reply(handler, 200, b"x", Content_Encoding="gzip")
    with pytest.raises(ConnectorError, match="compressed"):
        call("http:weather")


def test_http_answer_that_drips_ends_at_the_deadline(outside: Outside, call: Call) -> None:
    def drip(handler: Any, asked: object) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000):
            handler.wfile.write(b"X-%d: y\r\n" % number)
            handler.wfile.flush()
            time.sleep(0.05)

    outside.answer = drip
    with pytest.raises(ConnectorError, match=r"within 0\.4 seconds") as caught:
        call("http:weather", "timeout_seconds = 0.4")
    assert not caught.value.final


def test_http_server_that_is_gone_is_tried_again(outside: Outside, call: Call, free_port: int) -> None:
    outside.url = f"http://127.0.0.1:{free_port}"
    with pytest.raises(ConnectorError, match=r"127\.0\.0\.1") as caught:
        call("http:weather")
    assert not caught.value.final


def test_http_method_that_is_unknown_is_refused(call: Call) -> None:
    with pytest.raises(ConnectorError, match="Expected a method"):
        call("http:weather", method="TRACE")


def test_proxy_of_the_environment_is_not_used(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert call("http:weather")["response"]["status"] == 200


def test_webhook_is_signed_and_keeps_its_message_id(outside: Outside, call: Call) -> None:
    outside.answer = lambda handler, asked: reply(handler, 204)
    for _try in range(2):
        assert call("webhook:city", type="level.raised", payload={"level": 2}) == {}
    first, second = outside.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "case1.7"
    assert first.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"case1.7.{int(NOW.timestamp())}.".encode() + first.body
    expected = base64.b64encode(hmac.digest(b"0123456789abcdef0123456789abcdef", signed, "sha256")).decode()
    assert first.headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(first.body) == {
        "type": "level.raised", "timestamp": "2026-05-12T06:28:04+00:00", "data": {"case_id": "case1", "level": 2},
    }  # fmt: skip


def test_webhook_sends_no_variable_that_the_model_does_not_name(outside: Outside, call: Call) -> None:
    call("webhook:city")
    assert b"Wang" not in outside.requests[0].body
    assert json.loads(outside.requests[0].body)["type"] == "notify_city"


def test_signature_follows_the_published_example() -> None:
    # The worked example of the Standard Webhooks specification's reference libraries.
    headers = signature_headers(
        base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}',
    )  # fmt: skip
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
