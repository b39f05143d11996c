"""What happened to tokens of programs."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenCreated(Event):
    """A program may act in a person's name until ``expires_at``."""

    KIND = "api_token.created"
    token_id: str
    person_id: str
    scopes: list[str]
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenRevoked(Event):
    """The token opens nothing any more."""

    KIND = "api_token.revoked"
    token_id: str
    person_id: str


ACCESS_EVENTS: tuple[type[Event], ...] = (ApiTokenCreated, ApiTokenRevoked)
EVENT_KINDS.update({kind.KIND: kind for kind in ACCESS_EVENTS})
