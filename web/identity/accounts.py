"""From an account of another system to a person of ours. Nobody is made here, and nobody gains a right."""

from __future__ import annotations

from dataclasses import dataclass

from web.context import engine
from workflow_engine import OPERATOR, POWER, BindAccount, PersonRow, may_somewhere, new_id


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, as another system vouches for them."""

    external_id: str
    """Never given to another one there: issuer and subject, or the directory's own id of the entry."""
    email: str | None = None
    """Only where the other system has verified it."""
    sign_in_name: str | None = None


def person_of(account: Account) -> PersonRow | None:
    """The person to whom the account is bound; at the first sign-in the one with its address or name is bound to it.

    Whoever holds power over others is not bound by an address or name: the operator binds them by hand, so that nobody
    becomes an administrator by what another system says.
    """
    queries = engine().queries.organisation
    bound = queries.find_by_account(account.external_id)
    if bound is not None:
        return bound
    found = queries.find_unbound(email=account.email, sign_in_name=account.sign_in_name)
    if found is None:
        return None
    actor = queries.find_actor(found.person_id)
    if actor is None or any(may_somewhere(actor, verb) for verb in POWER):
        return None
    bind = BindAccount(command_id=new_id(), person_id=found.person_id, external_id=account.external_id)
    engine().handle(bind, OPERATOR)
    return found
