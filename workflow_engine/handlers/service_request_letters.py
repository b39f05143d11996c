"""What a case is told of its request: the message, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflow_engine.domain import service_request_commands as q
from workflow_engine.domain.commands import Command

ADDED, CORRECTED, WITHDRAWN = "service_request.added", "service_request.corrected", "service_request.withdrawn"
REOPENED, RATED, MERGED = "service_request.reopened", "service_request.rated", "service_request.merged"
GATHERED, IMPORTED = "service_request.gathered", "service_request.imported"
Letter = tuple[str, dict[str, Any]]


def changed_fields(command: q.CorrectServiceRequest) -> list[str]:
    """What a correction puts right, by name."""
    names = ("address", "category", "description", "kind", "lat", "lon", "title")
    return [name for name in names if getattr(command, name) is not None]


def _added(command: q.AddToServiceRequest) -> Letter:
    told = {"text": command.text, "photos": len(command.photos), "by_reporter": command.by_reporter}
    return ADDED, {"added": told}


def _corrected(command: q.CorrectServiceRequest) -> Letter:
    told = {name: getattr(command, name) for name in changed_fields(command)}
    if command.place_code is not None:
        told["place_code"] = command.place_code
    return CORRECTED, {"correction": told}


def _withdrawn(command: q.WithdrawServiceRequest) -> Letter:
    return WITHDRAWN, {"withdrawal": {"reason": command.reason, "by_reporter": command.by_reporter}}


def _reopened(command: q.ReopenServiceRequest) -> Letter:
    return REOPENED, {"reopening": {"reason": command.reason, "by_reporter": command.by_reporter}}


def _split(command: q.SplitServiceRequest) -> Letter:
    return REOPENED, {"reopening": {"reason": command.reason}}


def _rated(command: q.RateServiceRequest) -> Letter:
    told = {"rating": command.rating, "resolved": command.resolved, "comment": command.comment}
    return RATED, {"rating": told}


def _merged(command: q.MergeServiceRequest) -> Letter:
    return MERGED, {"merger": {"into": command.into, "reason": command.reason}}


def _gathered(command: q.MergeServiceRequests) -> Letter:
    return GATHERED, {"gathered": {"count": len(command.merged)}}


_LETTERS: Mapping[type[Command], Callable[[Any], Letter]] = {
    q.AddToServiceRequest: _added,
    q.CorrectServiceRequest: _corrected,
    q.WithdrawServiceRequest: _withdrawn,
    q.ReopenServiceRequest: _reopened,
    q.SplitServiceRequest: _split,
    q.RateServiceRequest: _rated,
    q.MergeServiceRequest: _merged,
    q.MergeServiceRequests: _gathered,
}


def find_letter(command: Command) -> Letter | None:
    """The message and its payload; None for what a case is told nothing of."""
    write = _LETTERS.get(type(command))
    return None if write is None else write(command)
