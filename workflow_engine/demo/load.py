"""Loads the demo through the engine's public door. Command ids are fixed, so that a second time changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine import (
    OPERATOR,
    CategoryFile,
    ChangeCalendar,
    ChangeProfile,
    ChangeServiceCategories,
    DefineIndicators,
    DeployDefinition,
    Engine,
    ImportPlaces,
    LoadOrganisation,
    PutResources,
    ReleaseDefinition,
    ResourceFile,
)
from workflow_engine.demo.consulting import tell_consultation
from workflow_engine.demo.days import days_of_china
from workflow_engine.demo.grid import tell_grid
from workflow_engine.demo.hotline import tell_hotline
from workflow_engine.demo.publishing import PROCESS as PUBLICATION
from workflow_engine.demo.publishing import tell_publication
from workflow_engine.demo.reporting import tell_reports
from workflow_engine.demo.story import command_id, is_told_of, person, read_story, tell
from workflow_engine.demo.supervising import tell_supervision
from workflow_engine.handlers.deploying import definition_id_of

DEMO_PASSWORD = "liandong-demo"  # noqa: S105 - said on the first page of every demo, and never on a real system
_HERE = Path(__file__).parent
_CALLED = re.compile(r'calledElement="(\w+)"')
_SHIPPED = _HERE.parents[1] / "processes"
_DEPLOYER, _RELEASER = "user:jiang_fan", "user:yu_lan"


def load_demo(
    engine: Engine, processes_folder: Path | None = None, advance: Callable[[], object] = lambda: None
) -> None:
    """Organisation, released processes, cases with their first steps, a consultation; again: no change.

    ``processes_folder`` holds one folder per process; by default those shipped with the product. Chapters of the story
    whose process is not among them are left out. ``advance`` is called after each part.
    """
    folder = processes_folder or _SHIPPED
    load_organisation(engine)
    _name_city(engine)
    advance()
    for process in processes_in(folder):
        release_process(engine, process)
        advance()
    for chapter in read_story():
        if is_told_of(chapter, folder):
            tell(engine, chapter, folder)
            advance()
    if (folder / "public_participation").is_dir():
        tell_consultation(engine)
        advance()
    if (folder / "hotline_request").is_dir():
        tell_hotline(engine)
        advance()
        tell_reports(engine)
        advance()
    if (folder / "grid_case").is_dir():
        tell_grid(engine)
        advance()
    tell_supervision(engine)
    advance()
    if (folder / PUBLICATION).is_dir():
        tell_publication(engine)
        advance()


def with_called(folder: Path) -> list[Path]:
    """A process folder and those beside it that it calls, what is called first."""
    wanted, waiting = {folder.name}, [folder]
    while waiting:
        for called in (name for model in waiting.pop().glob("*.bpmn") for name in _called(model)):
            if called not in wanted and (folder.parent / called).is_dir():
                wanted.add(called)
                waiting.append(folder.parent / called)
    return [one for one in processes_in(folder.parent) if one.name in wanted]


def processes_in(folder: Path) -> list[Path]:
    """The process folders, by name, but what a process calls before it."""
    calls = {path.parent: _called(path) for path in folder.glob("*/*.bpmn")}
    names = {path.name: path for path in calls}
    found: dict[Path, None] = {}

    def add(path: Path, callers: frozenset[Path]) -> None:
        for called in calls[path]:
            if called in names and names[called] not in callers:
                add(names[called], callers | {path})
        found[path] = None

    for path in sorted(calls):
        add(path, frozenset({path}))
    return list(found)


def _called(path: Path) -> list[str]:
    return sorted(set(_CALLED.findall(path.read_text(encoding="utf-8"))))


def read_organisation() -> dict[str, Any]:
    """The made-up city as ``organisation.json`` has it."""
    found: dict[str, Any] = json.loads((_HERE / "organisation.json").read_text(encoding="utf-8"))
    return found


def load_organisation(engine: Engine) -> None:
    """The made-up city: its units, roles and people."""
    data = read_organisation()
    people = [{**person, "password_hash": data["password_hash"]} for person in data["people"]]
    parts: dict[str, Any] = {"people": people, **{name: data[name] for name in ("units", "roles", "positions")}}
    engine.handle(LoadOrganisation(command_id=command_id("organisation", parts), **parts), OPERATOR)
    _load_calendar(engine)
    load_categories(engine)
    _load_places(engine)
    load_resources(engine)
    _load_duty(engine)


def _load_calendar(engine: Engine) -> None:
    """Days off and make-up days of the years around now, out of the package ``holidays``; only the first time."""
    queries = engine.queries.organisation
    if queries.calendar()[1].version:
        return
    year = engine.clock.now().year
    days, published = {}, {}
    for one in (year - 1, year):
        found = days_of_china(one)
        days.update(found)
        published[str(one)] = bool(found)
    change = ChangeCalendar(
        command_id=command_id("calendar", days), days=days, years=published, base_version=0, reason="年度放假通知"
    )
    engine.handle(change, OPERATOR)


def _name_city(engine: Engine) -> None:
    """What the city calls itself; only the first time."""
    if engine.queries.organisation.profile()[1].version:
        return
    names = {"city_name_zh": "云溪市", "city_name_en": "Yunxi City"}
    change = ChangeProfile(command_id=command_id("profile", names), values=names, base_version=0, reason="首次设置")
    engine.handle(change, OPERATOR)


def load_categories(engine: Engine) -> None:
    """What residents and inspectors of the made-up city report; only the first time."""
    if engine.queries.service_categories.newest()[0]:
        return
    rows = CategoryFile("categories.csv", (_HERE / "categories.csv").read_bytes()).rows
    change = ChangeServiceCategories(
        command_id=command_id("categories", rows), categories=rows, whole=True, base_version=0, reason="首版事项目录"
    )
    engine.handle(change, OPERATOR)


def _load_places(engine: Engine) -> None:
    """The made-up map."""
    files = {"places.geojson": (_HERE / "places.geojson").read_bytes()}
    engine.handle(
        ImportPlaces(command_id=command_id("places", sha256(files["places.geojson"]).hexdigest()), files=files),
        OPERATOR,
    )


def load_resources(engine: Engine) -> None:
    """What the made-up city keeps ready; only the first time, so that what was changed since stays."""
    if next(engine.queries.resources.everything(), None) is not None:
        return
    rows = ResourceFile("resources.csv", (_HERE / "resources.csv").read_bytes()).rows
    engine.handle(PutResources(command_id=command_id("resources", rows), rows=rows), OPERATOR)


def _load_duty(engine: Engine) -> None:
    """Three days of the duty room from today's morning on, by turns; not again on the same day."""
    today = engine.clock.now().astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=8, minute=0, second=0, microsecond=0)
    crew = [person.person_id for person in engine.queries.list_people("role:duty_room")]
    shifts = [
        {
            "shift_id": f"demo-{today + timedelta(days=n):%Y%m%d}", "group_id": "role:duty_room",
            "person_id": crew[n % len(crew)], "from_at": (today + timedelta(days=n)).isoformat(),
            "until_at": (today + timedelta(days=n + 1)).isoformat(),
        }
        for n in range(3 if crew else 0)
    ]  # fmt: skip
    engine.handle(LoadOrganisation(command_id=command_id("duty", shifts), shifts=shifts), OPERATOR)


def release_process(engine: Engine, folder: Path) -> None:
    """Deploy a process folder and release it, each by another administrator of the demo."""
    files = read_process(folder)
    definition_id = definition_id_of(files)
    states = {row.definition_id: row.state for row in engine.queries.list_definitions()}
    if definition_id not in states:
        deploy = DeployDefinition(command_id=command_id("deploy", definition_id), files=files)
        engine.handle(deploy, person(engine, _DEPLOYER))
    if states.get(definition_id, "draft") == "draft":
        release = ReleaseDefinition(command_id=command_id("release", definition_id), definition_id=definition_id)
        engine.handle(release, person(engine, _RELEASER))
    definitions = [json.loads(path.read_bytes()) for path in sorted(folder.glob("indicators/*.json"))]
    if definitions:
        define = DefineIndicators(
            command_id=command_id("indicators", definitions), definitions=definitions, reason="首版指标"
        )
        engine.handle(define, person(engine, _DEPLOYER))


def read_process(folder: Path) -> dict[str, bytes]:
    """Name to content of a process folder: model, tables, parameters, forms, words; names in a definition are flat."""
    tops = ("*.bpmn", "*.dmn", "parameters.json")
    files = {path.name: path.read_bytes() for pattern in tops for path in folder.glob(pattern)}
    files.update({path.name: path.read_bytes() for path in (folder / "forms").glob("*.json")})
    files.update({f"messages_{path.name}": path.read_bytes() for path in (folder / "messages").glob("*.json")})
    return files
