"""Loads the demo through the engine's public door. Command ids are fixed, so that a second time changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine import (
    OPERATOR,
    Actor,
    ChangeCalendar,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    ImportAlert,
    LoadOrganisation,
    ReleaseDefinition,
)
from workflow_engine.demo.consulting import tell_consultation
from workflow_engine.demo.days import days_of_china
from workflow_engine.interchange.cap import parse_alert

DEMO_PASSWORD = "liandong-demo"  # noqa: S105 - said on the first page of every demo, and never on a real system
_HERE = Path(__file__).parent
_SHIPPED = _HERE.parents[1] / "processes"
_DEPLOYER, _RELEASER = "user:jiang_fan", "user:yu_lan"


def load_demo(
    engine: Engine, processes_folder: Path | None = None, advance: Callable[[], object] = lambda: None
) -> None:
    """Organisation, released processes, two alerts, the first steps of cases, a consultation; again: no change.

    ``processes_folder`` holds one folder per process; by default those shipped with the product. Where one with the
    story's alerts is not among them, the story is left out. ``advance`` is called after each part.
    """
    folder = processes_folder or _SHIPPED
    load_organisation(engine)
    advance()
    for process in sorted(path for path in folder.iterdir() if any(path.glob("*.bpmn"))):
        release_process(engine, process)
        advance()
    story = json.loads((_HERE / "story.json").read_text(encoding="utf-8"))
    for chapter in story["chapters"]:
        if (folder / chapter["alert"]).exists():
            _tell(engine, chapter, folder)
            advance()
    if (folder / "public_participation").is_dir():
        tell_consultation(engine)
        advance()


def read_organisation() -> dict[str, Any]:
    """The made-up city as ``organisation.json`` has it."""
    found: dict[str, Any] = json.loads((_HERE / "organisation.json").read_text(encoding="utf-8"))
    return found


def load_organisation(engine: Engine) -> None:
    """The made-up city: its units, roles and people."""
    data = read_organisation()
    people = [{**person, "password_hash": data["password_hash"]} for person in data["people"]]
    parts: dict[str, Any] = {"people": people, **{name: data[name] for name in ("units", "roles", "positions")}}
    engine.handle(LoadOrganisation(command_id=_id("organisation", parts), **parts), OPERATOR)
    _load_calendar(engine)
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
        command_id=_id("calendar", days), days=days, years=published, base_version=0, reason="年度放假通知"
    )
    engine.handle(change, OPERATOR)


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
    engine.handle(LoadOrganisation(command_id=_id("duty", shifts), shifts=shifts), OPERATOR)


def release_process(engine: Engine, folder: Path) -> None:
    """Deploy a process folder and release it, each by another administrator of the demo."""
    files = read_process(folder)
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    command = DeployDefinition(command_id=_id("deploy", digests), files=files)
    deployed = engine.handle(command, _person(engine, _DEPLOYER)).result
    if engine.queries.get_definition(deployed["definition_id"]).state == "draft":
        release = ReleaseDefinition(command_id=_id("release", digests), definition_id=deployed["definition_id"])
        engine.handle(release, _person(engine, _RELEASER))


def read_process(folder: Path) -> dict[str, bytes]:
    """Name to content of a process folder: model, tables, parameters, forms, words; names in a definition are flat."""
    tops = ("*.bpmn", "*.dmn", "parameters.json")
    files = {path.name: path.read_bytes() for pattern in tops for path in folder.glob(pattern)}
    files.update({path.name: path.read_bytes() for path in (folder / "forms").glob("*.json")})
    files.update({f"messages_{path.name}": path.read_bytes() for path in (folder / "messages").glob("*.json")})
    return files


def _tell(engine: Engine, chapter: Mapping[str, Any], folder: Path) -> None:
    """Bring one alert in and, the first time, take its case the first steps."""
    alert = parse_alert((folder / chapter["alert"]).read_bytes()).to_dict()
    command = ImportAlert(command_id=_id("alert", alert), alert=alert, source="demo")
    receipt = engine.handle(command, OPERATOR)
    if receipt.replayed or receipt.result.get("duplicate") or receipt.case_id is None:
        return
    for step in chapter["steps"]:
        _do(engine, receipt.case_id, step)


def _do(engine: Engine, case_id: str, step: Mapping[str, Any]) -> None:
    actor = _person(engine, step["as"])
    for task in engine.queries.get_case(case_id, OPERATOR).user_tasks:
        is_meant = task.element_id == step["do"] and step.get("for", "") in ("", *task.candidate_groups)
        if is_meant and task.state in ("ready", "claimed"):
            command = CompleteUserTask(
                command_id=_id("step", [case_id, task.user_task_id]),
                user_task_id=task.user_task_id,
                variables=step.get("form", {}),
            )
            engine.handle(command, actor)
            return


def _person(engine: Engine, person_id: str) -> Actor:
    found = engine.queries.find_person(person_id)
    if found is None:
        raise LookupError(f"Expected the demo person {person_id}, but there is none.")
    return Actor(found.person_id, found.groups)


def _id(kind: str, content: Any) -> str:
    """A command id that stands for this content, so that the same content is loaded once."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return f"demo-{kind}-{sha256(text.encode()).hexdigest()[:32]}"
