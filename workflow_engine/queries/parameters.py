"""Parameters of processes as the city sets them; and each time a legal bound was passed, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.domain.process_parameters import Parameter
from workflow_engine.domain.profile import Profile
from workflow_engine.queries.snapshot import Look
from workflow_engine.storage import setting_versions
from workflow_engine.storage.process_parameters import declared_parameters
from workflow_engine.storage.schema import setting_version
from workflow_engine.storage.setting_versions import PROFILE
from workflow_engine.storage.statement import Statement, param

MOST_VERSIONS = 500
_VERSIONS = Statement(
    select(setting_version.c.version, setting_version.c.changed_at, setting_version.c.content)
    .where(setting_version.c.setting == PROFILE)
    .order_by(setting_version.c.version.desc())
    .limit(param("most"))
)


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter that a released process declares, and what holds here."""

    parameter: Parameter
    definition_id: str
    process_id: str
    process_name: str | None
    value: Any
    is_set: bool
    """The city says so; else it is what the process says itself."""
    is_beyond: bool
    published: str
    """Why it lies beyond its legal bounds."""


@dataclass(frozen=True, slots=True)
class PassedBound:
    """A version of the profile that set a value beyond its legal bounds."""

    name: str
    version: int
    set_at: datetime
    value: Any
    floor: Any
    ceiling: Any
    published: str


class ParameterQueries:
    """Questions that anybody may ask: what a city sets for its procedures is public."""

    def __init__(self, look: Callable[[], AbstractContextManager[Look]]) -> None:
        self._look = look

    def list_parameters(self) -> list[ParameterRow]:
        """Every parameter that a released process declares, by name."""
        with self._look() as look:
            profile = Profile.read(setting_versions.newest(look.unit, PROFILE).content)
            declared = declared_parameters(look.unit)
        rows = []
        for name, one in declared.items():
            told = profile.parameters.get(name)
            value = one.parameter.default if told is None else told["value"]
            published = "" if told is None else told.get("published", "")
            beyond = one.parameter.is_beyond(value)
            rows.append(
                ParameterRow(
                    one.parameter,
                    one.definition_id,
                    one.process_id,
                    one.process_name,
                    value,
                    told is not None,
                    beyond,
                    published,
                )
            )
        return rows

    def list_passed_bounds(self) -> list[PassedBound]:
        """Every time that a value was set beyond its legal bounds, the newest first; also where it is no longer so."""
        with self._look() as look:
            rows = look.unit.all(_VERSIONS, {"most": MOST_VERSIONS})
        versions = [(row[0], row[1], Profile.read(orjson.loads(row[2])).parameters) for row in rows]
        older = [*versions[1:], (0, None, {})]
        return [
            found
            for (version, at, now), (_, _, before) in zip(versions, older, strict=False)
            for found in _passed(version, at, now, before)
        ]


def _passed(
    version: int, at: datetime, now: Mapping[str, Mapping[str, Any]], before: Mapping[str, Mapping[str, Any]]
) -> Iterator[PassedBound]:
    for name, told in now.items():
        if "published" in told and before.get(name) != told:
            yield PassedBound(
                name, version, at, told["value"], told.get("floor"), told.get("ceiling"), told["published"]
            )
