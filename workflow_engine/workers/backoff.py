"""How long to wait before the next try: as long as was tried so far, so it doubles; bounded; spread by the key."""

from __future__ import annotations

from hashlib import sha256

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 3600.0
_SPREAD = 0.5


def pause_seconds(key: str, tried_seconds: float) -> int:
    """Whole seconds until the next try, given for how long it was tried already.

    Between 5 seconds and an hour, lengthened by up to half of itself so that what failed together does not come back
    together. The same for the same arguments: no chance is involved.
    """
    plain = min(max(tried_seconds, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
    share = int.from_bytes(sha256(f"{key}:{round(tried_seconds)}".encode()).digest()[:4], "big") / 2**32
    return round(plain * (1 + _SPREAD * share))
