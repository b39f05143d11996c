"""Tokens with which a person lets programs act in their name: made, and taken back."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateApiToken(Command):
    """Let a program act in the actor's name. Only the token's hash reaches the engine."""

    NAME = "api_token.create"
    FOR_READERS = True
    PRIVATE = ("name",)
    token_id: str
    token_sha256: str
    name: str
    scopes: tuple[str, ...]
    days: int
    """How long it opens anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApiToken(Command):
    """Take a token back: by its person, or by who administers the organisation."""

    NAME = "api_token.revoke"
    FOR_READERS = True
    token_id: str
