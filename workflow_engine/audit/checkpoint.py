"""Checkpoints (C2SP tlog-checkpoint): origin, size and root of the log over all cases, signed.

A checkpoint kept by somebody else is what a database administrator cannot rewrite.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from workflow_engine.audit.merkle import EMPTY_ROOT, HASH_BYTES
from workflow_engine.audit.notes import SigningKey, VerifierKey, parse_note, sign_note, verify_note
from workflow_engine.domain.errors import CheckpointError

MAX_SIZE = 2**63 - 1
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A statement about a log: that the tree named ``origin`` had ``size`` leaves with this ``root``."""

    origin: str
    size: int
    root: bytes
    """32 bytes."""
    extensions: tuple[str, ...] = ()
    """Further lines; opaque, none of ours."""

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or any(character < " " for character in line):
                raise CheckpointError("Expected an origin and extension lines of one non-empty line each.")
        if not 0 <= self.size <= MAX_SIZE:
            raise CheckpointError(f"Expected a tree size from 0 to {MAX_SIZE}, but got {self.size}.")
        if len(self.root) != HASH_BYTES:
            raise CheckpointError(f"Expected a root of {HASH_BYTES} bytes, but got {len(self.root)}.")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointError("Expected the root of the empty tree for size 0.")

    def to_text(self) -> str:
        """Return the text that is signed."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), root, *self.extensions))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint, without signatures. Raises CheckpointError when it is malformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "":
        raise CheckpointError("Expected at least the lines origin, size and root, each ended by a newline.")
    origin, size, encoded, *extensions = lines
    if not _SIZE.fullmatch(size):
        raise CheckpointError(f"Expected a tree size in decimal digits without leading zeros, but got {size[:40]!r}.")
    try:
        root = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("Expected a root hash in base64.") from error
    if base64.b64encode(root).decode() != encoded:
        raise CheckpointError("Expected a root hash in canonical base64.")
    return Checkpoint(origin, int(size), root, tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> str:
    """Return the signed note of ``checkpoint``: its own key first, then those of witnesses, if any."""
    if not keys:
        raise CheckpointError("Expected at least one key to sign a checkpoint with.")
    return sign_note(checkpoint.to_text(), *keys).to_text()


def verify_checkpoint(note: str | bytes, keys: Sequence[VerifierKey], origin: str | None = None) -> Checkpoint:
    """Return the checkpoint in a signed note, after at least one of ``keys`` was found to have signed it.

    ``origin``: the log it must speak of; None accepts any.

    Raises:
        CheckpointError: malformed, not signed by a known key, a forged signature, or of another log.
    """
    parsed = parse_note(note)
    verify_note(parsed, keys)
    checkpoint = parse_checkpoint(parsed.text)
    if origin is not None and checkpoint.origin != origin:
        raise CheckpointError(f"Expected a checkpoint of {origin}, but it is of {checkpoint.origin}.")
    return checkpoint
