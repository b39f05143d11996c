"""Who outside is told of what happened: programs by webhooks, people by mail."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from workflow_engine.domain.events import EVENT_KINDS

WEBHOOK = {"active": frozenset({"paused"}), "paused": frozenset({"active"})}
DELIVERY = {
    "pending": frozenset({"delivered", "dead"}),
    "delivered": frozenset(),
    "dead": frozenset({"pending"}),
}  # fmt: skip
MOST_WEBHOOKS = 50
LONGEST_NAME = 80
MOST_ATTEMPTS = 14
"""With pauses that double from five seconds to an hour: about half a day."""
LEASE_SECONDS = 60
"""How long a sender has before another one may send the same delivery again."""


def matches(kind: str, wanted: Iterable[str]) -> bool:
    """Whether an event of this kind is among the wanted: ``user_task.completed``, ``user_task.*`` or ``*``."""
    return any(one in (kind, "*") or (one.endswith(".*") and kind.startswith(one[:-1])) for one in wanted)


def unknown_kinds(wanted: Iterable[str]) -> list[str]:
    """Those that no event will ever match."""
    return sorted(one for one in set(wanted) if not any(matches(kind, [one]) for kind in EVENT_KINDS))


def url_problem(url: str) -> str | None:
    """Why a webhook cannot go there; None when it can, as far as the address alone tells."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or len(url) > 1_000 or not url.isascii():
        return "Expected an address like https://host/path."
    if not url.isprintable() or " " in url or parts.fragment or parts.username is not None:
        return "Expected an address without blanks, fragment, name or password."
    return None
