"""Idempotency keys: under which command id a request is handled, so that sending it again does nothing twice."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import request

from web.api.bodies import InvalidBodyError
from web.api.tokens import OutsideWorker
from workflow_engine import new_id

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
_KEY = re.compile(r'"?([0-9A-Za-z._:-]{8,64})"?')


def find_key(body: Mapping[str, Any]) -> str | None:
    """The key that the header or the body gives.

    Raises:
        InvalidBodyError: it cannot be one, or the two differ.
    """
    written = request.headers.get(HEADER)
    in_body: str | None = body.get("command_id")
    if written is None:
        return in_body
    match = _KEY.fullmatch(written)
    if match is None:
        raise InvalidBodyError(
            f"Expected another {HEADER}.", {HEADER: "Expected 8 to 64 letters, digits, dots, colons, - and _."}
        )
    if in_body not in (None, match[1]):
        raise InvalidBodyError(
            f"Expected one key, not two: {HEADER} and command_id differ.", {"command_id": f"Expected what {HEADER} is."}
        )
    return match[1]


def lock_command_id(worker: OutsideWorker, key: str | None) -> str:
    """Of a fetch. It becomes the lock token, so it must not be guessed from a key that others may know."""
    if key is None:
        return new_id()
    return "lock-" + hmac.new(bytes.fromhex(worker.token_sha256), key.encode(), sha256).hexdigest()[:48]


def person_command_id(person_id: str, operation: str, key: str | None) -> str:
    """Of a person's program. Two people may choose the same key, and one program the same key for two addresses."""
    if key is None:
        return new_id()
    return f"api-{sha256(chr(31).join((person_id, operation, key)).encode()).hexdigest()[:40]}"


def outcome_command_id(job_id: str, lock_token: str, outcome: str, key: str | None) -> str:
    """Of an outcome; without a key the same outcome under the same lock counts as sent again."""
    return key or f"job-{sha256(f'{job_id}:{lock_token}:{outcome}'.encode()).hexdigest()[:40]}"
