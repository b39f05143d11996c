"""Salted commitments: an entry proves a value without holding it, so that the value can be erased.

Without its 32 random bytes of salt even a telephone number cannot be found by trying; erasing value and salt therefore
leaves a proof that says nothing (and every hash above it still verifies).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from workflow_engine.audit.canonical import canonical_json
from workflow_engine.domain.errors import AuditError

SALT_BYTES = 32


def commit(value: Any, salt: bytes) -> str:
    """Return the commitment to ``value``: hex SHA-256 of ``salt`` (32 bytes) followed by its RFC 8785 bytes.

    Raises:
        AuditError: the salt is not 32 bytes, or the value is not JSON.
    """
    if len(salt) != SALT_BYTES:
        raise AuditError(f"Expected a salt of {SALT_BYTES} bytes, but got {len(salt)}.")
    return hashlib.sha256(salt + canonical_json(value)).hexdigest()


def commitment_holds(commitment: str, value: Any, salt: bytes) -> bool:
    """Tell whether ``commitment`` was made from this value and salt; values that are not JSON never hold."""
    try:
        return hmac.compare_digest(commit(value, salt).encode(), commitment.encode())
    except (AuditError, UnicodeEncodeError):
        return False
