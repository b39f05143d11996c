"""What an engine over a database of its own takes over from the product: the product is only read, cases stay there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import DeployDefinition, ReleaseDefinition
from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.domain.intake_commands import LoadOrganisation
from workflow_engine.domain.organisation_commands import ChangeCalendar, ChangeProfile, SetParameters
from workflow_engine.domain.organisation_rows import CONFLICT, KINDS
from workflow_engine.domain.place_commands import ImportPlaces
from workflow_engine.domain.places import DRAWN, LEVELS
from workflow_engine.domain.service_category_commands import ChangeServiceCategories
from workflow_engine.engine import Engine
from workflow_engine.handlers.deploying import all_nodes
from workflow_engine.queries import Queries

_AUTHOR = Actor("system:trial-author", is_system=True)
_RELEASER = Actor("system:trial-releaser", is_system=True)
_LITERAL = re.compile(r'"([^"\\]+)"')
_REASON = "taken over"


def take_calendar(engine: Engine, product: Queries) -> None:
    """Deadlines are reckoned with the city's calendar, in its time zone."""
    content, version = product.organisation.calendar()
    profile, profile_version = product.organisation.profile()
    ids: dict[str, Any] = {"base_version": 0, "reason": _REASON}
    if version.version:
        days, hours = content.days, {key: list(openings) for key, openings in content.hours.items()}
        years = {str(year): True for year in content.published}
        engine.handle(ChangeCalendar(command_id=new_id(), days=days, hours=hours, years=years, **ids), _AUTHOR)
    if profile_version.version:
        values = {"time_zone": profile.time_zone}
        engine.handle(ChangeProfile(command_id=new_id(), values=values, **ids), _AUTHOR)


def take_parameters(engine: Engine, product: Queries) -> None:
    """Parameters that the models here declare, as the city sets them."""
    profile, _version = product.organisation.profile()
    known = {row.parameter.name for row in engine.queries.parameters.list_parameters()} & profile.parameters.keys()
    if known:
        told = {name: profile.parameters[name] for name in sorted(known)}
        command = SetParameters(
            command_id=new_id(), values={name: one["value"] for name, one in told.items()}, reason=_REASON,
            published={name: one.get("published", _REASON) for name, one in told.items()},
            base_version=engine.queries.organisation.profile()[1].version,
        )  # fmt: skip
        with suppress(InvalidVariablesError):  # a draft declares them otherwise
            engine.handle(command, _AUTHOR)


def take_city(engine: Engine, product: Queries) -> None:
    """Units, people, positions, duty, deputies, the catalogue of categories and the map; who conflicts with whom is
    nobody's business here."""
    rows: dict[str, Any] = {
        kind.plural: list(product.organisation.export(kind.name)) for kind in KINDS if kind is not CONFLICT
    }
    engine.handle(LoadOrganisation(command_id=new_id(), **rows), OPERATOR)
    version, catalogue = product.service_categories.newest()
    if version:
        change = ChangeServiceCategories(
            command_id=new_id(), categories=catalogue.content(), whole=True, base_version=0, reason=_REASON
        )
        engine.handle(change, OPERATOR)
    places = product.places.shapes([*LEVELS, *DRAWN])
    if places:
        features = [
            {
                "type": "Feature", "geometry": orjson.loads(place.geometry),
                "properties": {
                    "place_code": place.place_code, "level": place.level, "name_zh": place.name_zh,
                    "name_en": place.name_en,
                },
            }
            for place in places
        ]  # fmt: skip
        content = orjson.dumps({"type": "FeatureCollection", "features": features})
        engine.handle(ImportPlaces(command_id=new_id(), files={"places.geojson": content}, crs=places[0].crs), OPERATOR)


def release_with_called(engine: Engine, files: Mapping[str, bytes], product: Queries, most: int) -> Mapping[str, Any]:
    """Release a model and every process that it calls, as released in the product; what deploying the model gave.

    ``most``: no more models than these.
    """
    rows = [row for row in product.list_definitions() if row.state == "released"]
    released = {row.process_id: row.definition_id for row in reversed(rows)}  # The newest of each is written last.
    first = release(engine, files)
    known = set(first["processes"])
    waiting = [first["definition_id"]]
    while waiting and len(known) < most:
        for process_id in sorted(_called(engine, waiting.pop(0)) - known):
            known.add(process_id)
            if process_id in released:
                called = release(engine, product.get_definition(released[process_id]).files)
                waiting.append(called["definition_id"])
    return first


def release(engine: Engine, files: Mapping[str, bytes]) -> Mapping[str, Any]:
    """Deploy and release a model; what deploying it gave."""
    made = engine.handle(DeployDefinition(command_id=new_id(), files=dict(files)), _AUTHOR).result
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=str(made["definition_id"])), _RELEASER)
    return made


def _called(engine: Engine, definition_id: str) -> set[str]:
    """Ids of the processes that a model names outright in its call activities."""
    with engine.queries.snapshot() as snapshot:
        model = snapshot.library.get(snapshot.unit, definition_id).model
    called = [node.called.process_id for node in all_nodes(model) if node.called is not None]
    return {name[1] for expression in called if (name := _LITERAL.fullmatch(expression))}
