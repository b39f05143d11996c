"""Settings that administrators keep on the pages: each change is a new version of the whole, older ones stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select

from workflow_engine.storage.schema import setting_version
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

CALENDAR, PROFILE = "calendar", "profile"
_v = setting_version.c
_NEWEST = Statement(
    select(_v.version, _v.content, _v.changed_at, _v.changed_by, _v.reason)
    .where(_v.setting == param("setting"))
    .order_by(_v.version.desc())
    .limit(1)
)
_ADD = Statement(insert(setting_version))


@dataclass(frozen=True, slots=True)
class SettingVersion:
    """One version; number 0, which stands nowhere, is what the product is delivered with."""

    version: int
    content: dict[str, Any]
    changed_at: datetime | None = None
    changed_by: str | None = None
    reason: str = ""


def newest(unit: UnitOfWork, setting: str) -> SettingVersion:
    """What holds now."""
    row = unit.one(_NEWEST, {"setting": setting})
    return SettingVersion(0, {}) if row is None else SettingVersion(row[0], orjson.loads(row[1]), *row[2:])


def newest_text(unit: UnitOfWork, setting: str) -> tuple[int, str]:
    """The version that holds now and its content as it is stored."""
    row = unit.one(_NEWEST, {"setting": setting})
    return (0, "{}") if row is None else (row[0], row[1])


def add(unit: UnitOfWork, setting: str, made: SettingVersion) -> None:
    """The version after the newest; an integrity error when somebody else made it."""
    unit.run(
        _ADD,
        {
            "setting": setting, "version": made.version, "content": orjson.dumps(made.content).decode(),
            "changed_at": made.changed_at, "changed_by": made.changed_by, "reason": made.reason,
        },
    )  # fmt: skip
