"""What ``serve --demo`` loads: a made-up city's people and units, and the processes shipped with the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

import workflow_engine
from workflow_engine import OPERATOR, Actor, DeployDefinition, Engine, LoadOrganisation, ReleaseDefinition
from workflow_engine.cli.definition_files import collect

PASSWORD = "liandong-demo"  # noqa: S105 - it is printed for everybody who starts a demo
_PACKAGE = Path(workflow_engine.__file__).resolve().parent
_ORGANISATION = _PACKAGE / "demo" / "organisation.json"
_PROCESSES = _PACKAGE.parent / "processes"
_LOADER = Actor("system:demo", is_system=True)
"""Deploys; the operator releases, since nobody may do both."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as."""

    sign_in_name: str
    name: str
    unit: str


def load_demo(engine: Engine, folder: Path | None, advance: Callable[[], object]) -> list[DemoPerson]:
    """Load what is missing, keep what is there; returns whom one can sign in as, one of each unit first.

    ``folder`` holds one sub-folder per process; None: the product's own.
    """
    organisation = orjson.loads(_ORGANISATION.read_bytes())
    _load_people(engine, organisation)
    advance()
    for process in sorted((folder or _PROCESSES).iterdir()):
        if any(process.glob("*.bpmn")):
            _deploy(engine, process)
            advance()
    return _people(organisation)


def _load_people(engine: Engine, organisation: Mapping[str, Any]) -> None:
    shared = {"password_hash": organisation["password_hash"]}
    people = [{**shared, **person} for person in organisation["people"]]
    digest = sha256(orjson.dumps([organisation["units"], people])).hexdigest()
    command = LoadOrganisation(command_id=f"demo-{digest[:40]}", units=organisation["units"], people=people)
    engine.handle(command, OPERATOR)


def _deploy(engine: Engine, process: Path) -> None:
    files = collect(process)
    digest = sha256()
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + sha256(content).digest())
    key = digest.hexdigest()[:40]
    deployed = engine.handle(DeployDefinition(command_id=f"demo-deploy-{key}", files=files), _LOADER).result
    release = ReleaseDefinition(command_id=f"demo-release-{key}", definition_id=deployed["definition_id"])
    rows = {row.definition_id: row for row in engine.queries.list_definitions()}
    if rows[release.definition_id].state == "draft":
        engine.handle(release, OPERATOR)


def _people(organisation: Mapping[str, Any]) -> list[DemoPerson]:
    units = {unit["unit_id"]: unit for unit in organisation["units"]}
    found: dict[str, DemoPerson] = {}
    for person in organisation["people"]:
        unit = units.get(person.get("unit_id"), {"name_en": "", "name_zh": ""})
        name = f"{person['display_name_zh']} {person['display_name_en']}"
        found.setdefault(unit["name_en"], DemoPerson(person["sign_in_name"], name, unit["name_en"]))
    return list(found.values())
