"""The connectors ``http`` (call an interface of the outside) and ``webhook`` (tell the outside, signed)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from workflow_engine.workers.connectors import BusinessError, ConnectorError, Work, mapping_parameter, text_parameter
from workflow_engine.workers.connectors_exchange import Destination, exchange, require_success, target_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class HttpConnector:
    """Calls the destination; parameters ``method``, ``path``, ``query``, ``body`` and ``errors`` come from the model.

    ``errors`` is a context from status to error code: such an answer is thrown as that BPMN error. Everything else that
    is no success fails the try. Returns ``{"response": {"status": 200, "body": …}}``; the body is JSON or text.
    """

    destination: Destination

    def __call__(self, work: Work) -> Mapping[str, Any]:
        method = text_parameter(work, "method", "GET").upper()
        if method not in METHODS:
            raise ConnectorError(f"Expected a method out of {', '.join(METHODS)}, but got {method!r}.", final=True)
        path = text_parameter(work, "path") if work.parameters.get("path") else ""
        url = target_of(self.destination, path, mapping_parameter(work, "query"))
        headers = {"Idempotency-Key": work.key, "Accept": "application/json, text/plain;q=0.5, */*;q=0.1"}
        content = b""
        if work.parameters.get("body") is not None:
            content = orjson.dumps(work.parameters["body"])
            headers["Content-Type"] = "application/json"
        answer = exchange(self.destination, method, url, content, headers)
        foreseen = mapping_parameter(work, "errors").get(str(answer.status))
        response = {"status": answer.status, "body": answer.body() if foreseen or answer.status < 300 else None}
        if foreseen:
            raise BusinessError(str(foreseen), f"status {answer.status}", {"response": response})
        require_success(answer)
        return {"response": response}


@dataclass(frozen=True, slots=True)
class WebhookConnector:
    """Posts ``{"type", "timestamp", "data"}`` with the signature headers of the Standard Webhooks specification.

    Parameters: ``type`` (default: the element's id) and ``payload`` (a context; default: none of the case's variables).
    The message id is constant over all tries, the timestamp is that of the try.
    """

    destination: Destination
    secret: bytes
    now: Callable[[], datetime]

    def __call__(self, work: Work) -> Mapping[str, Any]:
        at = self.now()
        content = orjson.dumps(
            {
                "type": text_parameter(work, "type", work.element_id), "timestamp": at.isoformat(),
                "data": {"case_id": work.case_id, **mapping_parameter(work, "payload")},
            }
        )  # fmt: skip
        headers = {"Content-Type": "application/json", **signature_headers(self.secret, work.key, at, content)}
        require_success(exchange(self.destination, "POST", target_of(self.destination), content, headers))
        return {}


def signature_headers(secret: bytes, message_id: str, at: datetime, content: bytes) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` (v1: HMAC-SHA256 over id, timestamp and body)."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + content
    digest = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{digest}"}


def webhook_secret(text: str) -> bytes:
    """The key in ``whsec_<base64>``; any other text is the key itself."""
    return base64.b64decode(text.removeprefix("whsec_"), validate=True) if text.startswith("whsec_") else text.encode()
