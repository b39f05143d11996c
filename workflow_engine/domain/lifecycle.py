"""States of every aggregate and the only moves between them; the schema's CHECK constraints are made from these."""

from __future__ import annotations

from collections.abc import Mapping

Table = Mapping[str, frozenset[str]]

DEFINITION: Table = {
    "draft": frozenset({"released", "retired"}),
    "released": frozenset({"retired"}),
    "retired": frozenset(),
}
CASE: Table = {
    "active": frozenset({"suspended", "completed", "terminated", "cancelled"}),
    "suspended": frozenset({"active", "cancelled"}),
    "completed": frozenset(),
    "terminated": frozenset(),
    "cancelled": frozenset(),
}
USER_TASK: Table = {
    "ready": frozenset({"claimed", "completed", "cancelled"}),
    "claimed": frozenset({"ready", "completed", "cancelled"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
}
TIMER: Table = {
    "scheduled": frozenset({"fired", "cancelled"}),
    "fired": frozenset(),
    "cancelled": frozenset(),
}
JOB: Table = {
    "available": frozenset({"locked", "completed", "failed", "cancelled"}),
    "locked": frozenset({"available", "completed", "failed", "cancelled"}),
    "failed": frozenset({"available", "cancelled"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
}
MESSAGE: Table = {
    "waiting": frozenset({"correlated", "expired"}),
    "correlated": frozenset(),
    "expired": frozenset(),
}
DELEGATION: Table = {
    "pending": frozenset({"resolved", "taken_back", "withdrawn"}),
    "resolved": frozenset(),
    "taken_back": frozenset(),
    "withdrawn": frozenset(),
}
OPINION: Table = {
    "waiting": frozenset({"open", "removed", "withdrawn"}),
    "open": frozenset({"answered", "removed", "withdrawn"}),
    "answered": frozenset(),
    "removed": frozenset(),
    "withdrawn": frozenset(),
}
BALLOT: Table = {
    "open": frozenset({"closed", "tied", "decided", "withdrawn"}),
    "closed": frozenset({"open", "tied", "decided", "withdrawn"}),
    "tied": frozenset({"open", "decided", "withdrawn"}),
    "decided": frozenset(),
    "withdrawn": frozenset(),
}
INCIDENT: Table = {"open": frozenset({"resolved"}), "resolved": frozenset()}
OUTBOX: Table = {
    "pending": frozenset({"sent", "dead"}),
    "sent": frozenset(),
    "dead": frozenset({"pending"}),
}
BATCH: Table = {
    "running": frozenset({"paused", "finished", "stopped"}),
    "paused": frozenset({"running", "finished", "stopped"}),
    "finished": frozenset(),
    "stopped": frozenset(),
}
BATCH_ITEM: Table = {
    "pending": frozenset({"done", "failed", "skipped"}),
    "done": frozenset(),
    "failed": frozenset(),
    "skipped": frozenset({"done", "failed"}),
}
DESTRUCTION: Table = {
    "ordered": frozenset({"running"}),
    "running": frozenset({"finished"}),
    "finished": frozenset(),
}
DESTRUCTION_CASE: Table = {
    "pending": frozenset({"known", "done"}),
    "known": frozenset({"done"}),
    "done": frozenset(),
}

ENDED_CASE = frozenset({"completed", "terminated", "cancelled"})


def may_move(table: Table, before: str, after: str) -> bool:
    """Whether the table allows this step."""
    return after in table[before]
