"""Where the key that signs the log lies: a file only its owner reads; without it the log grows unsigned."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from workflow_engine.audit.keys import key_from_text, key_to_text
from workflow_engine.audit.notes import SigningKey
from workflow_engine.domain.errors import CheckpointError


def find_log_key(path: Path) -> SigningKey | None:
    """The key in the file; None when there is no file. Raises CheckpointError when it holds no key."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"Expected to read the log's key in {path}, but: {error}.") from error
    return key_from_text(text)


def make_log_key(path: Path, name: str) -> SigningKey:
    """A new key under this name, in a new file. Raises CheckpointError when the file is there already."""
    key = SigningKey(name, secrets.token_bytes(32))
    text = key_to_text(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CheckpointError(f"Expected no file {path}, but there is one: a key is never overwritten.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return key
