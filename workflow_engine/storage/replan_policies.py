"""Versions of the table for re-planning; 0 is what the product is delivered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select

from workflow_engine.storage.schema import replan_policy
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_v = replan_policy.c
_ABOUT = (_v.version, _v.sha256, _v.changed_at, _v.changed_by, _v.reason)
_NEWEST = Statement(select(_v.version).order_by(_v.version.desc()).limit(1))
_CONTENT = Statement(select(_v.content).where(_v.version == param("version")))
_ALL = Statement(select(*_ABOUT).order_by(_v.version.desc()).limit(param("most")))
_ADD = Statement(insert(replan_policy))


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version without its content."""

    version: int
    sha256: str
    changed_at: datetime
    changed_by: str
    reason: str


def newest(unit: UnitOfWork) -> int:
    """The version in force."""
    row = unit.one(_NEWEST, {})
    return 0 if row is None else int(row[0])


def content(unit: UnitOfWork, version: int) -> str | None:
    """A version's DMN; None for what the product is delivered with."""
    row = unit.one(_CONTENT, {"version": version})
    return None if row is None else str(row[0])


def versions(unit: UnitOfWork, most: int = 50) -> list[PolicyVersion]:
    """Every version that was put in force, the newest first."""
    return [PolicyVersion(*row) for row in unit.all(_ALL, {"most": most})]


def add(unit: UnitOfWork, version: int, text: str, by: str, at: datetime, reason: str) -> str:
    """The version after the newest; returns the digest. An integrity error when somebody else made it."""
    digest = sha256(text.encode()).hexdigest()
    row = {"version": version, "content": text, "sha256": digest, "changed_at": at, "changed_by": by, "reason": reason}
    unit.run(_ADD, row)
    return digest
