"""Events as CloudEvents 1.0 in structured JSON, and the signature of a webhook (Standard Webhooks 1.0).

Only the public part of an event goes out: what people typed stays in the case, and whoever may see it asks for it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

MEDIA_TYPE = "application/cloudevents+json"
TYPE_PREFIX = "liandong."
SECRET_PREFIX = "whsec_"  # noqa: S105 - the beginning of every secret, as the standard has it
SECRET_BYTES = 32


def event_id(stream_id: str, seq: int, number: int) -> str:
    """Of one event: its chain, its entry, its place in the entry. The same whoever computes it."""
    return f"{stream_id}/{seq}/{number}"


def cloud_event(
    stream_id: str, seq: int, number: int, at: str, actor: str, event: Mapping[str, Any], case: Mapping[str, Any] | None
) -> dict[str, Any]:
    """One event as JSON. ``case`` holds what tells receivers which case it is; None for chains of no case."""
    data = {name: value for name, value in event.items() if name != "event"}
    told = {
        "specversion": "1.0", "id": event_id(stream_id, seq, number),
        "source": f"/cases/{stream_id}" if case is not None else f"/streams/{stream_id}",
        "type": TYPE_PREFIX + event["event"], "time": at, "datacontenttype": "application/json",
        "data": {"actor": actor, **({"case": dict(case)} if case is not None else {}), **data},
    }  # fmt: skip
    subject = event.get("element_id")
    return {**told, "subject": subject} if subject else told


def signature(secret: str, message_id: str, timestamp: int, content: bytes) -> str:
    """The header ``webhook-signature``: HMAC-SHA256 over id, instant and content.

    Raises:
        ValueError: the secret is not one that ``new_secret`` made.
    """
    signed = f"{message_id}.{timestamp}.".encode() + content
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, sha256).digest()).decode()


def headers_of(secret: str, message_id: str, timestamp: int, content: bytes) -> dict[str, str]:
    """The headers that receivers check; ``webhook-id`` is constant over all tries."""
    return {
        "Content-Type": MEDIA_TYPE, "webhook-id": message_id, "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, content),
    }  # fmt: skip


def secret_of(key: bytes) -> str:
    """The secret as it is shown and stored, from 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def is_secret(text: str) -> bool:
    """Whether this can sign."""
    try:
        return len(_key(text)) >= SECRET_BYTES
    except ValueError:
        return False


def _key(secret: str) -> bytes:
    if not secret.startswith(SECRET_PREFIX):
        raise ValueError(f"Expected a secret that begins with {SECRET_PREFIX}.")
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("Expected a secret of base64 letters.") from error
