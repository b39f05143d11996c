"""Tells the story of the demo: each chapter is one case and its first steps, by ordinary commands of its people.

Command ids stand for what is told, so that a second time changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from workflow_engine import OPERATOR, Actor, CompleteUserTask, Engine, ImportAlert, StartCase
from workflow_engine.domain.ballot_commands import CastVote
from workflow_engine.domain.commands import Command
from workflow_engine.domain.consultation_commands import SubmitOpinion
from workflow_engine.interchange.cap import parse_alert
from workflow_engine.queries.rows import InboxRow

Chapter = Mapping[str, Any]
Step = Mapping[str, Any]
_HERE = Path(__file__).parent
_VISITOR = Actor("public:demo")


def read_story() -> list[Chapter]:
    """The chapters in their order."""
    found: list[Chapter] = json.loads((_HERE / "story.json").read_text(encoding="utf-8"))["chapters"]
    return found


def is_told_of(chapter: Chapter, folder: Path) -> bool:
    """Whether the chapter's process, or its alert, is among these process folders."""
    name: str = chapter["alert"] if "alert" in chapter else chapter["process_id"]
    return (folder / name).exists()


def tell(engine: Engine, chapter: Chapter, folder: Path) -> None:
    """Begin the chapter's case and, the first time, take it the first steps."""
    case_id = _begin_by_alert(engine, folder / chapter["alert"]) if "alert" in chapter else begin(engine, chapter)
    if case_id is not None:
        take_steps(engine, case_id, chapter["steps"])


def take_steps(engine: Engine, case_id: str, steps: Iterable[Step]) -> None:
    """Take a case these steps, each by who is named, or by a visitor."""
    for step in steps:
        command = _command(engine, case_id, step)
        if command is not None:
            engine.handle(command, person(engine, step["as"]) if "as" in step else _VISITOR)
            engine.pump()


def person(engine: Engine, person_id: str) -> Actor:
    """Somebody of the demo with everything they are now."""
    found = engine.queries.organisation.find_actor(person_id)
    if found is None:
        raise LookupError(f"Expected the demo person {person_id}, but there is none.")
    return found


def command_id(kind: str, content: Any) -> str:
    """A command id that stands for this content, so that the same content is loaded once."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return f"demo-{kind}-{sha256(text.encode()).hexdigest()[:32]}"


def _begin_by_alert(engine: Engine, path: Path) -> str | None:
    alert = parse_alert(path.read_bytes()).to_dict()
    receipt = engine.handle(ImportAlert(command_id=command_id("alert", alert), alert=alert, source="demo"), OPERATOR)
    return None if receipt.replayed or receipt.result.get("duplicate") else receipt.case_id


def begin(engine: Engine, chapter: Chapter) -> str | None:
    """Begin the chapter's case; None when that was done before."""
    told = {name: chapter[name] for name in ("process_id", "title", "unit_id", "variables")}
    case_id = command_id("case", told)
    command = StartCase(command_id=command_id("start", told), case_id=case_id, **told)
    receipt = engine.handle(command, person(engine, chapter["as"]))
    engine.pump()
    return None if receipt.replayed else case_id


def _command(engine: Engine, case_id: str, step: Step) -> Command | None:
    """What a step asks for: somebody completes a task, votes, or (as the public) speaks in a consultation."""
    own_id = command_id("step", [case_id, step])
    if "opinion" in step:
        consultation = engine.queries.consultations.list_of_case(case_id)[0].consultation_id
        return SubmitOpinion(command_id=own_id, code=own_id[-32:], consultation_id=consultation, **step["opinion"])
    task = next(open_tasks(engine, case_id, step), None)
    if task is None:
        return None
    if "vote" in step:
        return CastVote(
            command_id=own_id, ballot_id=task.user_task_id, choice=step["choice"], voter=step.get("for"),
            reason=step.get("reason"),
        )  # fmt: skip
    return CompleteUserTask(command_id=own_id, user_task_id=task.user_task_id, variables=step.get("form", {}))


def open_tasks(engine: Engine, case_id: str, step: Step) -> Iterator[InboxRow]:
    """The tasks of a case that a step may mean."""
    element = step.get("do") or step.get("vote")
    for task in engine.queries.get_case(case_id, OPERATOR).user_tasks:
        is_meant = task.element_id == element and (
            "vote" in step or step.get("for", "") in ("", *task.candidate_groups)
        )
        if is_meant and task.state in ("ready", "claimed"):
            yield task
