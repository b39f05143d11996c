"""Tokens of programs: made by the person in whose name they act, taken back for good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.house import ADMIN, STRANGER, House
from workflow_engine import (
    OPERATOR,
    Actor,
    CreateApiToken,
    InvalidStateError,
    InvalidVariablesError,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    RevokeApiToken,
    new_id,
)

LI = Actor("user:li")
DIGEST = "ab" * 32


@pytest.fixture
def staffed(house: House) -> House:
    """A house in which Li may sign in."""
    li = {"person_id": "user:li", "sign_in_name": "li", "display_name_zh": "李", "display_name_en": "Li"}
    house.engine.handle(LoadOrganisation(command_id=new_id(), people=[li]), OPERATOR)
    return house


def create(house: House, actor: Actor = LI, digest: str = DIGEST, **changes: object) -> str:
    token_id = new_id()
    fields = {"name": "Statistics", "scopes": ("cases:read",), "days": 30, **changes}
    command = CreateApiToken(command_id=new_id(), token_id=token_id, token_sha256=digest, **fields)  # type: ignore[arg-type]
    house.engine.handle(command, actor)
    return token_id


def test_token_is_found_by_its_hash_until_it_expires(staffed: House) -> None:
    create(staffed)
    now = staffed.clock.now()
    found = staffed.engine.queries.access.find_token(DIGEST, now)
    assert found is not None
    assert (found.person_id, found.name, found.scopes) == ("user:li", "Statistics", {"cases:read"})
    assert staffed.engine.queries.access.find_token(DIGEST, now + timedelta(days=30)) is None
    assert staffed.engine.queries.access.find_token("cd" * 32, now) is None


def test_token_revoked_opens_nothing(staffed: House) -> None:
    token_id = create(staffed)
    staffed.engine.handle(RevokeApiToken(command_id=new_id(), token_id=token_id), LI)
    assert staffed.engine.queries.access.find_token(DIGEST, staffed.clock.now()) is None
    (listed,) = staffed.engine.queries.access.list_tokens("user:li")
    assert listed.revoked_at == staffed.clock.now()
    with pytest.raises(InvalidStateError):
        staffed.engine.handle(RevokeApiToken(command_id=new_id(), token_id=token_id), LI)


def test_token_is_revoked_by_an_administrator_but_by_no_stranger(staffed: House) -> None:
    token_id = create(staffed)
    with pytest.raises(NotFoundError):
        staffed.engine.handle(RevokeApiToken(command_id=new_id(), token_id=token_id), STRANGER)
    staffed.engine.handle(RevokeApiToken(command_id=new_id(), token_id=token_id), ADMIN)
    assert staffed.engine.queries.access.find_token(DIGEST, staffed.clock.now()) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("name", "x" * 81), ("scopes", ()), ("scopes", ("cases:burn",)), ("days", 0), ("days", 367)],
)
def test_token_that_cannot_be_is_refused_at_its_field(staffed: House, field: str, value: object) -> None:
    with pytest.raises(InvalidVariablesError) as refused:
        create(staffed, **{field: value})
    assert list(refused.value.problems) == [field]


def test_token_of_nobody_is_refused(staffed: House) -> None:
    with pytest.raises(NotPermittedError):
        create(staffed, actor=OPERATOR)


def test_token_beyond_the_twentieth_is_refused(staffed: House) -> None:
    for number in range(20):
        create(staffed, digest=f"{number:064x}")
    with pytest.raises(InvalidStateError):
        create(staffed, digest="ef" * 32)


def test_token_stands_in_the_record_without_its_name(staffed: House) -> None:
    create(staffed)
    (body,) = staffed.rows("SELECT body FROM audit_entry WHERE stream_id = 'access:tokens'")[0]
    assert "cases:read" in body
    assert "Statistics" not in body
