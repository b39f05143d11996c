"""How people sign in: their passwords, and as whom another system knows them."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.events_organisation import ExternalAccountBound, PasswordChanged
from workflow_engine.domain.organisation_commands import BindAccount, ChangePassword, ResetPassword
from workflow_engine.domain.organisation_rows import PERSON
from workflow_engine.domain.permissions import require_permission
from workflow_engine.handlers import power
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.organisation import recorded
from workflow_engine.storage import organisation as store

_HASH = "$argon2id$"


def change_password(work: Handling, command: ChangePassword) -> Receipt:
    """The actor's own password; their other sessions end."""
    _require_hash(command.password_hash)
    person_id = work.actor.actor_id
    if store.find_row(work.unit, PERSON, person_id) is None:
        raise NotFoundError("Expected to change a password, but the actor is no person.")
    store.set_password(work.unit, person_id, command.password_hash, work.now, temporary=False)
    return recorded(work, [PasswordChanged(person_id=person_id, by_themselves=True)], {"person_id": person_id})


def reset_password(work: Handling, command: ResetPassword) -> Receipt:
    """A first or forgotten password, by who administers the organisation; never of somebody with power over others."""
    what = f"reset the password of {command.person_id}"
    require_permission(work.actor, "organisation.administer", what)
    _require_hash(command.password_hash)
    found = store.find_row(work.unit, PERSON, command.person_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no such person.")
    if not work.actor.is_system and power.is_powerful(work, command.person_id, found):
        raise NotPermittedError(
            f"Expected to {what}, but they hold power over others: they change it themselves, or the operator does on "
            "the command line."
        )
    store.set_password(work.unit, command.person_id, command.password_hash, work.now, temporary=True)
    event = PasswordChanged(person_id=command.person_id, by_themselves=False)
    return recorded(work, [event], {"person_id": command.person_id})


def bind_account(work: Handling, command: BindAccount) -> Receipt:
    """Bind once: the account of another person cannot be taken over by signing in elsewhere under their address."""
    what = f"bind an account to {command.person_id}"
    if not work.actor.is_system:
        raise NotPermittedError(f"Expected to {what}, but only the sign-in itself does.")
    bound = store.find_external(work.unit, command.person_id)
    if bound is None:
        raise NotFoundError(f"Expected to {what}, but there is no such person.")
    if bound[0] is not None:
        raise InvalidStateError(f"Expected to {what}, but they have one already.")
    store.bind_external(work.unit, command.person_id, command.external_id)
    event = ExternalAccountBound(person_id=command.person_id, external_id=command.external_id)
    return recorded(work, [event], {"person_id": command.person_id})


def _require_hash(text: str) -> None:
    if not text.startswith(_HASH):
        raise InvalidVariablesError("Expected an argon2id hash, never a password.", {"password_hash": "argon2id"})
