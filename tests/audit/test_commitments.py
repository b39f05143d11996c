"""Salted commitments: bound to value and salt, silent about the value."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.audit.commitments import SALT_BYTES, commit, commitment_holds
from workflow_engine.domain.errors import AuditError

SALTS = st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES)
VALUES = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-99, 99) | st.floats(0, 1))


def test_commit_is_sha256_of_salt_and_canonical_value() -> None:
    salt = bytes(range(32))
    assert commit({"b": 1.0, "a": "值"}, salt) == hashlib.sha256(salt + '{"a":"值","b":1}'.encode()).hexdigest()


@given(VALUES, SALTS)
def test_commitment_holds_for_its_own_value_and_salt(value: dict[str, Any], salt: bytes) -> None:
    assert commitment_holds(commit(value, salt), value, salt)


@given(VALUES, VALUES, SALTS, SALTS)
def test_commitment_holds_for_nothing_else(
    value: dict[str, Any], other: dict[str, Any], salt: bytes, other_salt: bytes
) -> None:
    commitment = commit(value, salt)
    if other != value:
        assert not commitment_holds(commitment, other, salt)
    if other_salt != salt:
        assert not commitment_holds(commitment, value, other_salt)


@pytest.mark.parametrize("salt", [b"", b"x" * 31, b"x" * 33])
def test_commit_with_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    with pytest.raises(AuditError, match="salt of 32 bytes"):
        commit("value", salt)
    assert not commitment_holds("0" * 64, "value", salt)


def test_commitment_of_something_that_is_not_json_never_holds() -> None:
    assert not commitment_holds("0" * 64, {1, 2}, b"x" * 32)
    assert not commitment_holds("é", 1, b"x" * 32)
