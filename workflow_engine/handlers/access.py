"""Making and taking back tokens of programs."""

from __future__ import annotations

import re
from datetime import timedelta

from workflow_engine.domain.access import LONGEST_NAME, MOST_DAYS, MOST_TOKENS, unknown_scopes
from workflow_engine.domain.access_commands import CreateApiToken, RevokeApiToken
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.events_access import ApiTokenCreated, ApiTokenRevoked
from workflow_engine.domain.permissions import may
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import access as store

STREAM = "access:tokens"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def create_api_token(work: Handling, command: CreateApiToken) -> Receipt:
    """The actor, a person, lets a program act in their name."""
    person_id = work.actor.actor_id
    if not store.is_person(work.unit, person_id):
        raise NotPermittedError("Expected a person to make a token: it acts in their name.")
    if problems := _problems(command):
        raise InvalidVariablesError("Expected a token that can be made.", problems)
    if store.count_live(work.unit, person_id, work.now) >= MOST_TOKENS:
        raise InvalidStateError(f"Expected at most {MOST_TOKENS} tokens at a time: revoke one that is not needed.")
    expires_at = work.now + timedelta(days=command.days)
    scopes = sorted(set(command.scopes))
    store.add_token(
        work.unit,
        {
            "token_id": command.token_id, "token_sha256": command.token_sha256, "person_id": person_id,
            "name": command.name.strip(), "scopes": " ".join(scopes), "created_at": work.now,
            "expires_at": expires_at, "revoked_at": None,
        },
    )  # fmt: skip
    event = ApiTokenCreated(
        token_id=command.token_id, person_id=person_id, scopes=scopes, expires_at=expires_at.isoformat()
    )
    return work.record_in_stream(STREAM, [event], {"token_id": command.token_id})


def revoke_api_token(work: Handling, command: RevokeApiToken) -> Receipt:
    """The token opens nothing from now on."""
    found = store.find_owner(work.unit, command.token_id)
    if found is None or not (found.person_id == work.actor.actor_id or may(work.actor, "organisation.load")):
        raise NotFoundError("Expected to revoke a token, but you have no such token.", token_id=command.token_id)
    if found.revoked_at is not None:
        raise InvalidStateError("Expected to revoke a token, but it is revoked already.")
    store.revoke(work.unit, command.token_id, work.now)
    event = ApiTokenRevoked(token_id=command.token_id, person_id=found.person_id)
    return work.record_in_stream(STREAM, [event])


def _problems(command: CreateApiToken) -> dict[str, str]:
    problems = {}
    if not 0 < len(command.name.strip()) <= LONGEST_NAME:
        problems["name"] = f"Expected a name of 1 to {LONGEST_NAME} characters."
    if not command.scopes:
        problems["scopes"] = "Expected at least one scope."
    elif unknown := unknown_scopes(command.scopes):
        problems["scopes"] = f"Expected scopes that there are, but not {', '.join(unknown)[:200]}."
    if not 1 <= command.days <= MOST_DAYS:
        problems["days"] = f"Expected 1 to {MOST_DAYS} days."
    if not _DIGEST.fullmatch(command.token_sha256):
        problems["token_sha256"] = "Expected 64 hexadecimal digits."  # noqa: S105 - what is wrong, not a password
    return problems
