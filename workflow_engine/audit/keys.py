"""The file of the key that signs checkpoints: one line, ``PRIVATE+KEY+name+keyid+base64``, as Go's note tools write."""

from __future__ import annotations

import base64
import binascii

from workflow_engine.audit.notes import SigningKey
from workflow_engine.domain.errors import CheckpointError

_START = "PRIVATE+KEY+"
_ED25519 = b"\x01"


def key_to_text(key: SigningKey) -> str:
    """The line to be kept where nobody else can read it."""
    encoded = base64.b64encode(_ED25519 + key.seed).decode()
    return f"{_START}{key.name}+{key.verifier.key_id.hex()}+{encoded}\n"


def key_from_text(text: str) -> SigningKey:
    """The key back. Raises CheckpointError; the message never holds a part of the key."""
    parts = text.strip().removeprefix(_START).split("+", 2)
    if not text.startswith(_START) or len(parts) != 3:
        raise CheckpointError("Expected a line “PRIVATE+KEY+name+keyid+base64” in the file of the log's key.")
    try:
        blob = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("Expected the log's key in base64.") from error
    if blob[:1] != _ED25519:
        raise CheckpointError("Expected an Ed25519 key in the file of the log's key.")
    key = SigningKey(parts[0], blob[1:])
    if key.verifier.key_id.hex() != parts[1]:
        raise CheckpointError(f"Expected the key id {key.verifier.key_id.hex()} for {key.name}, but it is {parts[1]}.")
    return key
