"""A case and the service request it works on: what the model tells of it.

The header's ``service_request`` names the request and its status, so that no variable can point at another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.evaluation import iso
from workflow_engine.domain.errors import ExpressionError
from workflow_engine.domain.events_service_requests import ServiceRequestTold
from workflow_engine.domain.service_requests import CLOSED, MARKS, SETTLED, STATUS, SUPERVISION, TIERS, words
from workflow_engine.domain.timing import parse_instant

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

TELL = "service_request.tell"
"""The message that changes the request instead of going anywhere."""
HEADER = "service_request"
_FIELDS = frozenset({
    "status", "note", "unit", "tier", "due_at", "contact_due_at", "mark", "resolved", "satisfied", "supervision",
    "next",
})  # fmt: skip
_WORDS = {"status": tuple(STATUS), "tier": TIERS, "supervision": SUPERVISION}


def bind(tree: CaseTree, request_id: str, status: str = "received") -> None:
    """The case works on this request."""
    tree.header[HEADER] = {"id": request_id, "status": status}


def note_status(tree: CaseTree, status: str) -> None:
    """The request is in this state, whoever said so."""
    tree.header[HEADER] = {**tree.header[HEADER], "status": status}


def tell(token: Token, given: Mapping[str, Any]) -> None:
    """Change the request as the model says; nothing happens in a case without one.

    What the reporter withdrew, or staff merged, keeps its status whatever the model says.

    Raises:
        ExpressionError: what is said cannot be understood.
    """
    top = token.workflow.top_workflow
    known = top.header.get(HEADER)
    if known is None:
        return
    if unknown := sorted(given.keys() - _FIELDS):
        raise ExpressionError(f"service_request.tell knows no {', '.join(unknown)}; only {', '.join(sorted(_FIELDS))}.")
    said = {name: value for name, value in given.items() if value is not None}
    for name, allowed in _WORDS.items():
        if name in said and said[name] not in allowed:
            raise ExpressionError(f"Expected {name} to be one of {', '.join(allowed)}, but it is {said[name]!r}.")
    status = None if known["status"] in SETTLED else said.get("status")
    event = ServiceRequestTold(
        request_id=known["id"],
        token_id=token.id,
        element_id=token.element_id,
        status=status,
        closed=_closes(known["status"], status),
        marks=_marks(said.get("mark")),
        unit_id=_unit(said.get("unit")),
        tier=said.get("tier"),
        due_at=_instant("due_at", said.get("due_at")),
        contact_due_at=_instant("contact_due_at", said.get("contact_due_at")),
        resolved=_flag("resolved", said.get("resolved")),
        satisfied=_flag("satisfied", said.get("satisfied")),
        supervision=said.get("supervision"),
        note=_words("note", said.get("note")),
        next=_next(said.get("next")),
    )
    if status is not None:
        note_status(top, status)
    top.recorder.add(event)


def _closes(before: str, after: str | None) -> bool | None:
    if after is None or (before in CLOSED) == (after in CLOSED):
        return None
    return after in CLOSED


def _marks(given: Any) -> list[str] | None:
    if given is None:
        return None
    marks = [given] if isinstance(given, str) else given
    if not isinstance(marks, Sequence) or any(mark not in MARKS for mark in marks):
        raise ExpressionError(f"Expected mark to be of {', '.join(MARKS)}, but it is {given!r}.")
    return list(marks) or None


def _unit(given: Any) -> str | None:
    if given is None:
        return None
    if isinstance(given, str) and 0 < len(given) <= 150:
        return given.removeprefix("unit:")
    raise ExpressionError(f"Expected unit to be the id of a unit, but it is {given!r}.")


def _flag(name: str, given: Any) -> bool | None:
    if given is None or isinstance(given, bool):
        return given
    raise ExpressionError(f"Expected {name} to be true or false, but it is {given!r}.")


def _instant(name: str, given: Any) -> str | None:
    if given is None:
        return None
    try:
        return iso(parse_instant(str(given)))
    except ValueError as error:
        raise ExpressionError(f"Expected {name} to be an instant with offset, but it is {given!r}.") from error


def _words(name: str, given: Any) -> str | None:
    try:
        return None if given in (None, "") else words(given)
    except ValueError as error:
        raise ExpressionError(f"{name}: {error}.") from error


def _next(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if isinstance(given, str):
        given = {"what": given}
    if not isinstance(given, Mapping) or given.keys() - {"what", "by"}:
        raise ExpressionError(f"Expected next to be {{what, by}}, but it is {given!r}.")
    what, by = given.get("what"), given.get("by")
    if not isinstance(what, str) and not isinstance(what, Mapping):
        raise ExpressionError(f"Expected next.what to be words, but it is {what!r}.")
    told: dict[str, Any] = {"what": what}
    if by is not None:
        told["by"] = _instant("next.by", by)
    return told
