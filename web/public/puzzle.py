"""Proof that a sender took some trouble: cheap for one report, dear for thousands. Without it a person looks first.

The browser looks for a number that makes the digest of the report's own id begin with enough zero bits. The id is
taken once only, so no work counts twice, and nothing has to be remembered here.
"""

from __future__ import annotations

from hashlib import sha256

BITS = 17
"""About 130,000 digests: half a second of a slow telephone, while somebody still writes."""
_LONGEST = 20


def is_solved(request_id: str, answer: str, bits: int = BITS) -> bool:
    """Whether the number is one of those looked for."""
    if not answer.isascii() or not answer.isdigit() or len(answer) > _LONGEST:
        return False
    digest = sha256(f"{request_id}:{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
