"""Signed notes (C2SP signed-note): a text followed by Ed25519 signatures, each naming its key.

Only type 0x01 (plain Ed25519) is made and verified; signatures of other keys and types are carried along unread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from workflow_engine.domain.errors import CheckpointError

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_ED25519 = b"\x01"
_LINE_START = "— "


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name under which it signs."""

    name: str
    public_key: bytes
    """32 bytes."""

    def __post_init__(self) -> None:
        _require_key_name(self.name)
        if len(self.public_key) != 32:
            raise CheckpointError(f"Expected an Ed25519 public key of 32 bytes, but got {len(self.public_key)}.")

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, tell which key signed."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    def to_text(self) -> str:
        """Return the common form ``name+keyid+base64``, to be handed to who verifies."""
        return f"{self.name}+{self.key_id.hex()}+{_encode(_ED25519 + self.public_key)}"

    @classmethod
    def from_text(cls, text: str) -> VerifierKey:
        """Read ``name+keyid+base64``. Raises CheckpointError when it is malformed or its parts do not fit together."""
        name, plus, rest = text.strip().partition("+")
        key_id, second_plus, encoded = rest.partition("+")
        blob = _decode(encoded, "a verifier key")
        if not (plus and second_plus and blob[:1] == _ED25519):
            raise CheckpointError("Expected a verifier key “name+keyid+base64” of type Ed25519.")
        key = cls(name, blob[1:])
        if key.key_id.hex() != key_id:
            raise CheckpointError(f"Expected the key id {key.key_id.hex()} for {name}, but the text says {key_id}.")
        return key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name under which it signs."""

    name: str
    seed: bytes
    """32 secret bytes."""

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise CheckpointError(f"Expected an Ed25519 seed of 32 bytes, but got {len(self.seed)}.")

    def __repr__(self) -> str:
        return f"SigningKey(name={self.name!r})"  # the seed must never reach a log

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, private.public_key().public_bytes_raw())

    def sign(self, text: str) -> NoteSignature:
        """Return the signature over ``text``."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return NoteSignature(self.name, self.verifier.key_id, private.sign(text.encode()))


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: name and id of the key, and the raw signature."""

    key_name: str
    key_id: bytes
    signature: bytes

    def to_line(self) -> str:
        """Return the line as it stands under a note."""
        return f"{_LINE_START}{self.key_name} {_encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending in a newline) with its signatures; not to be believed before ``verify_note``."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_text(self) -> str:
        """Return the note as it is stored and sent."""
        return self.text + "\n" + "".join(signature.to_line() for signature in self.signatures)


def sign_note(text: str, *keys: SigningKey) -> Note:
    """Return ``text`` signed by every key. Raises CheckpointError when the text cannot be a note's."""
    _require_text(text)
    return Note(text, tuple(key.sign(text) for key in keys))


def parse_note(data: str | bytes) -> Note:
    """Take a note apart without verifying it. Raises CheckpointError when it is not a signed note."""
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > MAX_NOTE_BYTES:
        raise CheckpointError(f"Expected a note of at most {MAX_NOTE_BYTES} bytes, but got {len(raw)}.")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise CheckpointError("Expected a note in UTF-8.") from error
    text, separator, tail = whole.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise CheckpointError("Expected a text, an empty line and signature lines.")
    _require_text(text + "\n")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise CheckpointError(f"Expected at most {MAX_SIGNATURES} signatures, but got {len(lines)}.")
    return Note(text + "\n", tuple(_parse_signature(line) for line in lines))


def verify_note(note: Note, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return the keys among ``keys`` that signed ``note``; signatures of other keys are ignored.

    Raises:
        CheckpointError: no known key signed, or the signature of a known key does not verify.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signers: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.key_name, signature.key_id))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature.signature, note.text.encode())
        except (InvalidSignature, ValueError) as error:
            raise CheckpointError(f"The signature of {key.name} does not fit the text.") from error
        if key not in signers:
            signers.append(key)
    if not signers:
        expected = ", ".join(sorted({key.name for key in keys})) or "nobody"
        raise CheckpointError(f"Expected a signature by {expected}, but there is none.")
    return tuple(signers)


def _parse_signature(line: str) -> NoteSignature:
    parts = line.removeprefix(_LINE_START).split(" ")
    if not line.startswith(_LINE_START) or len(parts) != 2:
        raise CheckpointError("Expected a signature line “— name base64”.")
    _require_key_name(parts[0])
    blob = _decode(parts[1], f"the signature of {parts[0]}")
    if len(blob) < 5:
        raise CheckpointError(f"Expected key id and signature after the name {parts[0]}.")
    return NoteSignature(parts[0], blob[:4], blob[4:])


def _require_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n":
        raise CheckpointError("Expected a text that ends in a newline.")
    if any(character < " " and character != "\n" for character in text):
        raise CheckpointError("Expected a text without control characters.")


def _require_key_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise CheckpointError(f"Expected a key name without spaces and plus signs, but got {name!r}.")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError(f"Expected {what} in base64.") from error
    # Padding bits are free in lax decoders: one signature must not have two spellings.
    if _encode(data) != text:
        raise CheckpointError(f"Expected {what} in canonical base64.")
    return data
